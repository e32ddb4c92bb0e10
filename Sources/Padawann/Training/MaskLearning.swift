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

  /// The network by its signs; with teachers, each layer with what its edges are worth.
  let original: Network
  /// The layers of which signs of pruned edges are kept at the end, as they were given.
  private let retaining: Set<Int>
  let run: BatchRunner
  let layers: [Int: MaskedLayer]
  /// How much larger than in the network everything is while it learns; `nil` with teachers, whose sizes are kept.
  let scaling: ActivationScaling?
  private let views: TeacherViews?
  /// The learning rate of biases and normalisations, by node, before it falls.
  private let numberRates: [Int: Double]

  /// Begins to learn.
  ///
  /// - Parameters:
  ///   - network: whose signs and biases are taken; numbers of its own count where it has teachers.
  ///   - tasks: images, and the output of each class (a label map).
  ///   - settings: how.
  ///   - teachers: one for each task, if ``MaskLearningSettings/distillation`` says how they are imitated.
  ///   - threads: how many compute.
  ///   - instructionSet: which vector instructions are used.
  ///   - progress: told the share of the features that is computed.
  /// - Throws: ``PadawannError`` `usage` for settings that make no sense or do not fit the network, `data` for images that do
  ///   not fit, `unsupported` when there is not enough memory.
  public init(
    _ network: Network, on tasks: [TrainingTask], settings: MaskLearningSettings, teachers: [Teacher] = [],
    threads: Int = 1, instructionSet: InstructionSet = .best, progress: ((Double) -> Void)? = nil
  ) throws(PadawannError) {
    try self.init(
      network, tasks, settings, teachers, ThreadPool(threads: max(1, threads)), instructionSet, from: nil,
      beginning: nil, progress)
  }

  /// Begins with random scores or given ones, or goes on from a snapshot of a learning with these settings.
  init(
    _ network: Network, _ tasks: [TrainingTask], _ settings: MaskLearningSettings, _ teachers: [Teacher],
    _ threadPool: ThreadPool, _ set: InstructionSet, from snapshot: Snapshot?, beginning given: Beginning?,
    _ progress: ((Double) -> Void)?
  ) throws(PadawannError) {
    try settings.validate()
    guard teachers.isEmpty == (settings.distillation == nil) else {
      throw PadawannError(.usage, "teachers, and how they are imitated, belong together")
    }
    let images = try TrainingImages(tasks, for: network.architecture)
    let isTaught = settings.distillation != nil
    var network = network
    if isTaught {
      network = try network.unfoldingStatistics(
        on: images, magnitude: network.hasOwnValuesOnly ? .own : .shared(1), set, threadPool)
    }
    let beginning = try MaskBeginning(network, settings, given)
    let machine = try TrainingEngine(
      beginning.network, .shared(1), beginning.scope(settings),
      biasSets: settings.biases == .perTask ? tasks.count : 1, batch: min(settings.batch, images.count), set,
      threadPool, gradients: isTaught ? .fastest : .byPosition)
    let layers = try beginning.layers(of: machine)
    for layer in layers.values { layer.mask(set, magnitude: 1) }
    let scaling =
      isTaught
      ? nil
      : try Self.scaling(
        beginning.network, machine, images, settings, snapshot?.magnitudes(network) ?? given?.magnitudes)
    let feed = BatchFeed(
      images: images, size: settings.batch, epochs: settings.epochs, seed: settings.seed,
      shifts: settings.shifts && !isTaught)
    let run = try BatchRunner(
      machine, feed, usesBiasSets: settings.biases == .perTask, keeps: isTaught ? nil : .half,
      progress: progress)
    let views = try settings.distillation.map { distillation throws(PadawannError) in
      try TeacherViews(images, teachers, for: network.architecture, settings, distillation, set, threadPool)
    }
    try snapshot?.restore(layers, beginning.network, machine, steps: feed.steps)
    for (node, layer) in layers { layer.mask(set, magnitude: Float(scaling?.magnitudes[node] ?? 1)) }
    try machine.refreshFilters { layers[$0] != nil }
    let rates = try beginning.numberRates(network, images, settings, set, threadPool)
    let step = snapshot?.step ?? 0
    // A learning that goes on in the middle of an epoch needs its images; an epoch brings its own.
    if let views, step % feed.stepsPerEpoch != 0 {
      run.feed.images = try views.images(epoch: step / feed.stepsPerEpoch)
    }
    self.settings = settings
    self.scaling = scaling
    self.run = run
    self.layers = layers
    self.views = views
    numberRates = rates
    self.step = step
    original = beginning.network
    retaining = Set(network.layers.filter(\.weights.retainsPruned).map(\.index))
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
    if let views, step % stepsPerEpoch == 0 {
      run.feed.images = try views.images(epoch: step / stepsPerEpoch)
    }
    if step % settings.refresh == 0 {
      for layer in layers.values { layer.findThreshold() }
      applyMasks()
      try run.machine.refreshFilters { layers[$0] != nil }
    }
    let result = try run.gradients(step: step)
    let fall = Schedule.cosine.factor(step: step, stepsPerEpoch: stepsPerEpoch, steps: steps)
    let machine = run.machine
    for (node, layer) in layers {
      if let distillation = settings.distillation {
        layer.stepScale(
          rate: distillation.scaleRate * fall, betas: MaskLearningSettings.betas, step: step + 1)
      }
      layer.step(
        adam(rate: settings.rate * fall), magnitude: magnitude(of: node), machine.set, machine.threadPool)
    }
    for (node, numbers) in learnedNumbers {
      try numbers.remember(2)
      machine.set.adam(adam(rate: (numberRates[node] ?? 0) * fall), numbers, machine.threadPool)
    }
    try machine.refreshFilters { layers[$0] != nil }
    step += 1
    return result
  }

  /// Everything besides scores that is learned, in the order of the nodes.
  private var learnedNumbers: [(node: Int, numbers: TrainedNumbers)] {
    let machine = run.machine
    let scope = machine.plan.scope
    return (0...machine.plan.logits).flatMap { node -> [(Int, TrainedNumbers)] in
      if let normalisation = machine.normalisations[node], scope.weights.contains(node) {
        return [(node, normalisation.scale), (node, normalisation.shift)]
      }
      guard learnsBiases(of: node), let layer = machine.layers[node] else { return [] }
      return [(node, layer.biases)]
    }
  }

  private func learnsBiases(of node: Int) -> Bool {
    run.machine.plan.scope.biases.contains(node) && original.hasBias(node)
  }

  private func adam(rate: Double) -> InstructionSet.AdamStep {
    InstructionSet.AdamStep(
      rate: Float(rate), betas: MaskLearningSettings.betas, epsilon: MaskLearningSettings.epsilon, decay: 0,
      isDecoupled: false,
      step: step + 1)
  }

  /// The shared weight of a layer while it learns.
  private func magnitude(of node: Int) -> Float { Float(scaling?.magnitudes[node] ?? 1) }

  /// Sets the weights of all masked layers by their scores.
  func applyMasks() {
    for (node, layer) in layers { layer.mask(run.machine.set, magnitude: magnitude(of: node)) }
  }
}

// What has been learned.
extension MaskLearning {
  /// The network as it is now: signs, the masks of the highest scores, and the biases; with biases per task, those of the first.
  ///
  /// It is meant for ``MaskLearningSettings/sharedWeight``, by which its biases are; with teachers for a shared weight of 1, by which
  /// the multipliers of its layers are.
  public func network() throws(PadawannError) -> Network {
    var parameters = original.parameters
    for (node, numbers) in run.machine.normalisations where run.machine.plan.scope.weights.contains(node) {
      parameters[node] = .normalisation(numbers.numbers)
    }
    for (node, layer) in run.machine.layers {
      guard case .weighted(let weights, let bias) = parameters[node] else { continue }
      let learned = try layers[node].map { layer throws(PadawannError) in
        let learned = try weights.masked(by: layer.edges).multiplied(by: layer.multiplier)
        return retaining.contains(node) ? learned : try learned.withoutPruned()
      }
      parameters[node] = .weighted(
        learned ?? weights, bias: bias.map { biases(of: layer, node, task: 0) ?? $0 })
    }
    return try Network(architecture: original.architecture, parameters: parameters)
  }

  /// The learned biases of a task, by layer; empty when biases are kept.
  public func biases(task: Int) -> [Int: [Float]] {
    var result: [Int: [Float]] = [:]
    for (node, layer) in run.machine.layers { result[node] = biases(of: layer, node, task: task) }
    return result
  }

  private func biases(of layer: TrainableLayer, _ node: Int, task: Int) -> [Float]? {
    guard settings.biases != .keep, learnsBiases(of: node) else { return nil }
    let stored = layer.biases.values.array
    let first = settings.biases == .perTask ? task * layer.outputs : 0
    let factor = scaling?.factor(of: node) ?? 1
    return stored[first..<(first + layer.outputs)].map { Float(Double($0) / factor) }
  }
}

extension Network {
  func hasBias(_ node: Int) -> Bool { architecture.nodes[node].operation.hasBias }
}
