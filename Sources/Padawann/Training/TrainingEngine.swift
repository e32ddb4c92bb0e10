/// A network that is run forward and backward over batches, with all the memory that it takes.
///
/// Every number depends on the batch and the weights alone: images are spread over lanes and blocks in their order, and sums
/// over them are taken in an order that knows nothing of threads.
final class TrainingEngine {
  let plan: TrainingEnginePlan
  let set: InstructionSet
  let threadPool: ThreadPool
  /// Convolutions and linear layers, by node.
  let layers: [Int: TrainableLayer]
  /// Batch normalisations, by node.
  let normalisations: [Int: TrainableNormalisation]
  /// The most images of a batch.
  let capacity: Int
  private let values: [LaneBuffer?]
  private let gradients: [LaneBuffer?]
  private let padded: [Int: LaneBuffer]
  private let paddedGradients: [Int: LaneBuffer]
  /// One bias per block, output and lane, or the sums of their gradients.
  let biasLanes: [Int: LaneBuffer]
  /// Winograd kernels, with the filters of the present weights.
  let winograd: [Int: TrainedWinograd]
  /// The order of sums.
  let order: GradientOrder
  /// A layer whose sums are left as they are, although an activation follows; to look at them.
  var unactivated: Int?
  /// Memory of each thread.
  let scratch: [LaneBuffer]

  /// Makes room for a network.
  ///
  /// - Parameters:
  ///   - network: what is trained.
  ///   - magnitude: what its edges are worth.
  ///   - scope: what of it is trained.
  ///   - biasSets: how many sets of biases there are.
  ///   - batch: the most images of a batch.
  ///   - order: how the gradients of weights are summed up.
  /// - Throws: ``PadawannError`` `usage` for a scope that makes no sense, `unsupported` when there is not enough memory.
  init(
    _ network: Network, _ magnitude: Magnitude, _ scope: TrainingScope, biasSets: Int, batch: Int,
    _ set: InstructionSet, _ threadPool: ThreadPool, gradients order: GradientOrder = .byPosition
  ) throws(PadawannError) {
    let plan = try TrainingEnginePlan(network.architecture, scope)
    self.plan = plan
    self.set = set
    self.threadPool = threadPool
    self.order = order
    let blocks = (batch + LaneBuffer.width - 1) / LaneBuffer.width
    capacity = batch
    layers = try Self.layers(network, magnitude, plan, biasSets)
    normalisations = try Self.normalisations(network, plan)
    let memory = try TrainingMemory(plan, layers, order, blocks: blocks)
    (values, gradients) = (memory.values, memory.gradients)
    (padded, paddedGradients) = (memory.padded, memory.paddedGradients)
    biasLanes = memory.biasLanes
    var winograd: [Int: TrainedWinograd] = [:]
    for (node, layer) in layers {
      let source = plan.architecture.nodes[node].inputs[0]
      winograd[node] = try layer.winograd?.kernels(goesBackward: plan.isTrained(input: source))
    }
    self.winograd = winograd
    scratch = try Self.scratch(winograd.values.map(\.scratchCount).max() ?? 0, threadPool)
    try refreshFilters { _ in true }
  }

  /// Runs some nodes forward, in order.
  func forward(_ nodes: some Sequence<Int>, _ step: BatchStep) throws(PadawannError) {
    precondition(step.images <= capacity, "the batch is larger than what there is room for")
    let epilogues = try epilogues()
    for stage in plan.stages(of: nodes) {
      switch stage {
      case .blockwise(let run):
        for node in run { spreadBiases(node, step) }
        threadPool.share(step.blocks) { block, worker in
          for node in run { forward(node, block, worker, step, epilogues) }
        }
      case .together(let node): try forwardTogether(node, step)
      }
    }
  }

  /// Runs backward from the gradient of the logits, and leaves the gradients of everything in the scope.
  func backward(_ step: BatchStep) {
    let nodes = (0...plan.logits).filter { plan.isTrained[$0] }
    if !plan.scope.usesBatchStatistics {
      for numbers in normalisations.values { numbers.prepareFixedGradient() }
    }
    for stage in plan.stages(of: nodes).reversed() {
      switch stage {
      case .blockwise(let run):
        threadPool.share(step.blocks) { block, worker in
          for node in run.reversed() { backward(node, block, worker, step) }
        }
        for node in run { finishGradients(node, step) }
      case .together(let node): backwardTogether(node, step)
      }
    }
  }

  /// The activations of a node, of one block.
  func value(_ node: Int, _ block: Int) -> BlockSlice {
    guard let buffer = values[plan.buffer(of: node)] else { preconditionFailure("the node is run") }
    return BlockSlice(buffer, block: block, elements: plan.shape(of: node).count)
  }

  /// The gradient of a node's activations, of one block.
  func gradient(_ node: Int, _ block: Int) -> BlockSlice {
    BlockSlice(gradientBuffer(of: node), block: block, elements: plan.shape(of: node).count)
  }

  /// What a layer reads: its input, or the copy with its padding.
  func input(of node: Int) -> LaneBuffer {
    let source = plan.architecture.nodes[node].inputs[0]
    guard let buffer = padded[node] ?? values[plan.buffer(of: source)] else {
      preconditionFailure("the input is computed")
    }
    return buffer
  }

  /// Where a layer adds the gradient of its input: there, or in the copy with its padding.
  func inputGradient(of node: Int) -> LaneBuffer {
    let source = plan.architecture.nodes[node].inputs[0]
    return paddedGradients[node] ?? gradientBuffer(of: source)
  }

  func buffer(of node: Int) -> LaneBuffer {
    guard let buffer = values[plan.buffer(of: node)] else { preconditionFailure("the node is run") }
    return buffer
  }

  func gradientBuffer(of node: Int) -> LaneBuffer {
    guard let buffer = gradients[plan.gradientBuffers[plan.buffer(of: node)]] else {
      preconditionFailure("the node has a gradient")
    }
    return buffer
  }

  func isPadded(_ node: Int) -> Bool { padded[node] != nil }
  func hasPaddedGradient(_ node: Int) -> Bool { paddedGradients[node] != nil }

  /// Transforms the filters of layers anew whose weights have changed.
  func refreshFilters(where isChanged: (Int) -> Bool) throws(PadawannError) {
    for (node, layer) in layers where isChanged(node) { winograd[node]?.refresh(set, layer.weights.values) }
  }

  /// Room for the Winograd kernels of each thread.
  private static func scratch(_ count: Int, _ threadPool: ThreadPool) throws(PadawannError) -> [LaneBuffer] {
    var scratch: [LaneBuffer] = []
    for _ in 0..<threadPool.threads { scratch.append(try LaneBuffer(count: count)) }
    return scratch
  }

  private static func layers(
    _ network: Network, _ magnitude: Magnitude, _ plan: TrainingEnginePlan, _ biasSets: Int
  ) throws(PadawannError) -> [Int: TrainableLayer] {
    var layers: [Int: TrainableLayer] = [:]
    for layer in network.layers where layer.index <= plan.logits {
      layers[layer.index] = try TrainableLayer(
        plan.architecture.nodes[layer.index].operation, plan.architecture.inputShape(of: layer.index),
        plan.architecture.shapes[layer.index], weights: layer.weights.numbers(magnitude), bias: layer.bias,
        biasSets: biasSets)
    }
    return layers
  }

  private static func normalisations(_ network: Network, _ plan: TrainingEnginePlan) throws(PadawannError)
    -> [Int:
    TrainableNormalisation]
  {
    var result: [Int: TrainableNormalisation] = [:]
    for node in 0...plan.logits {
      guard case .normalisation(let numbers) = network.parameters[node],
        case .batchNormalisation(let epsilon) = plan.architecture.nodes[node].operation
      else { continue }
      result[node] = try TrainableNormalisation(numbers, epsilon: epsilon)
    }
    return result
  }
}
