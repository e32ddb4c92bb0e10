import ArgumentParser
import Padawann

/// How often a command does the same with another seed.
struct TrialOptions: ParsableArguments {
  @Option(help: ArgumentHelp("So many runs, whose seeds are derived.", valueName: "number"))
  var trials: Int?

  @Option(
    help: ArgumentHelp(
      "Only this one of several runs, from 1; --resume puts them together.", valueName: "number"))
  var trial: Int?
}

/// The same for commands whose result is a file unless there are several.
struct FileTrialOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "So many runs, whose seeds are derived; --output is then the folder of all (Formats/runs.md), and the same command goes on with it.",
      valueName: "number"))
  var trials: Int?

  @Option(
    help: ArgumentHelp(
      "Only this one of several runs, from 1; the same command without it puts them together.",
      valueName: "number"))
  var trial: Int?

  func validate() throws {
    guard trial == nil || trials != nil else { throw ValidationError("--trial is one of --trials") }
  }

  /// Takes all runs of a folder, or the one that is meant, to their end.
  ///
  /// - Parameters:
  ///   - count: how many there are.
  ///   - driver: the command's.
  ///   - path: the folder, which is made or joined.
  ///   - start: what all begin with.
  func carryOut<Job: DisplayedJob & SendableMetatype & ~Copyable>(
    _ count: Int, _ driver: RunDriver<Job>, in path: String,
    _ start: @escaping @Sendable () async throws -> RunStart<Job.Settings>
  ) async throws -> [RunReport<Job.Outcome>] {
    let number = trial
    return try await Interruption().run {
      let group = try RunGroup<Job>.begin(try await start().trials(count), in: path)
      return try await driver.finish(group, only: number).map(\.report)
    }
  }
}
