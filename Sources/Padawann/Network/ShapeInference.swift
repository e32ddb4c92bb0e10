extension NodeOperation {
  /// The shape of the result, given the shapes of the inputs.
  ///
  /// - Throws: ``PadawannError`` `data` when the number of inputs, a size or a parameter does not fit.
  func outputShape(of sources: [Shape]) throws(PadawannError) -> Shape {
    try checkInputCount(sources.count)
    let shape = try unboundedShape(of: sources)
    guard shape.count <= Architecture.Limits.activation else {
      throw PadawannError(.data, "an activation of shape \(shape) is too large")
    }
    return shape
  }

  /// The shape of the weights for an input; `nil` for a node without edges.
  func weightShape(of source: Shape) -> [Int]? {
    switch self {
    case .convolution(let convolution):
      [
        convolution.outputs, source.channels / convolution.groups, convolution.kernel.height,
        convolution.kernel.width,
      ]
    case .linear(let linear): [linear.outputs, source.count]
    default: nil
    }
  }

  private func checkInputCount(_ count: Int) throws(PadawannError) {
    switch self {
    case .add, .concat:
      guard (2...64).contains(count) else {
        throw PadawannError(.data, "\(name) reads 2 to 64 inputs, not \(count)")
      }
    default:
      guard count == 1 else { throw PadawannError(.data, "\(name) reads one input, not \(count)") }
    }
  }

  private func unboundedShape(of sources: [Shape]) throws(PadawannError) -> Shape {
    let source = sources[0]
    switch self {
    case .convolution(let convolution): return try convolution.outputShape(of: source)
    case .linear(let linear): return try linear.outputShape(of: source)
    case .batchNormalisation(let epsilon):
      try require(epsilon.isFinite && epsilon >= 0, "epsilon is a finite number from 0")
      return source
    case .leakyRelu(let slope):
      try require(slope.isFinite, "the slope is a finite number")
      return source
    case .dropout(let rate):
      try require(rate >= 0 && rate < 1, "a dropout rate is at least 0 and below 1")
      return source
    case .clip(let minimum, let maximum):
      try require(
        minimum <= maximum && minimum < .infinity && maximum > -.infinity
          && (minimum.isFinite || maximum.isFinite),
        "a clip has a finite bound, and \"min\" is at most \"max\"")
      return source
    case .hardSigmoid(let alpha, let beta):
      try require(alpha.isFinite && beta.isFinite, "alpha and beta are finite numbers")
      return source
    case .relu, .tanh, .sigmoid, .silu, .hardSwish, .gelu, .softmax, .logSoftmax: return source
    case .pad(let pad): return try pad.outputShape(of: source)
    case .maxPool(let pool): return try pool.outputShape(of: source)
    case .averagePool(let pool, _):
      try require(pool.dilation == Extent(1), "an average has no dilation")
      return try pool.outputShape(of: source)
    case .globalAveragePool: return Shape(channels: source.channels)
    case .flatten:
      try require(source.count <= Architecture.Limits.activation, "the vector is too long")
      return Shape(channels: source.count)
    case .add:
      try require(sources.allSatisfy { $0 == source }, "the inputs have different shapes: \(list(sources))")
      return source
    case .concat:
      try require(
        sources.allSatisfy { $0.height == source.height && $0.width == source.width },
        "the inputs have different rows or columns: \(list(sources))")
      let channels = sources.reduce(0) { $0 + $1.channels }
      return Shape(channels: channels, height: source.height, width: source.width)
    }
  }

  private func list(_ shapes: [Shape]) -> String { shapes.map(\.description).joined(separator: ", ") }
}

private func require(_ condition: Bool, _ message: String) throws(PadawannError) {
  guard condition else { throw PadawannError(.data, message) }
}

private func requireExtents(_ extents: [Int], from low: Int, _ what: String) throws(PadawannError) {
  try require(
    extents.allSatisfy { (low...Architecture.Limits.extent).contains($0) },
    "\(what) is \(low) to \(Architecture.Limits.extent)")
}

extension Convolution {
  fileprivate func outputShape(of source: Shape) throws(PadawannError) -> Shape {
    try requireExtents([outputs, groups], from: 1, "the number of outputs and groups")
    try requireExtents(
      [kernel.height, kernel.width, stride.height, stride.width, dilation.height, dilation.width], from: 1,
      "a kernel, stride or dilation")
    try requireExtents([padding.top, padding.left, padding.bottom, padding.right], from: 0, "a padding")
    try require(
      source.channels % groups == 0 && outputs % groups == 0,
      "\(groups) groups do not divide \(source.channels) inputs and \(outputs) outputs")
    let weights = [source.channels / groups, kernel.height, kernel.width].reduce(outputs) { product, factor in
      product.multipliedReportingOverflow(by: factor).overflow ? Int.max : product &* factor
    }
    try require(weights <= Architecture.Limits.edges, "the convolution has too many edges")
    let padded = Extent(
      source.height + padding.top + padding.bottom, source.width + padding.left + padding.right)
    let height = (padded.height - dilation.height * (kernel.height - 1) - 1, stride.height)
    let width = (padded.width - dilation.width * (kernel.width - 1) - 1, stride.width)
    try require(
      height.0 >= 0 && width.0 >= 0,
      "a filter of \(kernel.height)×\(kernel.width) does not fit into \(source) with this padding")
    // The largest product of the bounds above is below 2^62.
    try require(
      source.channels * padded.height * padded.width <= Architecture.Limits.activation,
      "the padded input is too large")
    return Shape(channels: outputs, height: height.0 / height.1 + 1, width: width.0 / width.1 + 1)
  }
}

extension Linear {
  fileprivate func outputShape(of source: Shape) throws(PadawannError) -> Shape {
    try requireExtents([outputs], from: 1, "the number of outputs")
    try require(
      source.height == 1 && source.width == 1, "a linear layer reads a vector, not \(source): flatten first")
    try require(
      source.count * outputs <= Architecture.Limits.edges, "the linear layer has too many edges")
    return Shape(channels: outputs)
  }
}

extension Pool {
  fileprivate func outputShape(of source: Shape) throws(PadawannError) -> Shape {
    try requireExtents(
      [kernel.height, kernel.width, stride.height, stride.width, dilation.height, dilation.width], from: 1,
      "a window, stride or dilation")
    try requireExtents([padding.top, padding.left, padding.bottom, padding.right], from: 0, "a padding")
    // PyTorch's rule where opposite sides are equal, as they always are there; ONNX's elsewhere.
    try require(
      padding.top == padding.bottom
        ? padding.top * 2 <= kernel.height : max(padding.top, padding.bottom) < kernel.height,
      "the padding is at most half of the window, or, with unequal sides, smaller than the window")
    try require(
      padding.left == padding.right
        ? padding.left * 2 <= kernel.width : max(padding.left, padding.right) < kernel.width,
      "the padding is at most half of the window, or, with unequal sides, smaller than the window")
    guard
      let height = steps(
        source.height, kernel.height, stride.height, (padding.top, padding.bottom), dilation.height),
      let width = steps(
        source.width, kernel.width, stride.width, (padding.left, padding.right), dilation.width)
    else {
      throw PadawannError(
        .data, "a window of \(kernel.height)×\(kernel.width) does not fit into \(source) with this padding")
    }
    return Shape(channels: source.channels, height: height, width: width)
  }

  /// The number of windows along one direction; PyTorch's rule, in which a rounded-up last window must begin inside the
  /// input or the padding before it.
  private func steps(
    _ size: Int, _ kernel: Int, _ stride: Int, _ padding: (before: Int, behind: Int), _ dilation: Int
  ) -> Int? {
    let room =
      size + padding.before + padding.behind - dilation * (kernel - 1) - 1 + (roundsUp ? stride - 1 : 0)
    guard room >= 0 else { return nil }
    let count = room / stride + 1
    return roundsUp && (count - 1) * stride >= size + padding.before ? count - 1 : count
  }
}

extension Pad {
  fileprivate func outputShape(of source: Shape) throws(PadawannError) -> Shape {
    let limit = Architecture.Limits.extent
    let all = [before, behind, padding.top, padding.left, padding.bottom, padding.right]
    try require(all.allSatisfy { (-limit...limit).contains($0) }, "a pad is -\(limit) to \(limit)")
    let shape = padded(source)
    try require(
      [shape.channels, shape.height, shape.width].allSatisfy { (1...limit).contains($0) },
      "of \(source) it makes \(shape), which is out of bounds")
    return shape
  }
}
