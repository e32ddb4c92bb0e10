/// Activations of straight pieces.
extension ONNXTranslation {
  /// Bounds, of which those that no number exceeds are none.
  mutating func clip(_ node: ONNXNode, _ source: ONNXActivation) throws(PadawannError) {
    let low = opset < 11 ? node.attributes["min"]?.real : try constant(node, 1)?.scalar
    let high = opset < 11 ? node.attributes["max"]?.real : try constant(node, 2)?.scalar
    try bound(node, source, from: low ?? -.infinity, to: high ?? .infinity)
  }

  /// The smaller or larger of an activation and a number.
  mutating func bound(_ node: ONNXNode) throws(PadawannError) {
    var constants: [Int] = []
    for position in node.inputs.indices {
      if case .constant = try value(node.inputs[position]) { constants.append(position) }
    }
    guard node.inputs.count == 2, let place = constants.first, let bound = try constant(node, place)?.scalar
    else {
      throw PadawannError(.unsupported, "it compares something other than an activation and one number")
    }
    let isLow = node.operation == "Max"
    try self.bound(
      node, try plain(node, 1 - place), from: isLow ? bound : -.infinity, to: isLow ? .infinity : bound)
  }

  /// A clip, together with one that the source is already.
  private mutating func bound(_ node: ONNXNode, _ source: ONNXActivation, from low: Float, to high: Float)
    throws(PadawannError)
  {
    var bounds = (low: low <= -.greatestFiniteMagnitude ? -.infinity : low, high: high)
    if high >= .greatestFiniteMagnitude { bounds.high = .infinity }
    guard bounds.low <= bounds.high else {
      throw PadawannError(.unsupported, "its lower bound is above the upper one")
    }
    var source = source
    if !source.isShared, let before = builder.bounds(of: source.node) {
      func clipped(_ number: Float) -> Float { min(max(number, bounds.low), bounds.high) }
      bounds = (clipped(before.low), clipped(before.high))
      source.node = before.source
    }
    switch bounds {
    case (-.infinity, .infinity): set(source, of: node)
    case (0, .infinity): try add(.relu, node, source)
    default: try add(.clip(minimum: bounds.low, maximum: bounds.high), node, source)
    }
  }

  /// A leaky ReLU; with a slope for each channel, the sum of the positive part and of the multiplied negative one.
  mutating func prelu(_ node: ONNXNode, _ source: ONNXActivation) throws(PadawannError) {
    guard let slopes = try constant(node, 1) else { throw PadawannError(.data, "it has no slope") }
    if let slope = slopes.scalar { return try add(.leakyRelu(slope: slope), node, source) }
    var source = source
    let values = try channels(of: slopes, on: &source)
    let name = ONNXNames.name(of: node, operation: "prelu")
    let positive = try builder.add(.relu, named: name + ".positive", reading: [source.node])
    let opposite = try builder.addScaling(
      [Float](repeating: -1, count: values.count), named: name + ".opposite", reading: source.node)
    let negative = try builder.add(.relu, named: name + ".negative", reading: [opposite])
    let scaled = try builder.addScaling(values.map { -$0 }, named: name + ".slope", reading: negative)
    source.node = try builder.add(.add, named: name, reading: [positive, scaled])
    source.isShared = false
    set(source, of: node)
  }
}
