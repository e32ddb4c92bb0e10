extension ONNXTranslation {
  // MARK: Convolution

  mutating func convolution(_ node: ONNXNode) throws(PadawannError) {
    let source = try activation(node)
    guard let weight = try constant(node, 1) else { throw PadawannError(.data, "it has no weights") }
    guard source.groups.count == 3, weight.shape.count == 4 else {
      throw PadawannError(.unsupported, "it has not two dimensions")
    }
    guard source.isChannelsFirst else {
      throw PadawannError(.unsupported, "its input has the axes in another order than a network has")
    }
    let kernel = Extent(weight.shape[2], weight.shape[3])
    if let given = node.attributes["kernel_shape"]?.integers, given != [kernel.height, kernel.width] {
      throw PadawannError(.data, "its kernel is \(given), and its weights have the shape \(weight.shape)")
    }
    let window = try ONNXWindow(node, kernel, on: source.sizes)
    let bias = try constant(node, 2)
    let groups = node.attributes["group"]?.integer ?? 1
    guard groups > 0,
      source.shape.channels == weight.shape[1].multipliedReportingOverflow(by: groups).partialValue,
      bias?.shape ?? [weight.shape[0]] == [weight.shape[0]]
    else {
      throw PadawannError(
        .data,
        "its weights of shape \(weight.shape) do not fit \(source.shape.channels) channels in \(groups) groups"
      )
    }
    let padding = Padding(
      top: window.padding.top + source.padding.top, left: window.padding.left + source.padding.left,
      bottom: window.padding.bottom + source.padding.bottom,
      right: window.padding.right + source.padding.right)
    let operation = NodeOperation.convolution(
      Convolution(
        outputs: weight.shape[0], kernel: kernel, stride: window.stride, padding: padding,
        dilation: window.dilation, groups: groups, hasBias: bias != nil))
    var parameters = [(key: "weight", shape: weight.shape, values: weight.reals)]
    if let bias { parameters.append((key: "bias", shape: bias.shape, values: bias.reals)) }
    let name = ONNXNames.name(of: node, weight: weight.origin, operation: "conv2d")
    let index = try builder.add(operation, named: name, reading: [source.node], parameters)
    set(ONNXActivation(index, builder.shape(of: index), [[.channel], [.row], [.column]]), of: node)
  }

  // MARK: Linear layers

  mutating func gemm(_ node: ONNXNode) throws(PadawannError) {
    let source = try plain(node)
    guard let weight = try constant(node, 1), weight.shape.count == 2, source.groups.count == 1 else {
      throw PadawannError(.unsupported, "it multiplies something other than vectors with weights")
    }
    guard node.attributes["transA"]?.integer ?? 0 == 0 else {
      throw PadawannError(.unsupported, "it transposes the batch")
    }
    let isTransposed = node.attributes["transB"]?.integer ?? 0 != 0
    let alpha = node.attributes["alpha"]?.real ?? 1
    let beta = node.attributes["beta"]?.real ?? 1
    var bias: [Float]?
    if let given = try constant(node, 2), beta != 0 {
      let outputs = weight.shape[isTransposed ? 0 : 1]
      guard ONNXConstant.broadcast(given.shape, [1, outputs]) == [1, outputs] else {
        throw PadawannError(.data, "its summand of shape \(given.shape) does not fit \(outputs) outputs")
      }
      bias = given.broadcasted(to: [1, outputs]).reals.map { beta == 1 ? $0 : $0 * beta }
    }
    try linear(node, source, isTransposed ? weight : weight.transposed([1, 0]), factor: alpha, bias)
  }

  mutating func product(_ node: ONNXNode) throws(PadawannError) {
    let source = try plain(node)
    guard var weight = try constant(node, 1) else { throw PadawannError(.data, "it has one input") }
    if weight.shape.count > 2, weight.shape.dropLast(2).allSatisfy({ $0 == 1 }) {
      weight = weight.reshaped(Array(weight.shape.suffix(2)))
    }
    guard weight.shape.count == 2, source.groups.dropLast().allSatisfy(\.isEmpty) else {
      throw PadawannError(.unsupported, "it multiplies something other than vectors with weights")
    }
    try linear(node, source, weight.transposed([1, 0]), factor: 1, nil)
  }

  /// - Parameter weight: outputs × inputs, in the order of the value's numbers.
  private mutating func linear(
    _ node: ONNXNode, _ source: ONNXActivation, _ weight: ONNXConstant, factor: Float, _ bias: [Float]?
  ) throws(PadawannError) {
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    guard source.sizes.last == inputs else {
      throw PadawannError(
        .data, "its weights are for \(inputs) numbers, and it reads \(source.sizes.last ?? 0)")
    }
    let flat = try vector(source)
    var values = weight.reals
    if factor != 1 { values = values.map { $0 * factor } }
    if let order = flat.places {
      var moved = values
      for row in 0..<outputs {
        for (from, to) in order.enumerated() { moved[row * inputs + to] = values[row * inputs + from] }
      }
      values = moved
    }
    var parameters = [(key: "weight", shape: [outputs, inputs], values: values)]
    if let bias { parameters.append((key: "bias", shape: [outputs], values: bias)) }
    let name = ONNXNames.name(of: node, weight: weight.origin, operation: "linear")
    let index = try builder.add(
      .linear(Linear(outputs: outputs, hasBias: bias != nil)), named: name, reading: [flat.node], parameters)
    let groups: [[ImageAxis]] = source.groups.dropLast().map { _ in [] } + [[.channel]]
    set(ONNXActivation(index, builder.shape(of: index), groups), of: node)
  }
}
