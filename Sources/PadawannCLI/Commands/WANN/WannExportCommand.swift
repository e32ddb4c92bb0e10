import ArgumentParser
import Padawann

/// `padawann wann export`
struct WannExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a WANN in the published search's file format.",
    discussion: """
      A table (CSV) that the published programs read; see padawann wann import. Its weights have three digits, so that of a \
      model with weights of each connection's own something is lost.
      """)

  @Argument(help: "The model, or the folder of its run.", completion: .file(extensions: ["h5"]))
  var model: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The table to write.", valueName: "file"), completion: .file())
  var output: String

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let path = try RunFolder.model(at: model)
    try OutputFile.check([output], inputs: [path])
    let stored = try WannFile.read(path)
    let bytes = try stored.model.graph.table()
    try StoredFile.write(bytes, to: output)
    let result = WannTableReport(
      file: output, bytes: bytes.count, neurons: stored.model.graph.activations.count)
    try report.print(result) { result.text }
  }
}

/// What `padawann wann export` wrote: `padawann.wann-export/1`.
struct WannTableReport: Encodable {
  let schema = "padawann.wann-export/1"
  let file: String
  let bytes: Int
  let neurons: Int

  var text: String {
    "\(file.inOneLine): \(Format.count(bytes)) bytes; \(Format.count(neurons)) neurons, a row of \(Format.count(neurons + 1)) columns each"
  }
}
