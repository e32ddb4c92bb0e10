/// A network in the making: nodes with their numbers.
struct ONNXBuilder {
  /// A node and its numbers, which later nodes of the ONNX graph may still change.
  struct Draft {
    let name: String
    var operation: NodeOperation
    let inputs: [Int]
    let shape: Shape
    var parameters: [(key: String, shape: [Int], values: [Float])]
    /// Whether it only multiplies and adds, so that another factor or summand can go into it.
    var isScaling = false
  }

  /// The shape of the image.
  var input = Shape(channels: 1)
  private(set) var drafts: [Draft] = []
  private var names: Set<String> = ["input"]
  /// The flattened form of nodes that are needed as vectors.
  private var flattened: [Int: Int] = [:]

  /// The shape of a node's activation.
  func shape(of node: Int) -> Shape { node == Node.image ? input : drafts[node].shape }

  /// Adds a node.
  ///
  /// - Throws: ``PadawannError`` `data` when the operation does not fit its inputs.
  mutating func add(
    _ operation: NodeOperation, named name: String, reading inputs: [Int],
    _ parameters: [(key: String, shape: [Int], values: [Float])] = [], isScaling: Bool = false
  ) throws(PadawannError) -> Int {
    let shape = try operation.outputShape(of: inputs.map(shape(of:)))
    guard drafts.count < Architecture.Limits.nodes else {
      throw PadawannError(.data, "the network has more than \(Architecture.Limits.nodes) nodes")
    }
    let unique = NameRule.unused(name, besides: names, separator: "_")
    names.insert(unique)
    drafts.append(
      Draft(
        name: unique, operation: operation, inputs: inputs, shape: shape, parameters: parameters,
        isScaling: isScaling))
    return drafts.count - 1
  }

  /// The node as a vector, by a node that flattens where one is needed.
  mutating func vector(_ node: Int) throws(PadawannError) -> Int {
    let shape = shape(of: node)
    if shape.height == 1, shape.width == 1 { return node }
    if let known = flattened[node] { return known }
    let flat = try add(.flatten, named: "flatten", reading: [node])
    flattened[node] = flat
    return flat
  }

  /// The node with zeros around it, by a node that adds them where they are needed.
  mutating func padded(_ node: Int, by pad: Pad) throws(PadawannError) -> Int {
    if let known = drafts.indices.first(where: {
      drafts[$0].operation == .pad(pad) && drafts[$0].inputs == [node]
    }) {
      return known
    }
    return try add(.pad(pad), named: "pad", reading: [node])
  }

  /// Multiplies each channel and adds to it, by a batch normalisation with the mean 0 and the variance 1.
  mutating func addScaling(
    _ factors: [Float], _ summands: [Float]? = nil, named name: String, reading node: Int
  )
    throws(PadawannError) -> Int
  {
    let count = [factors.count]
    let (ones, zeros) = (factors.map { _ in Float(1) }, factors.map { _ in Float(0) })
    return try add(
      .batchNormalisation(epsilon: 0), named: name, reading: [node],
      [
        (key: "weight", shape: count, values: factors),
        (key: "bias", shape: count, values: summands ?? zeros),
        (key: "running_mean", shape: count, values: zeros), (key: "running_var", shape: count, values: ones),
      ], isScaling: true)
  }

  /// Gives a weighted node biases; `false` when it has some already or is none.
  mutating func giveBias(_ bias: [Float], to node: Int) -> Bool {
    guard drafts.indices.contains(node) else { return false }
    switch drafts[node].operation {
    case .convolution(var layer) where !layer.hasBias:
      layer.hasBias = true
      drafts[node].operation = .convolution(layer)
    case .linear(var layer) where !layer.hasBias:
      layer.hasBias = true
      drafts[node].operation = .linear(layer)
    default: return false
    }
    drafts[node].parameters.append((key: "bias", shape: [bias.count], values: bias))
    return true
  }

  /// Multiplies the result of a scaling by factors and adds to it; `false` when the node is none.
  mutating func scale(_ node: Int, by factors: [Float], adding summands: [Float]) -> Bool {
    guard drafts.indices.contains(node), drafts[node].isScaling else { return false }
    let (scale, shift) = (drafts[node].parameters[0].values, drafts[node].parameters[1].values)
    drafts[node].parameters[0].values = zip(scale, factors).map { $0 * $1 }
    drafts[node].parameters[1].values = zip(zip(shift, factors), summands).map { $0.0 * $0.1 + $1 }
    return true
  }

  /// The factor and the summand of a scaling that is the same for all channels, and what it reads.
  func scaling(_ node: Int) -> (source: Int, factor: Float, summand: Float)? {
    guard drafts.indices.contains(node), drafts[node].isScaling,
      let factor = drafts[node].parameters[0].values.first,
      let summand = drafts[node].parameters[1].values.first,
      drafts[node].parameters[0].values.allSatisfy({ $0 == factor }),
      drafts[node].parameters[1].values.allSatisfy({ $0 == summand })
    else { return nil }
    return (drafts[node].inputs[0], factor, summand)
  }

  /// The bounds of a clip or a ReLU, and what it reads.
  func bounds(of node: Int) -> (source: Int, low: Float, high: Float)? {
    guard drafts.indices.contains(node) else { return nil }
    switch drafts[node].operation {
    case .relu: return (drafts[node].inputs[0], 0, .infinity)
    case .clip(let low, let high): return (drafts[node].inputs[0], low, high)
    default: return nil
    }
  }

  /// Makes the logarithm of a softmax one node.
  mutating func takeLogarithm(of node: Int) -> Bool {
    guard drafts.indices.contains(node), case .softmax = drafts[node].operation else { return false }
    drafts[node].operation = .logSoftmax
    return true
  }

  /// Whether anything reads the image.
  var readsImage: Bool { drafts.contains { $0.inputs.contains(Node.image) } }

  /// The architecture with `output` as its last node, and the numbers; what does not lead to it is left out.
  func finish(_ output: Int) throws(PadawannError) -> (Architecture, [ImportedParameter]) {
    var needed = Set([output])
    for index in drafts.indices.reversed() where needed.contains(index) {
      needed.formUnion(drafts[index].inputs)
    }
    let kept = drafts.indices.filter(needed.contains)
    let places = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
    let nodes = kept.map { index in
      Node(
        drafts[index].name, drafts[index].operation,
        inputs: drafts[index].inputs.map { places[$0] ?? Node.image })
    }
    var parameters: [ImportedParameter] = []
    for index in kept {
      for (key, shape, values) in drafts[index].parameters {
        let name = "\(drafts[index].name).\(key)"
        guard values.allSatisfy(\.isFinite) else {
          throw PadawannError(
            .data, "not all numbers are finite", at: "tensor \(name)",
            remedy: "Train again, or export a state from before the training diverged")
        }
        parameters.append(ImportedParameter(name: name, shape: shape, values: values))
      }
    }
    return (try Architecture(input: input, nodes: nodes), parameters)
  }
}
