/// Operations that exporters write out as several.
enum ONNXPatterns {
  /// The nodes of a graph, in which `x / 2 · (1 + erf(x / √2))` is one node, and so is its formula with `tanh`.
  static func withGELUs(_ graph: ONNXGraph) -> [ONNXNode] {
    guard graph.nodes.contains(where: { ["Erf", "Tanh"].contains($0.operation) }) else { return graph.nodes }
    let finder = Finder(graph)
    var replaced = Set<Int>()
    var gelus: [Int: ONNXNode] = [:]
    for (index, node) in graph.nodes.enumerated() where ["Erf", "Tanh"].contains(node.operation) {
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

    /// The GELU that an error function or a hyperbolic tangent is part of.
    func gelu(around function: Int) -> (gelu: ONNXNode, nodes: [Int], last: Int)? {
      guard let argument = nodes[function].inputs.first,
        let (x, first) = nodes[function].operation == "Erf" ? scaled(argument) : cubic(argument),
        let sum = next(function), nodes[sum].operation == "Add", let made = nodes[function].outputs.first,
        operand(sum, other: made) == 1
      else { return nil }
      var used = first + [function, sum]
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
      var gelu = ONNXNode("Gelu", name: nodes[function].name, inputs: [x], outputs: nodes[last].outputs)
      if nodes[function].operation == "Tanh" { gelu.attributes["approximate"] = ONNXAttribute(text: "tanh") }
      return (gelu, used, last)
    }

    /// The `x` of `x / √2`, and the node.
    private func scaled(_ value: String) -> (x: String, nodes: [Int])? {
      guard let node = makers[value], isOnly(value), let x = nodes[node].inputs.first,
        let factor = operand(node, other: x),
        nodes[node].operation == "Div" && abs(factor - 1.41421356) < 1e-4
          || nodes[node].operation == "Mul" && abs(factor - 0.70710678) < 1e-4
      else { return nil }
      return (x, [node])
    }

    /// The `x` of `√(2/π) · (x + 0.044715 · x³)`, and the nodes.
    private func cubic(_ value: String) -> (x: String, nodes: [Int])? {
      guard let (inner, outer) = product(value, with: 0.7978845608), let sum = makers[inner], isOnly(inner),
        nodes[sum].operation == "Add", nodes[sum].inputs.count == 2
      else { return nil }
      for (x, term) in [(0, 1), (1, 0)].map({ (nodes[sum].inputs[$0.0], nodes[sum].inputs[$0.1]) }) {
        guard let cube = monomial(term, in: x), cube.power == 3, abs(cube.factor - 0.044715) < 1e-5 else {
          continue
        }
        return (x, [outer, sum] + cube.nodes)
      }
      return nil
    }

    /// The factor and the power of a product of numbers and of `x`, and the nodes that make it.
    private func monomial(_ value: String, in x: String, depth: Int = 0) -> (
      factor: Float, power: Int, nodes: [Int]
    )? {
      if value == x { return (1, 1, []) }
      if let number = scalars[value] { return (number, 0, []) }
      guard depth < 6, let node = makers[value], isOnly(value), nodes[node].inputs.count == 2 else {
        return nil
      }
      if nodes[node].operation == "Pow", nodes[node].inputs[0] == x,
        let power = scalars[nodes[node].inputs[1]]
      {
        return power == 2 || power == 3 ? (1, Int(power), [node]) : nil
      }
      guard nodes[node].operation == "Mul",
        let first = monomial(nodes[node].inputs[0], in: x, depth: depth + 1),
        let second = monomial(nodes[node].inputs[1], in: x, depth: depth + 1)
      else { return nil }
      return (first.factor * second.factor, first.power + second.power, first.nodes + second.nodes + [node])
    }

    /// What a value is `factor` times, and the node that multiplies.
    private func product(_ value: String, with factor: Float) -> (of: String, node: Int)? {
      guard let node = makers[value], isOnly(value), nodes[node].operation == "Mul",
        nodes[node].inputs.count == 2,
        let place = nodes[node].inputs.firstIndex(where: { abs((scalars[$0] ?? 0) - factor) < 1e-5 })
      else { return nil }
      return (nodes[node].inputs[1 - place], node)
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
