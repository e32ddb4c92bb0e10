import Padawann

/// Runs models over datasets and shows the progress.
struct EvaluationRun {
  let threads: Int

  /// The predictions of a network with each setting of its weights.
  func predictions(of network: Network, named name: String, on dataset: Dataset, _ settings: [Float?])
    async throws -> [Predictions]
  {
    let progress = ProgressLine()
    progress.begin(
      ProgressBar("\(name) on \(dataset.name)", of: .things("images"), total: dataset.count * settings.count))
    defer { progress.finish() }
    let inference = Inference(threads: threads) { progress.advance($0) }
    var result: [Predictions] = []
    for setting in settings {
      result.append(
        try await inference.predictions(of: network, on: dataset, magnitude: network.magnitude(setting)))
    }
    return result
  }
}
