extension ArchitectureFile {
  /// An architecture as a file of its own, a line for each node, without attributes that have their defaults.
  public static func json(of architecture: Architecture) -> String {
    json(input: architecture.input, nodes: architecture.nodes)
  }

  /// The same of nodes that need not fit one another, with notes for whoever edits the file.
  static func json(input: Shape, nodes: [Node], notes: [String] = []) -> String {
    let lines = nodes.indices.map { "    " + line(nodes, $0) }
    let notes = notes.map { "    " + quoted($0) }.joined(separator: ",\n")
    return """
      {
      \(notes.isEmpty ? "" : "  \"notes\": [\n\(notes)\n  ],\n")  "input": [\(input.channels), \(input.height), \(input.width)],
        "nodes": [
      \(lines.joined(separator: ",\n"))
        ]
      }
      """
  }

  private static func line(_ nodes: [Node], _ index: Int) -> String {
    let node = nodes[index]
    var parts = [("name", quoted(node.name)), ("op", quoted(node.operation.name))]
    // A node that reads the one before it need not say so.
    if node.inputs != [index - 1] {
      let names = node.inputs.map { quoted($0 == Node.image ? "input" : nodes[$0].name) }
      parts.append(("inputs", "[\(names.joined(separator: ", "))]"))
    }
    parts += node.operation.attributesBeyondDefaults.map { ($0.key, text($0.value)) }
    return "{" + parts.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
  }

  private static func text(_ value: OperationAttribute) -> String {
    switch value {
    case .integers(let numbers) where Set(numbers).count == 1 && numbers.count <= 4: "\(numbers[0])"
    case .integers(let numbers): "[\(numbers.map(String.init).joined(separator: ", "))]"
    case .real(let number): "\(number)"
    case .text(let word): quoted(word)
    case .flag(let flag): "\(flag)"
    }
  }

  /// Names and words have no characters that JSON would escape (`Formats/padawann.md`, section 4); names of a sketch may.
  private static func quoted(_ text: String) -> String {
    let plain = text.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) }
    let escaped = String(plain).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "\"\(escaped)\""
  }
}
