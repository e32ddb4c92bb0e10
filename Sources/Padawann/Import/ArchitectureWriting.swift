extension ArchitectureFile {
  /// An architecture as a file of its own, a line for each node, without attributes that have their defaults.
  public static func json(of architecture: Architecture) -> String {
    let input = architecture.input
    let nodes = architecture.nodes.indices.map { "    " + line(architecture, $0) }
    return """
      {
        "input": [\(input.channels), \(input.height), \(input.width)],
        "nodes": [
      \(nodes.joined(separator: ",\n"))
        ]
      }
      """
  }

  private static func line(_ architecture: Architecture, _ index: Int) -> String {
    let node = architecture.nodes[index]
    var parts = [("name", quoted(node.name)), ("op", quoted(node.operation.name))]
    // A node that reads the one before it need not say so.
    if node.inputs != [index - 1] {
      let names = node.inputs.map { quoted($0 == Node.image ? "input" : architecture.nodes[$0].name) }
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

  /// Names and words have no characters that JSON would escape (`Formats/padawann.md`, section 4).
  private static func quoted(_ text: String) -> String { "\"\(text)\"" }
}
