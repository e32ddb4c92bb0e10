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
    let isFirst = plan.isFirst(index, toReach: source)
    if !isInPlace, !node.operation.overwritesGradients { clearIfFirst(index, trained, block) }
    let (x, y) = (value(source, block), value(index, block))
    let (dx, dy) = (gradient(source, block), gradient(index, block))
    let (from, shape) = (plan.shape(of: source), plan.shape(of: index))
    switch node.operation {
    case .relu, .clip, .leakyRelu, .hardSwish:
      guard !plan.isPartOfNormalisation(index), let activation = node.operation.activation else { break }
      set.activationGradient(
        activation, activation.falls ? x : y, dy, adds: !isInPlace && !isFirst, to: dx)
    case .hardSigmoid(let alpha, _):
      set.activationGradient(.clip(low: 0, high: 1), factor: alpha, y, dy, adds: !isFirst, to: dx)
    case .dropout(let rate):
      dropoutGradient(rate, step.dropoutKeys(node: index, block: block), dy, isInPlace, to: dx)
    case .maxPool(let pool): set.poolGradient(x, from, pool, nil, dy, shape, to: dx)
    case .averagePool(let pool, let counts):
      set.poolGradient(x, from, pool, counts ? .ofPaddedWindow : .ofWhatIsInside, dy, shape, to: dx)
    case .globalAveragePool: set.poolGradient(x, from, .whole(from), .ofWhatIsInside, dy, shape, to: dx)
    case .add: spread(dy, index, trained, block)
    case .concat: separate(index, block)
    case .pad(let pad): addCrop(dy, from, pad, to: dx)
    case .tanh, .sigmoid, .silu, .gelu: SmoothFunction(node.operation)?.addGradient(x, y, dy, to: dx)
    case .softmax: softmaxGradient(y, shape, logarithm: false, dy, to: dx)
    case .logSoftmax: softmaxGradient(y, shape, logarithm: true, dy, to: dx)
    case .batchNormalisation:
      normalisations[index]?.gradient(dy, x, lanes: step.lanes(of: block), adds: !isFirst, set, to: dx)
    case .flatten, .linear, .convolution: break
    }
  }

  /// The gradient of a sum goes to every term.
  private func spread(_ dy: BlockSlice, _ index: Int, _ terms: [Int], _ block: Int) {
    var reached = Set<Int>()
    for term in terms where !plan.sharesGradient(term, with: index) {
      let dx = gradient(term, block)
      if plan.isFirst(index, toReach: term), reached.insert(plan.buffer(of: term)).inserted {
        dx.copy(dy)
      } else {
        set.add(dx, dy, to: dx)
      }
    }
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
    let isFirst = plan.isFirst(index, toReach: source)
    let dx = gradient(source, block)
    if let kernel = winograd[index] {
      kernel.inputGradient(
        set, gradientBuffer(of: index), block: block, adds: !isFirst, to: gradientBuffer(of: source),
        scratch: scratch[worker])
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
    if let layer = layers[index] {
      threadPool.share(step.blocks) { block, _ in clearIfFirst(index, [source], block) }
      threadPool.share(range: layer.kernel.tapCount, unit: 8) { taps in
        layer.kernel.inputGradient(
          set, layer.weights.values, gradientBuffer(of: index), blocks: 0..<step.blocks, taps: taps,
          to: inputGradient(of: index))
      }
    } else {
      threadPool.share(step.blocks) { block, _ in
        normalisations[index]?.gradient(
          gradient(index, block), value(source, block), lanes: step.lanes(of: block),
          adds: !plan.isFirst(index, toReach: source), set, to: gradient(source, block))
      }
    }
  }

  /// The gradients of a node's own numbers.
  func finishGradients(_ index: Int, _ step: BatchStep) {
    let source = plan.architecture.nodes[index].inputs[0]
    if let numbers = normalisations[index] {
      let blocks = (0..<step.blocks).map {
        NormalisationBlock(
          y: value(index, $0), dy: gradient(index, $0), x: value(source, $0), lanes: step.lanes(of: $0))
      }
      // With fixed statistics the activation has had its turn.
      let usesBatch = plan.scope.usesBatchStatistics
      numbers.measureGradient(
        blocks, usesBatch ? plan.fusedActivation[index] ?? .none : .none, set, usesBatch: usesBatch)
    }
    guard let layer = layers[index] else { return }
    if plan.scope.weights.contains(index) { weightGradient(index, layer, step) }
    if plan.scope.biases.contains(index), hasBias(index) { biasGradient(index, layer, step) }
  }

  private func weightGradient(_ index: Int, _ layer: TrainableLayer, _ step: BatchStep) {
    let (kernel, target, dy) = (layer.kernel, layer.weights.gradients, gradientBuffer(of: index))
    target.clear()
    let isFastest = order == .fastest
    if isFastest, let winograd = winograd[index] {
      let x = buffer(of: plan.architecture.nodes[index].inputs[0])
      threadPool.share(range: plan.architecture.inputShape(of: index).channels, unit: 2) { channels, worker in
        winograd.weightGradient(
          set, x, dy, blocks: step.blocks, channels: channels, to: target, scratch: scratch[worker])
      }
    } else if isFastest, kernel.prefersLanes {
      let byGroup = kernel.groupCount > 1
      threadPool.share(range: byGroup ? kernel.groupCount : kernel.tapCount, unit: byGroup ? 1 : 6) { some in
        kernel.laneGradient(
          set, input(of: index), dy, blocks: step.blocks, groups: byGroup ? some : 0..<1,
          taps: byGroup ? 0..<kernel.tapCount : some, to: target)
      }
    } else {
      threadPool.share(range: kernel.tapCount, unit: 6) { taps in
        kernel.weightGradient(set, input(of: index), dy, blocks: step.blocks, taps: taps, to: target)
      }
    }
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

extension NodeOperation {
  /// Whether the first part of a gradient takes the place of what the step before has left; otherwise it is cleared.
  fileprivate var overwritesGradients: Bool {
    switch self {
    case .relu, .clip, .leakyRelu, .hardSwish, .hardSigmoid, .add, .batchNormalisation: true
    default: false
    }
  }
}
