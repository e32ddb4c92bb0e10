/// Learns which edges of a network of signs are left, so that one mask serves all tasks.
///
/// ```swift
/// var learning = try MaskLearning(network, on: tasks, settings: MaskLearningSettings(density: 0.5))
/// while !learning.isFinished { try learning.advance() }
/// let padawann = try learning.network()
/// ```
///
/// Every edge has a score, at first at random; the edges with the highest scores are left, of every layer always the same number.
/// The gradient of a score is that of the edge's weight times its sign, also for edges that are pruned (straight-through; Bengio et
/// al., 2013; Ramanujan et al., 2020; Zhou et al., 2019). Layers that are not masked never change; where they come first, what they
/// compute is computed once. The loss is the cross-entropy of scaled logits: the sums of every layer are scaled to a standard
/// deviation of 1, which changes no prediction.
///
/// The result is a function of the network, the tasks and the settings alone, and a learning goes on from its snapshot exactly
/// as it would have.
public struct MaskLearning: ~Copyable {
  /// How the masks are learned.
  public let settings: MaskLearningSettings
  /// The number of steps that were done.
  public private(set) var step: Int
  /// The number of steps in all.
  public var steps: Int { run.feed.steps }
  /// The number of steps of an epoch.
  public var stepsPerEpoch: Int { run.feed.stepsPerEpoch }
  /// Whether all epochs are done.
  public var isFinished: Bool { step >= steps }

  let original: Network
  let run: BatchRunner
  let layers: [Int: MaskedLayer]
  let scaling: ActivationScaling

  /// Begins to learn.
  ///
  /// - Parameters:
  ///   - network: whose signs and biases are taken; numbers of their own do not count.
  ///   - tasks: images, and the output of each class (a label map).
  ///   - settings: how.
  ///   - threads: how many compute.
  ///   - instructionSet: which vector instructions are used.
  ///   - progress: told the share of the features that is computed.
  /// - Throws: ``PadawannError`` `usage` for settings that make no sense or do not fit the network, `data` for images that do
  ///   not fit, `unsupported` when there is not enough memory.
  public init(
    _ network: Network, on tasks: [TrainingTask], settings: MaskLearningSettings, threads: Int = 1,
    instructionSet: InstructionSet = .best, progress: ((Double) -> Void)? = nil
  ) throws(PadawannError) {
    try self.init(
      network, tasks, settings, ThreadPool(threads: max(1, threads)), instructionSet, from: nil, progress)
  }

  /// Begins, or goes on from a snapshot of a learning with these settings.
  init(
    _ network: Network, _ tasks: [TrainingTask], _ settings: MaskLearningSettings, _ threadPool: ThreadPool,
    _ set: InstructionSet,
    from snapshot: Snapshot?, _ progress: ((Double) -> Void)?
  ) throws(PadawannError) {
    try settings.validate()
    let images = try TrainingImages(tasks, for: network.architecture)
    let budget = try EdgeBudget(network, settings)
    let masked = Set(budget.kept.keys)
    let scope = TrainingScope(
      weights: masked, biases: settings.biases == .keep ? [] : masked, dropsOut: false,
      usesBatchStatistics: false)
    let signs = try network.mapWeights { layer throws(PadawannError) in try layer.weights.signsOnly() }
    let machine = try TrainingEngine(
      signs, .shared(1), scope, biasSets: settings.biases == .perTask ? tasks.count : 1,
      batch: min(settings.batch, images.count), set, threadPool)
    var layers: [Int: MaskedLayer] = [:]
    for layer in signs.layers {
      guard let kept = budget.kept[layer.index], let trained = machine.layers[layer.index] else { continue }
      layers[layer.index] = try MaskedLayer(
        trained, layer.weights, kept: kept,
        KeyedGenerator(settings.seed, TrainingDraw.scores.rawValue, UInt64(layer.index)))
      layers[layer.index]?.mask(set, magnitude: 1)
    }
    let scaling = try Self.scaling(signs, machine, images, settings, snapshot?.magnitudes(network))
    let feed = BatchFeed(
      images: images, size: settings.batch, epochs: settings.epochs, seed: settings.seed,
      shifts: settings.shifts)
    let run = try BatchRunner(
      machine, feed, usesBiasSets: settings.biases == .perTask, keeps: .half, progress: progress)
    try snapshot?.restore(layers, signs, steps: feed.steps)
    for (node, layer) in layers { layer.mask(set, magnitude: Float(scaling.magnitudes[node] ?? 1)) }
    try machine.refreshFilters { layers[$0] != nil }
    self.settings = settings
    self.scaling = scaling
    self.run = run
    self.layers = layers
    original = signs
    step = snapshot?.step ?? 0
  }

  private static func scaling(
    _ network: Network, _ machine: TrainingEngine, _ images: TrainingImages, _ settings: MaskLearningSettings,
    _ magnitudes: [Int: Double]?
  ) throws(PadawannError) -> ActivationScaling {
    var scaling = ActivationScaling(network.architecture, sharedWeight: settings.sharedWeight)
    var biases: [Int: [Float]] = [:]
    for layer in network.layers { biases[layer.index] = layer.bias }
    guard let magnitudes else {
      try scaling.measure(machine, images, biases: biases, logitDeviation: settings.logitDeviation)
      return scaling
    }
    for (layer, numbers) in machine.layers.sorted(by: { $0.key < $1.key }) {
      scaling.set(layer, magnitude: magnitudes[layer] ?? 1)
      machine.apply(scaling, layer, signs: numbers.weights.values.array, bias: biases[layer])
    }
    try machine.refreshFilters { _ in true }
    return scaling
  }

  /// One step on one batch.
  ///
  /// - Throws: ``PadawannError`` `usage` when all steps are done, `data` when the loss is not finite.
  @discardableResult
  public mutating func advance() throws(PadawannError) -> BatchResult {
    guard !isFinished else { throw PadawannError(.usage, "all steps of the learning are done") }
    if step % settings.refresh == 0 {
      for layer in layers.values { layer.findThreshold() }
      applyMasks()
      try run.machine.refreshFilters { layers[$0] != nil }
    }
    let result = try run.gradients(step: step)
    let fall = Schedule.cosine.factor(step: step, stepsPerEpoch: stepsPerEpoch, steps: steps)
    let machine = run.machine
    for (node, layer) in layers {
      layer.step(
        adam(rate: settings.rate * fall), magnitude: magnitude(of: node), machine.set, machine.threadPool)
    }
    if settings.biases != .keep {
      for (node, layer) in machine.layers where layers[node] != nil && original.hasBias(node) {
        try layer.biases.remember(2)
        machine.set.adam(adam(rate: settings.biasRate * fall), layer.biases, machine.threadPool)
      }
    }
    try machine.refreshFilters { layers[$0] != nil }
    step += 1
    return result
  }

  private func adam(rate: Double) -> InstructionSet.AdamStep {
    InstructionSet.AdamStep(
      rate: Float(rate), betas: MaskLearningSettings.betas, epsilon: MaskLearningSettings.epsilon, decay: 0,
      isDecoupled: false,
      step: step + 1)
  }

  private func magnitude(of node: Int) -> Float { Float(scaling.magnitudes[node] ?? 1) }

  /// Sets the weights of all masked layers by their scores.
  func applyMasks() {
    for (node, layer) in layers { layer.mask(run.machine.set, magnitude: magnitude(of: node)) }
  }
}

// What has been learned.
extension MaskLearning {
  /// The network as it is now: signs, the masks of the highest scores, and the biases; with biases per task, those of the first.
  ///
  /// It is meant for ``MaskLearningSettings/sharedWeight``, by which its biases are.
  public func network() throws(PadawannError) -> Network {
    var parameters = original.parameters
    for (node, layer) in layers {
      guard case .weighted(let weights, let bias) = parameters[node] else { continue }
      let learned = try EdgeWeights(
        shape: weights.shape, mask: layer.edges, values: weights.values, retainsPruned: weights.retainsPruned,
        multiplier: weights.multiplier)
      parameters[node] = .weighted(learned, bias: bias.map { biases(of: node, task: 0) ?? $0 })
    }
    return try Network(architecture: original.architecture, parameters: parameters)
  }

  /// The learned biases of a task, by layer; empty when biases are kept.
  public func biases(task: Int) -> [Int: [Float]] {
    var result: [Int: [Float]] = [:]
    for node in layers.keys { result[node] = biases(of: node, task: task) }
    return result
  }

  private func biases(of node: Int, task: Int) -> [Float]? {
    guard settings.biases != .keep, original.hasBias(node), let layer = run.machine.layers[node] else {
      return nil
    }
    let stored = layer.biases.values.array
    let first = settings.biases == .perTask ? task * layer.outputs : 0
    let factor = scaling.factor(of: node)
    return stored[first..<(first + layer.outputs)].map { Float(Double($0) / factor) }
  }
}

extension Network {
  func hasBias(_ node: Int) -> Bool { architecture.nodes[node].operation.hasBias }
}
