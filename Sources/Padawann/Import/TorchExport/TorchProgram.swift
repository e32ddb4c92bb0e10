/// What is read of an exported program (`ExportedProgram` of `torch/_export/serde/schema.py`).
struct TorchProgram: Sendable {
  /// What a name of the graph stands for.
  enum Input: Sendable {
    /// The image.
    case user(TorchArgument)
    /// A parameter or buffer, by its name in the module.
    case weight(String)
    /// A tensor that the module's code has.
    case constant(String)
    /// What is no tensor.
    case other(String)
  }

  /// The version of PyTorch that saved it.
  private(set) var torchVersion = ""
  /// The inputs, by the names that the graph has for them.
  private(set) var inputs: [(name: String, input: Input)] = []
  /// The names of the outputs that the module returns; `nil` for one that is no tensor.
  private(set) var outputs: [String?] = []
  /// The nodes, in order.
  private(set) var nodes: [TorchNode] = []
  /// The sizes of every tensor; `nil` for one that is open.
  private(set) var sizes: [String: [Int?]] = [:]

  /// The versions of the schema that are known here.
  private static let knownSchemas = 2...8

  /// Reads the JSON of a program.
  ///
  /// - Throws: ``PadawannError`` `data` when it is damaged, `unsupported` when its schema is another.
  init(json bytes: [UInt8]) throws(PadawannError) {
    try JSONReader.checkKeys(bytes)
    var json = JSONReader(bytes[...])
    var version: Int?
    var hasGraph = false
    var hasSignature = false
    try json.object { json, key throws(PadawannError) in
      switch key {
      case "graph_module":
        try json.object { json, key throws(PadawannError) in
          switch key {
          case "graph":
            hasGraph = true
            try readGraph(&json)
          case "signature": hasSignature = try readSignature(&json)
          default: try json.skipValue()
          }
        }
      case "schema_version": version = try Self.major(&json)
      case "torch_version": torchVersion = try json.text()
      default: try json.skipValue()
      }
    }
    guard let version, Self.knownSchemas.contains(version), hasGraph, hasSignature else {
      throw PadawannError(
        .unsupported,
        "the program of torch.export has the schema \(version.map(String.init) ?? "of an early version"), and "
          + "\(Self.knownSchemas.lowerBound) to \(Self.knownSchemas.upperBound) are known",
        remedy: "Export it again with PyTorch 2.5 or later (known up to 2.15)")
    }
  }

  /// The larger part of a version, which is one number or two.
  private static func major(_ json: inout JSONReader) throws(PadawannError) -> Int {
    guard try json.kind() == .object else { return try json.wholeNumber() }
    var major = 0
    try json.object { json, key throws(PadawannError) in
      if key == "major" { major = try json.wholeNumber() } else { try json.skipValue() }
    }
    return major
  }

  private mutating func readGraph(_ json: inout JSONReader) throws(PadawannError) {
    try json.object { json, key throws(PadawannError) in
      switch key {
      case "nodes":
        try json.array { json throws(PadawannError) in nodes.append(try TorchNode(&json)) }
      case "tensor_values":
        try json.object { json, name throws(PadawannError) in
          sizes[name] = try TorchTensorMeta(&json).openSizes
        }
      default: try json.skipValue()
      }
    }
  }

  /// - Returns: whether it has the lists of inputs and outputs, which the first versions had not.
  private mutating func readSignature(_ json: inout JSONReader) throws(PadawannError) -> Bool {
    var found = 0
    try json.object { json, key throws(PadawannError) in
      switch key {
      case "input_specs":
        found += 1
        try json.array { json throws(PadawannError) in
          try json.object { json, key throws(PadawannError) in
            if try json.takeNull() { return }
            try readInput(&json, key)
          }
        }
      case "output_specs":
        found += 1
        try json.array { json throws(PadawannError) in
          try json.object { json, key throws(PadawannError) in
            if try json.takeNull() { return }
            try readOutput(&json, key)
          }
        }
      default: try json.skipValue()
      }
    }
    return found == 2
  }

  private mutating func readInput(_ json: inout JSONReader, _ kind: String) throws(PadawannError) {
    var argument = TorchArgument.none
    var name = ""
    try json.object { json, key throws(PadawannError) in
      switch key {
      case "arg" where kind == "user_input": argument = try TorchArgument(&json)
      case "arg": argument = .tensor(try TorchArgument.name(&json, in: "name"))
      case "parameter_name", "buffer_name", "tensor_constant_name": name = try json.text()
      case "name": argument = .tensor(try json.text())
      default: try json.skipValue()
      }
    }
    let input: Input
    switch kind {
    case "user_input": input = .user(argument)
    case "parameter", "buffer": input = .weight(name)
    case "tensor_constant": input = .constant(name)
    default: input = .other(kind)
    }
    inputs.append((argument.names.first ?? "", input))
  }

  private mutating func readOutput(_ json: inout JSONReader, _ kind: String) throws(PadawannError) {
    // What changes a buffer is of no use to whoever only reads the network.
    guard kind == "user_output" else { return try json.skipValue() }
    try json.object { json, key throws(PadawannError) in
      guard key == "arg" else { return try json.skipValue() }
      if case .tensor(let name) = try TorchArgument(&json) {
        outputs.append(name)
      } else {
        outputs.append(nil)
      }
    }
  }
}

/// A node of an exported program.
struct TorchNode: Sendable {
  /// For example `torch.ops.aten.conv2d.default`.
  private(set) var target = ""
  private(set) var arguments: [(name: String, value: TorchArgument)] = []
  /// The names of its results.
  private(set) var outputs: [String] = []
  /// The path of the module of PyTorch's own whose code it is, for example `layer1.0.conv1`.
  private(set) var module: String?

  /// Reads a node.
  init(_ json: inout JSONReader) throws(PadawannError) {
    try json.object { json, key throws(PadawannError) in
      switch key {
      case "target": target = try json.text()
      case "inputs": try json.array { json throws(PadawannError) in try readArgument(&json) }
      case "outputs":
        try json.array { json throws(PadawannError) in outputs += try TorchArgument(&json).names }
      case "metadata":
        try json.object { json, key throws(PadawannError) in
          if key == "nn_module_stack" { module = Self.module(try json.text()) } else { try json.skipValue() }
        }
      default: try json.skipValue()
      }
    }
  }

  private mutating func readArgument(_ json: inout JSONReader) throws(PadawannError) {
    var name = ""
    var value = TorchArgument.none
    try json.object { json, key throws(PadawannError) in
      switch key {
      case "name": name = try json.text()
      case "arg": value = try TorchArgument(&json)
      default: try json.skipValue()
      }
    }
    arguments.append((name, value))
  }

  /// The innermost module of `key,path,type;…`, when it is one of PyTorch's layers.
  private static func module(_ stack: String) -> String? {
    guard let last = stack.split(separator: ";").last, let first = last.firstIndex(of: ","),
      let second = last.lastIndex(of: ","), first < second
    else { return nil }
    let type = last[second...].dropFirst()
    guard type.hasPrefix("torch.nn.modules."), !type.hasPrefix("torch.nn.modules.container") else {
      return nil
    }
    let path = plainPath(last[first..<second].dropFirst())
    return path.isEmpty ? nil : path
  }

  /// A path without what PyTorch 2.3 to 2.5 wrote around it: `getattr(L['self'].layer1, '0').conv1`.
  private static func plainPath(_ path: Substring) -> String {
    var plain = path.replacing("getattr(", with: "")
    if plain.hasPrefix("L['"), let end = plain.firstRange(of: "'].") { plain = plain[end.upperBound...] }
    return String(plain.replacing(", '", with: ".").replacing("')", with: ""))
  }

  /// The names of the values that it reads.
  var inputs: [String] { arguments.flatMap(\.value.names) }

  /// What it computes, as messages name it: `aten.conv2d.default`.
  var operation: String { target.hasPrefix("torch.ops.") ? String(target.dropFirst(10)) : target }

  /// How errors and the network name it: the path of its module, or its own name.
  var title: String { module ?? outputs.first ?? operation }
}
