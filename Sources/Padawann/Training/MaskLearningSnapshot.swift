// Going on from where a learning was left.
extension MaskLearning {
  /// All that a learning is between two steps, apart from its network and its images.
  package struct Snapshot: Sendable, Equatable, Codable {
    /// What is done.
    package var settings: MaskLearningSettings
    /// The number of steps that were done.
    package var step: Int
    /// Every layer of the network, in order.
    package var layers: [Layer]
    /// Biases and batch normalisations of a learning from teachers; nodes without weights of layers, at the same step.
    package var numbers: Trainer.Snapshot?

    /// What is known of one layer.
    package struct Layer: Sendable, Equatable, Codable {
      /// Its name.
      package var name: String
      /// What its weights are while it learns, in the place of the shared weight.
      package var magnitude: Double
      /// Above which score an edge is left.
      package var threshold: Float
      /// One score per edge; -infinity where there is none. Empty for a layer that is not masked, as are the next two.
      package var scores: [Float]
      /// The means of the scores' gradients.
      package var means: [Float]
      /// The means of their squares.
      package var squares: [Float]
      /// Biases, sets × outputs, times the layer's factor, then the means and the means of squares of their gradients; empty
      /// when they are kept.
      package var biases: [[Float]]
      /// The logarithm of how much more than at the beginning its edges are worth, the mean of its gradients and that of their
      /// squares; only of a learning from teachers.
      package var scale: [Double]?
    }
  }

  /// What ``init(resuming:_:on:threads:instructionSet:progress:)`` goes on from.
  package var snapshot: Snapshot {
    Snapshot(
      settings: settings, step: step,
      layers: original.layers.map { layer in
        let learned = layers[layer.index]
        let trained = run.machine.layers[layer.index]
        func ordered(_ buffer: LaneBuffer?) -> [Float] {
          buffer.flatMap { buffer in trained.map { $0.inEdgeOrder(buffer) } } ?? []
        }
        let hasBiases =
          settings.distillation == nil && settings.biases != .keep && learned != nil
          && original.hasBias(layer.index)
        return Snapshot.Layer(
          name: layer.name, magnitude: scaling?.magnitudes[layer.index] ?? 1,
          threshold: learned?.threshold ?? 0, scores: ordered(learned?.scores.values),
          means: ordered(learned?.scores.moments[0]), squares: ordered(learned?.scores.moments[1]),
          biases: hasBiases
            ? trained.map { [$0.biases.values.array] + $0.biases.moments.map(\.array) } ?? [] : [],
          scale: settings.distillation == nil
            ? nil : learned.map { [$0.scale.value, $0.scale.mean, $0.scale.square] })
      },
      numbers: settings.distillation.map { _ in
        run.machine.snapshot(step: step, run.machine.plan.scope.withoutLayers(original.architecture))
      })
  }

  /// Goes on from a snapshot, exactly as the learning that it was taken of would have gone on.
  ///
  /// - Parameters:
  ///   - snapshot: what was left.
  ///   - network: the network that the learning began with.
  ///   - tasks: the tasks that it began with.
  ///   - teachers: the teachers that it began with.
  ///   - threads: how many compute.
  ///   - instructionSet: which vector instructions are used.
  ///   - progress: told the share of the features that is computed.
  /// - Throws: as the other initialiser, and ``PadawannError`` `data` when the snapshot does not fit the network.
  package init(
    resuming snapshot: Snapshot, _ network: Network, on tasks: [TrainingTask], teachers: [Teacher] = [],
    threads: Int = 1, instructionSet: InstructionSet = .best, progress: ((Double) -> Void)? = nil
  ) throws(PadawannError) {
    try self.init(
      network, on: tasks, settings: snapshot.settings, teachers: teachers, from: snapshot, threads: threads,
      instructionSet: instructionSet, progress: progress)
  }

  /// Begins, or goes on from a snapshot of a learning with these settings.
  init(
    _ network: Network, on tasks: [TrainingTask], settings: MaskLearningSettings, teachers: [Teacher] = [],
    from snapshot: Snapshot?, beginning: Beginning? = nil, threads: Int, instructionSet: InstructionSet,
    progress: ((Double) -> Void)?
  ) throws(PadawannError) {
    try snapshot?.validate(for: network)
    try self.init(
      network, tasks, settings, teachers, ThreadPool(threads: max(1, threads)), instructionSet,
      from: snapshot, beginning: beginning, progress)
  }
}

extension MaskLearning.Snapshot {
  fileprivate func validate(for network: Network) throws(PadawannError) {
    guard layers.map(\.name) == network.layers.map(\.name) else {
      throw Self.broken("it is of another network")
    }
    guard layers.allSatisfy({ $0.magnitude.isFinite && $0.magnitude > 0 }) else {
      throw Self.broken("a magnitude is no magnitude")
    }
  }

  /// The magnitudes, by node.
  func magnitudes(_ network: Network) -> [Int: Double] {
    var result: [Int: Double] = [:]
    for (layer, stored) in zip(network.layers, layers) { result[layer.index] = stored.magnitude }
    return result
  }

  /// Puts the numbers back.
  func restore(_ learned: [Int: MaskedLayer], _ network: Network, _ machine: TrainingEngine, steps: Int)
    throws(PadawannError)
  {
    guard (0...steps).contains(step) else { throw Self.broken("step \(step) does not exist") }
    for (layer, stored) in zip(network.layers, layers) {
      guard let target = learned[layer.index] else { continue }
      try stored.restore(target)
      if settings.distillation == nil, settings.biases != .keep, layer.bias != nil {
        try stored.restoreBiases(target.layer.biases, memory: step > 0 ? 2 : 0)
      }
    }
    guard settings.distillation != nil else { return }
    guard let numbers, numbers.step == step else { throw Self.broken("its biases are missing") }
    try numbers.restore(
      machine, machine.plan.scope.withoutLayers(network.architecture), steps: steps, memory: 2)
  }

  fileprivate static func broken(_ reason: String) -> PadawannError {
    PadawannError(
      .data, "the stored state of the learning is broken: \(reason)", remedy: "Begin the learning anew")
  }
}

extension MaskLearning.Snapshot.Layer {
  fileprivate func restore(_ learned: MaskedLayer) throws(PadawannError) {
    let places = learned.layer.places
    let targets = [learned.scores.values, learned.scores.moments[0], learned.scores.moments[1]]
    for (target, numbers) in zip(targets, [scores, means, squares]) {
      guard numbers.count == places.count, !numbers.contains(where: \.isNaN) else {
        throw MaskLearning.Snapshot.broken("the numbers of layer \(name) do not fit")
      }
      for (edge, place) in places.enumerated() { target[place] = numbers[edge] }
    }
    learned.restore(threshold: threshold)
    guard let scale else { return }
    guard scale.count == 3, scale.allSatisfy(\.isFinite), scale[2] >= 0 else {
      throw MaskLearning.Snapshot.broken("the scale of layer \(name) is none")
    }
    learned.restore(scale: AdamNumber(value: scale[0], mean: scale[1], square: scale[2]))
  }

  fileprivate func restoreBiases(_ target: TrainedNumbers, memory: Int) throws(PadawannError) {
    guard biases.count == 1 + memory, biases.allSatisfy({ $0.count == target.count }) else {
      throw MaskLearning.Snapshot.broken("the biases of layer \(name) do not fit")
    }
    try target.remember(memory)
    for (buffer, numbers) in zip([target.values] + target.moments, biases) { buffer.replace(with: numbers) }
  }
}

extension TrainingScope {
  /// All but the weights of layers, of which the scores say everything.
  fileprivate func withoutLayers(_ architecture: Architecture) -> TrainingScope {
    var scope = self
    scope.weights = weights.filter { !architecture.nodes[$0].operation.isWeighted }
    return scope
  }
}
