import ArgumentParser
import Padawann

/// `padawann import`
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Turn a pre-trained network into a model of signs and masks.",
    discussion: """
      Reads programs of PyTorch's torch.export (.pt2) and ONNX models with their architecture, and the weights of PyTorch \
      files (.pt and .pth: zip archives, the older streams and tars), safetensors and NumPy archives. Nothing in them is \
      ever executed. Without a graph the tensors' shapes choose one of the known architectures \
      (\(Preset.allCases.map(\.rawValue).joined(separator: ", "))); for any other give --arch, which --sketch helps to \
      write. From PyTorch: torch.export.save(torch.export.export(net.eval(), (torch.zeros(1, 1, 28, 28),)), "net.pt2")
      """)

  @Argument(
    help: "The file with the weights.",
    completion: .file(extensions: ["pt2", "onnx", "pt", "pth", "safetensors", "npz"]))
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

  @Option(
    help: ArgumentHelp(
      "The shape of an image that a graph reads as a vector, or of which a sketch is made, for example 1x28x28.",
      valueName: "shape"),
    transform: Shape.init(argument:))
  var imageShape: Shape?

  @Option(
    help: ArgumentHelp(
      "What is kept of each weight: its sign, or (keep) its number for later pruning (default: sign).",
      discussion: "In a file that padawann has exported the default is what the model had."))
  var weights: KeptWeights?

  @Flag(help: "Keep the signs of pruned edges too, so that they can grow again.")
  var keepPruned = false

  @Option(
    help: ArgumentHelp(
      "The key of the weights in a checkpoint, or keys with / between them (default: the usual one).",
      valueName: "key"))
  var key: String?

  @Option(
    help: ArgumentHelp("Take only tensors whose names begin so, without it.", valueName: "prefix"))
  var prefix: String?

  @Option(
    help: ArgumentHelp(
      "A tensor that is not needed, * for any characters of its name; may be repeated.", valueName: "tensor"))
  var ignore: [String] = []

  @Option(
    help: ArgumentHelp(
      "The shared weights of the model, separated by commas (default: \(WeightList(values: Model.thesisWeights))).",
      discussion:
        "Shared weights, normalisation and class names of a file that padawann has exported are read from it.",
      valueName: "list"),
    transform: WeightList.init)
  var sharedWeights: WeightList?

  @Option(
    help: ArgumentHelp(
      "How pixels become inputs: mnist, cifar10, imagenet, none, raw and so on, or MEAN/DEVIATION for each channel.",
      discussion:
        "As a dataset's option of that name (Formats/datasets.md). Every command that uses the model then does so.",
      valueName: "how"), transform: PixelNormalisation.init)
  var normalise: PixelNormalisation?

  @Option(
    help: ArgumentHelp(
      "What the outputs stand for: names with + between them, or a text file with a name in each line.",
      valueName: "names"))
  var classNames: String?

  @Flag(help: "Write the smallest encoding instead of plain bit planes.")
  var compact = false

  @Flag(help: "Only list the tensors of the file.")
  var list = false

  @Option(
    help: ArgumentHelp(
      "Only write the architecture that the tensors suggest, to be edited and given with --arch.",
      valueName: "file"),
    completion: .file(extensions: ["json"]))
  var sketch: String?

  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard [list, output != nil, sketch != nil].count(where: { $0 }) == 1 else {
      throw ValidationError(
        "give one of -o FILE for the model, --list to look at the tensors, and --sketch FILE for an architecture"
      )
    }
    guard !list || normalise == nil && classNames == nil else {
      throw ValidationError("--normalise and --class-names are for the model: leave --list out")
    }
    guard imageShape == nil || arch == nil && !list else {
      throw ValidationError("--image-shape is for a graph or a sketch: leave --arch and --list out")
    }
    guard sketch == nil || arch == nil else {
      throw ValidationError("--sketch writes what --arch reads: give one")
    }
  }

  func run() async throws {
    if let target = output ?? sketch {
      try OutputFile.check([target], inputs: [file] + (arch.map { [$0] } ?? []))
    }
    let source = try TensorFile.read(file, choosing: choice)
    // A graph gives the architecture too, unless another is given.
    let graph = arch == nil && !list ? try ONNXNetwork(source, vectorShape: imageShape) : nil
    guard graph != nil || imageShape == nil || sketch != nil else {
      throw PadawannError(.usage, "--image-shape is for graphs, and this is \(source.format)", at: file)
    }
    let tensors = try graph == nil ? ImportedParameters(source) : nil
    let notes = graph?.notes ?? tensors?.notes ?? []
    for note in notes { Output.note(note) }
    if let sketch {
      let result = try self.sketch(graph, tensors?.parameters ?? [])
      try StoredFile.write(Array((result.json + "\n").utf8), to: sketch)
      for guess in result.guesses { Output.note("a guess: \(guess)") }
      let written = SketchReport(sketch, result, from: source, notes: notes)
      return try report.print(written) { written.text }
    }
    guard let output else {
      let result = TensorListReport(source, notes: notes)
      return try report.print(result) { result.text }
    }
    let parameters = graph?.parameters ?? tensors?.parameters ?? []
    let record = source.record
    let architecture = try graph?.architecture ?? self.architecture(parameters, record)
    var model = Model(
      network: try network(parameters, architecture, record),
      sharedWeights: sharedWeights?.values ?? record?.sharedWeights ?? Model.thesisWeights,
      provenance: provenance(source))
    let given = try normalise?.normalisation(channels: architecture.input.channels)
    model.normalisation = given ?? record?.normalisation
    // The names of some outputs only are no names of all.
    let recorded = record?.outputs == nil ? record?.classNames : nil
    model.classNames = try outputNames(architecture) ?? recorded ?? []
    let written = try ModelFile.write(model, to: output, compact: compact)
    let result = ImportReport(output, written, from: source, kept(record), notes: notes)
    try report.print(result) { result.text }
  }

  /// What is kept of most weights.
  private func kept(_ record: PortableRecord?) -> KeptWeights {
    weights ?? (record.map { $0.ownLayers.isEmpty ? .sign : .keep } ?? .sign)
  }

  private func outputNames(_ architecture: Architecture) throws(PadawannError) -> [String]? {
    guard let classNames else { return nil }
    do throws(PadawannError) {
      let names = try ClassNameList(argument: classNames).names
      try ModelRules.check(classNames: names, outputs: architecture.outputs)
      return names
    } catch {
      throw error.inside("--class-names")
    }
  }

  private var choice: TensorChoice {
    TensorChoice(keys: key?.split(separator: "/").map(String.init), prefix: prefix)
  }

  /// The architecture of a graph, or what the tensors suggest.
  private func sketch(_ graph: ONNXNetwork?, _ parameters: [ImportedParameter]) throws(PadawannError)
    -> ArchitectureSketch
  {
    if let graph { return ArchitectureSketch(of: graph.architecture) }
    do {
      return try ArchitectureSketch(parameters, imageShape: imageShape, ignored: Set(ignore))
    } catch { throw error.inside(file) }
  }

  private func network(
    _ parameters: [ImportedParameter], _ architecture: Architecture, _ record: PortableRecord?
  ) throws(PadawannError) -> Network {
    var importing = NetworkImport(
      weights: weights == .keep ? .keep : .sign, retainsPruned: keepPruned, ignored: Set(ignore))
    if weights == nil, let record { importing.keptLayers = record.ownLayers }
    importing.negatedLayers = record?.negatedLayers ?? []
    importing.multipliers = record?.multipliers ?? [:]
    let fitted = NetworkImport.fitted(parameters, to: architecture)
    if !fitted.prefix.isEmpty { Output.note("the prefix \(fitted.prefix) was removed from every name") }
    do throws(PadawannError) {
      return try importing.network(fitted.parameters, architecture)
    } catch {
      throw error.inside(file)
    }
  }

  private func architecture(_ parameters: [ImportedParameter], _ record: PortableRecord?)
    throws(PadawannError)
    -> Architecture
  {
    guard let arch else {
      if let record { return record.architecture }
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
    return try ArchitectureFile.architecture(named: arch)
  }

  private func provenance(_ source: TensorFile) -> Provenance {
    var provenance = Provenance()
    provenance.tool = Tool.name
    provenance.sourceName = String(file.split(separator: "/").last ?? "")
    provenance.sourceDigest = source.sourceDigest
    provenance.sourceBytes = source.byteCount
    provenance.entries = settings(source.record) + Provenance.settings(of: source.externalFiles)
    return provenance
  }

  private func settings(_ record: PortableRecord?) -> [Provenance.Entry] {
    var settings = [Provenance.Entry("command", "import")]
    settings.append(.init("weights", kept(record).rawValue))
    if let arch { settings.append(.init("arch", arch.split(separator: "/").last.map(String.init) ?? arch)) }
    if let imageShape { settings.append(.init("image-shape", imageShape.description)) }
    if let key { settings.append(.init("key", key)) }
    if let prefix { settings.append(.init("prefix", prefix)) }
    if let normalise { settings.append(.init("normalise", normalise.description)) }
    if keepPruned { settings.append(.init("keep-pruned", "true")) }
    return settings + ignore.map { .init("ignore", $0) }
  }
}
