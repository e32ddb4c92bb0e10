import Padawann

/// What `padawann inspect` shows: `padawann.inspect/2`.
struct InspectReport: Encodable {
  let schema = "padawann.inspect/2"
  let file: String
  let sha256: String
  let compact: Bool
  /// `plain`, `compact` or `packed`.
  let layout: String
  /// How many numbers besides those of edges there are, and how many of them have 16 bits.
  let otherNumbers: Int
  let halfNumbers: Int
  let bytes: Int
  let input: [Int]
  let sharedWeights: [Float]
  /// How bytes become inputs; `nil` where the model does not say.
  let normalisation: NormalisationEntry?
  /// What the outputs stand for; empty where the model does not say.
  let classNames: [String]
  let nodes: [NodeEntry]
  let tasks: [TaskEntry]
  let provenance: ProvenanceEntry
  let unknownAttributes: [String]

  init(_ path: String, _ stored: StoredModel) throws(PadawannError) {
    let model = stored.model
    let masks = try model.taskMasks(as: stored.form) ?? []
    file = path
    sha256 = stored.digest.description
    compact = stored.isCompact
    layout = stored.form.layout.rawValue
    otherNumbers = model.vectorsBesidesEdges.reduce(0) { $0 + $1.count }
    halfNumbers = stored.halfNumberCount
    bytes = stored.byteCount
    input = model.network.architecture.input.lengths
    sharedWeights = model.sharedWeights
    normalisation = model.normalisation.map(NormalisationEntry.init)
    classNames = model.classNames
    nodes = model.network.architecture.nodes.indices.map { NodeEntry($0, model.network) }
    tasks = model.tasks.map { task in
      TaskEntry(task, masks.first { $0.task == task.name }, model.provenance)
    }
    provenance = ProvenanceEntry(model.provenance)
    unknownAttributes = model.unknown.names
  }

  /// One node of the graph.
  struct NodeEntry: Encodable {
    let name: String
    let op: String
    let inputs: [String]
    let attributes: [String: AttributeValue]
    let shape: [Int]
    /// `sign` or `float`; `nil` without weights.
    let weights: String?
    let edges: Int?
    let remainingEdges: Int?
    /// What the shared weight is multiplied by; `nil` for 1.
    let multiplier: Float?

    init(_ index: Int, _ network: Network) {
      let architecture = network.architecture
      let node = architecture.nodes[index]
      name = node.name
      op = node.operation.name
      inputs = node.inputs.map { $0 == Node.image ? "input" : architecture.nodes[$0].name }
      // A clip without one of its bounds has an infinite one, which no JSON has.
      attributes = Dictionary(
        uniqueKeysWithValues: node.operation.attributes.filter(\.value.isFinite)
          .map { ($0.key, AttributeValue($0.value)) })
      shape = architecture.shapes[index].lengths
      var layer: EdgeWeights?
      if case .weighted(let edges, _) = network.parameters[index] { layer = edges }
      weights = layer.map { $0.hasOwnValues ? "float" : "sign" }
      edges = layer?.count
      remainingEdges = layer?.remainingEdges
      multiplier = layer.flatMap { $0.multiplier == 1 ? nil : $0.multiplier }
    }
  }

  /// An attribute of a node as an architecture file would have it.
  struct AttributeValue: Encodable {
    private let attribute: OperationAttribute

    init(_ attribute: OperationAttribute) { self.attribute = attribute }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch attribute {
      case .integers(let numbers) where numbers.count == 1: try container.encode(numbers[0])
      case .integers(let numbers): try container.encode(numbers)
      case .real(let number): try container.encode(number)
      case .text(let word): try container.encode(word)
      case .flag(let flag): try container.encode(flag)
      }
    }
  }

  /// A task of the model.
  struct TaskEntry: Encodable {
    let name: String
    let dataset: String
    let datasetSha256: String
    let classNames: [String]
    let outputs: [Int]
    let normalisation: NormalisationEntry
    let bestSharedWeight: Float?
    let accuracy: Double?
    /// Whether the model was made with images of the dataset.
    let madeWithIt: Bool
    /// How its own mask differs from the network's; `nil` where it has none.
    let mask: TaskMaskFigures?
    let parameters: [ParameterEntry]

    /// What the task has instead of the network's own numbers.
    struct ParameterEntry: Encodable {
      let node: String
      let count: Int
      let bytes: Int
      let precision: String

      init(_ parameters: TaskOverride) {
        node = parameters.node
        count = parameters.count
        bytes = parameters.byteCount
        if case .weighted(_, _, .int8) = parameters.content {
          precision = "int8"
        } else {
          precision = "float32"
        }
      }
    }

    init(_ task: ModelTask, _ mask: TaskMaskFigures?, _ provenance: Provenance) {
      self.mask = mask
      name = task.name
      dataset = task.dataset
      datasetSha256 = task.digest.description
      classNames = task.classNames
      outputs = task.outputs
      normalisation = NormalisationEntry(task.normalisation)
      bestSharedWeight = task.bestSharedWeight
      accuracy = task.accuracy
      madeWithIt = (try? DatasetSpec.parse(task.dataset)).map(provenance.saysMade) ?? false
      // A mask is no number.
      parameters = task.parameters.filter { $0.count > 0 || $0.ownMask == nil }.map(ParameterEntry.init)
    }
  }

  /// Where the model comes from.
  struct ProvenanceEntry: Encodable {
    let tool: String?
    let sourceName: String?
    let sourceSha256: String?
    let sourceBytes: Int?
    let parentSha256: String?
    let seed: UInt64?
    let settings: [StoredEntry]
    /// What made the models that it was made from.
    let history: [Step]

    /// How an earlier model was made.
    struct Step: Encodable {
      let modelSha256: String
      let tool: String?
      let seed: UInt64?
      let settings: [StoredEntry]
    }

    /// What the command was told that made the model.
    struct StoredEntry: Encodable {
      let name: String
      let value: String

      init(_ entry: Provenance.Entry) { (name, value) = (entry.name, entry.value) }
    }

    init(_ provenance: Provenance) {
      tool = provenance.tool
      sourceName = provenance.sourceName
      sourceSha256 = provenance.sourceDigest?.description
      sourceBytes = provenance.sourceBytes
      parentSha256 = provenance.parent?.description
      seed = provenance.seed
      settings = provenance.entries.map(StoredEntry.init)
      history = provenance.history.map { step in
        Step(
          modelSha256: step.model.description, tool: step.tool, seed: step.seed,
          settings: step.entries.map(StoredEntry.init))
      }
    }
  }
}

extension InspectReport {
  var text: String {
    let weights = sharedWeights.map(Format.weight).joined(separator: ", ")
    let head = [
      "\(file.inOneLine)\(compact ? " (\(layout))" : "")", "  content sha256 \(sha256)",
      "  input \(Format.shape(input)), shared weights \(weights)",
      halfNumbers == 0
        ? nil
        : "  \(Format.count(halfNumbers)) of \(Format.count(otherNumbers)) biases and numbers of batch normalisations have 16 bits",
      normalisation.map { "  pixels become inputs by \($0.text)" },
      classNames.isEmpty ? nil : "  outputs \(ClassNameLine.text(classNames))",
    ].compactMap { $0 }
    let parts = [head, [nodeTable], tasks.map(\.text), provenance.lines + unknownLines]
    return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  private var nodeTable: String {
    let rows = nodes.map { node in
      [
        node.name, node.op, node.inputs.joined(separator: " "), Format.shape(node.shape), node.weightsText,
        node.remainingEdges.map(Format.count) ?? "",
      ]
    }
    return Table.text([["node", "op", "reads", "gives", "weights", "edges left"]] + rows)
  }

  private var unknownLines: [String] {
    unknownAttributes.map { "  unknown attribute, kept: \($0.inOneLine)" }
  }
}

extension InspectReport.NodeEntry {
  /// What its edges are worth.
  fileprivate var weightsText: String {
    (weights ?? "") + (multiplier.map { " × \(Format.weight($0))" } ?? "")
  }
}

extension InspectReport.TaskEntry {
  var text: String {
    let data = madeWithIt ? " on the images it was made with" : ""
    let measured = accuracy.map { ", accuracy \(Format.percent($0))%\(data)" } ?? ""
    let weight = bestSharedWeight.map { " with w \(Format.weight($0))" } ?? ""
    let ownMask = mask.map { "\n    \($0.text)" } ?? ""
    return "  task \(name): \(dataset.inOneLine), \(classNames.count) classes\(measured)\(weight)\(ownMask)"
      + parameters.map { "\n    \($0.node) of its own: \(Format.count($0.count)) numbers, \($0.precision)" }
      .joined()
  }
}

extension InspectReport.ProvenanceEntry {
  var lines: [String] {
    let source = sourceName.map { name in name + (sourceBytes.map { ", \(Format.count($0)) bytes" } ?? "") }
    let entries = [
      ("made by", tool), ("source", source), ("source sha256", sourceSha256),
      ("parent sha256", parentSha256), ("seed", seed.map(String.init)),
    ]
    return entries.compactMap { name, value in value.map { "  \(name): \($0.inOneLine)" } }
      + settings.map { "  setting \($0.name) = \($0.value)".inOneLine } + history.enumerated().map(Self.line)
  }

  private static func line(_ index: Int, _ step: Step) -> String {
    let settings = step.settings.map { "\($0.name)=\($0.value)" }
    let made = [step.tool, step.seed.map { "seed \($0)" }].compactMap { $0 } + settings
    return
      "  made before, \(index + 1): \(step.modelSha256.prefix(12)) \(made.joined(separator: ", ").inOneLine)"
  }
}

extension Shape {
  /// Channels, rows, columns.
  var lengths: [Int] { [channels, height, width] }
}
