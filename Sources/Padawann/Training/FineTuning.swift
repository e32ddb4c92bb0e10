/// How a network is made to do one task by training a part of it, while the rest stays as it is (thesis 5.6).
package struct FineTuning: Sendable, Hashable, Codable {
  /// What is trained.
  package enum Part: Sendable, Hashable, Codable {
    /// The last layer that has weights.
    case lastLayer
    /// Layers, or batch normalisations, by name.
    case nodes([String])
    /// The biases of every layer, and nothing else.
    case biases
  }

  /// What is trained.
  package var part: Part
  /// How; ``TrainingSettings/keepsPruned`` decides whether pruned edges of the trained layers may come back.
  package var training: TrainingSettings
  /// Whether dropouts drop while training.
  package var dropsOut: Bool
  /// Whether the trained weights are rounded to 8 bits in the end.
  package var quantises: Bool
  /// Whether the logits are first scaled to a standard deviation of 3, and the learning rate is a share of the root mean
  /// square of the trained numbers: so one rate suits every shared weight and every network. The predictions do not change by the
  /// scaling, but what is learned does: with logits in the thousands, as signs have them, softmax is all or nothing.
  package var scalesLogits: Bool
  /// How often the training is done, each time from what the last one ended with, with an optimiser that knows nothing yet.
  package var repetitions: Int

  /// Makes the settings.
  package init(
    _ part: Part = .lastLayer, _ training: TrainingSettings, dropsOut: Bool = false, quantises: Bool = false,
    scalesLogits: Bool = false, repetitions: Int = 1
  ) {
    self.part = part
    self.training = training
    self.dropsOut = dropsOut
    self.quantises = quantises
    self.scalesLogits = scalesLogits
    self.repetitions = repetitions
  }

  /// A set of settings with a name.
  package enum Profile: String, Sendable, Codable, CaseIterable {
    /// One honest run: scaled logits, Adam with a rate of 0.2 that falls to 0 along half a cosine, 5 epochs, without dropout.
    case `default`
    /// What the published code does (thesis-facts 20): gradient descent with rate 0.001 and momentum 0.9, five times one
    /// epoch with a fresh momentum, dropout active, pruned edges coming back.
    case reference
  }

  /// The settings of a profile.
  package init(_ profile: Profile) {
    switch profile {
    case .default:
      self.init(
        .lastLayer,
        TrainingSettings(optimiser: .adam(), rate: 0.2, schedule: .cosine, epochs: 5, keepsPruned: false),
        scalesLogits: true)
    case .reference:
      self.init(
        .lastLayer,
        TrainingSettings(
          optimiser: .gradientDescent(.init(momentum: 0.9)), rate: 0.001, epochs: 1, keepsPruned: false),
        dropsOut: true, repetitions: 5)
    }
  }

  /// The nodes of an architecture that are trained.
  ///
  /// - Throws: ``PadawannError`` `usage` when a name is none of the architecture's, or nothing can be trained there.
  package func scope(in architecture: Architecture) throws(PadawannError) -> TrainingScope {
    guard repetitions >= 1 else {
      throw PadawannError(.usage, "the training is done once or more often, not \(repetitions) times")
    }
    switch part {
    case .biases:
      var scope = TrainingScope.biases(in: architecture)
      scope.dropsOut = dropsOut
      return scope
    case .lastLayer:
      guard let last = architecture.weightedNodes.last else {
        throw PadawannError(.usage, "the network has no layer to train")
      }
      return .nodes([last], dropsOut: dropsOut)
    case .nodes(let names):
      var nodes: [Int] = []
      for name in names {
        guard let node = architecture.nodes.firstIndex(where: { $0.name == name }) else {
          let layers = architecture.weightedNodes.map { architecture.nodes[$0].name }.joined(separator: ", ")
          throw PadawannError(
            .usage, "the network has no node \"\(name)\"", remedy: "Its layers are \(layers)")
        }
        nodes.append(node)
      }
      return .nodes(nodes, dropsOut: dropsOut)
    }
  }

  /// The network and the settings that training begins with; see ``scalesLogits``.
  ///
  /// - Parameters:
  ///   - network: what is to be trained.
  ///   - sharedWeight: what the edges without numbers of their own are worth.
  ///   - dataset: images that the network will learn from; the first 400 are looked at.
  ///   - inference: how the logits are found.
  /// - Throws: as ``scope(in:)`` and ``Inference/predictions(of:on:magnitudes:)``.
  package func withScaledLogits(
    _ network: Network, sharedWeight: Float?, on dataset: Dataset, _ inference: Inference
  ) async throws -> (network: Network, settings: FineTuning) {
    let scope = try scope(in: network.architecture)
    guard scalesLogits else { return (network, self) }
    let predictions = try await inference.predictions(
      of: network, on: dataset.prefix(400), magnitudes: [Magnitude(sharedWeight: sharedWeight)])
    let deviation = predictions[0].logits.standardDeviation
    var parameters = network.parameters
    let last = network.architecture.logitsNode
    if deviation > 0, deviation.isFinite, scope.weights.contains(last),
      case .weighted(let weights, let bias) = parameters[last]
    {
      let factor = Float(3 / deviation)
      let numbers = weights.numbers(Magnitude(sharedWeight: sharedWeight)).map { $0 * factor }
      let mask = Bitmask(numbers.lazy.map { $0 != 0 })
      parameters[last] = .weighted(
        try EdgeWeights(shape: weights.shape, mask: mask, values: .own(numbers)),
        bias: bias?.map { $0 * factor })
    }
    let scaled = try Network(architecture: network.architecture, parameters: parameters)
    var settings = self
    settings.scalesLogits = false
    settings.training.rate *= scaled.rootMeanSquare(of: scope, sharedWeight)
    return (scaled, settings)
  }

  /// What trains a network once, in one of the repetitions.
  ///
  /// - Parameters:
  ///   - network: what is trained: the with scaled logits network, or what the repetition before gave.
  ///   - sharedWeight: what the edges without numbers of their own are worth; `nil` for a network that has its own.
  ///   - task: what it learns.
  ///   - repetition: which one, from 0; it only decides about the random numbers.
  ///   - threads: how many compute. It never changes the result.
  ///   - instructionSet: the instructions that are used.
  ///   - snapshot: what to go on from.
  /// - Throws: as ``Trainer``.
  func trainer(
    _ network: Network, sharedWeight: Float?, on task: TrainingTask, repetition: Int = 0, threads: Int = 1,
    instructionSet: InstructionSet = .best, from snapshot: Trainer.Snapshot? = nil
  ) throws(PadawannError) -> Trainer {
    var settings = training
    if repetition > 0 {
      var generator = KeyedGenerator(training.seed, UInt64(repetition))
      settings.seed = generator.next()
    }
    return try Trainer(
      network, Magnitude(sharedWeight: sharedWeight), [task], scope(in: network.architecture), settings,
      threads, instructionSet, from: snapshot)
  }

  /// What of a trained network the task must remember: the numbers of the trained part.
  ///
  /// - Parameter network: what was trained.
  /// - Throws: as ``scope(in:)``.
  package func parameters(of network: Network) throws(PadawannError) -> [TaskOverride] {
    let scope = try scope(in: network.architecture)
    var parameters: [TaskOverride] = []
    for node in scope.weights.union(scope.biases).sorted() {
      let name = network.architecture.nodes[node].name
      switch network.parameters[node] {
      case .none: break
      case .normalisation(let numbers): parameters.append(TaskOverride(node: name, .normalisation(numbers)))
      case .weighted(let weights, let bias):
        guard scope.weights.contains(node) else {
          if bias != nil {
            parameters.append(TaskOverride(node: name, .weighted(nil, bias: bias, .float32)))
          }
          continue
        }
        let stored =
          try quantises ? weights.quantised() : (weights: weights, TaskOverride.Precision.float32)
        parameters.append(TaskOverride(node: name, .weighted(stored.weights, bias: bias, stored.1)))
      }
    }
    return parameters
  }
}

extension [Float] {
  /// The standard deviation of all numbers.
  fileprivate var standardDeviation: Double {
    let mean = reduce(0.0) { $0 + Double($1) } / Double(count)
    return (reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(count)).squareRoot()
  }
}

extension Network {
  /// The root mean square of what a scope trains; 1 where that is nothing but zeros.
  fileprivate func rootMeanSquare(of scope: TrainingScope, _ sharedWeight: Float?) -> Double {
    var squares = 0.0
    var count = 0
    func add(_ numbers: [Float]) {
      for number in numbers { squares += Double(number) * Double(number) }
      count += numbers.count
    }
    for node in scope.weights.union(scope.biases) {
      switch parameters[node] {
      case .none: break
      case .weighted(let weights, let bias):
        if scope.weights.contains(node) { add(weights.numbers(Magnitude(sharedWeight: sharedWeight))) }
        // Biases beside weights are few, and of another size.
        if !scope.weights.contains(node) { add(bias ?? []) }
      case .normalisation(let numbers): add(numbers.scale)
      }
    }
    return squares > 0 ? (squares / Double(count)).squareRoot() : 1
  }
}
