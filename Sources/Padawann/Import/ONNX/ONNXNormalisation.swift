/// Numbers for each channel.
extension ONNXTranslation {
  mutating func normalisation(_ node: ONNXNode) throws(PadawannError) {
    var source = try plain(node)
    guard node.attributes["spatial"]?.integer ?? 1 == 1 else {
      throw PadawannError(.unsupported, "it has numbers for each place")
    }
    guard node.attributes["training_mode"]?.integer ?? 0 == 0 else {
      throw PadawannError(.unsupported, "it is in training mode")
    }
    var parameters: [(key: String, shape: [Int], values: [Float])] = []
    var name: String?
    for (position, key) in ["weight", "bias", "running_mean", "running_var"].enumerated() {
      guard let given = try constant(node, position + 1), given.shape.count == 1 else {
        throw PadawannError(.data, "it has no numbers \(key)")
      }
      if position == 0 { name = given.origin }
      let shape = given.shape + source.groups.dropFirst().map { _ in 1 }
      let values = try channels(of: given.reshaped(shape), on: &source)
      parameters.append((key: key, shape: [values.count], values: values))
    }
    let epsilon = node.attributes["epsilon"]?.real ?? 1e-5
    let index = try builder.add(
      .batchNormalisation(epsilon: epsilon),
      named: ONNXNames.name(of: node, weight: name, operation: "batch_norm"),
      reading: [source.node], parameters)
    source.node = index
    source.isShared = false
    set(source, of: node)
  }

  /// The numbers of a constant for each channel of the node; an image that is read as a vector becomes one.
  mutating func channels(of constant: ONNXConstant, on source: inout ONNXActivation) throws(PadawannError)
    -> [Float]
  {
    let rank = source.groups.count + 1
    guard constant.shape.count <= rank else { throw PadawannError(.unsupported, "it adds an axis") }
    let shape = ONNXConstant.padded(constant.shape, rank)
    let axes = shape.indices.filter { shape[$0] != 1 }
    guard let axis = axes.first else {
      return [Float](repeating: constant.scalar ?? 0, count: source.shape.channels)
    }
    guard axes.count == 1, axis > 0 else {
      throw PadawannError(.unsupported, "it has numbers for each place and not for each channel")
    }
    guard shape[axis] == source.sizes[axis - 1] else {
      throw PadawannError(
        .unsupported, "\(shape[axis]) numbers do not fit an axis of \(source.sizes[axis - 1])")
    }
    if source.groups[axis - 1] != [.channel], source.groups[axis - 1].count == source.groups.joined().count {
      source = try vector(source)
    }
    guard source.groups[axis - 1] == [.channel] else {
      throw PadawannError(.unsupported, "it has numbers for each place and not for each channel")
    }
    var values = constant.reals
    if let order = source.order { for (from, to) in order.enumerated() { values[to] = constant.reals[from] } }
    return values
  }
}
