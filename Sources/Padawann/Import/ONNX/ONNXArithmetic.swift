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
    if node.operation == "Mul" { return try gate(node) }
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
      if builder.scale(source.node, by: factors, adding: summands) {
        // A factor may have been divided out again.
        if let whole = builder.scaling(source.node), whole.factor == 1, whole.summand == 0 {
          // Others may read that, too.
          (source.node, source.isShared) = (whole.source, true)
        }
        return set(source, of: node)
      }
    }
    source.node = try builder.addScaling(
      factors, summands, named: ONNXNames.name(of: node, operation: "batch_norm"), reading: source.node)
    source.isShared = false
    set(source, of: node)
  }

  /// Channels one after the other; zeros at either end are a pad.
  mutating func concat(_ node: ONNXNode) throws(PadawannError) {
    var sources: [ONNXActivation] = []
    var zeros: [(position: Int, value: ONNXConstant)] = []
    for position in node.inputs.indices {
      if case .constant(let value) = try value(node.inputs[position]) {
        zeros.append((position, value))
      } else {
        sources.append(try plain(node, position))
      }
    }
    guard zeros.isEmpty else { return try concat(node, sources, zeros) }
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
  /// Channels of zeros before or behind one activation.
  private mutating func concat(
    _ node: ONNXNode, _ sources: [ONNXActivation], _ zeros: [(position: Int, value: ONNXConstant)]
  ) throws(PadawannError) {
    guard sources.count == 1, let source = sources.first, source.isChannelsFirst else {
      throw PadawannError(.unsupported, "it joins constants with several activations")
    }
    let axis = try ONNXAxes.index(node.attributes["axis"]?.integer ?? 1, source.groups.count + 1)
    guard axis == 1, zeros.allSatisfy({ $0.value.reals.allSatisfy { $0 == 0 } }) else {
      throw PadawannError(.unsupported, "it joins constants other than channels of zeros")
    }
    var pad = Pad()
    let place = node.inputs.indices.first { index in !zeros.contains { $0.position == index } } ?? 0
    for (position, value) in zeros {
      guard value.shape.count == source.groups.count + 1,
        Array(value.shape.dropFirst(2)) == Array(source.sizes.dropFirst()),
        value.shape[0] == batch || value.shape[0] == 1
      else {
        throw PadawannError(.unsupported, "it joins zeros of the shape \(value.shape)")
      }
      if position < place { pad.before += value.shape[1] } else { pad.behind += value.shape[1] }
    }
    let index = try builder.add(
      .pad(pad), named: ONNXNames.name(of: node, operation: "pad"), reading: [source.node])
    let groups: [[ImageAxis]] = [[.channel], [.row], [.column]]
    set(ONNXActivation(index, builder.shape(of: index), Array(groups.prefix(source.groups.count))), of: node)
  }
}
