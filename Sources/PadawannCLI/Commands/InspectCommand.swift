import ArgumentParser
import Padawann

/// `padawann inspect`
struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a model file holds: its graph, its tasks, and where it comes from.")

  @Argument(help: "The model file.", completion: .file(extensions: ["h5"]))
  var model: String

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let result = InspectReport(model, try ModelFile.read(RunFolder.model(at: model)))
    try report.print(result) { result.text }
  }
}
