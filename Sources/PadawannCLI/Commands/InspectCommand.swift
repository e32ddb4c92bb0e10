import ArgumentParser
import Padawann

/// `padawann inspect`
struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a model file holds: its graph, its tasks, and where it comes from.")

  @Argument(help: "The model file.", completion: .file(extensions: ["h5"]))
  var model: String

  @Flag(help: "Print only the architecture, as a JSON file for import and train (Formats/architecture.md).")
  var arch = false

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let stored = try ModelFile.read(RunFolder.model(at: model))
    if arch { return try Output.write(ArchitectureFile.json(of: stored.model.network.architecture)) }
    let result = InspectReport(model, stored)
    try report.print(result) { result.text }
  }
}
