/// A node of an exported program, and the nodes of ONNX that compute the same.
///
/// Sources: ATen's `native_functions.yaml` for arguments and their defaults, ONNX's `Operators.md` for opset 22.
struct ATenCall {
  /// The version of ONNX's operations that are written.
  static let opset = 22

  let node: TorchNode
  /// The operation, without its namespace, overload, and the underscore of those that work in place.
  let operation: String
  /// Which of the operations of one name it is, for example `int`.
  let overload: String
  /// What the program says of the sizes of its tensors.
  let sizes: [String: [Int?]]
  private(set) var written: [ONNXNode] = []

  /// Prepares a node.
  init(_ node: TorchNode, sizes: [String: [Int?]]) {
    self.node = node
    self.sizes = sizes
    var name = node.operation
    if name.hasPrefix("aten.") { name.removeFirst("aten.".count) }
    // Python's own operations on whole numbers have a namespace and no overload.
    let parts = name.hasPrefix("_operator.") ? [Substring(name)] : name.split(separator: ".", maxSplits: 1)
    operation = String(parts.first.map(Self.withoutMark) ?? "")
    overload = parts.count > 1 ? String(parts[1]) : ""
  }

  private static func withoutMark(_ name: Substring) -> Substring {
    name.hasSuffix("_") ? name.dropLast() : name
  }

  /// The nodes; one that is refused when there are none that compute the same.
  static func nodes(of node: TorchNode, sizes: [String: [Int?]]) throws(PadawannError) -> [ONNXNode] {
    var call = ATenCall(node, sizes: sizes)
    do throws(PadawannError) {
      try call.write()
      return call.written
    } catch {
      guard error.kind == .unsupported else { throw error.inside("node \(printable(node.title))") }
      return [refused(node, error.message)]
    }
  }

  /// A node that is refused with a reason.
  static func refused(_ node: TorchNode, _ reason: String) -> ONNXNode {
    var refused = ONNXNode(node.operation, name: node.title, inputs: node.inputs, outputs: node.outputs)
    refused.refusal = reason
    return refused
  }

  // MARK: What is written

  /// Adds a node that makes the first result, or `output` for another of the nodes that follow.
  mutating func add(
    _ operation: String, _ inputs: [String], _ attributes: [String: ONNXAttribute] = [:],
    to output: String? = nil
  ) {
    var added = ONNXNode(
      operation, name: node.title, inputs: inputs, outputs: output.map { [$0] } ?? node.outputs)
    added.attributes = attributes
    added.original = node.operation
    added.isAdded = output != nil
    written.append(added)
  }

  /// A name for a value that the program has not; names of a program are Python's and have no blank.
  func newName() -> String { "\(node.outputs.first ?? "") \(written.count)" }

  /// Adds an operation whose result only the nodes that follow read, and gives the name of that.
  mutating func step(_ operation: String, _ inputs: [String], _ attributes: [String: ONNXAttribute] = [:])
    -> String
  {
    let name = newName()
    add(operation, inputs, attributes, to: name)
    return name
  }

  mutating func constant(_ real: Double) -> String {
    step("Constant", [], ["value_float": .init(real: Float(real))])
  }

  mutating func constant(_ reals: [Float]) -> String {
    step("Constant", [], ["value_floats": .init(reals: reals)])
  }

  mutating func constant(_ integers: [Int]) -> String {
    step("Constant", [], ["value_ints": .init(integers: integers)])
  }

  mutating func constant(_ integer: Int) -> String {
    step("Constant", [], ["value_int": .init(integer: integer)])
  }

  // MARK: Arguments

  /// An argument; `nil` when it is left out.
  subscript(name: String) -> TorchArgument? {
    guard let value = node.arguments.first(where: { $0.name == name })?.value else { return nil }
    if case .none = value { return nil }
    return value
  }

  /// The name of a tensor that must be there.
  func tensor(_ name: String) throws(PadawannError) -> String {
    guard case .tensor(let tensor) = self[name] else {
      throw PadawannError(.unsupported, "its argument \(name) is no tensor")
    }
    return tensor
  }

  /// The name of a tensor; empty when it is left out.
  func optionalTensor(_ name: String) throws(PadawannError) -> String {
    self[name] == nil ? "" : try tensor(name)
  }

  /// The first argument, which every operation on a tensor has.
  func first() throws(PadawannError) -> String { try tensor(node.arguments.first?.name ?? "self") }

  func integer(_ name: String, or standard: Int) throws(PadawannError) -> Int {
    switch self[name] {
    case nil: return standard
    case .integer(let integer): return integer
    default: throw PadawannError(.unsupported, "its argument \(name) is no fixed whole number")
    }
  }

  func real(_ name: String, or standard: Double) throws(PadawannError) -> Double {
    switch self[name] {
    case nil: return standard
    case .integer(let integer): return Double(integer)
    case .real(let real): return real
    case .truth(let truth): return truth ? 1 : 0
    default: throw PadawannError(.unsupported, "its argument \(name) is no fixed number")
    }
  }

  func truth(_ name: String, or standard: Bool) throws(PadawannError) -> Bool {
    switch self[name] {
    case nil: return standard
    case .truth(let truth): return truth
    default: throw PadawannError(.unsupported, "its argument \(name) is neither true nor false")
    }
  }

  /// A list of fixed whole numbers, or one alone.
  func integers(_ name: String) throws(PadawannError) -> [Int]? {
    switch self[name] {
    case nil: return nil
    case .integer(let integer): return [integer]
    case .integers(let sizes):
      let fixed = sizes.compactMap { if case .fixed(let size) = $0 { size } else { nil } }
      guard fixed.count == sizes.count else { fallthrough }
      return fixed
    default: throw PadawannError(.unsupported, "its argument \(name) has no fixed whole numbers")
    }
  }

  /// A size for rows and columns; one number stands for both.
  func pair(_ name: String, or standard: [Int]) throws(PadawannError) -> [Int] {
    let given = try integers(name) ?? []
    if given.isEmpty { return standard }
    if given.count == 1 { return [given[0], given[0]] }
    guard given.count == 2 else {
      throw PadawannError(.unsupported, "its argument \(name) is not for rows and columns")
    }
    return given
  }

  /// How many axes a tensor has.
  func rank(_ tensor: String) throws(PadawannError) -> Int {
    guard let sizes = sizes[tensor] else {
      throw PadawannError(.data, "the program does not say how large \(printable(tensor)) is")
    }
    return sizes.count
  }
}
