import ArgumentParser
import Padawann

/// `padawann wann prune`
struct WannPruneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Take away what cannot change an answer of a WANN.",
    discussion:
      "That is: hidden neurons that no output depends on, their connections, and disabled connections.")

  @Argument(help: "The model, or the folder of its run.", completion: .file(extensions: ["h5"]))
  var model: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The model file to write.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var output: String

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let path = try RunFolder.model(at: model)
    try OutputFile.check([output], inputs: [path])
    let stored = try WannFile.read(path)
    var pruned = stored.model.made(stored.model.graph.pruned)
    // Its answers are the same, and so is what was measured of them.
    pruned.tasks = stored.model.tasks
    pruned.provenance = Provenance(
      madeFrom: [(stored.model.provenance, stored.digest)], tool: Tool.name, seed: nil,
      entries: [Provenance.Entry("command", "wann prune")])
    let result = WannFileReport(
      "padawann.wann-prune/1", output, try WannFile.write(pruned, to: output), before: stored.model.graph)
    try report.print(result) { result.text }
  }
}
