/// Writes the nodes of a network into a graph of ONNX.
///
/// The results of nodes have the nodes' names, initialisers have PyTorch's; whatever else is needed has a `/` in its name, which
/// no node's name has.
struct ONNXGraphWriter {
  /// The result of a node: batch × channels × rows × columns, or batch × channels where it is flat.
  struct Value {
    let name: String
    let shape: Shape
    var isFlat: Bool
  }

  let subject: ExportSubject
  let writesFloats: Bool
  var draft = ONNXDraft()
  private var values: [Int: Value]
  private var taken: Set<String>
  private let input: Value

  /// Only the image is there.
  init(_ subject: ExportSubject, writesFloats: Bool) {
    self.subject = subject
    self.writesFloats = writesFloats
    let architecture = subject.network.architecture
    taken = Set(NetworkImport.tensors(of: architecture).map(\.name) + ["input", "output"])
    let shape = architecture.input
    input = Value(name: "input", shape: shape, isFlat: shape.height == 1 && shape.width == 1)
    values = [Node.image: input]
  }

  var architecture: Architecture { subject.network.architecture }

  /// What a node reads at a position.
  func source(_ index: Int, _ position: Int = 0) -> Value {
    values[architecture.nodes[index].inputs[position]] ?? input
  }

  /// A name for a node's result. Only where an initialiser has the node's name does it get another.
  mutating func name(of index: Int) -> String {
    let name = NameRule.unused(architecture.nodes[index].name, besides: taken, separator: "/")
    taken.insert(name)
    return name
  }

  /// Adds the one node of ONNX that a node of the network is.
  mutating func add(
    _ operation: String, _ index: Int, _ inputs: [String], isFlat: Bool,
    _ attributes: [(key: String, value: ONNXDraft.Attribute)] = []
  ) {
    let node = architecture.nodes[index]
    let output = draft.add(operation, named: node.name, reading: inputs, making: name(of: index), attributes)
    values[index] = Value(name: output, shape: architecture.shapes[index], isFlat: isFlat)
  }

  // MARK: Axes

  /// The value as batch × channels × rows × columns.
  mutating func image(_ value: Value, for index: Int) -> Value {
    value.isFlat ? reshaped(value, for: index, to: [0, value.shape.channels, 1, 1], "image") : value
  }

  /// The value as batch × elements.
  mutating func vector(_ value: Value, for index: Int) -> Value {
    value.isFlat ? value : reshaped(value, for: index, to: [0, value.shape.count], "vector")
  }

  /// The values that a node reads, all with as many axes as the first.
  mutating func alike(_ index: Int) -> [Value] {
    let sources = architecture.nodes[index].inputs.indices.map { source(index, $0) }
    return sources.enumerated().map { position, value in
      guard value.isFlat != sources[0].isFlat else { return value }
      let target = [0, value.shape.channels] + (value.isFlat ? [1, 1] : [])
      return reshaped(value, for: index, to: target, "like\(position)")
    }
  }

  private mutating func reshaped(_ value: Value, for index: Int, to sizes: [Int], _ what: String) -> Value {
    let name = "\(architecture.nodes[index].name)/\(what)"
    let shape = draft.add("\(name)/shape", shape: [sizes.count], .integers(sizes))
    draft.add("Reshape", named: name, reading: [value.name, shape], making: name)
    return Value(name: name, shape: value.shape, isFlat: sizes.count == 2)
  }

  // MARK: Numbers

  /// The weights of a layer: signs times the shared weight, which one number of the whole graph says but for layers that have a
  /// multiplier, or numbers.
  mutating func weights(_ index: Int) -> String {
    let node = architecture.nodes[index]
    guard case .weighted(let weights, let bias) = subject.network.parameters[index] else { return "" }
    let layer = Network.Layer(index: index, name: node.name, weights: weights, bias: bias)
    let name = "\(node.name).weight"
    guard case .signs(let edges, let weight) = subject.numbers(of: layer), !writesFloats else {
      return draft.add(name, shape: weights.shape, .reals(subject.weights(of: layer)))
    }
    // A scale is positive; a negative shared weight turns the signs.
    let signs = edges.signs(times: weight < 0 ? -1 : 1).map { Int8($0) }
    draft.add(name, shape: weights.shape, .signs(signs))
    let scaleName = edges.multiplier == 1 ? "padawann/shared_weight" : "\(name)/scale"
    let scale = draft.add(scaleName, shape: [], .reals([abs(weight)]))
    let zero = draft.add("padawann/zero", shape: [], .signs([0]))
    return draft.add(
      "DequantizeLinear", named: "\(name)/dequantise", reading: [name, scale, zero],
      making: "\(name)/dequantised")
  }

  /// The weights and, if there are any, the biases of a layer.
  mutating func layerNumbers(_ index: Int) -> [String] {
    let weights = weights(index)
    guard case .weighted(_, let bias?) = subject.network.parameters[index] else { return [weights] }
    let name = "\(architecture.nodes[index].name).bias"
    return [weights, draft.add(name, shape: [bias.count], .reals(bias))]
  }

  /// The numbers of a batch normalisation, in ONNX's order, which is PyTorch's.
  mutating func normalisationNumbers(_ index: Int) -> [String] {
    guard case .normalisation(let numbers) = subject.network.parameters[index] else { return [] }
    return numbers.byName.map { key, values in
      draft.add("\(architecture.nodes[index].name).\(key)", shape: [values.count], .reals(values))
    }
  }

  // MARK: Both ends

  /// Lets the graph begin with pixels from 0 to 255.
  mutating func readPixels(normalisedBy normalisation: Normalisation) {
    let steps: [(operation: String, name: String, numbers: [Float])] = [
      ("Div", "divisor", [normalisation.divisor]), ("Sub", "mean", normalisation.mean),
      ("Div", "deviation", normalisation.deviation),
    ]
    var name = input.name
    for (operation, what, numbers) in steps {
      let shape = [numbers.count] + (input.isFlat ? [] : [1, 1])
      let constant = draft.add("padawann/\(what)", shape: shape, .reals(numbers))
      name = draft.add(
        operation, named: "padawann/\(what)/apply", reading: [name, constant],
        making: "padawann/\(what)/applied")
    }
    values[Node.image] = Value(name: name, shape: input.shape, isFlat: input.isFlat)
  }

  /// Names the result of the last node, which is batch × outputs whatever its shape.
  mutating func finish() {
    guard let last = values[architecture.nodes.count - 1] else { return }
    if last.isFlat {
      draft.add("Identity", named: "padawann/output", reading: [last.name], making: "output")
    } else {
      let shape = draft.add("padawann/output/shape", shape: [2], .integers([0, architecture.outputs]))
      draft.add("Reshape", named: "padawann/output", reading: [last.name, shape], making: "output")
    }
  }

  /// The bytes of the graph.
  var graph: [UInt8] {
    let shape = architecture.input
    let sizes = input.isFlat ? [shape.channels] : [shape.channels, shape.height, shape.width]
    return draft.graph(
      named: "padawann", input: (input.name, sizes), output: ("output", [architecture.outputs]))
  }
}
