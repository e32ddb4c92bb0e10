/// Translates the graph of an ONNX model into an architecture and its numbers.
struct ONNXTranslation {
  let model: ONNXModel
  let opset: Int
  /// The shape of the image where the graph reads a vector.
  let vectorShape: Shape?
  /// The nodes that lead to the output, in order.
  let nodes: [ONNXNode]
  /// How many nodes read a value; the graph's output counts as one.
  let readers: [String: [ONNXNode]]
  /// The number of images that the graph takes at once, or ``anyBatch``.
  var batch = anyBatch
  var folding: ONNXFolding
  var builder = ONNXBuilder()
  /// Notes for the user.
  var notes: [String] = []
  var values: [String: ONNXValue] = [:]
  let initialisers: [String: ONNXTensor]
  private var refusals = ONNXRefusals()

  /// Stands for a number of images that is not fixed, where a graph computes with it. No size is as large.
  static let anyBatch = 1_000_000_007

  /// Prepares a translation.
  init(_ model: ONNXModel, vectorShape: Shape? = nil) throws(PadawannError) {
    opset = try model.opset()
    self.model = model
    self.vectorShape = vectorShape
    initialisers = Dictionary(model.graph.initialisers.map { ($0.name, $0) }) { first, _ in first }
    nodes = ONNXLiveNodes.nodes(of: model.graph)
    var readers: [String: [ONNXNode]] = [:]
    for node in nodes { for input in node.inputs { readers[input, default: []].append(node) } }
    self.readers = readers
    folding = ONNXFolding(opset: opset, fileBytes: model.byteCount)
  }

  /// The network.
  ///
  /// - Throws: ``PadawannError`` `unsupported` that lists every node that no network has; `data` for a graph that is none.
  mutating func network() throws(PadawannError) -> (Architecture, [ImportedParameter]) {
    guard !model.graph.hasSparse else {
      throw PadawannError(.unsupported, "the model stores sparse tensors", remedy: "Store them as dense ones")
    }
    try readInput()
    for node in nodes { try translate(node) }
    try refusals.check(count: nodes.count { !$0.isAdded }, model)
    guard model.graph.outputs.count == 1, let output = model.graph.outputs.first else {
      throw PadawannError(
        .unsupported, "the graph has \(model.graph.outputs.count) outputs, and a network here has one",
        remedy:
          "Export the model with one output: \(model.graph.outputs.map { printable($0.name) }.joined(separator: ", "))"
      )
    }
    guard case .activation(var last) = try value(output.name) else {
      throw PadawannError(.data, "the output \(printable(output.name)) does not depend on the input")
    }
    last = try padded(last)
    guard last.places == nil else {
      throw PadawannError(
        .unsupported, "the output \(printable(output.name)) has its axes in another order than a network has")
    }
    if last.groups.count == 1 { last.node = try builder.vector(last.node) }
    return try builder.finish(last.node)
  }

  // MARK: Values

  /// The value of a name.
  mutating func value(_ name: String) throws(PadawannError) -> ONNXValue {
    if let known = values[name] { return known }
    guard let tensor = initialisers[name] else {
      throw PadawannError(
        .data,
        "it reads \(printable(name)), which is no input, no initialiser and no result of an earlier node")
    }
    try folding.take(tensor.shape)
    let value = ONNXValue.constant(try ONNXConstant(tensor))
    values[name] = value
    return value
  }

  /// What a node reads at a position, if that is an activation.
  mutating func activation(_ node: ONNXNode, _ position: Int = 0) throws(PadawannError) -> ONNXActivation {
    guard node.inputs.indices.contains(position), !node.inputs[position].isEmpty else {
      throw PadawannError(.data, "it has no input \(position)")
    }
    guard case .activation(let activation) = try value(node.inputs[position]) else {
      throw PadawannError(.unsupported, "its input \(position) is a constant")
    }
    return activation
  }

  /// The same, with the zeros that no node has added yet.
  mutating func plain(_ node: ONNXNode, _ position: Int = 0) throws(PadawannError) -> ONNXActivation {
    try padded(try activation(node, position))
  }

  /// What a node reads at a position, if that is known before any image; `nil` when it is left out.
  mutating func constant(_ node: ONNXNode, _ position: Int) throws(PadawannError) -> ONNXConstant? {
    guard node.inputs.indices.contains(position), !node.inputs[position].isEmpty else { return nil }
    guard case .constant(let constant) = try value(node.inputs[position]) else {
      throw PadawannError(.unsupported, "its input \(position) depends on the image")
    }
    return constant
  }

  /// Makes an activation the first result of a node.
  mutating func set(_ activation: ONNXActivation, of node: ONNXNode) {
    guard let name = node.outputs.first else { return }
    var activation = activation
    activation.isShared = activation.isShared || readerCount(name) > 1
    values[name] = .activation(activation)
  }

  /// Adds a node that reads one activation and makes what replaces it, in the same order of axes.
  mutating func add(_ operation: NodeOperation, _ node: ONNXNode, _ source: ONNXActivation)
    throws(PadawannError)
  {
    var result = source
    let name = ONNXNames.name(of: node, operation: operation.name)
    result.node = try builder.add(operation, named: name, reading: [source.node])
    result.isShared = false
    set(result, of: node)
  }

  /// How many nodes read a value, and the graph's output.
  func readerCount(_ name: String) -> Int {
    (readers[name]?.count ?? 0) + (model.graph.outputs.contains { $0.name == name } ? 1 : 0)
  }

  // MARK: Nodes

  private mutating func translate(_ node: ONNXNode) throws(PadawannError) {
    do throws(PadawannError) {
      for output in node.outputs where !output.isEmpty {
        guard values[output] == nil, initialisers[output] == nil else {
          throw PadawannError(.data, "its result \(printable(output)) exists already")
        }
      }
      if let reason = ONNXRefusals.reason(against: node, model) {
        throw PadawannError(.unsupported, reason)
      }
      try compute(node)
    } catch {
      guard error.kind == .unsupported else { throw error.inside("node \(node.title)") }
      refusals.add(node, error.message)
    }
    // Second results are masks, indices and statistics, which nothing here has.
    for output in node.outputs where !output.isEmpty && values[output] == nil {
      values[output] = .unknown
      if output != node.outputs.first, readerCount(output) > 0 {
        refusals.add(node, "its result \(printable(output)) is used")
      }
    }
  }

  private mutating func compute(_ node: ONNXNode) throws(PadawannError) {
    var constants: [ONNXConstant?] = []
    var known = true
    for input in node.inputs {
      guard !input.isEmpty else {
        constants.append(nil)
        continue
      }
      switch try value(input) {
      case .constant(let constant): constants.append(constant)
      case .activation: known = false
      // What a refused node makes is no reason to refuse those that follow.
      case .unknown:
        refusals.followers += 1
        return
      }
    }
    guard known else { return try layer(node) }
    guard let result = try folding.value(of: node, constants), let name = node.outputs.first else {
      throw PadawannError(.unsupported, "it computes with constants")
    }
    values[name] = .constant(result)
  }

  /// Makes a constant the result of a node.
  mutating func set(_ constant: ONNXConstant, of node: ONNXNode) {
    if let name = node.outputs.first { values[name] = .constant(constant) }
  }
}
