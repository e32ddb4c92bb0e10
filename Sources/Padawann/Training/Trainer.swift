/// Trains a network by gradient descent, step by step.
///
/// ```swift
/// var trainer = try Trainer(network, on: [TrainingTask(digits)], settings: .thesis)
/// while !trainer.isFinished { _ = try trainer.advance() }
/// let trained = try trainer.network()
/// ```
///
/// The result is a function of the network, the images and the settings; the number of threads never changes it, and the
/// instruction set only if it cannot fuse a multiplication with an addition.
package struct Trainer: ~Copyable {
  /// How the masks are learned.
  package let settings: TrainingSettings
  /// What is trained.
  package let scope: TrainingScope
  /// The number of steps that were done.
  package private(set) var step: Int
  /// The number of steps of an epoch.
  package var stepsPerEpoch: Int { run.feed.stepsPerEpoch }
  /// The number of steps in all.
  package var steps: Int { run.feed.steps }
  /// Whether all epochs are done.
  package var isFinished: Bool { step >= steps }

  private let original: Network
  let run: BatchRunner
  private let masks: [Int: LaneBuffer]

  /// Prepares training.
  ///
  /// - Parameters:
  ///   - network: what is trained.
  ///   - magnitude: what its edges are worth at the beginning.
  ///   - tasks: what it learns, all together.
  ///   - scope: what of it is trained, and whether dropouts drop; everything without it.
  ///   - settings: how.
  ///   - threads: how many compute.
  ///   - instructionSet: which vector instructions are used.
  ///   - order: how the gradients of weights are summed up.
  /// - Throws: ``PadawannError`` `usage` for settings that make no sense, `data` for images that do not fit, `unsupported`
  ///   when there is not enough memory.
  package init(
    _ network: Network, magnitude: Magnitude = .own, on tasks: [TrainingTask], scope: TrainingScope? = nil,
    settings: TrainingSettings, threads: Int = 1, instructionSet: InstructionSet = .best,
    gradients order: GradientOrder = .byPosition
  ) throws(PadawannError) {
    try self.init(
      network, magnitude, tasks, scope, settings, threads, instructionSet, gradients: order, from: nil)
  }

  /// Begins, or goes on from a snapshot.
  init(
    _ network: Network, _ magnitude: Magnitude, _ tasks: [TrainingTask], _ scope: TrainingScope?,
    _ settings: TrainingSettings, _ threads: Int, _ instructionSet: InstructionSet,
    gradients order: GradientOrder = .byPosition, from snapshot: Snapshot?
  ) throws(PadawannError) {
    try settings.validate()
    guard threads >= 1 else { throw PadawannError(.usage, "at least one thread is needed, not \(threads)") }
    let images = try TrainingImages(tasks, for: network.architecture)
    let scope = scope ?? .everything(in: network.architecture)
    let machine = try TrainingEngine(
      network, magnitude, scope, biasSets: 1, batch: min(settings.batch, images.count), instructionSet,
      ThreadPool(threads: threads), gradients: order)
    let feed = BatchFeed(
      images: images, size: settings.batch, epochs: settings.epochs, seed: settings.seed,
      shifts: settings.shifts)
    // Keeping pays off when an image is seen again.
    let versions = settings.shifts ? TrainingImages.shifts.count : 1
    let keeps = settings.keepsFeatures && settings.epochs > versions
    let run = try BatchRunner(machine, feed, usesBiasSets: false, keeps: keeps ? .single : nil)
    try snapshot?.restore(machine, scope, steps: feed.steps, memory: settings.optimiser.memory)
    let masks = settings.keepsPruned ? try Self.masks(network, machine, scope) : [:]
    self.run = run
    self.masks = masks
    original = network
    step = snapshot?.step ?? 0
    self.scope = scope
    self.settings = settings
  }

  /// One step: a batch, its gradients, and what the optimiser makes of them.
  ///
  /// - Throws: ``PadawannError`` `usage` when training is finished, `data` when the loss is not finite any more.
  @discardableResult
  package mutating func advance() throws(PadawannError) -> BatchResult {
    guard !isFinished else { throw PadawannError(.usage, "all steps of the training are done") }
    let result = try run.gradients(step: step)
    let rate =
      settings.rate * settings.schedule.factor(step: step, stepsPerEpoch: stepsPerEpoch, steps: steps)
    let machine = run.machine
    for (node, mask) in masks { machine.layers[node]?.weights.gradients.multiply(by: mask) }
    for numbers in machine.trainedNumbers {
      try settings.optimiser.change(numbers, rate: rate, step: step, machine.set, machine.threadPool)
    }
    try machine.refreshFilters { scope.weights.contains($0) }
    step += 1
    return result
  }

  /// The network as it is now.
  ///
  /// Layers whose weights are trained have numbers of their own; all others are as they were.
  ///
  /// - Throws: ``PadawannError`` `data` when a number is not finite.
  package func network() throws(PadawannError) -> Network {
    let machine = run.machine
    var parameters = original.parameters
    for (node, numbers) in machine.normalisations { parameters[node] = .normalisation(numbers.numbers) }
    for (node, layer) in machine.layers {
      guard case .weighted(let before, let bias) = original.parameters[node] else { continue }
      var weights = before
      if scope.weights.contains(node) {
        let numbers = layer.inEdgeOrder(layer.weights.values)
        var mask = Bitmask(numbers.lazy.map { $0 != 0 })
        if settings.keepsPruned { mask = mask.intersection(before.mask) }
        weights = try EdgeWeights(shape: before.shape, mask: mask, values: .own(numbers))
      }
      parameters[node] = .weighted(weights, bias: bias.map { _ in layer.biases.values.array })
    }
    return try Network(architecture: original.architecture, parameters: parameters)
  }

  /// The edges that are left, as ones and zeros, where some are not.
  private static func masks(_ network: Network, _ machine: TrainingEngine, _ scope: TrainingScope)
    throws(PadawannError) -> [Int: LaneBuffer]
  {
    var masks: [Int: LaneBuffer] = [:]
    for layer in network.layers where scope.weights.contains(layer.index) {
      guard layer.weights.remainingEdges < layer.weights.count, let trained = machine.layers[layer.index]
      else {
        continue
      }
      var numbers = [Float](repeating: 0, count: trained.weights.count)
      for (edge, place) in trained.places.enumerated() where layer.weights.mask[edge] { numbers[place] = 1 }
      masks[layer.index] = try LaneBuffer(numbers)
    }
    return masks
  }
}

extension TrainingEngine {
  /// Everything in the scope, in the order of the nodes.
  var trainedNumbers: [TrainedNumbers] {
    (0...plan.logits).flatMap { node in
      let weights = layers[node]?.weights ?? normalisations[node]?.scale
      let hasBias = layers[node].map { _ in plan.architecture.nodes[node].operation.hasBias } ?? true
      let biases = layers[node]?.biases ?? normalisations[node]?.shift
      return [
        plan.scope.weights.contains(node) ? weights : nil,
        plan.scope.biases.contains(node) && hasBias ? biases : nil,
      ].compactMap { $0 }
    }
  }
}

extension NodeOperation {
  /// Whether a convolution or a linear layer has biases.
  var hasBias: Bool {
    switch self {
    case .convolution(let layer): layer.hasBias
    case .linear(let layer): layer.hasBias
    default: false
    }
  }
}
