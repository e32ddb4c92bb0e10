extension ArchitectureFile {
  /// An architecture as a file of its own, a line for each node, without attributes that have their defaults.
  public static func json(of architecture: Architecture) -> String {
    json(input: architecture.input, nodes: architecture.nodes)
  }

  /// The same of nodes that need not fit one another, with notes for whoever edits the file.
  static func json(input: Shape, nodes: [Node], notes: [String] = []) -> String {
    let lines = nodes.indices.map { "    " + line(nodes, $0) }
    let notes = notes.map { "    " + JSONText.quoted($0) }.joined(separator: ",\n")
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
    var parts = [("name", JSONText.quoted(node.name)), ("op", JSONText.quoted(node.operation.name))]
    // A node that reads the one before it need not say so.
    if node.inputs != [index - 1] {
      let names = node.inputs.map { JSONText.quoted($0 == Node.image ? "input" : nodes[$0].name) }
      parts.append(("inputs", JSONText.list(names)))
    }
    parts += node.operation.attributesBeyondDefaults.map { ($0.key, text($0.value)) }
    return JSONText.object(parts.map { (key: $0.0, value: $0.1) })
  }

  private static func text(_ value: OperationAttribute) -> String {
    switch value {
    case .integers(let numbers) where Set(numbers).count == 1 && numbers.count <= 4: "\(numbers[0])"
    case .integers(let numbers): JSONText.list(numbers.map(String.init))
    case .real(let number): "\(number)"
    case .text(let word): JSONText.quoted(word)
    case .flag(let flag): "\(flag)"
    }
  }
}
