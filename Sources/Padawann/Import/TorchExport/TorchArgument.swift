/// An argument of a node of an exported program (`Argument` of `torch/_export/serde/schema.py`).
enum TorchArgument: Sendable {
  case none
  /// The name of a tensor.
  case tensor(String)
  /// Names of tensors; `nil` for one that is left out.
  case tensors([String?])
  case integer(Int)
  case integers([TorchSize])
  case real(Double)
  case text(String)
  case truth(Bool)
  /// The name of a whole number that the program computes.
  case symbol(String)
  /// The number of a type of elements, as PyTorch counts them.
  case type(Int)
  /// A kind of argument that no operation here takes, by its key.
  case other(String)

  /// Reads an object with one key that says what it is; keys without a value stand for nothing.
  init(_ json: inout JSONReader) throws(PadawannError) {
    var found: TorchArgument?
    try json.object { json, key throws(PadawannError) in
      if try json.takeNull() { return }
      guard found == nil else { throw json.malformed("one kind of argument") }
      found = try Self.value(&json, key)
    }
    self = found ?? .none
  }

  private static func value(_ json: inout JSONReader, _ key: String) throws(PadawannError) -> TorchArgument {
    switch key {
    case "as_none":
      try json.skipValue()
      return .none
    case "as_tensor": return .tensor(try name(&json, in: "name"))
    case "as_optional_tensor": return try TorchArgument(&json)
    case "as_tensors":
      var names: [String?] = []
      try json.array { json throws(PadawannError) in names.append(try name(&json, in: "name")) }
      return .tensors(names)
    case "as_optional_tensors":
      var names: [String?] = []
      try json.array { json throws(PadawannError) in
        if case .tensor(let name) = try TorchArgument(&json) { names.append(name) } else { names.append(nil) }
      }
      return .tensors(names)
    case "as_int": return .integer(try json.wholeNumber())
    case "as_ints":
      var sizes: [TorchSize] = []
      try json.array { json throws(PadawannError) in sizes.append(.fixed(try json.wholeNumber())) }
      return .integers(sizes)
    case "as_sym_int":
      switch try TorchSize(&json) {
      case .fixed(let size): return .integer(size)
      case .symbol(let name): return .symbol(name)
      }
    case "as_sym_ints":
      var sizes: [TorchSize] = []
      try json.array { json throws(PadawannError) in sizes.append(try TorchSize(&json)) }
      return .integers(sizes)
    case "as_float": return .real(try real(&json))
    case "as_string": return .text(try json.text())
    case "as_bool": return .truth(try json.truth())
    case "as_scalar_type": return .type(try json.wholeNumber())
    default:
      try json.skipValue()
      return .other(key)
    }
  }

  /// The text of one key of an object.
  static func name(_ json: inout JSONReader, in wanted: String) throws(PadawannError) -> String {
    var name: String?
    try json.object { json, key throws(PadawannError) in
      if key == wanted { name = try json.text() } else { try json.skipValue() }
    }
    guard let name else { throw json.malformed("the key \(wanted)") }
    return name
  }

  /// A number; what is not finite may be a text.
  private static func real(_ json: inout JSONReader) throws(PadawannError) -> Double {
    guard try json.kind() == .text else { return try json.number().real }
    switch try json.text() {
    case "Infinity": return .infinity
    case "-Infinity": return -.infinity
    case "NaN": return .nan
    default: throw json.malformed("a number")
    }
  }

  /// The names of the values that it reads.
  var names: [String] {
    switch self {
    case .tensor(let name), .symbol(let name): [name]
    case .tensors(let names): names.compactMap { $0 }
    case .integers(let sizes):
      sizes.compactMap { if case .symbol(let name) = $0 { name } else { nil } }
    default: []
    }
  }
}

/// A whole number of a program: fixed, or one that the program computes.
enum TorchSize: Sendable, Equatable {
  case fixed(Int)
  case symbol(String)

  /// Reads `{"as_int": …}` or `{"as_name": …}`.
  init(_ json: inout JSONReader) throws(PadawannError) {
    var found: TorchSize?
    try json.object { json, key throws(PadawannError) in
      if try json.takeNull() { return }
      switch key {
      case "as_int": found = .fixed(try json.wholeNumber())
      case "as_name": found = .symbol(try json.text())
      default: try json.skipValue()
      }
    }
    guard let found else { throw json.malformed("a whole number or a name") }
    self = found
  }
}
