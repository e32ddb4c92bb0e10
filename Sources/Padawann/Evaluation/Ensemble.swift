import Foundation

/// Several predictors that answer together: the mean of their softmax probabilities. Here usually one model with each of
/// its shared weights, as Gaier and Ha (2019) combine them.
package struct Ensemble: Sendable, Equatable {
  /// The predicted class of every image: the class with the largest mean probability, the first of equals.
  package let predictedClasses: [Int]
  /// How good they are; the cross-entropy is that of the mean probabilities.
  package let scores: Scores

  /// Combines predictions for the same images.
  ///
  /// - Parameters:
  ///   - members: one per shared weight.
  ///   - outputs: as in ``Scores/init(of:outputs:confidence:)``.
  ///   - confidence: of the intervals.
  /// - Throws: ``PadawannError`` `usage` without members, `data` when they do not have the same images, labels and
  ///   number of outputs; else as ``Scores/init(of:outputs:confidence:)``.
  package init(of members: [Predictions], outputs: [Int]? = nil, confidence: Confidence = .standard)
    throws(PadawannError)
  {
    var scorable: [Predictions] = []
    for member in members { scorable.append(try member.scorable(outputs)) }
    guard let first = scorable.first else {
      throw PadawannError(.usage, "an ensemble needs at least one member")
    }
    guard scorable.allSatisfy({ Self.agree($0, first) }) else {
      throw PadawannError(
        .data, "the members of the ensemble answered different images or have different outputs",
        remedy: "Evaluate all of them on one dataset")
    }
    let images = (0..<first.count).map { Self.combined(scorable, image: $0) }
    predictedClasses = images.map(\.answer)
    scores = try Scores(
      predictedClasses: predictedClasses, labels: first.labels, classes: first.outputs,
      logProbabilities: images.map(\.logProbability),
      confidence)
  }

  /// The mean over the members of the probability of each output for one image. Only for predictions that
  /// ``Predictions/validate()`` accepts.
  package static func probabilities(_ members: [Predictions], image: Int) -> [Double] {
    sums(members.map { $0.logSoftmax(image) }).map { $0 / Double(members.count) }
  }

  /// The sums of probabilities, given their logarithms: members × outputs.
  private static func sums(_ rows: [[Double]]) -> [Double] {
    rows[0].indices.map { output in rows.reduce(0) { $0 + exp($1[output]) } }
  }

  private static func agree(_ one: Predictions, _ other: Predictions) -> Bool {
    one.dataset == other.dataset && one.labels == other.labels && one.outputs == other.outputs
  }

  /// The answer is taken of probabilities and the loss of their logarithms, which do not vanish when every member is
  /// nearly certain of another class.
  private static func combined(_ members: [Predictions], image: Int) -> (answer: Int, logProbability: Double)
  {
    let rows = members.map { $0.logSoftmax(image) }
    let label = members[0].labels[image]
    let sums = sums(rows)
    var best = 0
    for candidate in sums.indices where sums[candidate] > sums[best] { best = candidate }
    return (best, logSumExp(rows.map { $0[label] }) - log(Double(members.count)))
  }
}
