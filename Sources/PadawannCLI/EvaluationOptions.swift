import ArgumentParser
import Foundation
import Padawann

/// Where datasets are.
struct DataFolderOptions: ParsableArguments {
  @Option(
    name: .customLong("data-dir"),
    help: ArgumentHelp(
      "The folder with the datasets.",
      discussion: "Without it: $PADAWANN_DATA, else $XDG_CACHE_HOME/padawann, else ~/.cache/padawann.",
      valueName: "folder"),
    completion: .directory)
  var dataDir: String?

  /// The folder that is meant.
  func folder() throws(PadawannError) -> DataFolder {
    if let dataDir { return DataFolder(path: dataDir) }
    return try DataFolder(environment: ProcessInfo.processInfo.environment)
  }
}

/// Which magnitudes the edges have in an evaluation.
struct WeightOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The shared weights to try, separated by commas (default: those of the model).",
      discussion: """
        In a model whose every layer has its own weights, their signs times the shared weight are evaluated; in a model \
        of which only some layers have, those keep them.
        """, valueName: "list"))
  var weights: WeightList?

  @Flag(help: "Evaluate with the weights that the model has kept (default, where every layer has kept them).")
  var ownWeights = false

  /// The settings of one model: `nil` stands for its own weights.
  ///
  /// - Throws: ``PadawannError`` `usage` when own weights are asked of a model that has none.
  func settings(of model: Model, _ path: String) throws(PadawannError) -> [Float?] {
    if ownWeights, !model.network.hasOwnValuesOnly {
      throw PadawannError(
        .usage, "--own-weights needs a model that has kept its weights, and this one has only signs",
        at: path,
        remedy: "Import it with --weights keep")
    }
    let isOwn = ownWeights || (weights == nil && model.network.hasOwnValuesOnly)
    let shared = weights?.values ?? (isOwn ? [] : model.sharedWeights)
    return (isOwn ? [nil] : []) + shared
  }
}

/// Runs models over datasets and shows the progress.
struct EvaluationRun {
  let threads: Int

  /// The predictions of a network with each setting of its weights.
  func predictions(of network: Network, named name: String, on dataset: Dataset, _ settings: [Float?])
    async throws
    -> [Predictions]
  {
    let progress = ProgressLine(
      "\(name) on \(dataset.name)", total: dataset.count * settings.count, unit: "images")
    defer { progress.finish() }
    let set = try InstructionSet(named: ProcessInfo.processInfo.environment["PADAWANN_SIMD"])
    let inference = Inference(threads: threads, instructionSet: set) { progress.advance($0) }
    return try await inference.predictions(of: network, on: dataset, weights: settings)
  }
}
