import ArgumentParser
import Foundation

/// The number of threads of a command that computes.
struct ThreadOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How many threads compute (default: all cores). It never changes a result.", valueName: "number"))
  var threads: Int?

  func validate() throws {
    let most = max(64, ProcessInfo.processInfo.activeProcessorCount)
    guard let threads, !(1...most).contains(threads) else { return }
    throw ValidationError("--threads is a number from 1 to \(most) on this machine, not \(threads)")
  }

  /// At least one.
  var count: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }
}
