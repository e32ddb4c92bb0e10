extension CWriter {
  /// Writes all steps of the plan.
  mutating func writeSteps() {
    for index in plan.steps.indices {
      let step = plan.steps[index]
      let names = step.nodes.map { identifier($0) }.joined(separator: ", ")
      let shapes = step.inputs.map { plan.values[$0].shape.text }.joined(separator: " + ")
      if index > 0 { statements += "\n" }
      line("/* \(names): \(shapes) -> \(plan.values[step.output].shape.text) */")
      write(step, index)
    }
  }

  private mutating func write(_ step: CPlan.Step, _ index: Int) {
    let output = place(of: step.output)
    let shape = plan.values[step.output].shape
    let plane = shape.height * shape.width
    switch step.work {
    case .convolution(let layer, let node, let tail, let pool):
      convolution(layer, node, tail, pool, step, index)
    case .linear(let node, let tail): linear(node, tail, step)
    case .channelwise(let work):
      copyUnlessInPlace(step, index)
      channelwise(work, step.nodes[0], output, channels: shape.channels, plane)
    case .pool(let pool):
      let source = plan.values[step.inputs[0]].shape
      line("for (channel = 0; channel < \(shape.channels); channel++) {")
      self.pool(
        pool, step.nodes[0], from: "\(place(of: step.inputs[0])) + \(source.height * source.width) * channel",
        to: "\(output)", plane)
      line("}")
    case .softmax(let logarithm):
      copyUnlessInPlace(step, index)
      use(logarithm ? .logSoftmax : .softmax)
      line("\(logarithm ? "log_softmax" : "softmax")(\(output), \(shape.channels), \(plane));")
    case .add:
      copyUnlessInPlace(step, index)
      use(.add)
      for input in step.inputs.dropFirst() { line("add(\(output), \(shape.count), \(place(of: input)));") }
    case .pad(let pad): self.pad(pad, from: step.inputs[0], to: step.output)
    case .concat:
      use(.copy)
      var offset = 0
      for input in step.inputs {
        let count = plan.values[input].shape.count
        line("copy(\(output) + \(offset), \(count), \(place(of: input)));")
        offset += count
      }
    }
  }

  private mutating func copyUnlessInPlace(_ step: CPlan.Step, _ index: Int) {
    guard !memory.isInPlace[index] else { return }
    use(.copy)
    let count = plan.values[step.output].shape.count
    line("copy(\(place(of: step.output)), \(count), \(place(of: step.inputs[0])));")
  }

  /// Zeros, and what is kept of each channel copied into them.
  private mutating func pad(_ pad: Pad, from input: Int, to output: Int) {
    let (source, result) = (plan.values[input].shape, plan.values[output].shape)
    let kept = pad.kept(of: source)
    use(.clear)
    line("clear(\(place(of: output)), \(result.count));")
    guard !kept.channels.isEmpty, !kept.rows.isEmpty, !kept.columns.isEmpty else { return }
    use(.copyRows)
    let from = (kept.channels.lowerBound * source.height + kept.rows.lowerBound) * source.width
    let to =
      ((kept.channels.lowerBound + pad.before) * result.height + kept.rows.lowerBound + pad.padding.top)
      * result.width + pad.padding.left
    let (planes, column) = (
      (source.height * source.width, result.height * result.width), kept.columns.lowerBound
    )
    line("for (channel = 0; channel < \(kept.channels.count); channel++)")
    line(
      "copy_rows(\(place(of: output)) + \(to + column) + \(planes.1) * channel, \(result.width), "
        + "\(place(of: input)) + \(from + column) + \(planes.0) * channel, \(source.width), "
        + "\(kept.rows.count), \(kept.columns.count));", depth: 2)
  }

  // MARK: Layers

  private mutating func convolution(
    _ layer: Convolution, _ node: Int, _ tail: [CPlan.ChannelWork], _ pool: CPool?, _ step: CPlan.Step,
    _ index: Int
  ) {
    let (source, shape) = (architecture.inputShape(of: node), architecture.shapes[node])
    let plane = shape.height * shape.width
    let (numbers, rest) = layerData(node, tail)
    window(node, CWindow(layer, from: source, to: shape))
    var input = place(of: step.inputs[0])
    if layer.groups > 1 {
      let (outputs, inputs) = (layer.outputs / layer.groups, source.channels / layer.groups)
      input += " + \(inputs * source.height * source.width) * (channel / \(outputs))"
    }
    line("edges = \(identifier(node))_edges;")
    line("for (channel = 0; channel < \(shape.channels); channel++) {")
    let output = place(of: step.output)
    let sums = pool == nil ? "\(output) + \(plane) * channel" : "memory + \(memory.scratches[index])"
    line("float *const sums = \(sums);", depth: 2)
    line("", depth: 0)
    use(numbers.areSigns ? .convolveSigns : .convolveNumbers)
    line(
      "\(numbers.areSigns ? "convolve_signs" : "convolve_numbers")(&\(identifier(node))_window, &edges, \(input), sums);",
      depth: 2)
    if numbers.scale != "1.0f" || numbers.offset != nil {
      use(.scaleAndShift)
      line("scale_and_shift(sums, \(plane), \(numbers.scale), \(numbers.offset ?? "0"));", depth: 2)
    }
    for (position, work) in rest.enumerated() {
      channel(work, node, position, "sums", plane)
    }
    if let pool, let last = step.nodes.last {
      let pooled = plan.values[step.output].shape
      self.pool(pool, last, from: "sums", to: output, pooled.height * pooled.width)
    }
    line("}")
  }

  private mutating func linear(_ node: Int, _ tail: [CPlan.ChannelWork], _ step: CPlan.Step) {
    let outputs = architecture.shapes[node].channels
    let (numbers, rest) = layerData(node, tail)
    use(numbers.areSigns ? .sumSigns : .sumNumbers)
    let output = place(of: step.output)
    var sum = "\(numbers.areSigns ? "sum_signs" : "sum_numbers")(&edges, \(place(of: step.inputs[0])))"
    if numbers.scale != "1.0f" { sum += " * \(numbers.scale)" }
    if let offset = numbers.offset { sum += " + \(offset)" }
    line("edges = \(identifier(node))_edges;")
    line("for (channel = 0; channel < \(outputs); channel++)")
    line("\(output)[channel] = \(sum);", depth: 2)
    for (position, work) in rest.enumerated() {
      channelwise(work, node, output, channels: outputs, 1, "_\(position + 2)")
    }
  }

  /// How the numbers of a layer are named in C.
  private struct LayerText {
    let areSigns: Bool
    let scale: String
    let offset: String?
  }

  /// Writes the edges of a layer, and what its sums are multiplied by and added to: the shared weight, biases, and the batch
  /// normalisations that come next.
  ///
  /// - Returns: the names of the numbers, and what is left of the tail.
  private mutating func layerData(_ node: Int, _ tail: [CPlan.ChannelWork]) -> (
    LayerText, [CPlan.ChannelWork]
  ) {
    guard case .weighted(let weights, let bias) = subject.network.parameters[node] else {
      return (LayerText(areSigns: true, scale: "1.0f", offset: nil), tail)
    }
    let layer = Network.Layer(index: node, name: architecture.nodes[node].name, weights: weights, bias: bias)
    var scale: [Double]
    let areSigns: Bool
    switch subject.numbers(of: layer) {
    case .signs(let signs, let weight):
      edges(node, CEdges(signs, numbers: nil))
      (scale, areSigns) = ([Double](repeating: Double(weight), count: weights.shape[0]), true)
    case .own(let numbers):
      edges(node, CEdges(weights, numbers: numbers))
      (scale, areSigns) = ([Double](repeating: 1, count: weights.shape[0]), false)
    }
    var offset = bias?.map { Double($0) } ?? [Double](repeating: 0, count: weights.shape[0])
    var rest = tail[...]
    while case .affine(let slopes, let shifts)? = rest.first {
      rest.removeFirst()
      for channel in scale.indices {
        scale[channel] *= slopes[channel]
        offset[channel] = offset[channel] * slopes[channel] + shifts[channel]
      }
    }
    return (
      LayerText(
        areSigns: areSigns, scale: text(scale, node, "scales"),
        offset: offset.allSatisfy { $0 == 0 } ? nil : text(offset, node, "offsets")), Array(rest)
    )
  }

  /// One number, or an array with one for each channel.
  private mutating func text(_ numbers: [Double], _ node: Int, _ what: String) -> String {
    let floats = numbers.map { Float($0) }
    if floats.allSatisfy({ $0 == floats[0] }) { return CText.number(floats[0]) }
    self.floats("\(identifier(node))_\(what)", floats)
    return "\(identifier(node))_\(what)[channel]"
  }

  // MARK: Channels

  /// What is done to all channels of a value.
  private mutating func channelwise(
    _ work: CPlan.ChannelWork, _ node: Int, _ values: String, channels: Int, _ plane: Int,
    _ suffix: String = ""
  ) {
    switch work {
    case .affine(let scale, let offset):
      use(.scaleAndShift)
      let (scales, offsets) = (text(scale, node, "scales\(suffix)"), text(offset, node, "offsets\(suffix)"))
      line("for (channel = 0; channel < \(channels); channel++)")
      line("scale_and_shift(\(values) + \(plane) * channel, \(plane), \(scales), \(offsets));", depth: 2)
    case .function(let function): line(call(function, values, channels * plane))
    }
  }

  /// What is done to one channel.
  private mutating func channel(
    _ work: CPlan.ChannelWork, _ node: Int, _ position: Int, _ values: String, _ plane: Int
  ) {
    switch work {
    case .affine(let scale, let offset):
      use(.scaleAndShift)
      let suffix = "_\(position + 2)"
      let (scales, offsets) = (text(scale, node, "scales\(suffix)"), text(offset, node, "offsets\(suffix)"))
      line("scale_and_shift(\(values), \(plane), \(scales), \(offsets));", depth: 2)
    case .function(let function): line(call(function, values, plane), depth: 2)
    }
  }

  private mutating func call(_ function: CFunction, _ values: String, _ count: Int) -> String {
    switch function {
    case .relu:
      use(.relu)
      return "relu(\(values), \(count));"
    case .leakyRelu(let slope):
      use(.leakyRelu)
      return "leaky_relu(\(values), \(count), \(CText.number(slope)));"
    case .clip(let minimum, let maximum):
      guard minimum.isFinite else {
        use(.atMost)
        return "at_most(\(values), \(count), \(CText.number(maximum)));"
      }
      guard maximum.isFinite else {
        use(.atLeast)
        return "at_least(\(values), \(count), \(CText.number(minimum)));"
      }
      use(.clip)
      return "clip(\(values), \(count), \(CText.number(minimum)), \(CText.number(maximum)));"
    case .silu:
      use(.silu)
      return "silu(\(values), \(count));"
    case .hardSigmoid(let alpha, let beta):
      use(.hardSigmoid)
      return "hard_sigmoid(\(values), \(count), \(CText.number(alpha)), \(CText.number(beta)));"
    case .hardSwish:
      use(.hardSwish)
      return "hard_swish(\(values), \(count));"
    case .tanh:
      use(.hyperbolicTangent)
      return "hyperbolic_tangent(\(values), \(count));"
    case .sigmoid:
      use(.sigmoid)
      return "sigmoid(\(values), \(count));"
    case .gelu(.exact):
      use(.gelu)
      return "gelu(\(values), \(count));"
    case .gelu(.tanh):
      use(.geluTanh)
      return "gelu_tanh(\(values), \(count));"
    }
  }

  /// A pooling of one channel, inside a loop over them.
  private mutating func pool(_ pool: CPool, _ node: Int, from source: String, to output: String, _ plane: Int)
  {
    let target = "\(output) + \(plane) * channel"
    switch pool {
    case .maximum(_, let window):
      use(.maxPool)
      self.window(node, window)
      line("max_pool(&\(identifier(node))_window, \(source), \(target));", depth: 2)
    case .average(_, let window, let countsPadding):
      use(.averagePool)
      self.window(node, window)
      line(
        "average_pool(&\(identifier(node))_window, \(countsPadding ? 1 : 0), \(source), \(target));", depth: 2
      )
    case .mean(let count):
      use(.mean)
      line("\(output)[channel] = mean(\(source), \(count));", depth: 2)
    }
  }
}

extension Shape {
  /// For example `1x28x28`.
  fileprivate var text: String {
    height == 1 && width == 1 ? "\(channels)" : "\(channels)x\(height)x\(width)"
  }
}
