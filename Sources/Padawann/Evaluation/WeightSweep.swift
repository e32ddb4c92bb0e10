/// One model with each of several shared weights, and with all of them together.
public struct WeightSweep: Codable, Sendable, Equatable {
  /// One shared weight and what came of it.
  public struct Point: Codable, Sendable, Equatable {
    /// The shared weight; `nil` when the model kept weights of its own.
    public let sharedWeight: Float?
    /// The scores with it.
    public let scores: Scores
  }

  /// The shared weights in the order in which they were given.
  public let points: [Point]
  /// The index in ``points`` of the highest accuracy, the first of equals (thesis-facts 4).
  public let best: Int
  /// The scores of the mean of the softmax probabilities over all shared weights.
  public let ensemble: Scores

  /// Scores each and all together.
  ///
  /// - Parameters:
  ///   - magnitudes: what the edges are worth.
  ///   - predictions: one per magnitude, for the same images.
  ///   - outputs: as in ``Scores/init(of:outputs:confidence:)``.
  ///   - confidence: of the intervals.
  /// - Throws: ``PadawannError`` `usage` when the counts differ; else as `Ensemble`.
  public init(
    magnitudes: [Magnitude], predictions: [Predictions], outputs: [Int]? = nil,
    confidence: Confidence = .standard
  ) throws(PadawannError) {
    guard magnitudes.count == predictions.count else {
      throw PadawannError(
        .usage, "\(predictions.count) sets of predictions for \(magnitudes.count) shared weights")
    }
    ensemble = try Ensemble(of: predictions, outputs: outputs, confidence: confidence).scores
    var points: [Point] = []
    for (magnitude, prediction) in zip(magnitudes, predictions) {
      points.append(
        Point(
          sharedWeight: magnitude.sharedWeight,
          scores: try Scores(of: prediction, outputs: outputs, confidence: confidence)))
    }
    self.points = points
    best = Self.firstHighest(points.map(\.scores.accuracy.count))
  }

  /// The first index of the largest count; 0 for none.
  static func firstHighest(_ counts: [Int]) -> Int {
    var best = 0
    for index in counts.indices where counts[index] > counts[best] { best = index }
    return best
  }
}
