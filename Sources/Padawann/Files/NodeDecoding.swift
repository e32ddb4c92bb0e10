import HDF5

/// Turns the groups of nodes back into a network, trusting nothing.
struct NodeDecoding {
  let layout: ModelForm.Layout
  let mayHaveMoreOperations: Bool
  let mayHaveMultipliers: Bool
  let hasHalves: Bool
  /// The masks that tasks have of their own.
  let announced: AnnouncedMasks
  /// What they are, by node and task.
  private(set) var taskMasks: [String: [String: EdgeWeights]] = [:]
  /// The edges of all of them.
  private var taskEdges = 0
  private(set) var unknown: UnknownAttributes

  /// Adds the attributes of nodes to those that are `unknown` already.
  init(
    layout: ModelForm.Layout, mayHaveMoreOperations: Bool, mayHaveMultipliers: Bool, hasHalves: Bool,
    _ announced: AnnouncedMasks, unknown: UnknownAttributes
  ) {
    self.announced = announced
    self.layout = layout
    self.mayHaveMoreOperations = mayHaveMoreOperations
    self.mayHaveMultipliers = mayHaveMultipliers
    self.hasHalves = hasHalves
    self.unknown = unknown
  }

  private var isCompact: Bool { layout != .plain }

  /// The network of the group `nodes`.
  mutating func network(_ group: HDFGroup, input: Shape, _ payload: inout Payload) throws(PadawannError)
    -> Network
  {
    unknown.add(group.attributes, at: "/nodes")
    try group.checkChildren(datasets: [], groups: Set(group.groups.map(\.name)), at: "/nodes")
    let described = try ordered(group)
    for node in described { unknown.add(node.unknown, at: node.path) }
    let indices = Dictionary(uniqueKeysWithValues: described.enumerated().map { ($1.name, $0) })
    var nodes: [Node] = []
    for node in described {
      var inputs: [Int] = []
      for name in node.inputs ?? [] {
        guard let source = name == "input" ? Node.image : indices[name] else {
          throw PadawannError(.data, "there is no node \"\(name)\" to read from", at: node.path)
        }
        inputs.append(source)
      }
      nodes.append(Node(node.name, node.operation, inputs: node.inputs == nil ? [node.position - 1] : inputs))
    }
    let architecture = try Architecture(input: input, nodes: nodes)
    var parameters: [NodeParameters] = []
    for (index, node) in described.enumerated() {
      do throws(PadawannError) {
        parameters.append(try self.parameters(of: index, in: architecture, node, &payload))
      } catch {
        throw error.inside(node.path)
      }
    }
    return try Network(architecture: architecture, parameters: parameters)
  }

  /// What the attributes of a node say.
  private struct Description {
    var name: String
    var path: String
    var group: HDFGroup
    var position: Int
    var operation: NodeOperation
    var inputs: [String]?
    var weights: WeightsDescription?
    var channels: Int?
    /// The vectors that have 32 bits in a compact file of which the others have 16.
    var singles: Set<String> = []
    /// The vectors of a packed file of which all numbers are one.
    var constants: [String: Float] = [:]
    var unknown: [HDFEntry<HDFValue>] = []
  }

  private struct WeightsDescription {
    var hasOwnValues: Bool
    var shape: [Int]
    var remainingEdges: Int?
    var retainsPruned: Bool
    var multiplier: Float
  }

  /// The nodes in the order of their positions, which are 0, 1, 2 and so on.
  private func ordered(_ group: HDFGroup) throws(PadawannError) -> [Description] {
    guard (1...Architecture.Limits.nodes).contains(group.groups.count) else {
      throw PadawannError(.data, "a network has 1 to \(Architecture.Limits.nodes) nodes", at: "/nodes")
    }
    var described = [Description?](repeating: nil, count: group.groups.count)
    for (place, entry) in group.groups.enumerated() {
      let node = try description(entry.value, entry.name, place)
      // Different names of an HDF5 group can be equal texts (é as one scalar or two), but not in the allowed letters.
      do throws(PadawannError) { try NameRule.check(node.name, of: "a node") } catch {
        throw error.inside(node.path)
      }
      guard described.indices.contains(node.position), described[node.position] == nil else {
        throw PadawannError(.data, "the position \(node.position) is taken or too large", at: node.path)
      }
      described[node.position] = node
    }
    return described.compactMap { $0 }
  }

  /// - Parameter place: of the group among those of all nodes, which in a packed file is the node's position.
  private func description(_ group: HDFGroup, _ name: String, _ place: Int) throws(PadawannError)
    -> Description
  {
    let path = "/nodes/\(name)"
    var reader = AttributeReader(group, path)
    let position = try self.position(&reader) ?? place
    let operationName = try reader.text("op")
    let inputs = try reader.optionalTexts("inputs")
    guard isCompact || inputs != nil else {
      throw PadawannError(.data, "the attribute \"inputs\" is missing", at: path)
    }
    let operation = try operation(operationName, &reader)
    var node = Description(
      name: name, path: path, group: group, position: position, operation: operation, inputs: inputs)
    if operation.isWeighted { node.weights = try weightsDescription(&reader) }
    if case .batchNormalisation = operation { node.channels = try reader.integer("channels") }
    if isCompact, hasHalves { node.singles = try singles(of: operation, &reader) }
    if layout == .packed { node.constants = try constants(of: operation, &reader, besides: node.singles) }
    node.unknown = reader.unknown
    return node
  }

  private func operation(_ name: String, _ reader: inout AttributeReader) throws(PadawannError)
    -> NodeOperation
  {
    var attributes: [String: OperationAttribute] = [:]
    for key in NodeOperation.attributeKeys(of: name) {
      switch reader.value(key) {
      case .integer(let number): attributes[key] = .integers([Int(number)])
      case .array(.int32(let numbers)) where numbers.count > 1:
        attributes[key] = .integers(numbers.map(Int.init))
      case .float32(let number): attributes[key] = .real(number)
      case .text(let text): attributes[key] = .text(text)
      case nil where isCompact: break
      case nil: throw PadawannError(.data, "the attribute \"\(key)\" is missing", at: reader.path)
      default:
        throw PadawannError(
          .data, "the attribute \"\(key)\" has a type that no attribute of an operation has", at: reader.path)
      }
    }
    do throws(PadawannError) {
      let operation = try NodeOperation(name: name, attributes: attributes)
      // Architecture files may give a size once for both directions, or a padding as a word; model files may not.
      for (key, value) in operation.attributes {
        guard attributes[key].map(value.isStored) ?? true else {
          throw PadawannError(.data, "the attribute \"\(key)\" is not stored as this attribute is")
        }
      }
      guard mayHaveMoreOperations || !operation.isOneOfMoreOperations else {
        throw PadawannError(
          .data,
          "\(name), or its padding, is of a version that has it only with the feature "
            + "\"\(ModelRules.moreOperations)\", which the file does not require")
      }
      return operation
    } catch {
      throw error.inside(reader.path)
    }
  }

  private func weightsDescription(_ reader: inout AttributeReader) throws(PadawannError) -> WeightsDescription
  {
    let kind = try isCompact ? reader.optionalText("weights") ?? "sign" : reader.text("weights")
    guard ["sign", "float"].contains(kind) else {
      throw PadawannError(.data, "\"weights\" is \"sign\" or \"float\", not \"\(kind)\"", at: reader.path)
    }
    let shape = try reader.integers("shape")
    guard !isCompact || reader.value("survivors") == nil else {
      throw PadawannError(
        .data, "the attribute \"survivors\" has no place in a compact file", at: reader.path)
    }
    return WeightsDescription(
      hasOwnValues: kind == "float", shape: shape,
      remainingEdges: try isCompact ? nil : reader.integer("survivors"),
      retainsPruned: try isCompact
        ? reader.optionalFlag("retains_pruned") ?? false : reader.flag("retains_pruned"),
      multiplier: try multiplier(&reader, hasOwnValues: kind == "float"))
  }

  private func position(_ reader: inout AttributeReader) throws(PadawannError) -> Int? {
    guard layout == .packed else { return try reader.integer("position") }
    guard reader.value("position") == nil else {
      throw PadawannError(
        .data, "the attribute \"position\" has no place in a packed file", at: reader.path)
    }
    return nil
  }

  /// The names of the vectors of a node, but for those of edges.
  private static func vectors(of operation: NodeOperation) -> Set<String> {
    if case .batchNormalisation = operation { return ["scale", "shift", "mean", "variance"] }
    return operation.hasBias ? ["bias"] : []
  }

  private func constants(
    of operation: NodeOperation, _ reader: inout AttributeReader, besides singles: Set<String>
  ) throws(PadawannError) -> [String: Float] {
    var constants: [String: Float] = [:]
    for name in Self.vectors(of: operation).sorted() {
      constants[name] = try reader.optionalFloat("constant_\(name)")
      guard constants[name] == nil || !singles.contains(name) else {
        throw PadawannError(
          .data, "\"\(name)\" is one number for all, and \"single_precision\" names it", at: reader.path)
      }
    }
    return constants
  }

  private func singles(of operation: NodeOperation, _ reader: inout AttributeReader) throws(PadawannError)
    -> Set<String>
  {
    guard let text = try reader.optionalText("single_precision") else { return [] }
    let names = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard Set(names).count == names.count, Self.vectors(of: operation).isSuperset(of: names) else {
      throw PadawannError(
        .data,
        "the attribute \"single_precision\" is not different vectors of the node, each one space apart",
        at: reader.path)
    }
    return Set(names)
  }

  private func multiplier(_ reader: inout AttributeReader, hasOwnValues: Bool) throws(PadawannError) -> Float
  {
    guard let multiplier = try reader.optionalFloat("multiplier") else { return 1 }
    guard mayHaveMultipliers, !hasOwnValues else {
      throw PadawannError(
        .data,
        hasOwnValues
          ? "the attribute \"multiplier\" has no place beside numbers of edges"
          : "the attribute \"multiplier\" is there, and the file does not require the feature "
            + "\"\(ModelRules.layerMultipliers)\"", at: reader.path)
    }
    return multiplier
  }

  private mutating func parameters(
    of index: Int, in architecture: Architecture, _ node: Description, _ payload: inout Payload
  ) throws(PadawannError) -> NodeParameters {
    switch node.operation {
    case .convolution(let layer):
      return try weighted(
        node, architecture.weightShape(of: index), layer.hasBias ? layer.outputs : nil, &payload)
    case .linear(let layer):
      return try weighted(
        node, architecture.weightShape(of: index), layer.hasBias ? layer.outputs : nil, &payload)
    case .batchNormalisation:
      try node.group.checkChildren(
        datasets: isCompact ? [] : ["scale", "shift", "mean", "variance"], groups: [], at: node.path)
      let channels = architecture.shapes[index].channels
      guard node.channels == channels else {
        throw PadawannError(.data, "\"channels\" is not \(channels), the number of its channels")
      }
      func vector(_ name: String) throws(PadawannError) -> [Float] {
        try self.vector(name, of: node, count: channels, &payload)
      }
      return .normalisation(
        BatchNormalisation(
          scale: try vector("scale"), shift: try vector("shift"), mean: try vector("mean"),
          variance: try vector("variance")))
    default:
      try node.group.checkChildren(datasets: [], groups: [], at: node.path)
      return .none
    }
  }

  private mutating func weighted(
    _ node: Description, _ shape: [Int]?, _ biases: Int?, _ payload: inout Payload
  )
    throws(PadawannError) -> NodeParameters
  {
    guard let shape, let description = node.weights, description.shape == shape else {
      throw PadawannError(.data, "its weights have another shape than \(shape ?? []), which is needed")
    }
    let values = description.hasOwnValues ? "values" : "signs"
    let datasets = ["mask", values] + (biases == nil ? [] : ["bias"])
    try node.group.checkChildren(datasets: isCompact ? [] : Set(datasets), groups: [], at: node.path)
    let edges = try edges(node, shape, description, &payload)
    let bias = try biases.map { count throws(PadawannError) in
      try vector("bias", of: node, count: count, &payload)
    }
    return .weighted(edges, bias: bias)
  }

  /// Numbers of a node besides those of edges.
  private func vector(_ name: String, of node: Description, count: Int, _ payload: inout Payload)
    throws(PadawannError) -> [Float]
  {
    if let constant = node.constants[name] { return [Float](repeating: constant, count: count) }
    return try payload.floats(name, node.group, count: count, mayBeHalf: !node.singles.contains(name))
  }

  private mutating func edges(
    _ node: Description, _ shape: [Int], _ description: WeightsDescription, _ payload: inout Payload
  ) throws(PadawannError) -> EdgeWeights {
    let group = node.group
    let count = shape.reduce(1, *)
    let columns = count / shape[0]
    let mask = try payload.mask(group, count: count, columns: columns)
    if let remainingEdges = description.remainingEdges, remainingEdges != mask.popcount {
      throw PadawannError(.data, "\(mask.popcount) edges are left, and \(remainingEdges) are announced")
    }
    var stored = description.retainsPruned ? Bitmask(repeating: true, count: count) : mask
    let ownMasks = try masks(of: node, description, beside: mask, columns: columns, &payload)
    for (_, own) in ownMasks { stored = stored.union(own) }
    let values: EdgeWeights.Values
    if description.hasOwnValues {
      let packed = try payload.floats("values", group, count: stored.popcount)
      var numbers = [Float](repeating: 0, count: count)
      for (rank, edge) in stored.indices.enumerated() { numbers[edge] = packed[rank] }
      values = .own(numbers)
    } else {
      values = .signs(try payload.signs(group, of: stored, columns: columns))
    }
    for (task, own) in ownMasks {
      taskMasks[node.name, default: [:]][task] = try EdgeWeights(
        shape: shape, mask: own, values: values, multiplier: description.multiplier)
    }
    return try EdgeWeights(
      shape: shape, mask: mask, values: values, retainsPruned: description.retainsPruned,
      multiplier: description.multiplier)
  }
}

extension NodeDecoding {
  /// The masks of tasks, in the order of the tasks' names.
  private mutating func masks(
    of node: Description, _ description: WeightsDescription, beside mask: Bitmask, columns: Int,
    _ payload: inout Payload
  ) throws(PadawannError) -> [(task: String, mask: Bitmask)] {
    var masks: [(task: String, mask: Bitmask)] = []
    for (task, group) in announced.of(node.name) {
      do throws(PadawannError) {
        guard !description.hasOwnValues else {
          throw PadawannError(.data, "the node has no signs that a mask of a task could keep")
        }
        // A mask takes a fraction of a bit of the file for every edge, so many of them could take all memory.
        taskEdges += mask.count
        try ModelRules.check(taskEdges: taskEdges)
        let difference = try payload.difference(group, from: mask, columns: columns)
        masks.append((task, mask.symmetricDifference(difference)))
      } catch {
        throw error.inside("task \(task)")
      }
    }
    return masks
  }
}

extension OperationAttribute {
  /// Whether a model file gives this attribute in the one form in which such files do.
  fileprivate func isStored(as given: OperationAttribute) -> Bool {
    switch (self, given) {
    case (.flag(let flag), .integers(let numbers)): numbers == [flag ? 1 : 0]
    case (.integers(let mine), .integers(let numbers)): mine == numbers
    case (.real, .real), (.text, .text): true
    default: false
    }
  }
}
