import Foundation

/// Several predictors that answer together: the mean of their softmax probabilities. Here usually one model with each of
/// its shared weights, as Gaier and Ha (2019) combine them.
public struct Ensemble: Sendable, Equatable {
  /// The answer for every image: the class with the largest mean probability, the first of equals.
  public let answers: [Int]
  /// How good they are; the cross-entropy is that of the mean probabilities.
  public let scores: Scores

  /// Combines predictions for the same images.
  ///
  /// - Parameters:
  ///   - members: one per shared weight.
  ///   - outputs: as in ``Scores/init(of:outputs:confidence:)``.
  ///   - confidence: of the intervals.
  /// - Throws: ``PadawannError`` `usage` without members, `data` when they do not have the same images, labels and
  ///   number of outputs; else as ``Scores/init(of:outputs:confidence:)``.
  public init(of members: [Predictions], outputs: [Int]? = nil, confidence: Confidence = .standard)
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
    answers = images.map(\.answer)
    scores = try Scores(
      answers: answers, labels: first.labels, classes: first.outputs,
      logProbabilities: images.map(\.logProbability),
      confidence)
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
    let sums = rows[0].indices.map { output in rows.reduce(0) { $0 + exp($1[output]) } }
    var best = 0
    for candidate in sums.indices where sums[candidate] > sums[best] { best = candidate }
    return (best, logSumExp(rows.map { $0[label] }) - log(Double(members.count)))
  }
}

/// One model with each of several shared weights, and with all of them together.
public struct WeightSweep: Codable, Sendable, Equatable {
  /// One shared weight and what came of it.
  public struct Setting: Codable, Sendable, Equatable {
    /// The shared weight; `nil` when the model kept weights of its own.
    public let sharedWeight: Float?
    /// The scores with it.
    public let scores: Scores
  }

  /// The shared weights in the order in which they were given.
  public let settings: [Setting]
  /// The index in ``settings`` of the highest accuracy, the first of equals (thesis-facts 4).
  public let best: Int
  /// The scores of the mean of the softmax probabilities over all shared weights.
  public let ensemble: Scores

  /// Scores each and all together.
  ///
  /// - Parameters:
  ///   - sharedWeights: the weights; `nil` stands for a model's own weights.
  ///   - predictions: one per shared weight, for the same images.
  ///   - outputs: as in ``Scores/init(of:outputs:confidence:)``.
  ///   - confidence: of the intervals.
  /// - Throws: ``PadawannError`` `usage` when the counts differ; else as ``Ensemble/init(of:outputs:confidence:)``.
  public init(
    sharedWeights: [Float?], predictions: [Predictions], outputs: [Int]? = nil,
    confidence: Confidence = .standard
  ) throws(PadawannError) {
    guard sharedWeights.count == predictions.count else {
      throw PadawannError(
        .usage, "\(predictions.count) sets of predictions for \(sharedWeights.count) shared weights")
    }
    ensemble = try Ensemble(of: predictions, outputs: outputs, confidence: confidence).scores
    var settings: [Setting] = []
    for (weight, prediction) in zip(sharedWeights, predictions) {
      settings.append(
        Setting(
          sharedWeight: weight, scores: try Scores(of: prediction, outputs: outputs, confidence: confidence)))
    }
    self.settings = settings
    best = Self.firstHighest(settings.map(\.scores.accuracy.count))
  }

  /// The first index of the largest count; 0 for none.
  static func firstHighest(_ counts: [Int]) -> Int {
    var best = 0
    for index in counts.indices where counts[index] > counts[best] { best = index }
    return best
  }
}
