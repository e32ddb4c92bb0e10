/// The shared weight with which a graph of neurons gets most images right.
public struct SharedWeightSearch: Sendable, Equatable {
  /// The weight; of equals that which was tried first.
  public let sharedWeight: Float
  /// Right answers with it.
  public let accuracy: Proportion

  /// The weights of the first look, and of each that follows.
  private static let first = 81
  private static let finer = 9
  private static let rounds = 4
  /// How many weights are tried.
  public static let weights = first + finer * rounds

  /// Searches: evenly spaced weights, and then finer ones around the best. 0 is no weight.
  ///
  /// - Throws: as ``Inference/scores(of:on:images:weights:)``.
  public init(
    of graph: NeuronGraph, on dataset: Dataset, from first: Float, to last: Float, _ inference: Inference
  ) throws {
    var best: (weight: Float, right: Int)?
    let images = Array(0..<dataset.count)
    var (low, high, count) = (first, last, Self.first)
    for _ in 0...Self.rounds {
      let weights = SharedWeightSweep.weights(from: low, to: high, count: count).filter { $0 != 0 }
      for start in stride(from: 0, to: weights.count, by: 16) {
        let some = Array(weights[start..<min(start + 16, weights.count)])
        let score = try inference.scores(of: [graph], on: dataset, images: images, weights: some).scores[0]
        for (weight, right) in zip(some, score.right) where right > best?.right ?? -1 {
          best = (weight, right)
        }
      }
      let middle = best?.weight ?? low
      let step = (high - low) / Float(count - 1)
      (low, high, count) = (max(middle - step, first), min(middle + step, last), Self.finer)
    }
    guard let best else { throw PadawannError(.usage, "no weight was tried") }
    sharedWeight = best.weight
    accuracy = try Proportion(best.right, of: dataset.count)
  }
}
