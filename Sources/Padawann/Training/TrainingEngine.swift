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
  /// Winograd kernels of the present weights.
  var winograd: [Int: WinogradPair.Kernels] = [:]
  /// What is done to the sums of a Winograd kernel that runs backward: nothing.
  let identities: [Int: Epilogue]
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
  /// - Throws: ``PadawannError`` `usage` for a scope that makes no sense, `unsupported` when there is not enough memory.
  init(
    _ network: Network, _ magnitude: Magnitude, _ scope: TrainingScope, biasSets: Int, batch: Int,
    _ set: InstructionSet, _ threadPool: ThreadPool
  ) throws(PadawannError) {
    let plan = try TrainingEnginePlan(network.architecture, scope)
    self.plan = plan
    self.set = set
    self.threadPool = threadPool
    let blocks = (batch + LaneBuffer.width - 1) / LaneBuffer.width
    capacity = batch
    layers = try Self.layers(network, magnitude, plan, biasSets)
    normalisations = try Self.normalisations(network, plan)
    let memory = try TrainingMemory(plan, layers, blocks: blocks)
    (values, gradients) = (memory.values, memory.gradients)
    (padded, paddedGradients) = (memory.padded, memory.paddedGradients)
    biasLanes = memory.biasLanes
    var identities: [Int: Epilogue] = [:]
    for (node, layer) in layers where layer.winograd != nil {
      identities[node] = try .identity(outputs: plan.architecture.inputShape(of: node).channels)
    }
    self.identities = identities
    scratch = try Self.scratch(plan, layers, threadPool)
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
    guard let buffer = gradients[plan.buffer(of: node)] else {
      preconditionFailure("the node has a gradient")
    }
    return BlockSlice(buffer, block: block, elements: plan.shape(of: node).count)
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
    guard let buffer = paddedGradients[node] ?? gradients[plan.buffer(of: source)] else {
      preconditionFailure("the input has a gradient")
    }
    return buffer
  }

  func buffer(of node: Int) -> LaneBuffer {
    guard let buffer = values[plan.buffer(of: node)] else { preconditionFailure("the node is run") }
    return buffer
  }

  func gradientBuffer(of node: Int) -> LaneBuffer {
    guard let buffer = gradients[plan.buffer(of: node)] else {
      preconditionFailure("the node has a gradient")
    }
    return buffer
  }

  func isPadded(_ node: Int) -> Bool { padded[node] != nil }
  func hasPaddedGradient(_ node: Int) -> Bool { paddedGradients[node] != nil }

  /// Transforms the filters of layers anew whose weights have changed.
  func refreshFilters(where isChanged: (Int) -> Bool) throws(PadawannError) {
    for (node, layer) in layers where isChanged(node) {
      guard let pair = layer.winograd else { continue }
      let backward = plan.isTrained(input: plan.architecture.nodes[node].inputs[0])
      winograd[node] = try pair.kernels(layer.inEdgeOrder(layer.weights.values), backward: backward)
    }
  }

  /// Room for a Winograd kernel, and for a gradient that is to be added, for each thread.
  private static func scratch(
    _ plan: TrainingEnginePlan, _ layers: [Int: TrainableLayer], _ threadPool: ThreadPool
  )
    throws(PadawannError) -> [LaneBuffer]
  {
    var (needed, largest) = (0, 0)
    for (node, layer) in layers where layer.winograd != nil {
      let source = plan.architecture.inputShape(of: node)
      needed = max(needed, WinogradKernel.scratchCount(channels: max(source.channels, layer.outputs)))
      largest = max(largest, source.count)
    }
    var scratch: [LaneBuffer] = []
    for _ in 0..<threadPool.threads {
      scratch.append(try LaneBuffer(count: needed + largest * LaneBuffer.width))
    }
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
