/// A graph of ONNX in the making: nodes and initialisers, in order.
struct ONNXDraft {
  /// The value of an attribute.
  enum Attribute {
    case integer(Int)
    case integers([Int])
    case real(Float)
    case text(String)
  }

  /// The numbers of an initialiser.
  enum Numbers {
    case reals([Float])
    case signs([Int8])
    case integers([Int])
  }

  /// The oldest set of operations that has all that are used.
  private(set) var opset = 13
  private var nodes: [ProtobufWriter] = []
  private var initialisers: [ProtobufWriter] = []
  private var names: Set<String> = []

  /// Says that an operation is in use that an older set does not have.
  mutating func need(opset version: Int) { opset = max(opset, version) }

  /// Adds a node.
  ///
  /// - Returns: the name of what it makes.
  @discardableResult
  mutating func add(
    _ operation: String, named name: String, reading inputs: [String], making output: String,
    _ attributes: [(key: String, value: Attribute)] = []
  ) -> String {
    var node = ProtobufWriter()
    for input in inputs { node.text(ONNXField.Node.input, input) }
    node.text(ONNXField.Node.output, output)
    node.text(ONNXField.Node.name, name)
    node.text(ONNXField.Node.operation, operation)
    for (key, value) in attributes {
      node.message(ONNXField.Node.attribute) { Self.write(key, value, to: &$0) }
    }
    nodes.append(node)
    return output
  }

  /// Adds an initialiser, once for each name.
  ///
  /// - Returns: its name.
  @discardableResult
  mutating func add(_ name: String, shape: [Int], _ numbers: Numbers) -> String {
    guard names.insert(name).inserted else { return name }
    var tensor = ProtobufWriter()
    tensor.integers(ONNXField.Tensor.sizes, shape)
    let (type, bytes): (ElementType, [UInt8]) =
      switch numbers {
      case .reals(let reals): (.f32, reals.littleEndianBytes)
      case .signs(let signs): (.i8, signs.map { UInt8(bitPattern: $0) })
      case .integers(let integers):
        (.i64, integers.flatMap { UInt64(bitPattern: Int64($0)).littleEndianBytes })
      }
    tensor.integer(ONNXField.Tensor.type, Self.code(of: type))
    tensor.text(ONNXField.Tensor.name, name)
    tensor.content(ONNXField.Tensor.raw, bytes)
    initialisers.append(tensor)
    return name
  }

  /// The bytes of the GraphProto.
  ///
  /// - Parameters:
  ///   - name: what it is called.
  ///   - input: the name and the sizes of an image, without the batch.
  ///   - output: the same of what is made of it.
  func graph(
    named name: String, input: (name: String, sizes: [Int]), output: (name: String, sizes: [Int])
  ) -> [UInt8] {
    var graph = ProtobufWriter()
    for node in nodes { graph.content(ONNXField.Graph.node, node.bytes) }
    graph.text(ONNXField.Graph.name, name)
    for tensor in initialisers { graph.content(ONNXField.Graph.initialiser, tensor.bytes) }
    graph.message(ONNXField.Graph.input) { Self.write(input.name, input.sizes, to: &$0) }
    graph.message(ONNXField.Graph.output) { Self.write(output.name, output.sizes, to: &$0) }
    return graph.bytes
  }

  /// A batch of any size of floats.
  private static func write(_ name: String, _ sizes: [Int], to value: inout ProtobufWriter) {
    value.text(ONNXField.Value.name, name)
    value.message(ONNXField.Value.type) { type in
      type.message(ONNXField.Value.tensorType) { tensor in
        tensor.integer(ONNXField.Value.elementType, code(of: .f32))
        tensor.message(ONNXField.Value.shape) { shape in
          shape.message(ONNXField.Value.dimension) { $0.text(ONNXField.Value.symbol, "batch") }
          for size in sizes {
            shape.message(ONNXField.Value.dimension) { $0.integer(ONNXField.Value.size, size) }
          }
        }
      }
    }
  }

  /// AttributeProto's types: FLOAT 1, INT 2, STRING 3, INTS 7.
  private static func write(_ key: String, _ value: Attribute, to attribute: inout ProtobufWriter) {
    attribute.text(ONNXField.Attribute.name, key)
    switch value {
    case .real(let number):
      attribute.real(ONNXField.Attribute.real, number)
      attribute.integer(ONNXField.Attribute.type, 1)
    case .integer(let number):
      attribute.integer(ONNXField.Attribute.integer, number)
      attribute.integer(ONNXField.Attribute.type, 2)
    case .text(let text):
      attribute.text(ONNXField.Attribute.text, text)
      attribute.integer(ONNXField.Attribute.type, 3)
    case .integers(let numbers):
      attribute.integers(ONNXField.Attribute.integers, numbers)
      attribute.integer(ONNXField.Attribute.type, 7)
    }
  }

  private static func code(of type: ElementType) -> Int {
    ONNXTensor.types.first { $0.value == type }?.key ?? 0
  }
}
