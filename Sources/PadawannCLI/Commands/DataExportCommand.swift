import ArgumentParser
import Padawann

/// `padawann data export`
struct DataExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a dataset as an npz archive for other tools.",
    discussion: "The archive has `images` as stored, not normalised, and `labels`, one integer per image.")

  @Argument(help: "A dataset: NAME[:SPLIT] or a path, followed by ,option=value.")
  var spec: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"),
    completion: .file(extensions: ["npz"]))
  var output: String

  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var report: ReportOptions

  func run() async throws {
    try OutputFile.check([output], inputs: DatasetSpec.parse(spec).paths)
    let dataset = try dataFolder.dataset(spec)
    try dataset.export(to: output)
    let result = DataExportReport(output, dataset)
    try report.print(result) { result.text }
  }
}
