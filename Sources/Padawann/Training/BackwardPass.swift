// Backward, node by node.
extension TrainingEngine {
  /// The gradients of the inputs of one block of one node.
  func backward(_ index: Int, _ block: Int, _ worker: Int, _ step: BatchStep) {
    let node = plan.architecture.nodes[index]
    let trained = node.inputs.filter { plan.isTrained(input: $0) }
    guard let source = trained.first else { return }
    let isInPlace = plan.buffer(of: source) == plan.buffers[index]
    if case .convolution = node.operation {
      convolutionGradient(index, block, worker)
      return
    }
    if !isInPlace { clearIfFirst(index, trained, block) }
    let (x, y) = (value(source, block), value(index, block))
    let (dx, dy) = (gradient(source, block), gradient(index, block))
    let (from, shape) = (plan.shape(of: source), plan.shape(of: index))
    switch node.operation {
    case .relu, .clip: activationGradient(node.operation, y, dy, adds: !isInPlace, to: dx)
    case .leakyRelu(let slope):
      activationGradient(node.operation, slope > 0 ? y : x, dy, adds: !isInPlace, to: dx)
    case .hardSwish: activationGradient(node.operation, x, dy, adds: true, to: dx)
    case .hardSigmoid(let alpha, _):
      set.activationGradient(.clip(low: 0, high: 1), factor: alpha, y, dy, adds: true, to: dx)
    case .dropout(let rate):
      dropoutGradient(rate, step.dropoutKeys(node: index, block: block), dy, isInPlace, to: dx)
    case .maxPool(let pool): set.poolGradient(x, from, pool, nil, dy, shape, to: dx)
    case .averagePool(let pool, let counts):
      set.poolGradient(x, from, pool, counts ? .ofPaddedWindow : .ofWhatIsInside, dy, shape, to: dx)
    case .globalAveragePool: set.poolGradient(x, from, .whole(from), .ofWhatIsInside, dy, shape, to: dx)
    case .add:
      for input in trained {
        let dx = gradient(input, block)
        set.add(dx, dy, to: dx)
      }
    case .concat: separate(index, block)
    case .pad(let pad): addCrop(dy, from, pad, to: dx)
    case .tanh, .sigmoid, .silu, .gelu: SmoothFunction(node.operation)?.addGradient(x, y, dy, to: dx)
    case .softmax: softmaxGradient(y, shape, logarithm: false, dy, to: dx)
    case .logSoftmax: softmaxGradient(y, shape, logarithm: true, dy, to: dx)
    case .batchNormalisation:
      normalisations[index]?.addGradient(dy, x, lanes: step.lanes(of: block), set, to: dx)
    case .flatten, .linear, .convolution: break
    }
  }

  private func activationGradient(
    _ operation: NodeOperation, _ told: BlockSlice, _ dy: BlockSlice, adds: Bool, to dx: BlockSlice
  ) {
    guard let activation = operation.activation else { return }
    set.activationGradient(activation, told, dy, adds: adds, to: dx)
  }

  /// The first node that adds to a gradient finds what the step before has left.
  private func clearIfFirst(_ index: Int, _ inputs: [Int], _ block: Int) {
    for input in inputs where plan.lastReader[plan.buffer(of: input)] == index {
      gradient(input, block).clear()
    }
  }

  private func dropoutGradient(
    _ rate: Float, _ keys: [UInt64], _ dy: BlockSlice, _ isInPlace: Bool, to dx: BlockSlice
  ) {
    guard plan.scope.dropsOut, rate > 0 else { return }
    // A gradient is dropped as the activation was. Its own buffer is not needed any more.
    set.drop(dy, rate: rate, keys: keys, to: dy)
    if !isInPlace { set.add(dx, dy, to: dx) }
  }

  private func separate(_ index: Int, _ block: Int) {
    let dy = gradient(index, block)
    var start = 0
    for input in plan.architecture.nodes[index].inputs {
      let count = plan.shape(of: input).count
      if plan.isTrained(input: input) {
        set.add(gradient(input, block), dy.part(start..<(start + count)), to: gradient(input, block))
      }
      start += count
    }
  }

  private func convolutionGradient(_ index: Int, _ block: Int, _ worker: Int) {
    guard let layer = layers[index] else { return }
    let source = plan.architecture.nodes[index].inputs[0]
    let isFirst = plan.lastReader[plan.buffer(of: source)] == index
    let dx = gradient(source, block)
    if let kernel = winograd[index]?.backward, let identity = identities[index] {
      if isFirst {
        kernel.run(
          set, gradientBuffer(of: index), blocks: block..<(block + 1), identity,
          to: gradientBuffer(of: source),
          firstBlock: block, scratch: scratch[worker])
      } else {
        let own = scratch[worker]
        kernel.run(
          set, gradientBuffer(of: index), blocks: block..<(block + 1), identity, to: own, firstBlock: 0,
          scratch: own, scratchStart: dx.elements * LaneBuffer.width)
        set.add(dx, BlockSlice(own, block: 0, elements: dx.elements), to: dx)
      }
      return
    }
    if isFirst { dx.clear() }
    let target = inputGradient(of: index)
    if hasPaddedGradient(index), let padding = layer.padding {
      let padded = plan.shape(of: source).padded(by: padding)
      BlockSlice(target, block: block, elements: padded.count).clear()
    }
    layer.kernel.inputGradient(
      set, layer.weights.values, gradientBuffer(of: index), blocks: block..<(block + 1),
      taps: 0..<layer.kernel.tapCount, to: target)
    if hasPaddedGradient(index), let padding = layer.padding {
      let (shape, pad) = (plan.shape(of: source), Pad(padding))
      let padded = BlockSlice(target, block: block, elements: pad.padded(shape).count)
      addCrop(padded, shape, pad, to: dx)
    }
  }

  /// Adds what a pad has not added.
  private func addCrop(_ padded: BlockSlice, _ shape: Shape, _ pad: Pad, to dx: BlockSlice) {
    pad.forEachRun(of: shape) { place, from, count in
      let part = dx.part(place..<(place + count))
      set.add(part, padded.part(from..<(from + count)), to: part)
    }
  }

  /// All blocks of a node that mixes images, or whose weights are large.
  func backwardTogether(_ index: Int, _ step: BatchStep) {
    let source = plan.architecture.nodes[index].inputs[0]
    finishGradients(index, step)
    if let numbers = normalisations[index] {
      numbers.prepareGradient(step.images)
    }
    guard plan.isTrained(input: source) else { return }
    threadPool.share(step.blocks) { block, _ in clearIfFirst(index, [source], block) }
    if let layer = layers[index] {
      threadPool.share(range: layer.kernel.tapCount, unit: 8) { taps in
        layer.kernel.inputGradient(
          set, layer.weights.values, gradientBuffer(of: index), blocks: 0..<step.blocks, taps: taps,
          to: inputGradient(of: index))
      }
    } else {
      threadPool.share(step.blocks) { block, _ in
        normalisations[index]?.addGradient(
          gradient(index, block), value(source, block), lanes: step.lanes(of: block), set,
          to: gradient(source, block))
      }
    }
  }

  /// The gradients of a node's own numbers.
  func finishGradients(_ index: Int, _ step: BatchStep) {
    let source = plan.architecture.nodes[index].inputs[0]
    if let numbers = normalisations[index] {
      let blocks = (0..<step.blocks).map { (gradient(index, $0), value(source, $0), step.lanes(of: $0)) }
      numbers.measureGradient(blocks, set, usesBatch: plan.scope.usesBatchStatistics)
    }
    guard let layer = layers[index] else { return }
    if plan.scope.weights.contains(index) {
      layer.weights.gradients.clear()
      threadPool.share(range: layer.kernel.tapCount, unit: 6) { taps in
        layer.kernel.weightGradient(
          set, input(of: index), gradientBuffer(of: index), blocks: step.blocks, taps: taps,
          to: layer.weights.gradients)
      }
    }
    if plan.scope.biases.contains(index) { biasGradient(index, layer, step) }
  }

  private func biasGradient(_ index: Int, _ layer: TrainableLayer, _ step: BatchStep) {
    guard let lanes = biasLanes[index] else { return }
    let shape = plan.shape(of: index)
    threadPool.share(step.blocks) { block, _ in
      set.biasGradient(
        gradient(index, block), plane: shape.height * shape.width,
        to: BlockSlice(lanes, block: block, elements: layer.outputs))
    }
    var sums = [Double](repeating: 0, count: layer.biases.count)
    for image in 0..<step.images {
      let (block, lane) = (image / LaneBuffer.width, image % LaneBuffer.width)
      let slice = BlockSlice(lanes, block: block, elements: layer.outputs)
      let start = step.biasSets[image] * layer.outputs
      for output in 0..<layer.outputs { sums[start + output] += Double(slice[output, lane]) }
    }
    layer.biases.gradients.replace(with: sums.map { Float($0) })
  }
}
