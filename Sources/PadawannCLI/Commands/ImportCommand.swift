import ArgumentParser
import Padawann

/// `padawann import`
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Turn a pre-trained network into a model of signs and masks.",
    discussion: """
      Reads PyTorch files (.pt and .pth: zip archives, the older streams and tars), safetensors and NumPy archives. \
      Nothing in them is ever executed. The tensors' shapes choose one of the known architectures \
      (\(Preset.allCases.map(\.rawValue).joined(separator: ", "))); for any other give --arch.
      """)

  @Argument(
    help: "The file with the weights.", completion: .file(extensions: ["pt", "pth", "safetensors", "npz"]))
  var file: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The model file to write.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "The architecture: a name or a JSON file (Formats/architecture.md).", valueName: "name or file"),
    completion: .file(extensions: ["json"]))
  var arch: String?

  @Option(help: "What is kept of each weight: its sign, or (keep) its number for later pruning.")
  var weights: KeptWeights = .sign

  @Flag(help: "Keep the signs of pruned edges too, so that they can grow again.")
  var keepPruned = false

  @Option(help: ArgumentHelp("A tensor that is not needed; may be repeated.", valueName: "tensor"))
  var ignore: [String] = []

  @Option(help: ArgumentHelp("The shared weights of the model, separated by commas.", valueName: "list"))
  var sharedWeights = WeightList(values: Model.thesisWeights)

  @Flag(help: "Write the smallest encoding instead of plain bit planes.")
  var compact = false

  @Flag(help: "Only list the tensors of the file.")
  var list = false

  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard list != (output != nil) else {
      throw ValidationError("give -o FILE for the model, or --list to look at the tensors")
    }
  }

  func run() async throws {
    let source = try TensorFile.read(file)
    let parameters = try ParameterSet(source)
    for note in source.notes + parameters.notes { Output.note(note) }
    guard let output else { return try printList(source) }
    let architecture = try architecture(parameters.parameters)
    let importing = NetworkImport(
      weights: weights == .sign ? .sign : .keep, retainsPruned: keepPruned, ignored: Set(ignore))
    let network: Network
    do throws(PadawannError) {
      network = try importing.network(parameters.parameters, architecture)
    } catch {
      throw error.inside(file)
    }
    let model = Model(network: network, sharedWeights: sharedWeights.values, provenance: provenance(source))
    try printSummary(source, try ModelFile.write(model, to: output, compact: compact), output)
  }

  private func architecture(_ parameters: [Parameter]) throws(PadawannError) -> Architecture {
    guard let arch else {
      guard let preset = try NetworkImport.preset(for: parameters) else {
        throw PadawannError(
          .data, "the tensors fit none of the known architectures", at: file,
          remedy:
            "Describe the network in JSON and give it with --arch (Formats/architecture.md); --list shows the tensors"
        )
      }
      Output.note("the tensors are those of \(preset.rawValue)")
      return try preset.architecture
    }
    if let preset = Preset(rawValue: arch) { return try preset.architecture }
    do throws(PadawannError) {
      return try ArchitectureFile.architecture(
        json: try StoredFile.read(arch, limit: ArchitectureFile.sizeLimit))
    } catch {
      throw error.location?.hasPrefix(arch) == true ? error : error.inside(arch)
    }
  }

  private func provenance(_ source: TensorFile) -> Provenance {
    var provenance = Provenance()
    provenance.tool = Tool.name
    provenance.sourceName = String(file.split(separator: "/").last ?? "")
    provenance.sourceDigest = source.sourceDigest
    provenance.sourceBytes = source.byteCount
    provenance.settings = [.init("command", "import"), .init("weights", weights.rawValue)]
    return provenance
  }

  // MARK: - Reports

  private struct TensorResult: Encodable {
    let name: String
    let shape: [Int]
    let type: String
  }

  private struct ListResult: Encodable {
    let schema = "padawann.import.list/1"
    let file: String
    let format: String
    let sha256: String
    let bytes: Int
    let tensors: [TensorResult]
    let notes: [String]
  }

  private func printList(_ source: TensorFile) throws {
    let tensors = source.tensors.map { TensorResult(name: $0.name, shape: $0.shape, type: $0.type.name) }
    let result = ListResult(
      file: file, format: source.format, sha256: source.sourceDigest.description, bytes: source.byteCount,
      tensors: tensors, notes: source.notes)
    try report.print(result) {
      let rows = tensors.map { [$0.name, $0.type, $0.shape.map(String.init).joined(separator: "×")] }
      return "\(file): \(source.format), \(tensors.count) tensors\n" + Table.text(rows, indent: "  ")
    }
  }

  private struct ImportResult: Encodable {
    let schema = "padawann.import/1"
    let file: String
    let sha256: String
    let source: String
    let sourceFormat: String
    let sourceBytes: Int
    let bytes: Int
    let weights: String
    let edges: Int
    let survivors: Int
  }

  private func printSummary(_ source: TensorFile, _ written: StoredModel, _ output: String) throws {
    let network = written.model.network
    let result = ImportResult(
      file: output, sha256: written.digest.description, source: file, sourceFormat: source.format,
      sourceBytes: source.byteCount, bytes: written.byteCount, weights: weights.rawValue,
      edges: network.edgeCount,
      survivors: network.survivors)
    try report.print(result) {
      let kept = weights == .sign ? "one sign and one mask bit each" : "with their weights"
      return """
        \(file): \(source.format), \(Format.count(source.byteCount)) bytes
        \(output): \(Format.count(network.survivors)) of \(Format.count(network.edgeCount)) edges, \(kept), \
        \(Format.count(written.byteCount)) bytes (\(Format.decimal(Double(source.byteCount) / Double(written.byteCount), 1))× \
        smaller)
        """
    }
  }
}
