#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Reads an architecture from JSON, as `Formats/architecture.md` describes it.
public enum ArchitectureFile {
  /// The largest file that is accepted, in bytes.
  public static let sizeLimit = 4 << 20

  /// Parses `{"input": [channels, rows, columns], "nodes": [{"op": …}, …]}`.
  ///
  /// A node without `inputs` reads the node before it; a node without `name` is named after its operation and its
  /// position.
  ///
  /// - Throws: ``PadawannError`` `data` or `unsupported`, naming the node.
  public static func architecture(json bytes: [UInt8]) throws(PadawannError) -> Architecture {
    guard bytes.count <= sizeLimit else {
      throw PadawannError(.data, "an architecture file has at most \(sizeLimit) bytes")
    }
    let document: Document
    do {
      document = try JSONDecoder().decode(Document.self, from: Data(bytes))
    } catch {
      throw PadawannError(
        .data, "this is not an architecture in JSON: \(reason(error))",
        remedy: "See Formats/architecture.md for the keys and examples")
    }
    try JSONReader.checkKeys(bytes)
    guard document.input.count == 3 || document.input.count == 1 else {
      throw PadawannError(.data, "\"input\" is [channels, rows, columns] or [elements]")
    }
    let sizes = document.input + [1, 1]
    let input = Shape(channels: sizes[0], height: sizes[1], width: sizes[2])
    try Architecture.check(input: input)
    return try Architecture(input: input, nodes: nodes(document.nodes, input))
  }

  private static func nodes(_ descriptions: [[String: JSONValue]], _ input: Shape) throws(PadawannError)
    -> [Node]
  {
    var nodes: [Node] = []
    var indices = ["input": Node.image]
    // What an adaptive pooling is depends on the shape of its input; a node that does not fit is reported later.
    var shapes: [Shape?] = []
    for (index, description) in descriptions.enumerated() {
      do throws(PadawannError) {
        let node = try self.node(description, index, indices) { $0 == Node.image ? input : shapes[$0] }
        nodes.append(node)
        indices[node.name] = index
        let sources = node.inputs.map { $0 == Node.image ? input : shapes[$0] }
        let known = sources.compactMap { $0 }
        shapes.append(known.count == sources.count ? try? node.operation.outputShape(of: known) : nil)
      } catch {
        throw error.inside("node \(index)")
      }
    }
    return nodes
  }

  private static func node(
    _ description: [String: JSONValue], _ index: Int, _ indices: [String: Int], _ shape: (Int) -> Shape?
  ) throws(PadawannError) -> Node {
    guard case .text(let operation) = description["op"] else {
      throw PadawannError(.data, "\"op\" is missing or not a text")
    }
    var name = "\(operation)\(index)"
    if let given = description["name"] {
      guard case .text(let text) = given else { throw PadawannError(.data, "\"name\" is a text") }
      name = text
    }
    var inputs = [index - 1]
    if let given = description["inputs"] {
      guard case .texts(let names) = given, !names.isEmpty else {
        throw PadawannError(.data, "\"inputs\" is a list of names of earlier nodes, or \"input\"")
      }
      inputs = []
      for name in names {
        guard let source = indices[name] else {
          throw PadawannError(.data, "no earlier node is named \"\(name)\"")
        }
        inputs.append(source)
      }
    }
    var attributes: [String: OperationAttribute] = [:]
    for (key, value) in description where !["op", "name", "inputs"].contains(key) {
      guard let attribute = value.attribute else {
        throw PadawannError(.data, "\"\(key)\" has a value of a kind that no attribute of an operation has")
      }
      attributes[key] = attribute
    }
    return Node(
      name, try self.operation(operation, attributes, shape(inputs[0])), inputs: inputs)
  }

  /// An operation of a network, or one that is another name for such: `relu6` and `adaptive_avg_pool`.
  private static func operation(_ name: String, _ attributes: [String: OperationAttribute], _ source: Shape?)
    throws(PadawannError) -> NodeOperation
  {
    switch (name, attributes["size"]) {
    case ("relu6", nil) where attributes.isEmpty: return .clip(minimum: 0, maximum: 6)
    case ("adaptive_avg_pool", .integers(let size))
    where (1...2).contains(size.count) && attributes.count == 1:
      guard let source else {
        throw PadawannError(.data, "an adaptive pooling needs an input whose shape is known")
      }
      return try .adaptiveAverage(Extent(size[0], size[size.count - 1]), of: source)
    case ("relu6", _): throw PadawannError(.data, "relu6 has no attributes")
    case ("adaptive_avg_pool", _):
      throw PadawannError(
        .data, "an adaptive_avg_pool has a \"size\", one or two whole numbers, and nothing else")
    default: return try NodeOperation(name: name, attributes: attributes)
    }
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "it cannot be decoded" }
    switch error {
    case .dataCorrupted(let context), .keyNotFound(_, let context), .typeMismatch(_, let context),
      .valueNotFound(_, let context):
      let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
      return (path.isEmpty ? "" : "at \(path.joined(separator: ".")): ") + sentence(context.debugDescription)
    @unknown default: return "it cannot be decoded"
    }
  }

  /// Without the full stop, which an error's message has only before its remedy.
  private static func sentence(_ text: String) -> String {
    text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  private struct Document: Decodable {
    var input: [Int]
    var nodes: [[String: JSONValue]]
  }

  /// The kinds of values that a node's keys may have.
  private enum JSONValue: Decodable {
    case flag(Bool)
    case integers([Int])
    case real(Float)
    case text(String)
    case texts([String])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let value = try? container.decode(Bool.self) {
        self = .flag(value)
      } else if let value = try? container.decode(Int.self) {
        self = .integers([value])
      } else if let value = try? container.decode([Int].self) {
        self = .integers(value)
      } else if let value = try? container.decode(Float.self) {
        self = .real(value)
      } else if let value = try? container.decode([String].self) {
        self = .texts(value)
      } else {
        self = .text(try container.decode(String.self))
      }
    }

    var attribute: OperationAttribute? {
      switch self {
      case .flag(let value): .flag(value)
      case .integers(let values): .integers(values)
      case .real(let value): .real(value)
      case .text(let value): .text(value)
      case .texts: nil
      }
    }
  }
}
