/// Products of an activation and a function of it, which are activation functions of their own.
extension ONNXTranslation {
  /// `x · sigmoid(x)` is SiLU, and `x · min(max(x + 3, 0), 6)` six times a hard swish. Exporters write them out.
  mutating func gate(_ node: ONNXNode) throws(PadawannError) {
    let (first, second) = (try plain(node), try plain(node, 1))
    for (x, gate) in [(first, second), (second, first)]
    where x.shape == gate.shape && x.groups == gate.groups && x.order == gate.order {
      guard let (operation, factor) = builder.gate(gate.node, on: x.node) else { continue }
      var result = x
      let name = ONNXNames.name(of: node, operation: operation.name)
      result.node = try builder.add(operation, named: name, reading: [x.node])
      if factor != 1 {
        // Whatever divides by it divides it out.
        let factors = [Float](repeating: factor, count: x.shape.channels)
        result.node = try builder.addScaling(factors, named: name + ".factor", reading: result.node)
      }
      result.isShared = false
      return set(result, of: node)
    }
    throw PadawannError(.unsupported, "it multiplies two activations")
  }
}

extension ONNXBuilder {
  /// The function that a node and what it is multiplied with are, and by which factor the product is larger.
  fileprivate func gate(_ node: Int, on x: Int) -> (NodeOperation, factor: Float)? {
    guard drafts.indices.contains(node) else { return nil }
    if drafts[node].operation == .sigmoid, drafts[node].inputs == [x] { return (.silu, 1) }
    if case .hardSigmoid(let alpha, let beta) = drafts[node].operation, drafts[node].inputs == [x] {
      return abs(alpha * 6 - 1) < 1e-6 && beta == 0.5 ? (.hardSwish, 1) : nil
    }
    // A factor behind the clip, or none.
    let (clip, factor) = scaling(node).flatMap { $0.summand == 0 ? ($0.source, $0.factor) : nil } ?? (node, 1)
    guard let bounds = bounds(of: clip), bounds.low == 0, bounds.high == 6,
      let sum = scaling(bounds.source), sum.source == x, sum.factor == 1, sum.summand == 3
    else { return nil }
    let times = factor * 6
    return (.hardSwish, abs(times - 1) < 1e-6 ? 1 : times)
  }
}
