extension ONNXTranslation {
  /// Sums of activations, and sums and products of an activation and constants.
  mutating func arithmetic(_ node: ONNXNode) throws(PadawannError) {
    var constants: [(position: Int, value: ONNXConstant)] = []
    var positions: [Int] = []
    for position in node.inputs.indices {
      if case .constant(let value) = try value(node.inputs[position]) {
        constants.append((position, value))
      } else {
        positions.append(position)
      }
    }
    if constants.isEmpty { return try sum(node) }
    guard node.inputs.count == 2, let (position, value) = constants.first, let source = positions.first else {
      throw PadawannError(.unsupported, "it combines several activations and constants")
    }
    try scale(node, try plain(node, source), by: value, isFirst: position == 0)
  }

  private mutating func sum(_ node: ONNXNode) throws(PadawannError) {
    guard node.operation == "Add" || node.operation == "Sum" else {
      throw PadawannError(.unsupported, "it combines two activations by something other than a sum")
    }
    var sources: [ONNXActivation] = []
    for position in node.inputs.indices { sources.append(try plain(node, position)) }
    if sources.count == 1 { return set(sources[0], of: node) }
    if sources.contains(where: { $0.shape != sources[0].shape }), sources.allSatisfy({ $0.groups.count == 1 })
    {
      for place in sources.indices { sources[place] = try vector(sources[place]) }
    }
    var result = sources[0]
    guard
      sources.allSatisfy({
        $0.shape == result.shape && $0.groups == result.groups && $0.order == result.order
      })
    else {
      throw PadawannError(.unsupported, "it adds activations of different shapes")
    }
    result.node = try builder.add(
      .add, named: ONNXNames.name(of: node, operation: "add"), reading: sources.map(\.node))
    result.isShared = false
    set(result, of: node)
  }

  /// `source · factor + summand` for each channel: the biases of a layer, or a batch normalisation with the mean 0 and the
  /// variance 1.
  private mutating func scale(
    _ node: ONNXNode, _ source: ONNXActivation, by constant: ONNXConstant, isFirst: Bool
  ) throws(PadawannError) {
    var source = source
    let values = try channels(of: constant, on: &source)
    let (ones, zeros) = (values.map { _ in Float(1) }, values.map { _ in Float(0) })
    let factors: [Float]
    let summands: [Float]
    switch node.operation {
    case "Add", "Sum": (factors, summands) = (ones, values)
    case "Sub": (factors, summands) = isFirst ? (ones.map { -$0 }, values) : (ones, values.map { -$0 })
    case "Mul": (factors, summands) = (values, zeros)
    case "Div" where !isFirst: (factors, summands) = (values.map { 1 / $0 }, zeros)
    default: throw PadawannError(.unsupported, "it divides by an activation")
    }
    let isSum = factors == ones
    if isSum, summands == zeros { return set(source, of: node) }
    if !source.isShared {
      if isSum, builder.giveBias(summands, to: source.node) { return set(source, of: node) }
      if builder.scale(source.node, by: factors, adding: summands) { return set(source, of: node) }
    }
    let count = [factors.count]
    source.node = try builder.add(
      .batchNormalisation(epsilon: 0), named: ONNXNames.name(of: node, operation: "batch_norm"),
      reading: [source.node],
      [
        (key: "weight", shape: count, values: factors), (key: "bias", shape: count, values: summands),
        (key: "running_mean", shape: count, values: zeros), (key: "running_var", shape: count, values: ones),
      ], isScaling: true)
    source.isShared = false
    set(source, of: node)
  }

  /// Channels one after the other.
  mutating func concat(_ node: ONNXNode) throws(PadawannError) {
    var sources: [ONNXActivation] = []
    for position in node.inputs.indices { sources.append(try plain(node, position)) }
    if sources.count == 1 { return set(sources[0], of: node) }
    let rank = sources[0].groups.count + 1
    let axis = try ONNXAxes.index(node.attributes["axis"]?.integer ?? 1, rank) - 1
    if rank == 2 { for place in sources.indices { sources[place] = try vector(sources[place]) } }
    guard axis >= 0,
      sources.allSatisfy({ source in
        source.order == nil && source.groups.count == rank - 1
          && source.groups.indices.allSatisfy { place in
            place == axis
              ? source.groups[place] == [] || source.groups[place] == [.channel]
              : source.groups[place] == sources[0].groups[place] && !source.groups[place].contains(.channel)
          }
      })
    else { throw PadawannError(.unsupported, "it joins something other than channels") }
    let index = try builder.add(
      .concat, named: ONNXNames.name(of: node, operation: "concat"), reading: sources.map(\.node))
    var groups = sources[0].groups
    groups[axis] = [.channel]
    set(ONNXActivation(index, builder.shape(of: index), groups), of: node)
  }
}
