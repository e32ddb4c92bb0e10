import Padawann

/// What `padawann stats` counted: `padawann.stats/2`.
struct StatsReport: Encodable {
  let schema = "padawann.stats/2"
  let models: [AnyEntry]

  /// One model of either class.
  enum AnyEntry: Encodable {
    case layers(Entry)
    case neurons(WannStatsEntry)

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .layers(let entry): try entry.encode(to: encoder)
      case .neurons(let entry): try entry.encode(to: encoder)
      }
    }

    fileprivate var text: String {
      switch self {
      case .layers(let entry): entry.text
      case .neurons(let entry): entry.text
      }
    }
  }

  /// One model.
  struct Entry: Encodable {
    let file: String
    let sha256: String
    let compact: Bool
    /// `plain`, `compact` or `packed`.
    let layout: String
    /// The size on disk: payload and overhead.
    let bytes: Int
    let payloadBytes: Int
    let overheadBytes: Int
    let bitsPerEdge: Double
    /// The real size of the file that the model was imported from.
    let sourceName: String?
    let sourceBytes: Int?
    /// How many times smaller than other encodings the file is.
    let ratioToSource: Double?
    let ratioToFloat32: Double
    let ratioToCsr: Double
    let ratioToTernary: Double
    let ratioToEntropyBound: Double
    let counts: Compression
    /// What tasks have instead of the network's own numbers.
    let taskParameters: Int
    let taskBytes: Int
    /// The masks that tasks have of their own; absent where none has.
    let taskMasks: [TaskMaskFigures]?

    init(_ path: String, _ stored: StoredModel) throws(PadawannError) {
      let counts = Compression(of: stored.model.network)
      let size = Double(stored.byteCount)
      file = path
      sha256 = stored.digest.description
      compact = stored.isCompact
      layout = stored.form.layout.rawValue
      bytes = stored.byteCount
      payloadBytes = stored.payloadByteCount
      overheadBytes = stored.byteCount - stored.payloadByteCount
      bitsPerEdge = size * 8 / Double(max(counts.edges, 1))
      sourceName = stored.model.provenance.sourceName
      sourceBytes = stored.model.provenance.sourceBytes
      ratioToSource = sourceBytes.map { Double($0) / size }
      ratioToFloat32 = Double(counts.float32Bytes) / size
      ratioToCsr = Double(counts.csrBytes) / size
      ratioToTernary = Double(counts.ternaryBytes) / size
      ratioToEntropyBound = counts.entropyBound / size
      self.counts = counts
      let parameters = stored.model.tasks.flatMap(\.parameters)
      taskParameters = parameters.reduce(0) { $0 + $1.count }
      taskBytes = parameters.reduce(0) { $0 + $1.byteCount }
      taskMasks = try stored.model.taskMasks(as: stored.form)
    }
  }

  var text: String { models.map(\.text).joined(separator: "\n\n") }
}

extension StatsReport.Entry {
  fileprivate var text: String {
    let header = "\(file.inOneLine)\(compact ? " (\(layout))" : "")\n"
    let masks = taskMasks.map { "\n\n" + TaskMaskFigures.table($0) } ?? ""
    return header + layers + "\n\n" + sizes + masks
  }

  private var layers: String {
    let rows = counts.layers.map { layer in
      [
        layer.name, Format.shape(layer.shape), Format.count(layer.edges),
        Format.count(layer.remainingEdges), Format.percent(layer.density) + "%",
        Format.percent(layer.negative) + "%",
      ]
    }
    let total = [
      "all", "", Format.count(counts.edges), Format.count(counts.remainingEdges),
      Format.percent(counts.density) + "%", "",
    ]
    return Table.text(
      [["layer", "shape", "edges", "left", "density", "negative"]] + rows + [total])
  }

  private var sizes: String {
    var rows = [
      ["", "bytes", "this file is"],
      ["this file", Format.count(bytes), ""],
      ["  masks, signs, numbers", Format.count(payloadBytes), ""],
      ["  everything else", Format.count(overheadBytes), ""],
    ]
    if let taskMasks {
      let bytes = taskMasks.reduce(0) { $0 + $1.bytes }
      rows.insert(["    of which masks of tasks", Format.count(bytes), ""], at: 3)
    }
    if taskBytes > 0 { rows.insert(["    of which heads of tasks", Format.count(taskBytes), ""], at: 3) }
    if let sourceBytes, let ratioToSource {
      rows.append([sourceName ?? "the source", Format.count(sourceBytes), Format.ratio(ratioToSource)])
    }
    rows += [
      ["float32", Format.count(counts.float32Bytes), Format.ratio(ratioToFloat32)],
      ["compressed sparse rows", Format.count(counts.csrBytes), Format.ratio(ratioToCsr)],
      ["ternary, 1.6875 bits an edge", Format.count(counts.ternaryBytes), Format.ratio(ratioToTernary)],
      [
        "entropy bound", Format.count(Int(counts.entropyBound.rounded(.up))),
        Format.ratio(ratioToEntropyBound),
      ],
    ]
    return Table.text(rows)
      + "\n  \(Format.decimal(bitsPerEdge, 3)) bits an edge; \(Format.count(counts.otherParameters)) other parameters"
      + (taskParameters > 0 ? "; \(Format.count(taskParameters)) numbers of tasks" : "")
  }
}
