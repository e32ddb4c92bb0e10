/// A network as it is written into files of other formats: its numbers are final, and what is known about it goes along.
package struct ExportSubject: Sendable {
  /// The network, with the numbers of the task that was chosen, if any.
  package let network: Network
  /// What its edges are worth.
  package let magnitude: Magnitude
  /// The shared weights of the model.
  package let sharedWeights: [Float]
  /// How 8-bit pixels become inputs, where that is known.
  package let normalisation: Normalisation?
  /// What ``outputs`` stand for, or all outputs in order; empty where nobody has said so.
  package let classNames: [String]
  /// The outputs that may be answered, in the order of the classes, where these are not all.
  package let outputs: [Int]?
  /// The task of the model that was chosen.
  package let task: String?
  /// The model's content.
  package let model: Digest

  /// Chooses how a model is seen.
  ///
  /// - Parameters:
  ///   - stored: the model.
  ///   - task: the task whose head, outputs, normalisation and best weight are meant; `nil` for the network itself.
  ///   - weight: the shared weight; `nil` for the task's, the only one, or the one that is best for all tasks.
  ///   - normalisation: how 8-bit pixels become inputs; `nil` for what the model says.
  /// - Throws: ``PadawannError`` `usage` when there is no such task or the weight is not clear.
  package init(
    _ stored: StoredModel, task: String?, weight: Float? = nil, normalisation: Normalisation? = nil
  ) throws(PadawannError) {
    let model = stored.model
    self.model = stored.digest
    self.task = task
    guard let task else {
      network = model.network
      sharedWeights = model.sharedWeights
      self.normalisation = normalisation ?? model.statedNormalisation
      (classNames, outputs) = (model.statedClassNames, nil)
      magnitude = if let weight { .shared(weight) } else { try model.exportMagnitude() }
      return
    }
    let use = try model.use(of: task)
    network = use.network
    let own = use.magnitudes.compactMap(\.sharedWeight)
    sharedWeights = own.isEmpty ? model.sharedWeights : own
    let stated = use.task.normalisation
    self.normalisation = normalisation ?? (stated.divisor == 255 ? stated : model.normalisation)
    (classNames, outputs) = use.task.orderedNames(of: model.network.architecture.outputs)
    if let weight {
      magnitude = .shared(weight)
    } else if use.magnitudes == [.own] {
      magnitude = .own
    } else if let best = use.task.bestSharedWeight {
      magnitude = .shared(best)
    } else {
      magnitude = try model.onlyMagnitude()
    }
  }

  private init(_ subject: ExportSubject, network: Network) {
    self.network = network
    magnitude = subject.magnitude
    sharedWeights = subject.sharedWeights
    normalisation = subject.normalisation
    classNames = subject.classNames
    outputs = nil
    task = subject.task
    model = subject.model
  }

  /// The subject without the outputs that may not be answered.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when these cannot be taken out of the network.
  func answeringOnly() throws(PadawannError) -> ExportSubject {
    guard let outputs else { return self }
    return ExportSubject(self, network: try network.keeping(outputs: outputs))
  }

  /// What a file that is written of it says about it.
  package func record() -> PortableRecord {
    let own = network.layers.filter { if case .own = numbers(of: $0) { true } else { false } }
    var record = PortableRecord(
      architecture: network.architecture,
      sharedWeight: own.count < network.layers.count ? magnitude.sharedWeight ?? 1 : nil,
      sharedWeights: sharedWeights, ownLayers: Set(own.map(\.name)))
    for layer in network.layers where layer.weights.multiplier != 1 {
      record.multipliers[layer.name] = layer.weights.multiplier
    }
    record.normalisation = normalisation
    record.classNames = classNames
    record.outputs = outputs
    record.task = task
    record.model = model
    return record
  }

  /// What the edges of a layer are in a file.
  enum LayerNumbers {
    /// A sign for each edge that is left, and what it is multiplied by: the shared weight times the layer's multiplier.
    case signs(EdgeWeights, weight: Float)
    /// A number for each edge, 0 for pruned ones.
    case own([Float])
  }

  /// The numbers of a layer.
  func numbers(of layer: Network.Layer) -> LayerNumbers {
    guard layer.weights.hasOwnValues, !network.overridesOwn(magnitude) else {
      return .signs(layer.weights, weight: layer.weights.weight(magnitude))
    }
    return .own(layer.weights.numbers(.own))
  }
}

extension Model {
  /// The network's own numbers, the only shared weight, or the one that is best for all tasks.
  fileprivate func exportMagnitude() throws(PadawannError) -> Magnitude {
    if network.hasOwnValuesOnly { return .own }
    let best = Set(tasks.compactMap(\.bestSharedWeight))
    if let weight = best.first, best.count == 1 { return .shared(weight) }
    return try onlyMagnitude()
  }
}

extension ModelTask {
  /// The names in the order of a network's outputs where the task has all of them; else in its own order, with its outputs.
  fileprivate func orderedNames(of count: Int) -> (names: [String], outputs: [Int]?) {
    guard outputs.sorted() == Array(0..<count) else { return (classNames, outputs) }
    let places = Dictionary(uniqueKeysWithValues: zip(outputs, classNames))
    return ((0..<count).map { places[$0] ?? "" }, nil)
  }
}
