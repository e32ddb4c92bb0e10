/// How a network that another program has trained becomes a model.
package struct ModelImport: Sendable {
  /// What is kept of each weight; `nil` for its sign, or in a file that this program has exported what the model had.
  package var weights: NetworkImport.Weights?
  /// Whether the signs of pruned edges are kept too.
  package var retainsPruned = false
  /// The name of a preset or the path of an architecture; `nil` for that of the graph or the one that the tensors fit.
  package var architecture: String?
  /// The shape of an image that a graph reads as a vector.
  package var imageShape: Shape?
  /// Which tensors are meant.
  package var choice = TensorChoice()
  /// Tensors that are not needed, with `*` for any characters.
  package var ignored: [String] = []
  /// The shared weights of the model; `nil` for the file's or the thesis'.
  package var sharedWeights: [Float]?
  /// How 8-bit pixels become inputs; `nil` where the file does not say.
  package var normalisation: NormalisationChoice?
  /// What the outputs stand for; `nil` where the file does not say.
  package var classNames: [String]?

  /// Everything as the file has it.
  package init() {}

  /// What a file came to.
  package struct Imported: Sendable {
    /// The model.
    package var model: Model
    /// The file.
    package let source: TensorFile
    /// What was kept of most weights.
    package var weights: NetworkImport.Weights
    /// What is worth knowing about the file.
    package let notes: [String]
  }

  /// A file that has been read, before anything is made of it.
  package struct Opened: Sendable {
    /// The file.
    package let source: TensorFile
    /// The network of a file with a graph.
    package let graph: ONNXNetwork?
    /// The tensors, under the names of parameters.
    package let parameters: [ImportedParameter]
    /// What is worth knowing about the file.
    package let notes: [String]
  }

  /// Reads a file.
  ///
  /// - Throws: ``PadawannError`` that names the file.
  package func open(_ file: String) throws(PadawannError) -> Opened {
    let source = try TensorFile.read(file, choosing: choice)
    // A graph gives the architecture too, unless another is given.
    let graph = architecture == nil ? try ONNXNetwork(source, vectorShape: imageShape) : nil
    let tensors = try graph == nil ? ImportedParameters(source) : nil
    return Opened(
      source: source, graph: graph, parameters: graph?.parameters ?? tensors?.parameters ?? [],
      notes: graph?.notes ?? tensors?.notes ?? [])
  }

  /// Makes a model of a file.
  ///
  /// - Parameters:
  ///   - file: the path.
  ///   - tool: the program and its version.
  /// - Throws: ``PadawannError`` that names the file.
  package func model(_ file: String, tool: String) throws(PadawannError) -> Imported {
    try model(open(file), file, tool: tool)
  }

  /// Makes a model of a file that has been read.
  package func model(_ opened: Opened, _ file: String, tool: String) throws(PadawannError) -> Imported {
    var notes = opened.notes
    guard opened.graph != nil || imageShape == nil else {
      throw PadawannError(
        .usage, "an image's shape is for graphs, and this is \(opened.source.format)", at: file,
        remedy: "Leave the shape out, or give the architecture")
    }
    let record = opened.source.record
    let architecture =
      if let graph = opened.graph { graph.architecture } else { try chosen(opened, file, &notes) }
    let kept = weights ?? (record.map { $0.ownLayers.isEmpty ? .sign : .keep } ?? .sign)
    let network = try network(opened, architecture, file, &notes)
    var model = Model(
      network: network, sharedWeights: sharedWeights ?? record?.sharedWeights ?? Model.thesisWeights,
      provenance: provenance(opened.source, file, kept, tool))
    model.normalisation = try stated(architecture) ?? record?.normalisation
    // The names of some outputs only are no names of all.
    let recorded = record?.outputs == nil ? record?.classNames : nil
    if let classNames { try ModelRules.check(classNames: classNames, outputs: architecture.outputs) }
    model.classNames = classNames ?? recorded ?? []
    return Imported(model: model, source: opened.source, weights: kept, notes: notes)
  }

  private func stated(_ architecture: Architecture) throws(PadawannError) -> Normalisation? {
    guard let ofBytes = normalisation?.ofBytes else { return nil }
    let channels = architecture.input.channels
    guard [1, channels].contains(ofBytes.mean.count) else {
      throw PadawannError(
        .usage,
        "the normalisation has \(ofBytes.mean.count) means and deviations, and the network reads \(channels) channels"
      )
    }
    return ofBytes
  }

  private func chosen(_ opened: Opened, _ file: String, _ notes: inout [String]) throws(PadawannError)
    -> Architecture
  {
    if let architecture { return try ArchitectureFile.architecture(named: architecture) }
    if let record = opened.source.record { return record.architecture }
    guard let preset = try NetworkImport.preset(for: opened.parameters) else {
      throw PadawannError(
        .data, "the tensors fit none of the known architectures", at: file,
        remedy: "Describe the network in JSON, as Formats/architecture.md says, and give it",
        choice: .architecture)
    }
    notes.append("the tensors are those of \(preset.rawValue)")
    return try preset.architecture
  }

  private func network(
    _ opened: Opened, _ architecture: Architecture, _ file: String, _ notes: inout [String]
  ) throws(PadawannError) -> Network {
    var importing = NetworkImport(
      weights: weights == .keep ? .keep : .sign, retainsPruned: retainsPruned, ignored: Set(ignored))
    let record = opened.source.record
    if weights == nil, let record { importing.keptLayers = record.ownLayers }
    importing.negatedLayers = record?.negatedLayers ?? []
    if let record { importing.multipliers = record.multipliers }
    let fitted = NetworkImport.fitted(opened.parameters, to: architecture)
    if !fitted.prefix.isEmpty { notes.append("the prefix \(fitted.prefix) was removed from every name") }
    do throws(PadawannError) {
      return try importing.network(fitted.parameters, architecture)
    } catch {
      throw error.inside(file)
    }
  }

  private func provenance(
    _ source: TensorFile, _ file: String, _ kept: NetworkImport.Weights, _ tool: String
  ) -> Provenance {
    var provenance = Provenance()
    provenance.tool = tool
    provenance.sourceName = String(file.split(separator: "/").last ?? "")
    provenance.sourceDigest = source.sourceDigest
    provenance.sourceBytes = source.byteCount
    provenance.entries = settings(kept) + Provenance.settings(of: source.externalFiles)
    return provenance
  }

  private func settings(_ kept: NetworkImport.Weights) -> [Provenance.Entry] {
    var settings = [Provenance.Entry("command", "import"), .init("weights", kept.rawValue)]
    if let architecture {
      settings.append(.init("arch", architecture.split(separator: "/").last.map(String.init) ?? architecture))
    }
    if let imageShape { settings.append(.init("image-shape", imageShape.description)) }
    if let keys = choice.keys { settings.append(.init("key", keys.joined(separator: "/"))) }
    if let prefix = choice.prefix { settings.append(.init("prefix", prefix)) }
    if let normalisation { settings.append(.init("normalise", normalisation.description)) }
    if retainsPruned { settings.append(.init("keep-pruned", "true")) }
    return settings + ignored.map { .init("ignore", $0) }
  }
}

extension ModelImport {
  /// The model of a file of this program's or of another's, with its weights where there are some.
  ///
  /// - Throws: ``PadawannError`` that names the file.
  package static func trained(
    _ file: String, importing: ModelImport = ModelImport(), tool: String
  ) throws(PadawannError) -> (model: Model, notes: [String]) {
    // Most files of other programs are of no format that datasets have.
    if (try? FileFormat.of(file)) == .hdf5 { return (try ModelFile.read(file).model, []) }
    var importing = importing
    importing.weights = .keep
    let imported = try importing.model(file, tool: tool)
    return (imported.model, imported.notes)
  }
}
