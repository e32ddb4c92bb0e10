// Going on from where a training was left.
extension Trainer {
  /// All that a training is between two steps, apart from its network, its images and its settings.
  package struct Snapshot: Sendable, Equatable, Codable {
    /// The number of steps that were done.
    package var step: Int
    /// Every node with numbers that training changes, in order.
    package var nodes: [NodeState]

    /// The numbers of one node.
    package struct NodeState: Sendable, Equatable, Codable {
      /// Its name.
      package var name: String
      /// The weights in the order of edges, or scales, and behind them what the optimiser remembers of each; empty where they are
      /// not trained.
      package var weights: [[Float]]
      /// The biases or shifts, likewise.
      package var biases: [[Float]]
      /// The running means and variances of a batch normalisation; empty for a layer.
      package var statistics: [[Float]]
    }
  }

  /// What ``init(resuming:_:magnitude:on:scope:settings:threads:instructionSet:)`` goes on from.
  package var snapshot: Snapshot {
    run.machine.snapshot(step: step, scope)
  }

  /// Goes on from a snapshot, exactly as the training that it was taken of would have gone on.
  ///
  /// - Parameters: the snapshot, and all that the training began with.
  /// - Throws: as the other initialiser, and ``PadawannError`` `data` when the snapshot does not fit.
  package init(
    resuming snapshot: Snapshot, _ network: Network, magnitude: Magnitude = .own, on tasks: [TrainingTask],
    scope: TrainingScope? = nil, settings: TrainingSettings, threads: Int = 1,
    instructionSet: InstructionSet = .best
  ) throws(PadawannError) {
    try self.init(network, magnitude, tasks, scope, settings, threads, instructionSet, from: snapshot)
  }
}

extension Trainer.Snapshot {
  /// Puts the numbers back.
  ///
  /// - Parameters:
  ///   - machine: what they belong to.
  ///   - scope: what is trained.
  ///   - steps: how many there are in all.
  ///   - memory: how many numbers the optimiser remembers of each that it has changed.
  /// - Throws: ``PadawannError`` `data` when they do not fit.
  func restore(_ machine: TrainingEngine, _ scope: TrainingScope, steps: Int, memory: Int)
    throws(PadawannError)
  {
    let targets = machine.stateNodes
    guard (0...steps).contains(step), nodes.map(\.name) == targets.map(\.name) else {
      throw PadawannError(
        .data, "the stored state of the training is broken: it is of another one",
        remedy: "Begin the training anew")
    }
    for (target, state) in zip(targets, nodes) {
      try target.restore(state, scope, memory: step > 0 ? memory : 0)
    }
    try machine.refreshFilters { scope.weights.contains($0) }
  }
}

extension TrainingEngine {
  /// All numbers of a scope between two steps.
  func snapshot(step: Int, _ scope: TrainingScope) -> Trainer.Snapshot {
    Trainer.Snapshot(step: step, nodes: stateNodes.map { $0.state(scope) })
  }

  /// Every node with numbers, in order.
  fileprivate var stateNodes: [StateNode] {
    (0...plan.logits).compactMap { index in
      guard layers[index] != nil || normalisations[index] != nil else { return nil }
      return StateNode(
        index: index, name: plan.architecture.nodes[index].name, layer: layers[index],
        normalisation: normalisations[index],
        hasBias: layers[index] == nil || plan.architecture.nodes[index].operation.hasBias)
    }
  }
}

/// A node with numbers that training changes.
private struct StateNode {
  let index: Int
  let name: String
  let layer: TrainableLayer?
  let normalisation: TrainableNormalisation?
  /// Whether the biases are more than zeros that stand for none.
  let hasBias: Bool

  private var weights: TrainedNumbers? { layer?.weights ?? normalisation?.scale }
  private var biases: TrainedNumbers? { layer?.biases ?? normalisation?.shift }

  func state(_ scope: TrainingScope) -> Trainer.Snapshot.NodeState {
    Trainer.Snapshot.NodeState(
      name: name,
      weights: scope.weights.contains(index) ? buffers(weights).map(ordered) : [],
      biases: scope.biases.contains(index) ? buffers(biases).map(\.array) : [],
      statistics: normalisation.map { [$0.mean, $0.variance] } ?? [])
  }

  private func buffers(_ numbers: TrainedNumbers?) -> [LaneBuffer] {
    numbers.map { [$0.values] + $0.moments } ?? []
  }

  private func ordered(_ buffer: LaneBuffer) -> [Float] { layer?.inEdgeOrder(buffer) ?? buffer.array }

  func restore(_ state: Trainer.Snapshot.NodeState, _ scope: TrainingScope, memory: Int)
    throws(PadawannError)
  {
    try restore(
      state.weights, to: scope.weights.contains(index) ? weights : nil, memory: memory, layer?.places)
    try restore(
      state.biases, to: scope.biases.contains(index) ? biases : nil, memory: hasBias ? memory : 0, nil)
    guard let normalisation else { return }
    let channels = normalisation.scale.count
    guard state.statistics.count == 2, state.statistics.allSatisfy({ $0.count == channels }) else {
      throw broken
    }
    normalisation.restore(mean: state.statistics[0], variance: state.statistics[1])
  }

  /// Puts back the numbers themselves and what the optimiser remembers of them; nothing may be there of what is not trained.
  private func restore(_ stored: [[Float]], to numbers: TrainedNumbers?, memory: Int, _ places: [Int]?)
    throws(PadawannError)
  {
    guard let numbers else {
      guard stored.isEmpty else { throw broken }
      return
    }
    let count = places?.count ?? numbers.count
    guard stored.count == 1 + memory, stored.allSatisfy({ $0.count == count && $0.allSatisfy(\.isFinite) })
    else {
      throw broken
    }
    try numbers.remember(memory)
    for (buffer, values) in zip([numbers.values] + numbers.moments, stored) {
      for (index, value) in values.enumerated() { buffer[places?[index] ?? index] = value }
    }
  }

  private var broken: PadawannError {
    PadawannError(
      .data, "the stored state of the training is broken: the numbers of \(name) do not fit",
      remedy: "Begin the training anew")
  }
}
