/// The graph of an ONNX model.
struct ONNXGraph: Sendable {
  /// An input or output with its sizes; a size is `nil` where it is not fixed.
  struct Value: Sendable {
    var name = ""
    var sizes: [Int?]?
  }

  /// The nodes, in the order of the file.
  private(set) var nodes: [ONNXNode] = []
  /// The stored tensors.
  private(set) var initialisers: [ONNXTensor] = []
  /// Inputs; older files list the initialisers among them.
  private(set) var inputs: [Value] = []
  /// Outputs.
  private(set) var outputs: [Value] = []
  /// Whether some tensors are stored as sparse ones.
  private(set) var hasSparse = false

  /// An empty graph.
  init() {}

  /// A graph that another format has.
  init(nodes: [ONNXNode], initialisers: [ONNXTensor], inputs: [Value], outputs: [Value]) {
    self.nodes = nodes
    self.initialisers = initialisers
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Reads a GraphProto.
  init(_ message: ProtobufReader) throws(PadawannError) {
    var message = message
    while let field = try message.next() {
      switch field.number {
      case ONNXField.Graph.node: nodes.append(try ONNXNode(message.message(field)))
      case ONNXField.Graph.initialiser: initialisers.append(try ONNXTensor(message.message(field)))
      case ONNXField.Graph.input: inputs.append(try Self.value(message.message(field)))
      case ONNXField.Graph.output: outputs.append(try Self.value(message.message(field)))
      case ONNXField.Graph.sparse: hasSparse = true
      default: break
      }
    }
    var names = Set<String>()
    for tensor in initialisers where !names.insert(tensor.name).inserted {
      throw PadawannError(
        .data, "two initialisers have this name", at: "initialiser \(printable(tensor.name))")
    }
  }

  /// Reads what tensors have in files beside the model; every file that is missing is named at once.
  ///
  /// - Returns: these files.
  mutating func loadExternal(of path: String) throws(PadawannError) -> [ExternalFile] {
    var files = ONNXExternalFiles(model: path)
    for tensor in initialisers { files.note(tensor) }
    for tensor in nodes.flatMap(\.attributes.values).compactMap(\.tensor) { files.note(tensor) }
    try files.checkPresence()
    for index in initialisers.indices { try initialisers[index].load(&files) }
    for index in nodes.indices { try nodes[index].load(&files) }
    return files.files
  }

  /// The text of one field of a message.
  static func name(in message: ProtobufReader, field number: UInt64) throws(PadawannError) -> String {
    var message = message
    var name = ""
    while let field = try message.next() { if field.number == number { name = try field.text } }
    return name
  }

  /// The key and the text of an entry.
  static func entry(_ message: ProtobufReader) throws(PadawannError) -> (key: String, value: String) {
    (
      try name(in: message, field: ONNXField.Entry.key), try name(in: message, field: ONNXField.Entry.value)
    )
  }

  private static func value(_ message: ProtobufReader) throws(PadawannError) -> Value {
    var message = message
    var value = Value()
    while let field = try message.next() {
      switch field.number {
      case ONNXField.Value.name: value.name = try field.text
      case ONNXField.Value.type:
        for type in try messages(ONNXField.Value.tensorType, in: message.message(field)) {
          for shape in try messages(ONNXField.Value.shape, in: type) {
            value.sizes = try messages(ONNXField.Value.dimension, in: shape).map {
              dimension throws(PadawannError) in
              try size(dimension)
            }
          }
        }
      default: break
      }
    }
    return value
  }

  private static func messages(_ number: UInt64, in message: ProtobufReader) throws(PadawannError)
    -> [ProtobufReader]
  {
    var message = message
    var found: [ProtobufReader] = []
    while let field = try message.next() {
      if field.number == number { found.append(try message.message(field)) }
    }
    return found
  }

  private static func size(_ dimension: ProtobufReader) throws(PadawannError) -> Int? {
    var dimension = dimension
    var size: Int?
    while let field = try dimension.next() {
      if field.number == ONNXField.Value.size { size = try field.integer }
    }
    return size.flatMap { $0 > 0 ? $0 : nil }
  }
}

/// A node of an ONNX graph.
struct ONNXNode: Sendable {
  var name = ""
  var operation = ""
  var domain = ""
  /// The names of the values that it reads; an empty one is an input that is left out.
  var inputs: [String] = []
  var outputs: [String] = []
  var attributes: [String: ONNXAttribute] = [:]
  /// What messages call the operation, where another format has it: `aten.conv2d.default`.
  var original: String?
  /// Whether it is a part of what one node of another format computes, and not the last.
  var isAdded = false
  /// Why no network can have it, where that is known before it is looked at.
  var refusal: String?

  /// Makes a node that no file has.
  init(_ operation: String, name: String, inputs: [String], outputs: [String]) {
    self.operation = operation
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Reads a NodeProto.
  init(_ message: ProtobufReader) throws(PadawannError) {
    var message = message
    while let field = try message.next() {
      switch field.number {
      case ONNXField.Node.input: inputs.append(try field.text)
      case ONNXField.Node.output: outputs.append(try field.text)
      case ONNXField.Node.name: name = try field.text
      case ONNXField.Node.operation: operation = try field.text
      case ONNXField.Node.attribute:
        let attribute = try ONNXAttribute(message.message(field))
        guard attributes.updateValue(attribute, forKey: attribute.name) == nil else {
          throw PadawannError(
            .data, "a node has the attribute \(printable(attribute.name)) twice", at: "byte \(field.offset)")
        }
      case ONNXField.Node.domain: domain = try field.text
      default: break
      }
    }
    if domain == "ai.onnx" { domain = "" }
  }

  /// How errors name it: its name, or what it computes where it has none.
  var title: String {
    name.isEmpty ? "(that makes \(printable(outputs.first ?? "nothing")))" : printable(name)
  }

  fileprivate mutating func load(_ files: inout ONNXExternalFiles) throws(PadawannError) {
    for key in attributes.keys { try attributes[key]?.tensor?.load(&files) }
  }
}

/// An attribute of a node.
struct ONNXAttribute: Sendable {
  var name = ""
  var real: Float?
  var integer: Int?
  var text: String?
  var tensor: ONNXTensor?
  var reals: [Float] = []
  var integers: [Int] = []
  /// Whether it is a graph, as control flow has them.
  var isGraph = false

  /// An attribute of a node that no file has.
  init(
    integer: Int? = nil, real: Float? = nil, text: String? = nil, integers: [Int] = [], reals: [Float] = []
  ) {
    self.integer = integer
    self.real = real
    self.text = text
    self.integers = integers
    self.reals = reals
  }

  /// Reads an AttributeProto.
  init(_ message: ProtobufReader) throws(PadawannError) {
    var message = message
    while let field = try message.next() {
      switch field.number {
      case ONNXField.Attribute.name: name = try field.text
      case ONNXField.Attribute.real: real = try field.real
      case ONNXField.Attribute.integer: integer = try field.integer
      case ONNXField.Attribute.text:
        var content = try field.content
        text = String(decoding: try content.take(content.remaining), as: UTF8.self)
      case ONNXField.Attribute.tensor: tensor = try ONNXTensor(message.message(field))
      case ONNXField.Attribute.graph, ONNXField.Attribute.graphs: isGraph = true
      case ONNXField.Attribute.reals: reals += try ElementType.f32.floats(field.numberBytes)
      case ONNXField.Attribute.integers: integers += try field.integers
      default: break
      }
    }
  }
}
