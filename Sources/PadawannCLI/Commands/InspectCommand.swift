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
    let stored: StoredModel
    switch try StoredContent.read(RunFolder.model(at: model)) {
    case .padawann(let model): stored = model
    case .wann(let wann):
      guard !arch else {
        throw PadawannError(
          .usage, "a WANN is no architecture of layers", at: model,
          remedy: "Write it with padawann wann export")
      }
      let result = WannInspectReport(model, wann)
      return try report.print(result) { result.text }
    }
    if arch { return try Output.write(ArchitectureFile.json(of: stored.model.network.architecture)) }
    let result = try InspectReport(model, stored)
    try report.print(result) { result.text }
  }
}
