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
      "What is kept of each weight: its sign, or (keep) its number for later pruning (default: sign).",
      discussion: "In a file that padawann has exported the default is what the model had."))
  var weights: KeptWeights?

  @Flag(help: "Keep the signs of pruned edges too, so that they can grow again.")
  var keepPruned = false

  @Option(
    help: ArgumentHelp(
      "The shared weights of the model, separated by commas (default: \(WeightList(values: Model.thesisWeights))).",
      discussion:
        "Shared weights, normalisation and class names of a file that padawann has exported are read from it.",
      valueName: "list"),
    transform: WeightList.init)
  var sharedWeights: WeightList?

  @OptionGroup var form: ModelFormOptions

  @Flag(help: "Only list the tensors of the file.")
  var list = false

  @Option(
    help: ArgumentHelp(
      "Only write the architecture that the tensors suggest, to be edited and given with --arch.",
      valueName: "file"),
    completion: .file(extensions: ["json"]))
  var sketch: String?

  @OptionGroup var source: NetworkSourceOptions
  @OptionGroup var converting: ConversionOptions
  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard [list, output != nil, sketch != nil].count(where: { $0 }) == 1 else {
      throw ValidationError(
        "give one of -o FILE for the model, --list to look at the tensors, and --sketch FILE for an architecture"
      )
    }
    guard !list || source.normalise == nil && source.classNames == nil else {
      throw ValidationError("--normalise and --class-names are for the model: leave --list out")
    }
    guard source.imageShape == nil || source.arch == nil && !list else {
      throw ValidationError("--image-shape is for a graph or a sketch: leave --arch and --list out")
    }
    guard !converting.folds || weights != .keep && !keepPruned else {
      throw ValidationError(
        "--scales fold, --mask and --calibrate make signs: leave --weights and --keep-pruned out")
    }
    guard sketch == nil || source.arch == nil else {
      throw ValidationError("--sketch writes what --arch reads: give one")
    }
  }

  func run() async throws {
    if let target = output ?? sketch {
      try OutputFile.check([target], inputs: [file] + (source.arch.map { [$0] } ?? []))
    }
    var importing = try source.importing()
    importing.weights = weights.map { $0 == .keep ? .keep : .sign }
    if converting.folds { importing.weights = .keep }
    importing.retainsPruned = keepPruned
    importing.sharedWeights = sharedWeights?.values
    if list { return try printList(importing) }
    let opened = try importing.open(file)
    if let sketch { return try write(sketch: sketch, of: opened) }
    var imported = try importing.model(opened, file, tool: Tool.name)
    for note in imported.notes { Output.note(note) }
    if converting.folds { try convert(&imported) } else { warn(imported) }
    let path = output ?? ""
    let written = try form.write(imported.model, to: path)
    let result = ImportReport(path, written, from: imported)
    try report.print(result) { result.text }
  }

  /// Signs that answer like the weights.
  private func convert(_ imported: inout ModelImport.Imported) throws {
    let inference = try compute.inference()
    let datasets = try dataFolder.unlabelled(converting.calibrate, for: imported.model)
    imported.model = try imported.model.converted(
      by: converting.conversion, on: datasets, threads: inference.threads,
      instructionSet: inference.instructionSet)
    imported.weights = .sign
    if let note = imported.model.network.multiplierNote { Output.note(note) }
    imported.model.provenance.entries.removeAll { $0.name == "weights" }
    imported.model.provenance.entries += [.init("weights", KeptWeights.sign.rawValue)] + converting.entries
  }

  /// Says what signs alone do to a network with batch normalisations.
  private func warn(_ imported: ModelImport.Imported) {
    guard imported.weights == .sign, converting.scales != ConversionOptions.Scales.none,
      imported.model.network.architecture.hasNormalisations
    else { return }
    Output.note(
      "its batch normalisations were made for its weights, not for their signs, and answers will be poor: --calibrate SPEC measures "
        + "them anew by some images, and padawann convert learns which edges are left")
  }

  private func printList(_ importing: ModelImport) throws {
    let source = try TensorFile.read(file, choosing: importing.choice)
    let notes = try ImportedParameters(source).notes
    for note in notes { Output.note(note) }
    let result = TensorListReport(source, notes: notes)
    try report.print(result) { result.text }
  }

  /// Writes the architecture of a graph, or what the tensors suggest.
  private func write(sketch path: String, of opened: ModelImport.Opened) throws {
    for note in opened.notes { Output.note(note) }
    let sketch: ArchitectureSketch
    if let graph = opened.graph {
      sketch = ArchitectureSketch(of: graph.architecture)
    } else {
      do throws(PadawannError) {
        sketch = try ArchitectureSketch(
          opened.parameters, imageShape: source.imageShape, ignored: Set(source.ignore))
      } catch { throw error.inside(file) }
    }
    try StoredFile.write(Array((sketch.json + "\n").utf8), to: path)
    for guess in sketch.guesses { Output.note("a guess: \(guess)") }
    let written = SketchReport(path, sketch, from: opened.source, notes: opened.notes)
    try report.print(written) { written.text }
  }
}
