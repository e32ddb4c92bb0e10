import ArgumentParser
import Foundation
import Padawann

/// `padawann wann import`
struct WannImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Turn a file of the published search into a model.",
    discussion: """
      The file is a table (CSV, perhaps gzip-compressed): a row for each neuron with its weight to every neuron, 0 for none \
      and nan for a disabled one, and its activation in the last column (Formats/wann.md). It does not say how many inputs \
      and outputs there are; --input and --outputs do.
      """)

  @Argument(help: "The table.", completion: .file())
  var table: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The model file to write.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var output: String

  @Option(help: ArgumentHelp("The shape of an image: CHANNELSxROWSxCOLUMNS.", valueName: "shape"))
  var input = "1x16x16"

  @Option(help: ArgumentHelp("The number of outputs.", valueName: "number"))
  var outputs = 10

  @Option(
    help: ArgumentHelp(
      "The shared weights of the model, separated by commas (default: -2,-1,-0.5,0.5,1,2; with weights of each connection's own 1).",
      valueName: "list"), transform: WeightList.init)
  var weights: WeightList?

  @Flag(
    help:
      "Keep the weights of the table, each times the shared weight; otherwise all become the shared weight.")
  var keepWeights = false

  @Option(
    help: ArgumentHelp(
      "A JSON list with a weight for each enabled connection, in ascending order of rows and then columns of the table.",
      valueName: "file"), completion: .file(extensions: ["json"]))
  var factors: String?

  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard factors == nil || !keepWeights else {
      throw ValidationError("--factors and --keep-weights exclude each other")
    }
    _ = try Shape(argument: input)
  }

  func run() async throws {
    try OutputFile.check([output], inputs: [table] + (factors.map { [$0] } ?? []))
    let shape = try Shape(argument: input)
    let source = try NeuronTable(path: table)
    var graph = try source.graph(inputs: shape.count, outputs: outputs, keepsWeights: keepWeights)
    let given = try factors.map { try WannFactors(path: $0) }
    if let given { graph = try graph.withFactors(given.numbers) }
    let usual = graph.isAgnostic ? WannModel.publishedWeights : [1]
    var model = WannModel(graph: graph, input: shape, sharedWeights: weights?.values ?? usual)
    model.normalisation = .none(divisor: 255)
    model.provenance.tool = Tool.name
    model.provenance.sourceName = URL(fileURLWithPath: table).lastPathComponent
    model.provenance.sourceDigest = source.digest
    model.provenance.sourceBytes = source.byteCount
    model.provenance.entries = [
      Provenance.Entry("command", "wann import"), Provenance.Entry("keep-weights", "\(keepWeights)"),
    ]
    if let given { model.provenance.entries.append(Provenance.Entry("factors", given.digest.description)) }
    let result = WannFileReport("padawann.wann-import/1", output, try WannFile.write(model, to: output))
    try report.print(result) { result.text }
  }
}

/// Weights of single connections in a file.
struct WannFactors {
  let numbers: [Float]
  /// That of the file.
  let digest: Digest

  /// - Throws: ``PadawannError`` `missing`, or `data` for whatever is no list of numbers.
  init(path: String) throws(PadawannError) {
    let bytes = try StoredFile.read(path, limit: 1 << 28)
    guard let numbers = try? JSONDecoder().decode([Float].self, from: Data(bytes)) else {
      throw PadawannError(.data, "this is not a JSON list of numbers", at: path)
    }
    self.numbers = numbers
    digest = Digest(of: bytes)
  }
}
