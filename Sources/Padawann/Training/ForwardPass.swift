// Forward, node by node.
extension TrainingEngine {
  /// Every image's biases, lane by lane.
  func spreadBiases(_ node: Int, _ step: BatchStep) {
    guard hasBias(node), let layer = layers[node], let lanes = biasLanes[node] else { return }
    let biases = layer.biases.values
    for block in 0..<step.blocks {
      let slice = BlockSlice(lanes, block: block, elements: layer.outputs)
      for lane in 0..<step.lanes(of: block) {
        let start = step.biasSets[block * LaneBuffer.width + lane] * layer.outputs
        for output in 0..<layer.outputs { slice[output, lane] = biases[start + output] }
      }
    }
  }

  /// What normalisations with fixed statistics do, and activations that no layer takes along.
  func epilogues() throws(PadawannError) -> [Int: Epilogue] {
    var result: [Int: Epilogue] = [:]
    for index in 0...plan.logits {
      if let epilogue = try plan.architecture.nodes[index].operation.pointwise() { result[index] = epilogue }
    }
    guard !plan.scope.usesBatchStatistics else { return result }
    for (node, numbers) in normalisations {
      result[node] = try numbers.epilogue(activation(behind: node) ?? .none)
    }
    return result
  }

  /// One block of one node.
  func forward(_ index: Int, _ block: Int, _ worker: Int, _ step: BatchStep, _ epilogues: [Int: Epilogue]) {
    let node = plan.architecture.nodes[index]
    let (x, y) = (value(node.inputs[0], block), value(index, block))
    let (source, shape) = (plan.shape(of: node.inputs[0]), plan.shape(of: index))
    let isInPlace = plan.buffer(of: node.inputs[0]) == plan.buffers[index]
    switch node.operation {
    case .convolution: convolve(index, block, worker)
    case .batchNormalisation:
      if let epilogue = epilogues[index] { set.pointwise(x, epilogue, to: y) }
    case .relu, .leakyRelu, .clip, .hardSigmoid, .hardSwish:
      guard !(isInPlace && isFused(node.inputs[0])), let epilogue = epilogues[index] else { break }
      set.pointwise(x, epilogue, to: y)
    case .dropout(let rate):
      if plan.scope.dropsOut, rate > 0 {
        set.drop(x, rate: rate, keys: step.dropoutKeys(node: index, block: block), to: y)
      }
    case .maxPool(let pool): set.pool(x, source, pool, nil, shape, to: y)
    case .averagePool(let pool, let counts):
      set.pool(x, source, pool, counts ? .ofPaddedWindow : .ofWhatIsInside, shape, to: y)
    case .globalAveragePool: set.pool(x, source, .whole(source), .ofWhatIsInside, shape, to: y)
    case .add: add(node.inputs.map { value($0, block) }, activation(behind: index), to: y)
    case .concat: concatenate(node.inputs.map { value($0, block) }, to: y)
    case .pad(let pad): set.pad(x, source, by: pad, to: y)
    case .tanh, .sigmoid, .silu, .gelu: SmoothFunction(node.operation)?.apply(x, to: y)
    case .softmax: softmaxOverChannels(x, source, logarithm: false, to: y)
    case .logSoftmax: softmaxOverChannels(x, source, logarithm: true, to: y)
    case .flatten, .linear: break
    }
  }

  private func isFused(_ node: Int) -> Bool { plan.fusedActivation[node] != nil }

  /// The activation that a node takes along.
  private func activation(behind node: Int) -> Epilogue.Activation? {
    unactivated == node ? nil : plan.fusedActivation[node]
  }

  private func add(_ terms: [BlockSlice], _ activation: Epilogue.Activation?, to y: BlockSlice) {
    for (place, term) in terms.enumerated().dropFirst() {
      let sum = place == 1 ? terms[0] : y
      if place == terms.count - 1, let activation {
        set.add(sum, term, activation, to: y)
      } else {
        set.add(sum, term, to: y)
      }
    }
  }

  private func concatenate(_ parts: [BlockSlice], to y: BlockSlice) {
    var start = 0
    for part in parts {
      y.part(start..<(start + part.elements)).map(part, part) { value, _ in value }
      start += part.elements
    }
  }

  private func convolve(_ index: Int, _ block: Int, _ worker: Int) {
    guard let layer = layers[index] else { return }
    let source = plan.architecture.nodes[index].inputs[0]
    if isPadded(index), let padding = layer.padding {
      let size = plan.shape(of: source).padded(by: padding).count
      let copy = BlockSlice(input(of: index), block: block, elements: size)
      set.pad(value(source, block), plan.shape(of: source), by: padding, to: copy)
    }
    if let kernel = winograd[index] {
      kernel.forward(
        set, buffer(of: source), block: block, to: buffer(of: index), scratch: scratch[worker])
    } else {
      layer.kernel.forward(
        set, layer.weights.values, input(of: index), blocks: block..<(block + 1),
        outputs: 0..<layer.kernel.outputs, to: buffer(of: index))
    }
    finish(index, block)
  }

  /// Adds the biases, and activates where the next node does that.
  func finish(_ index: Int, _ block: Int) {
    guard let layer = layers[index], let lanes = biasLanes[index] else { return }
    let shape = plan.shape(of: index)
    let activation = self.activation(behind: index) ?? .none
    guard activation != .none || hasBias(index) else { return }
    set.addBias(
      BlockSlice(lanes, block: block, elements: layer.outputs), activation,
      plane: shape.height * shape.width, to: value(index, block))
  }

  /// Whether the biases of a layer are more than zeros.
  func hasBias(_ node: Int) -> Bool { plan.architecture.nodes[node].operation.hasBias }

  /// All blocks of a node that mixes images, or whose weights are large.
  func forwardTogether(_ index: Int, _ step: BatchStep) throws(PadawannError) {
    if let layer = layers[index] {
      spreadBiases(index, step)
      threadPool.share(range: layer.outputs, unit: 16) { outputs in
        layer.kernel.forward(
          set, layer.weights.values, input(of: index), blocks: 0..<step.blocks, outputs: outputs,
          to: buffer(of: index))
      }
      threadPool.share(step.blocks) { block, _ in finish(index, block) }
    } else if let numbers = normalisations[index] {
      let source = plan.architecture.nodes[index].inputs[0]
      numbers.measure((0..<step.blocks).map { (value(source, $0), step.lanes(of: $0)) }, set)
      let epilogue = try numbers.epilogue(ofBatch: true, activation(behind: index) ?? .none)
      threadPool.share(step.blocks) { block, _ in
        set.pointwise(value(source, block), epilogue, to: value(index, block))
      }
    }
  }
}

extension NodeOperation {
  /// What it does to every number, where a kernel does that; `nil` elsewhere.
  fileprivate func pointwise() throws(PadawannError) -> Epilogue? {
    if case .hardSigmoid(let alpha, let beta) = self {
      return try Epilogue(scale: [alpha], bias: [beta], .clip(low: 0, high: 1))
    }
    return try activation.map { activation throws(PadawannError) in
      try Epilogue(scale: [1], bias: [0], activation)
    }
  }
}

extension Pool {
  /// One window over all rows and columns.
  static func whole(_ shape: Shape) -> Pool { Pool(kernel: Extent(shape.height, shape.width)) }
}
