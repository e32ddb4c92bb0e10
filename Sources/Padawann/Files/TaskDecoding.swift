import HDF5

/// Turns the group of tasks back into records, trusting nothing.
struct TaskDecoding {
  /// The network's; `nil` where no task can have numbers of its own.
  let architecture: Architecture?
  /// Whether the file announces the feature that some task has numbers of its own.
  let mayHaveParameters: Bool
  /// Whether it announces the feature that some task's head has outputs of its own.
  let mayHaveOutputs: Bool
  /// Whether it announces numbers of 16 bits.
  let hasHalves: Bool
  private(set) var unknown: UnknownAttributes
  private(set) var payloadBytes = 0
  /// How many numbers besides those of edges have 16 bits.
  private(set) var halfCount = 0
  /// The edges of all weights that were read.
  private var edges = 0
  /// The masks of tasks, where the file announces the feature that some task has one.
  var masks: Masks?

  /// The masks of tasks, which were read with the nodes.
  struct Masks {
    /// By node and task.
    let weights: [String: [String: EdgeWeights]]
    /// Whether the groups of tasks have none of their vectors.
    let isCompact: Bool

    init(_ weights: [String: [String: EdgeWeights]], isCompact: Bool) {
      self.weights = weights
      self.isCompact = isCompact
    }
  }

  /// Adds the attributes of tasks to those that are `unknown` already.
  init(
    _ architecture: Architecture?, mayHaveParameters: Bool, mayHaveOutputs: Bool, hasHalves: Bool,
    unknown: UnknownAttributes
  ) {
    self.architecture = architecture
    self.mayHaveParameters = mayHaveParameters
    self.mayHaveOutputs = mayHaveOutputs
    self.hasHalves = hasHalves
    self.unknown = unknown
  }

  mutating func tasks(_ group: HDFGroup?) throws(PadawannError) -> [ModelTask] {
    guard let group else { return [] }
    unknown.add(group.attributes, at: "/tasks")
    try group.checkChildren(datasets: [], groups: Set(group.groups.map(\.name)), at: "/tasks")
    var tasks: [ModelTask] = []
    for entry in group.groups {
      var reader = AttributeReader(entry.value, "/tasks/\(entry.name)")
      let mayHaveGroups = mayHaveParameters || masks != nil
      let nodes = mayHaveGroups ? Set(architecture?.nodes.map(\.name) ?? []) : []
      try entry.value.checkChildren(
        datasets: [], groups: nodes.intersection(entry.value.groups.map(\.name)), at: reader.path)
      var task = ModelTask(
        name: entry.name, dataset: try reader.text("dataset"), digest: try reader.digest("dataset_sha256"),
        classNames: try reader.texts("class_names"), outputs: try reader.integers("outputs"),
        normalisation: Normalisation(
          divisor: try reader.float("divisor"), mean: try reader.floats("mean"),
          deviation: try reader.floats("deviation")),
        bestSharedWeight: try reader.optionalFloat("best_shared_weight"),
        accuracy: try reader.optionalDouble("accuracy"))
      unknown.add(reader.unknown, at: reader.path)
      for node in entry.value.groups {
        task.parameters.append(
          try parameters(of: node.name, for: entry.name, node.value, at: "\(reader.path)/\(node.name)"))
      }
      tasks.append(task)
    }
    return tasks
  }

  private mutating func parameters(
    of name: String, for task: String, _ group: HDFGroup, at path: String
  ) throws(PadawannError) -> TaskOverride {
    do throws(PadawannError) {
      guard let architecture, let index = architecture.nodes.firstIndex(where: { $0.name == name }) else {
        throw PadawannError(.data, "the network has no such node")
      }
      var payload = try Payload(group, isCompact: false, hasHalves: hasHalves)
      var reader = AttributeReader(group, path)
      defer {
        payloadBytes += payload.byteCount
        halfCount += payload.halfCount
      }
      if let masks, let kept = try reader.optionalInteger(TaskMask.attribute) {
        let biases = architecture.weightShape(of: index)?[0]
        let content = try mask(
          masks, of: name, for: task, kept: kept, biases: biases ?? 0, group, path, &payload)
        unknown.add(reader.unknown, at: path)
        return TaskOverride(node: name, content)
      }
      guard mayHaveParameters, group.attribute(TaskMask.attribute) == nil else { throw Self.unannounced }
      if case .batchNormalisation = architecture.nodes[index].operation {
        let numbers = try normalisation(group, architecture.shapes[index].channels, path, &payload)
        unknown.add(reader.unknown, at: path)
        return TaskOverride(node: name, .normalisation(numbers))
      }
      guard let shape = architecture.weightShape(of: index) else {
        throw PadawannError(.data, "the node has no numbers that a task could replace")
      }
      let isHead = mayHaveOutputs && index == architecture.headNode
      let content = try weighted(group, shape, mayHaveOutputs: isHead, &reader, &payload)
      unknown.add(reader.unknown, at: path)
      return TaskOverride(node: name, content)
    } catch {
      throw error.inside(path)
    }
  }

  private static let unannounced = PadawannError(
    .data,
    "the task has numbers or a mask of its own here, and the file does not require the feature "
      + "\"\(ModelRules.taskParameters)\" or \"\(ModelRules.taskMasks)\" that it needs")

  /// A mask that was read with the node, and perhaps biases.
  private func mask(
    _ masks: Masks, of node: String, for task: String, kept: Int, biases: Int, _ group: HDFGroup,
    _ path: String,
    _ payload: inout Payload
  ) throws(PadawannError) -> TaskOverride.Content {
    guard let weights = masks.weights[node]?[task] else {
      throw PadawannError(.data, "the node has no mask that a task could have another of")
    }
    guard weights.remainingEdges == kept else {
      throw PadawannError(.data, "\(weights.remainingEdges) edges are left, and \(kept) are announced")
    }
    let hasBias = group.dataset("bias") != nil
    guard mayHaveParameters || !hasBias else { throw Self.unannounced }
    try group.checkChildren(
      datasets: Set((masks.isCompact ? [] : [TaskMask.vector]) + (hasBias ? ["bias"] : [])), groups: [],
      at: path)
    let bias = try hasBias ? payload.floats("bias", group, count: biases, mayBeHalf: true) : nil
    return .mask(weights, bias: bias)
  }

  private func normalisation(
    _ group: HDFGroup, _ channels: Int, _ path: String, _ payload: inout Payload
  ) throws(PadawannError) -> BatchNormalisation {
    try group.checkChildren(datasets: ["scale", "shift", "mean", "variance"], groups: [], at: path)
    func vector(_ name: String) throws(PadawannError) -> [Float] {
      try payload.floats(name, group, count: channels, mayBeHalf: true)
    }
    return BatchNormalisation(
      scale: try vector("scale"), shift: try vector("shift"), mean: try vector("mean"),
      variance: try vector("variance"))
  }

  private mutating func weighted(
    _ group: HDFGroup, _ own: [Int], mayHaveOutputs: Bool, _ reader: inout AttributeReader,
    _ payload: inout Payload
  ) throws(PadawannError) -> TaskOverride.Content {
    let biasNames: Set<String> = group.dataset("bias") == nil ? [] : ["bias"]
    guard group.dataset("mask") != nil else {
      try group.checkChildren(datasets: ["bias"], groups: [], at: reader.path)
      return .weighted(nil, bias: try payload.floats("bias", group, count: own[0], mayBeHalf: true), .float32)
    }
    let shape = try reader.integers("shape")
    let hasOwnOutputs =
      mayHaveOutputs && shape.dropFirst() == own.dropFirst()
      && (1...Architecture.Limits.extent).contains(shape.first ?? 0)
    guard shape == own || hasOwnOutputs else {
      throw PadawannError(.data, "its weights have another shape than \(own), which is needed")
    }
    let isQuantised = group.dataset("codes") != nil
    let names: Set<String> = isQuantised ? ["mask", "codes", "scales"] : ["mask", "values"]
    try group.checkChildren(datasets: names.union(biasNames), groups: [], at: reader.path)
    let count = shape.reduce(1, *)
    // A mask takes a bit of the file for every number that is made of it, so many of them could take all memory.
    edges += count
    try ModelRules.check(taskEdges: edges)
    let mask = try payload.mask(group, count: count, columns: count / shape[0])
    let bias = try biasNames.isEmpty ? nil : payload.floats("bias", group, count: shape[0], mayBeHalf: true)
    var numbers = [Float](repeating: 0, count: count)
    var precision = TaskOverride.Precision.float32
    if isQuantised {
      let codes = try payload.codes("codes", group, count: mask.popcount)
      let scales = try payload.floats("scales", group, count: shape[0])
      precision = .int8(scales: scales)
      guard !codes.contains(0) else {
        throw PadawannError(.data, "a code is 0, which would be -128; the least is 1")
      }
      for (rank, edge) in mask.indices.enumerated() {
        numbers[edge] = Float(Int(codes[rank]) - 128) * scales[edge / (count / shape[0])]
      }
    } else {
      let values = try payload.floats("values", group, count: mask.popcount)
      for (rank, edge) in mask.indices.enumerated() { numbers[edge] = values[rank] }
    }
    return .weighted(try EdgeWeights(shape: shape, mask: mask, values: .own(numbers)), bias: bias, precision)
  }
}
