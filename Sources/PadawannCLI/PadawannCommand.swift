import ArgumentParser
import Foundation
import Padawann

@main
struct PadawannCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "padawann",
    abstract:
      "Neural networks that keep only the sign of each weight, one shared magnitude, and a mask of edges.",
    discussion: """
      Results go to standard output, progress and errors to standard error. Every command has --help, and every report \
      --json.

      Exit codes: 0 done; 1 a check found something bad; 64 the arguments make no sense; 65 a file's content is wrong; \
      66 a file is not there; 69 a server cannot be reached; 70 the file needs another program or version; \
      73 the result cannot be created; 74 reading or writing failed; 75 stopped by a signal, and can be resumed.

      Completions for a shell: padawann --generate-completion-script bash (or zsh, or fish).
      """,
    version: Tool.version,
    subcommands: [
      ImportCommand.self, ConvertCommand.self, TrainCommand.self, EvolveCommand.self, LearnCommand.self,
      FinetuneCommand.self, PruneCommand.self, CalibrateCommand.self, EvaluateCommand.self,
      PredictCommand.self, CompareCommand.self, ReportCommand.self,
      StatsCommand.self,
      InspectCommand.self, VerifyCommand.self, ExportCommand.self, WannCommand.self, DataCommand.self,
    ])

  /// Runs the command that the arguments name, and leaves with the exit code of what happened.
  static func main() async {
    Output.occupyClosedStreams()
    Output.ignoreSizeSignal()
    Interruption.letQuitEnd()
    do {
      try WordCheck.check(Array(CommandLine.arguments.dropFirst()))
      var command = try parseAsRoot()
      if Launch.isFollower, !(type(of: command) is any RankedCommand.Type) { Foundation.exit(0) }
      if var asynchronous = command as? any AsyncParsableCommand {
        try checkThreadsCanStart()
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      let failure = Failure(error)
      // All ranks have the same arguments: rank 0 says what is wrong with them.
      if Launch.isFollower { Foundation.exit(failure.code) }
      failure.leave()
    }
  }
}

/// What the program is called in files that it makes.
enum Tool {
  static let version = "0.1.0"
  static let name = "padawann \(version)"
}
