import ArgumentParser
import Padawann

/// `padawann data export`
struct DataExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a dataset as an npz archive for other tools.",
    discussion: "The archive has `images` as stored, not normalised, and `labels`, one integer per image.")

  @Argument(help: "A dataset: NAME[:SPLIT] or a path, followed by ,option=value.")
  var spec: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
  var output: String

  @OptionGroup var options: DataOptions

  func run() async throws {
    let dataset = try DatasetSpec.parse(spec).load(from: options.folder())
    try dataset.export(to: output)
    if options.json {
      try options.printJSON(
        Report(name: dataset.name, output: output, count: dataset.count, digest: dataset.digest.description))
    } else {
      print("\(output): \(dataset.count) images of \(dataset.shape), digest \(dataset.digest)")
    }
  }

  private struct Report: Encodable {
    let schema = "padawann.data.export/1"
    let name: String
    let output: String
    let count: Int
    let digest: String
  }
}
