/// How good the predictions of one model with one shared weight are.
public struct Scores: Codable, Sendable, Equatable {
  /// Correct predictions out of all images, with Wilson's interval.
  public let accuracy: Proportion
  /// The mean over images of `-log(softmax(logits)[label])`, in nats; `nil` when it is infinite because the output of a
  /// right class has a logit of -infinity.
  public let crossEntropy: Double?
  /// Images by true class (row) and predicted class (column), classes × classes.
  public let confusion: [[Int]]
  /// One entry per class.
  public let classes: [ClassScores]

  /// Scores the predictions of a model.
  ///
  /// - Parameters:
  ///   - predictions: the logits of the model.
  ///   - outputs: the output that stands for each class, for a model with more outputs than the data has
  ///     classes or in another order; see ``Predictions/restricted(to:)``. Without it output k is class k.
  ///   - confidence: of the intervals.
  /// - Throws: ``PadawannError`` as ``Predictions/validate()`` and ``Predictions/restricted(to:)``.
  public init(of predictions: Predictions, outputs: [Int]? = nil, confidence: Confidence = .standard)
    throws(PadawannError)
  {
    let predictions = try predictions.scorable(outputs)
    let logProbabilities = (0..<predictions.count).map { predictions.logSoftmax($0)[predictions.labels[$0]] }
    try self.init(
      predictedClasses: predictions.predictedClasses, labels: predictions.labels,
      classes: predictions.outputs,
      logProbabilities: logProbabilities, confidence)
  }

  /// Scores answers whose right classes have these log-probabilities. All labels and answers are below `classes`.
  init(
    predictedClasses: [Int], labels: [Int], classes count: Int, logProbabilities: [Double],
    _ confidence: Confidence
  )
    throws(PadawannError)
  {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
    for (label, answer) in zip(labels, predictedClasses) { counts[label][answer] += 1 }
    confusion = counts
    classes = ClassScores.all(of: counts)
    let correct = counts.indices.reduce(0) { $0 + counts[$1][$1] }
    accuracy = try Proportion(correct, of: labels.count, confidence: confidence)
    let loss = 0 - logProbabilities.reduce(0, +) / Double(labels.count)
    crossEntropy = loss.isFinite ? loss : nil
  }
}

/// How well one class is told from the others.
public struct ClassScores: Codable, Sendable, Equatable {
  /// The class, from 0.
  public let index: Int
  /// The images of the class.
  public let support: Int
  /// The images that were predicted to be of the class.
  public let predicted: Int
  /// The share of `predicted` that is right; `nil` when the class was never predicted.
  public let precision: Double?
  /// The share of `support` that was answered right; `nil` when the class has no image.
  public let recall: Double?
  /// The harmonic mean of precision and recall, `2·correct / (support + predicted)`; `nil` when neither exists.
  public let f1: Double?

  static func all(of confusion: [[Int]]) -> [ClassScores] {
    let predicted = confusion.indices.map { column in confusion.reduce(0) { $0 + $1[column] } }
    return confusion.indices.map { index in
      let correct = Double(confusion[index][index])
      let support = confusion[index].reduce(0, +)
      func share(of total: Int, _ count: Double) -> Double? { total == 0 ? nil : count / Double(total) }
      return ClassScores(
        index: index, support: support, predicted: predicted[index],
        precision: share(of: predicted[index], correct),
        recall: share(of: support, correct), f1: share(of: support + predicted[index], 2 * correct))
    }
  }
}
