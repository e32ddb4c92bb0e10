/// Sums, products and the like of constants.
extension ONNXFolding {
  mutating func combined(_ node: ONNXNode, _ inputs: [ONNXConstant?]) throws(PadawannError)
    -> ONNXConstant?
  {
    guard inputs.count == 2, let a = inputs[0], let b = inputs[1] else { return nil }
    guard let shape = ONNXConstant.broadcast(a.shape, b.shape) else {
      throw PadawannError(.data, "the shapes \(a.shape) and \(b.shape) do not fit")
    }
    try take(shape)
    let (x, y) = (a.broadcasted(to: shape), b.broadcasted(to: shape))
    if let x = x.integers, let y = y.integers {
      guard let result = Self.integers(node.operation, x, y) else { return nil }
      return ONNXConstant(shape, .integers(result))
    }
    let pairs = zip(x.reals, y.reals)
    switch node.operation {
    case "Add": return ONNXConstant(shape, .reals(pairs.map { $0 + $1 }))
    case "Sub": return ONNXConstant(shape, .reals(pairs.map { $0 - $1 }))
    case "Mul": return ONNXConstant(shape, .reals(pairs.map { $0 * $1 }))
    case "Div": return ONNXConstant(shape, .reals(pairs.map { $0 / $1 }))
    case "Pow" where b.scalar == 0.5: return a.mapped { $0.squareRoot() }
    case "Pow" where b.scalar == 2: return a.mapped { $0 * $0 }
    default: return nil
    }
  }

  /// `nil` where a result does not fit or is not defined.
  private static func integers(_ operation: String, _ x: [Int], _ y: [Int]) -> [Int]? {
    var results: [Int] = []
    for (a, b) in zip(x, y) {
      let (result, failed): (Int, Bool)
      switch operation {
      case "Add": (result, failed) = a.addingReportingOverflow(b)
      case "Sub": (result, failed) = a.subtractingReportingOverflow(b)
      case "Mul": (result, failed) = a.multipliedReportingOverflow(by: b)
      case "Div": (result, failed) = a.dividedReportingOverflow(by: b)
      default: return nil
      }
      if failed { return nil }
      results.append(result)
    }
    return results
  }
}

extension ONNXConstant {
  /// A function of every real number; `nil` for integers.
  func mapped(_ function: (Float) -> Float) -> ONNXConstant? {
    guard case .reals(let reals) = numbers else { return nil }
    return ONNXConstant(shape, .reals(reals.map(function)))
  }
}
