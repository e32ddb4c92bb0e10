extension ONNXFolding {
  /// Integers times a scale, one for all or one for each index of an axis; `nil` for blocks of them.
  mutating func dequantised(_ node: ONNXNode, _ inputs: [ONNXConstant?]) throws(PadawannError)
    -> ONNXConstant?
  {
    guard inputs.count >= 2, let codes = inputs[0], let scale = inputs[1], codes.integers != nil,
      node.attributes["block_size"]?.integer ?? 0 == 0
    else { return nil }
    let zero = inputs.count > 2 ? inputs[2] : nil
    let axis =
      scale.count == 1 ? 0 : try ONNXAxes.index(node.attributes["axis"]?.integer ?? 1, codes.shape.count)
    guard scale.count == 1 || scale.shape == [codes.shape[axis]], (zero?.count ?? scale.count) == scale.count
    else {
      throw PadawannError(
        .data, "scales of shape \(scale.shape) do not fit integers of shape \(codes.shape)")
    }
    try take(codes.shape)
    return codes.dequantised(scale.reals, zero?.reals ?? scale.reals.map { _ in 0 }, axis: axis)
  }
}

extension ONNXConstant {
  /// `(code - zero) * scale` with the scale and the zero of each number's index on an axis, or the only ones.
  func dequantised(_ scales: [Float], _ zeros: [Float], axis: Int) -> ONNXConstant {
    let inner = shape.dropFirst(axis + 1).reduce(1, *)
    let numbers = reals.enumerated().map { place, code in
      let index = scales.count == 1 ? 0 : place / inner % scales.count
      return (code - zeros[index]) * scales[index]
    }
    return ONNXConstant(shape, .reals(numbers), origin: origin)
  }
}

extension ONNXModel {
  /// The numbers that an architecture needs, from the initialisers of these names; those of signs times their scale.
  ///
  /// - Throws: ``PadawannError`` `data` when one is not there.
  func parameters(of architecture: Architecture) throws(PadawannError) -> [ImportedParameter] {
    let tensors = Dictionary(graph.initialisers.map { ($0.name, $0) }) { first, _ in first }
    var scales: [String: String] = [:]
    for node in graph.nodes where node.operation == "DequantizeLinear" && node.inputs.count > 1 {
      scales[node.inputs[0]] = node.inputs[1]
    }
    var parameters: [ImportedParameter] = []
    for need in NetworkImport.tensors(of: architecture) {
      guard let tensor = tensors[need.name] else {
        throw PadawannError(.data, "the tensor \(need.name) is missing")
      }
      var constant = try ONNXConstant(tensor)
      if let scale = scales[need.name].flatMap({ tensors[$0] }) {
        constant = constant.dequantised(try ONNXConstant(scale).reals, [0], axis: 0)
      }
      parameters.append(ImportedParameter(name: need.name, shape: constant.shape, values: constant.reals))
    }
    return parameters
  }
}
