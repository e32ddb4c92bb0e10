/// What decides the result of an evolution, besides its parents and tasks.
package struct EvolutionRunSettings: RunSettings {
  /// The algorithm's settings.
  package var evolution: EvolutionSettings
  /// On how many training images the pruning gains of a genome's edges is measured; absent without ``Mutation/gradient``.
  package let gradientImages: Int?
  /// How accuracies become a fitness.
  package let fitness: Fitness
  /// The shared weights, `pretrained` or `random`; see ``edgeValues()``.
  package let weights: String
  /// Whether the signs of the parents' weights are kept.
  package let keepsSigns: Bool

  /// The key of every random number.
  package var seed: UInt64 {
    get { evolution.seed }
    set { evolution.seed = newValue }
  }

  init(
    _ evolution: EvolutionSettings, gradientImages: Int?, _ fitness: Fitness, _ values: EdgeValues,
    keepsSigns: Bool
  ) {
    self.evolution = evolution
    self.gradientImages = gradientImages
    self.fitness = fitness
    weights = values.description
    self.keepsSigns = keepsSigns
  }

  package func validate() throws(PadawannError) {
    try evolution.validate()
    _ = try fitness.value(accuracies: [0], density: 1)
    _ = try edgeValues()
    guard (gradientImages != nil) == (evolution.mutation == .gradient), gradientImages ?? 1 > 0 else {
      throw PadawannError(.data, "images for gradients go with the mutation gradient")
    }
  }

  /// What the edges of individuals are worth.
  ///
  /// - Throws: ``PadawannError`` `data` when the text says nothing of the kind.
  package func edgeValues() throws(PadawannError) -> EdgeValues {
    guard let values = EdgeValues(weights) else {
      throw PadawannError(.data, "\"\(weights)\" are no weights")
    }
    return values
  }
}

extension RunConfiguration where Settings == EvolutionRunSettings {
  /// What the algorithm was told as names and values, in the order in which they are shown and stored.
  package var provenance: [Provenance.Entry] {
    let evolution = settings.evolution
    var list: [(String, String)] = [
      ("command", "evolve"), ("generations", "\(evolution.generations)"),
      ("population", "\(evolution.population)"), ("elitism", "\(evolution.elitism)"),
      ("culling", "\(evolution.culling)"), ("selection", evolution.selection.rawValue),
      ("tournament", "\(evolution.tournament)"), ("crossover", evolution.crossover.rawValue),
      ("crossover-probability", "\(evolution.crossoverProbability)"),
      ("mutation", evolution.mutation.rawValue), ("step", "\(evolution.step)"),
      ("pruning-pool", evolution.pruningPool.rawValue),
      ("includes-unpruned", "\(evolution.includesUnpruned)"),
    ]
    if let layers = evolution.layers {
      list.append(("layers", layers.map(String.init).joined(separator: "+")))
    }
    if let images = settings.gradientImages { list.append(("gradient-images", "\(images)")) }
    if let stop = evolution.stopAfter { list.append(("stop-after", "\(stop)")) }
    list += [
      ("weights", settings.weights), ("signs", settings.keepsSigns ? "keep" : "discard"),
      ("fitness", settings.fitness.formula.rawValue), ("edge-penalty", "\(settings.fitness.edgePenalty)"),
    ]
    list += taskEntries
    // A model has at most 256 settings; which individuals a stored population has is in the run's folder.
    list += parents.prefix(8).enumerated().map { ("parent.\($0 + 1)", $1.sha256) }
    if parents.count > 8 { list.append(("parents", "\(parents.count)")) }
    return list.map { Provenance.Entry($0.0, $0.1) }
  }
}

extension RunConfiguration {
  /// What it is done for, for the record.
  var taskEntries: [(String, String)] {
    tasks.flatMap { task in
      [
        ("task.\(task.name)", task.dataset),
        ("outputs.\(task.name)", task.outputs.map(String.init).joined(separator: "+")),
      ]
    }
  }
}

extension EdgeValues: CustomStringConvertible {
  /// `pretrained`, `random`, or numbers separated by commas.
  package var description: String {
    switch self {
    case .pretrained: "pretrained"
    case .random: "random"
    case .shared(let weights): weights.map { "\($0)" }.joined(separator: ",")
    }
  }

  /// Reads what ``description`` writes; `nil` for anything else, a shared weight that is 0 or not finite, or more than 64.
  package init?(_ text: String) {
    switch text {
    case "pretrained": self = .pretrained
    case "random": self = .random
    default:
      let parts = text.split(separator: ",", omittingEmptySubsequences: false)
      let weights = parts.compactMap { Float($0) }
      guard weights.count == parts.count, (1...64).contains(weights.count),
        weights.allSatisfy({ $0.isFinite && $0 != 0 })
      else { return nil }
      self = .shared(weights)
    }
  }
}
