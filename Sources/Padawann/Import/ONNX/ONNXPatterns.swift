/// Operations that exporters write out as several.
enum ONNXPatterns {
  /// The nodes of a graph, in which `x / 2 · (1 + erf(x / √2))` is one node.
  static func withGELUs(_ graph: ONNXGraph) -> [ONNXNode] {
    guard graph.nodes.contains(where: { $0.operation == "Erf" }) else { return graph.nodes }
    let finder = Finder(graph)
    var replaced = Set<Int>()
    var gelus: [Int: ONNXNode] = [:]
    for (index, node) in graph.nodes.enumerated() where node.operation == "Erf" {
      guard let found = finder.gelu(around: index) else { continue }
      replaced.formUnion(found.nodes)
      gelus[found.last] = found.gelu
    }
    return graph.nodes.indices.compactMap { index in
      gelus[index] ?? (replaced.contains(index) ? nil : graph.nodes[index])
    }
  }

  /// Looks for nodes by what they make and read.
  private struct Finder {
    let nodes: [ONNXNode]
    var makers: [String: Int] = [:]
    var readers: [String: [Int]] = [:]
    var scalars: [String: Float] = [:]

    init(_ graph: ONNXGraph) {
      nodes = graph.nodes
      for (index, node) in nodes.enumerated() {
        for output in node.outputs { makers[output] = index }
        for input in node.inputs { readers[input, default: []].append(index) }
        if node.operation == "Constant", let output = node.outputs.first {
          scalars[output] =
            node.attributes["value"]?.tensor.flatMap(Self.scalar) ?? node.attributes["value_float"]?.real
        }
      }
      for output in graph.outputs { readers[output.name, default: []].append(-1) }
      for tensor in graph.initialisers {
        if let number = Self.scalar(tensor) { scalars[tensor.name] = number }
      }
    }

    private static func scalar(_ tensor: ONNXTensor) -> Float? {
      guard tensor.shape.product == 1, let constant = try? ONNXConstant(tensor) else { return nil }
      return constant.scalar
    }

    /// The GELU that an error function is part of.
    func gelu(around erf: Int) -> (gelu: ONNXNode, nodes: [Int], last: Int)? {
      guard let scaled = nodes[erf].inputs.first, let first = makers[scaled], isOnly(scaled),
        let x = nodes[first].inputs.first, let factor = operand(first, other: x),
        nodes[first].operation == "Div" && abs(factor - 1.41421356) < 1e-4
          || nodes[first].operation == "Mul" && abs(factor - 0.70710678) < 1e-4,
        let sum = next(erf), nodes[sum].operation == "Add", let made = nodes[erf].outputs.first,
        operand(sum, other: made) == 1
      else { return nil }
      var used = [first, erf, sum]
      var hasHalf = false
      var hasX = false
      var last = sum
      while !hasHalf || !hasX {
        guard let product = next(last), nodes[product].operation == "Mul",
          let result = nodes[last].outputs.first,
          let other = nodes[product].inputs.first(where: { $0 != result })
        else { return nil }
        if scalars[other] == 0.5, !hasHalf {
          hasHalf = true
        } else if other == x, !hasX {
          hasX = true
        } else if !hasHalf, !hasX, let half = makers[other], nodes[half].operation == "Mul", isOnly(other),
          nodes[half].inputs.contains(x), operand(half, other: x) == 0.5
        {
          (hasHalf, hasX) = (true, true)
          used.append(half)
        } else {
          return nil
        }
        used.append(product)
        last = product
      }
      let gelu = ONNXNode("Gelu", name: nodes[erf].name, inputs: [x], outputs: nodes[last].outputs)
      return (gelu, used, last)
    }

    private func isOnly(_ value: String) -> Bool { readers[value]?.count == 1 }

    /// The one node that reads the result of another.
    private func next(_ index: Int) -> Int? {
      guard let output = nodes[index].outputs.first, let list = readers[output], list.count == 1, list[0] >= 0
      else {
        return nil
      }
      return list[0]
    }

    /// The number with which a node of two inputs combines one of them.
    private func operand(_ index: Int, other: String) -> Float? {
      guard nodes[index].inputs.count == 2 else { return nil }
      return nodes[index].inputs.first { $0 != other }.flatMap { scalars[$0] }
    }
  }
}
