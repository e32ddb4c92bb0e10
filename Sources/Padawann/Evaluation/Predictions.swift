/// What one model said about every image of one dataset, with one magnitude of its weights.
public struct Predictions: Sendable, Equatable {
  /// The number of classes that the model can answer; the length of a row of ``logits``.
  public let outputs: Int
  /// images × outputs, row-major: the scores before softmax. A softmax or log-softmax at the end of a network is undone
  /// or irrelevant here, because cross-entropy and arg-max are taken of log-softmax of these.
  public let logits: [Float]
  /// The true class of every image, from 0.
  public let labels: [Int]
  /// The digest of the dataset, ``Dataset/digest``.
  public let dataset: Digest

  /// Joins logits with labels. The counts must agree.
  public init(outputs: Int, logits: [Float], labels: [Int], dataset: Digest) {
    precondition(logits.count == outputs * labels.count, "one row of logits per label is needed")
    self.outputs = outputs
    self.logits = logits
    self.labels = labels
    self.dataset = dataset
  }

  /// The number of images.
  public var count: Int { labels.count }

  /// The scores of one image.
  public func row(_ index: Int) -> ArraySlice<Float> { logits[(index * outputs)..<((index + 1) * outputs)] }

  /// The predicted class of every image: the output with the largest score, the first of equals (as PyTorch's `argmax`).
  public var predictedClasses: [Int] {
    (0..<count).map { index in
      let scores = row(index)
      var best = scores.startIndex
      for candidate in scores.indices where scores[candidate] > scores[best] { best = candidate }
      return best - scores.startIndex
    }
  }
}
