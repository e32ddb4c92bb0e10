import Foundation
import Padawann

/// Runs models over datasets and shows the progress.
struct EvaluationRun {
  let threads: Int

  /// The predictions of a network with each magnitude of its weights.
  ///
  /// `PADAWANN_SIMD` names the vector instructions to use, for tests; without it the best are used.
  func predictions(of network: Network, named name: String, on dataset: Dataset, _ sharedWeights: [Float?])
    async throws -> [Predictions]
  {
    let progress = ProgressLine()
    progress.begin(
      ProgressBar(
        "\(name) on \(dataset.name)", of: .things("images"), total: dataset.count * sharedWeights.count))
    defer { progress.finish() }
    let inference = try inference { progress.advance($0) }
    return try await inference.predictions(of: network, on: dataset, weights: sharedWeights)
  }

  /// How networks are evaluated; `progress` is told of images that are done.
  func inference(_ progress: @escaping @Sendable (Int) -> Void) throws(PadawannError) -> Inference {
    let set = try InstructionSet(named: ProcessInfo.processInfo.environment["PADAWANN_SIMD"])
    return Inference(threads: threads, instructionSet: set, progress: progress)
  }
}
