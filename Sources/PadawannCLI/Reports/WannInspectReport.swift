import Padawann

/// What `padawann inspect` shows of a WANN: `padawann.inspect-wann/1`.
struct WannInspectReport: Encodable {
  let schema = "padawann.inspect-wann/1"
  let file: String
  let sha256: String
  let bytes: Int
  let input: [Int]
  let sharedWeights: [Float]
  /// Whether every connection is worth the shared weight alone.
  let weightAgnostic: Bool
  /// How bytes become inputs; `nil` where the model does not say.
  let normalisation: NormalisationEntry?
  /// What the outputs stand for; empty where the model does not say.
  let classNames: [String]
  let network: WannFigures
  let tasks: [InspectReport.TaskEntry]
  let provenance: InspectReport.ProvenanceEntry
  let unknownAttributes: [String]

  init(_ path: String, _ stored: StoredWann) {
    let model = stored.model
    file = path
    sha256 = stored.digest.description
    bytes = stored.byteCount
    input = model.input.lengths
    sharedWeights = model.sharedWeights
    weightAgnostic = model.graph.isAgnostic
    normalisation = model.normalisation.map(NormalisationEntry.init)
    classNames = model.classNames
    network = WannFigures(model.graph)
    tasks = model.tasks.map { InspectReport.TaskEntry($0, nil, model.provenance) }
    provenance = InspectReport.ProvenanceEntry(model.provenance)
    unknownAttributes = model.unknown.names
  }

  var text: String {
    let weights = sharedWeights.map(Format.weight).joined(separator: ", ")
    let head = [
      "\(file.inOneLine) (WANN)", "  content sha256 \(sha256)",
      "  input \(Format.shape(input)), shared weights \(weights)"
        + (weightAgnostic ? "" : ", times a factor for each connection"),
      normalisation.map { "  pixels become inputs by \($0.text)" },
      classNames.isEmpty ? nil : "  outputs \(ClassNameLine.text(classNames))", "  \(network.text)",
    ].compactMap { $0 }
    let rows =
      [["activation", "hidden neurons"]]
      + NeuronActivation.allCases.compactMap { activation in
        network.activations[activation.name].map { [activation.name, Format.count($0)] }
      }
    let unknown = unknownAttributes.map { "  unknown attribute, kept: \($0.inOneLine)" }
    let parts = [
      head, rows.count > 1 ? [Table.text(rows)] : [], tasks.map(\.text), provenance.lines + unknown,
    ]
    return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }
}

/// What `padawann stats` counts of a WANN.
struct WannStatsEntry: Encodable {
  let file: String
  let sha256: String
  /// The size on disk: payload and overhead.
  let bytes: Int
  let payloadBytes: Int
  let overheadBytes: Int
  let network: WannFigures
  /// The size of the matrix of neurons by neurons that the published programs compute with.
  let matrixPlaces: Int
  let bitsPerConnection: Double
  /// The real size of the file that the model was imported from.
  let sourceName: String?
  let sourceBytes: Int?

  init(_ path: String, _ stored: StoredWann) {
    file = path
    sha256 = stored.digest.description
    bytes = stored.byteCount
    payloadBytes = stored.payloadByteCount
    overheadBytes = stored.byteCount - stored.payloadByteCount
    network = WannFigures(stored.model.graph)
    matrixPlaces = network.neurons * network.neurons
    bitsPerConnection = Double(bytes * 8) / Double(max(network.enabledConnections, 1))
    sourceName = stored.model.provenance.sourceName
    sourceBytes = stored.model.provenance.sourceBytes
  }

  var text: String {
    var rows = [
      ["", "bytes"], ["this file", Format.count(bytes)],
      ["  activations, connections", Format.count(payloadBytes)],
      ["  everything else", Format.count(overheadBytes)],
    ]
    if let sourceBytes { rows.append([sourceName ?? "the source", Format.count(sourceBytes)]) }
    return
      "\(file.inOneLine) (WANN)\n  \(network.text)\n  of \(Format.count(matrixPlaces)) places of a matrix of all neurons\n\n"
      + Table.text(rows) + "\n  \(Format.decimal(bitsPerConnection, 1)) bits an enabled connection"
  }
}
