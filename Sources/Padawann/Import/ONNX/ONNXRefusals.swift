/// The nodes that no network here has, which are all told at once.
struct ONNXRefusals {
  private var groups: [(operation: String, reason: String, names: [String])] = []
  /// How many nodes read what refused ones make, of which only the operation is known.
  var followers = 0

  private static let known: Set<String> = [
    "AdaptiveAveragePool", "AdaptiveMaxPool", "Add", "AveragePool", "BatchNormalization", "Cast", "Clip",
    "Concat", "Constant", "ConstantOfShape",
    "Conv", "DequantizeLinear", "Div",
    "Dropout", "Flatten", "Gather", "Gelu", "Gemm", "GlobalAveragePool", "GlobalMaxPool", "HardSigmoid",
    "HardSwish",
    "Identity", "LeakyRelu", "Log", "LogSoftmax", "MatMul", "Max", "MaxPool", "Min", "Mul", "Neg", "PRelu",
    "Pad", "Pow", "ReduceMean", "Relu", "Reshape",
    "Shape",
    "Sigmoid", "Slice", "Softmax", "Sqrt", "Squeeze", "Sub", "Sum", "Tanh", "Transpose", "Unsqueeze",
  ]

  /// Why a node is refused whatever it reads; `nil` when that is not so.
  static func reason(against node: ONNXNode, _ model: ONNXModel) -> String? {
    if let refusal = node.refusal { return refusal }
    guard node.domain.isEmpty else {
      return "an operation of the domain \(printable(node.domain)), which is not ONNX's own"
    }
    if model.functions.contains(node.operation) { return "a function that the model defines itself" }
    if node.attributes.values.contains(where: \.isGraph) { return "control flow" }
    return known.contains(node.operation) ? nil : "no network here has this operation"
  }

  /// Adds a node.
  mutating func add(_ node: ONNXNode, _ reason: String) {
    let operation = printable(node.original ?? node.operation)
    guard let place = groups.firstIndex(where: { $0.operation == operation && $0.reason == reason }) else {
      groups.append((operation, reason, [node.title]))
      return
    }
    if groups[place].names.last != node.title { groups[place].names.append(node.title) }
  }

  /// - Throws: ``PadawannError`` `unsupported` that lists all of them, when there are some.
  func check(count: Int, _ model: ONNXModel) throws(PadawannError) {
    guard !groups.isEmpty else { return }
    let refused = groups.reduce(0) { $0 + $1.names.count }
    let rest = followers > 0 ? " (\(followers) that follow could not be looked at)" : ""
    let list = groups.map { "\($0.operation) \($0.names.joined(separator: ", ")): \($0.reason)" }
    throw PadawannError(
      .unsupported,
      "\(refused) of the graph's \(count) nodes \(refused == 1 ? "is" : "are") not possible here\(rest): "
        + list.joined(separator: "; "),
      remedy: "See Formats/architecture.md for what a network can have")
  }
}

/// Which nodes of a graph lead to its outputs.
enum ONNXLiveNodes {
  /// Those nodes, in the order of the file, with GELUs that are written out as one node each.
  static func nodes(of graph: ONNXGraph) -> [ONNXNode] {
    var needed = Set(graph.outputs.map(\.name))
    var live: [ONNXNode] = []
    for node in ONNXPatterns.withGELUs(graph).reversed() where node.outputs.contains(where: needed.contains) {
      needed.formUnion(node.inputs.filter { !$0.isEmpty })
      live.append(node)
    }
    return live.reversed()
  }
}
