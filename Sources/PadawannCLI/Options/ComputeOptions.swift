import ArgumentParser
import Foundation
import Padawann

/// How a command computes.
struct ComputeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How many threads compute (default: all cores). It never changes a result.", valueName: "number"))
  var threads: Int?

  @Flag(
    help: ArgumentHelp(
      "Begin however much work it is; otherwise at most 10^11 operations for an image, 1 GiB of activations for a thread, "
        + "and three quarters of the memory."))
  var noLimit = false

  func validate() throws {
    let most = max(64, ProcessInfo.processInfo.activeProcessorCount)
    guard let threads, !(1...most).contains(threads) else { return }
    throw ValidationError("--threads is a number from 1 to \(most) on this machine, not \(threads)")
  }

  /// How networks are evaluated; `progress` is told of images that are done.
  ///
  /// `PADAWANN_SIMD` names the vector instructions to use, for tests; without it the best are used.
  ///
  /// - Throws: ``PadawannError`` `usage` for vector instructions that do not exist.
  func inference(_ progress: (@Sendable (Int) -> Void)? = nil) throws(PadawannError) -> Inference {
    let set = try InstructionSet(named: ProcessInfo.processInfo.environment["PADAWANN_SIMD"])
    var inference = Inference(threads: count, instructionSet: set, progress: progress)
    if noLimit { inference.limit = nil }
    return inference
  }

  /// The predictions of a network with each magnitude of its weights, with the progress shown.
  func predictions(
    of network: AnsweringNetwork, named name: String, on dataset: Dataset, _ magnitudes: [Magnitude]
  )
    async throws -> [Predictions]
  {
    let progress = ProgressLine()
    progress.begin(
      ProgressBar(
        "\(name) on \(dataset.name)", of: .things("images"), total: dataset.count * magnitudes.count))
    defer { progress.finish() }
    let inference = try inference { progress.advance($0) }
    return try await inference.predictions(of: network, on: dataset, magnitudes: magnitudes)
  }

  /// At least one.
  var count: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }
}
