import Foundation

/// A graph of neurons with many shared weights: what one that is drawn at random comes to, and all of them together (Gaier and Ha,
/// 2019, tables 2 and 3).
public struct SharedWeightSweep: Codable, Sendable, Equatable {
  /// One shared weight and what came of it.
  public struct Point: Codable, Sendable, Equatable {
    /// The shared weight.
    public let sharedWeight: Float
    /// Right answers with it.
    public let accuracy: Proportion
  }

  /// The shared weights, ascending.
  public let points: [Point]
  /// The place in ``points`` of the highest accuracy, the first of equals.
  public let best: Int
  /// The mean accuracy.
  public let mean: Double
  /// The standard deviation of the accuracies, of the whole: divided by their number.
  public let deviation: Double
  /// Right answers of the mean of the softmax probabilities; outputs that are no numbers have none.
  public let meanEnsemble: Proportion
  /// Right answers of the class that most weights answer, the first of equals.
  public let voteEnsemble: Proportion

  /// The weights of a sweep: evenly spaced, the ends among them.
  static func weights(from first: Float, to last: Float, count: Int) -> [Float] {
    (0..<count).map {
      Float(Double(first) + (Double(last) - Double(first)) * Double($0) / Double(max(count - 1, 1)))
    }
  }

  /// Measures a graph.
  ///
  /// - Parameters:
  ///   - graph: what is measured.
  ///   - dataset: labelled images that fit it.
  ///   - first: the first weight.
  ///   - last: the last weight.
  ///   - count: how many there are.
  ///   - inference: how it is evaluated.
  /// - Throws: as ``Inference/predictions(of:on:weights:)``.
  public init(
    of graph: NeuronGraph, on dataset: Dataset, from first: Float, to last: Float, count: Int,
    _ inference: Inference
  ) throws {
    let weights = Self.weights(from: first, to: last, count: count)
    let outputs = graph.outputs
    var probabilities = [Double](repeating: 0, count: dataset.count * outputs)
    var votes = [Int32](repeating: 0, count: dataset.count * outputs)
    var points: [Point] = []
    // Some at a time, so that not all answers are in memory.
    for start in stride(from: 0, to: weights.count, by: 16) {
      let some = Array(weights[start..<min(start + 16, weights.count)])
      for (weight, predictions) in zip(some, try inference.predictions(of: graph, on: dataset, weights: some))
      {
        let answers = predictions.predictedClasses
        for (image, answer) in answers.enumerated() {
          votes[image * outputs + answer] += 1
          let row = predictions.row(image)
          guard row.allSatisfy(\.isFinite) else { continue }
          for (output, value) in predictions.logSoftmax(image).enumerated() {
            probabilities[image * outputs + output] += exp(value)
          }
        }
        let right = zip(answers, dataset.labels).count { $0 == $1 }
        points.append(Point(sharedWeight: weight, accuracy: try Proportion(right, of: dataset.count)))
      }
    }
    self.points = points
    best = WeightSweep.firstHighest(points.map(\.accuracy.count))
    let accuracies = points.map(\.accuracy.value)
    let mean = accuracies.reduce(0, +) / Double(accuracies.count)
    self.mean = mean
    deviation = (accuracies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(accuracies.count))
      .squareRoot()
    meanEnsemble = try Self.right(probabilities, outputs, dataset)
    voteEnsemble = try Self.right(votes, outputs, dataset)
  }

  private static func right<Value: Comparable>(_ values: [Value], _ outputs: Int, _ dataset: Dataset)
    throws(PadawannError) -> Proportion
  {
    let right = dataset.labels.indices.count { image in
      var best = 0
      for output in 0..<outputs where values[image * outputs + output] > values[image * outputs + best] {
        best = output
      }
      return best == dataset.labels[image]
    }
    return try Proportion(right, of: dataset.count)
  }
}
