/// A model on one set of test data.
public struct TestResult: Codable, Sendable, Equatable {
  /// The dataset spec.
  public let dataset: String
  /// The digest of its images and labels.
  public let datasetSha256: String
  /// The number of images.
  public let images: Int
  /// The shared weight with the highest accuracy on this data, the first of equals (thesis-facts 4); absent where edges have
  /// values of their own.
  public let sharedWeight: Float?
  /// Right answers with it, with Wilson's interval.
  public let accuracy: Proportion
  /// The mean cross-entropy with it, in nats.
  public let crossEntropy: Double

  /// Measures a network.
  ///
  /// - Parameters:
  ///   - test: which data it is, and the output of each class.
  ///   - dataset: the data.
  ///   - settings: the shared weights to try; `nil` stands for the network's own weights.
  init(
    _ network: Network, _ test: RunTest, _ dataset: Dataset, _ settings: [Float?],
    _ inference: Inference
  ) async throws {
    let predictions = try await inference.predictions(of: network, on: dataset, weights: settings)
    let score = try TaskScore(predictions, outputs: test.outputs ?? Array(dataset.classNames.indices))
    self.dataset = dataset.name
    datasetSha256 = dataset.digest.description
    images = dataset.count
    sharedWeight = settings[score.best]
    accuracy = try Proportion(score.right[score.best], of: score.images)
    crossEntropy = score.bestCrossEntropy
  }
}
