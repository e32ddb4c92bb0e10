/// Names of nodes from what an ONNX file calls its nodes and weights.
enum ONNXNames {
  /// The name of a node: that of its weights without `.weight`, else its own, else its operation's.
  static func name(of node: ONNXNode, weight: String? = nil, operation: String) -> String {
    if let weight, weight.hasSuffix(".weight") { return valid(String(weight.dropLast(7)), or: operation) }
    return valid(path(node), or: operation)
  }

  /// `/layer1/layer1.0/conv1/Conv`, as PyTorch writes it, is `layer1.0.conv1`.
  private static func path(_ node: ONNXNode) -> String {
    guard node.name.hasPrefix("/") else { return node.name }
    var parts = node.name.split(separator: "/").map(String.init)
    if let last = parts.last, last == node.operation || last.hasPrefix(node.operation + "_") {
      parts.removeLast()
    }
    var path: [String] = []
    for part in parts {
      if let last = path.last, part.hasPrefix(last + ".") { path.removeLast() }
      path.append(part)
    }
    return path.joined(separator: ".")
  }

  /// The text as ``NameRule`` allows it.
  private static func valid(_ text: String, or standard: String) -> String {
    let characters = text.unicodeScalars.map { scalar -> Character in
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      return isPlain || "_.-".unicodeScalars.contains(scalar) ? Character(scalar) : "_"
    }
    let name = String(String(characters.drop { ".-_".contains($0) }).prefix(100))
    return name.isEmpty ? standard : name
  }
}
