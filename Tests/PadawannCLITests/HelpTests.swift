import Foundation
import Testing

/// The help of every command is as it was when it was last looked at. After a change that is meant:
/// `PADAWANN_RECORD=1 swift test --filter PadawannCLITests`, and look at what git says has changed.
@Suite struct HelpTests {
  static let commands = [
    "", "import", "convert", "train", "evolve", "learn", "finetune", "prune", "calibrate", "evaluate",
    "predict",
    "compare", "report", "stats",
    "inspect", "verify", "export",
    "wann", "wann evolve", "wann import", "wann export", "wann prune", "wann tune", "wann sweep",
    "data", "data list",
    "data get",
    "data verify", "data show", "data export",
  ]

  @Test(arguments: commands)
  func helpIsAsRecorded(_ command: String) throws {
    let arguments = command.isEmpty ? "--help" : "\(command) --help"
    let outcome = try Workplace().run(arguments).check()
    #expect(outcome.errors == "")
    let name = command.isEmpty ? "padawann.txt" : command.replacingOccurrences(of: " ", with: "-") + ".txt"
    if Recording.isOn {
      try Data(outcome.output.utf8).write(to: Recording.folder.appendingPathComponent("Help/\(name)"))
    } else {
      let recorded = Bundle.module.bundleURL.appendingPathComponent("Help/\(name)")
      #expect(outcome.output == (try String(contentsOf: recorded, encoding: .utf8)))
    }
    let lines = outcome.output.split(separator: "\n").filter { !$0.hasPrefix("USAGE:") }
    #expect(lines.allSatisfy { $0.count <= 100 })
  }

  @Test func everyCommandIsRecorded() throws {
    let place = try Workplace()
    var found: [String] = [""]
    for command in ["", "data", "wann"] {
      let lines = try place.run(command.isEmpty ? "--help" : "\(command) --help").output.split(
        separator: "\n")
      let names = lines.drop { $0 != "SUBCOMMANDS:" }.dropFirst().prefix {
        $0.hasPrefix("  ") && !$0.hasPrefix("  See")
      }
      .filter { !$0.hasPrefix("   ") }.compactMap { $0.split(separator: " ").first }
      found += names.map { command.isEmpty ? String($0) : "\(command) \($0)" }
    }
    #expect(found.sorted() == Self.commands.sorted())
  }

  @Test func versionIsANumber() throws {
    #expect(try Workplace().run("--version").check().output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsAreAScript(_ shell: String) throws {
    let place = try Workplace()
    let script = try place.run("--generate-completion-script \(shell)").check().output
    for word in ["evaluate", "own-weights", "keep-archive"] { #expect(script.contains(word)) }
    guard shell == "bash" else { return }
    try place.write(Data(script.utf8), to: "completions")
    let outcome = try place.shell("bash -n completions && . ./completions && complete -p padawann")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("padawann"))
  }
}

/// Whether this run writes down what the program prints instead of comparing.
enum Recording {
  static let isOn = ProcessInfo.processInfo.environment["PADAWANN_RECORD"] == "1"
  static let folder = Workplace.package.appendingPathComponent("Tests/PadawannCLITests")
}
