/// An evolution as a run: a step is a generation, and the result is the champion.
package struct EvolutionJob: RunJob {
  /// What it was started with.
  package let start: RunStart<EvolutionRunSettings>
  /// How individuals are evaluated.
  package let evaluator: FitnessEvaluator
  /// How far it is.
  package private(set) var evolution: Evolution<[TaskResult]>
  /// What measures the pruning gains of edges, with ``Mutation/gradient``.
  private let probe: PruningGainProbe?
  /// How other ranks compute for it, where there are some.
  private let shared: (pieces: EvolutionPieces, sharing: any PieceSharing)?

  package static let kind = RunKind.evolve

  /// What came of an evolution.
  package struct Outcome: RunOutcome {
    /// The generations that there were.
    package let generations: Int
    /// The generation in which the champion was born.
    package let championGeneration: Int
    /// The champion on the images that it was evolved on.
    package let champion: EvolutionLogLine.Individual

    package var fitness: Double? { champion.fitness }
  }

  package init(
    _ start: RunStart<EvolutionRunSettings>, from state: RunState?, _ environment: RunEnvironment
  ) async throws {
    try self.init(start, Self.base(of: start), from: state, environment)
  }

  init(
    _ start: RunStart<EvolutionRunSettings>, _ base: BaseNetwork, from state: RunState?,
    _ environment: RunEnvironment
  ) throws {
    let settings = start.configuration.settings
    let evaluator = try FitnessEvaluator(start, base, environment)
    evolution =
      if let state {
        try Evolution(resuming: .init(state, start.configuration, base.genomes[0].layout))
      } else { try Evolution(parents: base.genomes, settings: settings.evolution) }
    shared = try environment.sharing.map { sharing throws(PadawannError) in
      (try EvolutionPieces(evaluator, settings), sharing)
    }
    probe = try (shared == nil ? settings.gradientImages : nil).map { images throws(PadawannError) in
      try evaluator.pruningGainProbe(images: images, seed: settings.seed)
    }
    self.evaluator = evaluator
    self.start = start
  }

  /// The network that every individual is a part of.
  static func base(of start: RunStart<EvolutionRunSettings>) throws(PadawannError) -> BaseNetwork {
    let settings = start.configuration.settings
    return try BaseNetwork(
      parents: start.parents.map(\.network), values: settings.edgeValues(), keepsSigns: settings.keepsSigns,
      seed: settings.seed)
  }

  /// The generations that were evaluated, the initial population among them.
  package var step: Int { evolution.champion == nil ? 0 : evolution.generation + 1 }
  package var isFinished: Bool { evolution.isFinished }

  /// The images that are left to evaluate, counted once per shared weight, if no two children are equal; `nil` when
  /// they are too many to count.
  package var remaining: Int? {
    guard !isFinished else { return 0 }
    let settings = evolution.settings
    let children = Double(settings.population - settings.elites)
    let generations = Double(settings.generations - evolution.generation)
    let initial = Double(evolution.champion == nil ? settings.population : 0)
    let images = (initial + children * generations) * Double(evaluator.imagesPerCandidate)
    return images < 1e15 ? Int(images) : nil
  }

  package mutating func advance() async throws -> EvolutionLogLine {
    let begin = ContinuousClock.now
    let gradients = try await shared == nil ? prune() : pruneTogether()
    let candidates = evolution.ask()
    try evolution.tell(try await scores(of: candidates))
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    guard
      let line = EvolutionLogLine(
        evolution, evaluator, evaluated: candidates.count, gradients, seconds: seconds)
    else { throw PadawannError(.usage, "a generation without individuals cannot be stored") }
    return line
  }

  private func scores(of candidates: [Candidate]) async throws -> [FitnessScore<[TaskResult]>] {
    guard let shared else { return try await evaluator.scores(of: candidates) }
    return try await shared.pieces.scores(of: candidates, shared.sharing)
  }

  /// Tells the evolution all pruning gains that it wants for its next generation.
  ///
  /// All genomes of a generation are measured on the same images, those of another on others.
  ///
  /// - Returns: what it took; `nil` when none was wanted.
  /// - Throws: as ``PruningGainProbe/gains(of:draw:)``.
  private mutating func prune() throws -> EvolutionLogLine.Gradients? {
    guard evolution.genomeToMeasure != nil else { return nil }
    let draw = imagesToDraw
    var (genomes, images) = (0, 0)
    while let genome = evolution.genomeToMeasure {
      try Task.checkCancellation()
      guard let layers = try probe?.gains(of: genome.masks, draw: draw) else { return nil }
      try evolution.tell(gains: PruningGains(layers, of: genome.layout))
      genomes += 1
      images += probe?.imagesPerMask ?? 0
    }
    return EvolutionLogLine.Gradients(genomes: genomes, images: images)
  }

  /// The same on all ranks.
  private mutating func pruneTogether() async throws -> EvolutionLogLine.Gradients? {
    let orders = evolution.pruningOrders
    guard let shared, !orders.isEmpty else { return nil }
    try evolution.tell(
      pruned: try await shared.pieces.pruned(orders, draw: imagesToDraw, shared.sharing))
    return EvolutionLogLine.Gradients(
      genomes: orders.count, images: orders.count * shared.pieces.imagesPerGenome)
  }

  /// The number by which the next generation's images for pruning gains are drawn.
  private var imagesToDraw: UInt64 { evolution.champion == nil ? 0 : UInt64(evolution.generation + 1) }

  package var state: RunState {
    get throws {
      guard let snapshot = evolution.snapshot else {
        throw PadawannError(.usage, "a generation without individuals cannot be stored")
      }
      return snapshot.state
    }
  }

  package static func steps(of settings: EvolutionRunSettings, tasks: Int) -> Int? {
    settings.evolution.generations + 1
  }

  // MARK: - other ranks

  package static let isCutIntoPieces = true

  package static func computer(
    _ start: RunStart<EvolutionRunSettings>, _ environment: RunEnvironment
  ) throws -> (any PieceComputer)? {
    try EvolutionPieces(
      FitnessEvaluator(start, base(of: start), environment), start.configuration.settings)
  }

  package static func usefulRanks(_ configuration: RunConfiguration<EvolutionRunSettings>) -> Int {
    let settings = configuration.settings.evolution
    let images = configuration.tasks.reduce(0) { $0 + $1.images }
    // A few pieces for each, so that all end at about the same time.
    return max(1, (settings.population - settings.elites) * images / (4 * EvolutionPieces.bounds.least))
  }

  // MARK: - the champion

  /// The generation in which the champion was born.
  package var result: Int? { evolution.champion?.generation }

  private var champion: Evolution<[TaskResult]>.Champion {
    get throws(PadawannError) {
      guard let champion = evolution.champion else {
        throw PadawannError(.usage, "the run has no champion yet")
      }
      return champion
    }
  }

  package func model() async throws -> Model { try model(of: champion) }

  package func outcome(of model: Model) async throws -> Outcome {
    let champion = try champion
    return Outcome(
      generations: evolution.generation, championGeneration: champion.generation,
      champion: .init(champion.individual, evaluator))
  }

  /// The fittest individual as a model that says what it was evolved for.
  private func model(of champion: Evolution<[TaskResult]>.Champion) throws(PadawannError) -> Model {
    let configuration = start.configuration
    var model = start.parents[0].made(
      try evaluator.base.network.masked(by: champion.individual.genome), sharedWeights: Model.thesisWeights)
    if case .shared(let weights) = evaluator.values { model.sharedWeights = weights }
    model.tasks = zip(evaluator.tasks, champion.individual.score.report).map { task, score in
      ModelTask(
        task, sharedWeight: evaluator.values.magnitudes[score.best].sharedWeight, accuracy: score.accuracy)
    }
    model.provenance = start.provenance(
      configuration.provenance + [
        Provenance.Entry("champion-generation", "\(champion.generation)"),
        Provenance.Entry("champion-fitness", "\(champion.individual.score.fitness)"),
      ])
    return model
  }

  /// Refuses an evolution whose champion could not be stored, for example one with too long a dataset spec.
  func checkThatAChampionCanBeStored() throws(PadawannError) {
    let scores = evaluator.tasks.map { task in
      TaskResult(
        images: task.dataset.count, correct: evaluator.values.magnitudes.map { _ in 0 }, crossEntropy: [])
    }
    let unevaluated = Evolution<[TaskResult]>.Champion(
      individual: .init(genome: evaluator.base.genomes[0], score: FitnessScore(fitness: 0, report: scores)),
      generation: 0)
    _ = try ModelFile.encoded(model(of: unevaluated))
  }

  /// The individuals of the last generation of a stored run as models, fittest first.
  ///
  /// - Throws: as ``Run/resume(_:_:)``, and ``PadawannError`` `missing` when there is no population yet.
  static func population(of path: String) throws(PadawannError) -> [Model] {
    let (configuration, digest) = try RunConfiguration<EvolutionRunSettings>.read(.evolve, in: path)
    let settings = configuration.settings
    let parents = try RunStart.parents(configuration, in: path)
    let base = try BaseNetwork(
      parents: parents.map(\.network), values: settings.edgeValues(), keepsSigns: settings.keepsSigns,
      seed: settings.seed)
    guard let checkpoint = try RunFolder.checkpoint(.evolve, digest, in: path) else {
      throw PadawannError(.missing, "the run has no population yet", at: path)
    }
    let snapshot = try Evolution<[TaskResult]>.Snapshot(
      checkpoint.state, configuration, base.genomes[0].layout)
    return try snapshot.population.map { individual throws(PadawannError) in
      parents[0].made(try base.network.masked(by: individual.genome), sharedWeights: Model.thesisWeights)
    }
  }
}

extension FitnessEvaluator {
  /// That of a run's individuals.
  ///
  /// - Throws: as the other initialiser.
  init(
    _ start: RunStart<EvolutionRunSettings>, _ base: BaseNetwork, _ environment: RunEnvironment
  ) throws(PadawannError) {
    let settings = start.configuration.settings
    var inference = environment.inference
    inference.progress = environment.progress
    try self.init(
      base: base, tasks: start.tasks, values: settings.edgeValues(), fitness: settings.fitness,
      inference: inference)
  }

  /// What finds the pruning gains of edges on the images by which individuals are evaluated.
  ///
  /// Of several shared weights it is that of the middle magnitude; the logits are scaled, so that it hardly matters which.
  ///
  /// - Parameters:
  ///   - images: how many are looked at for each genome.
  ///   - seed: of the draw of images.
  /// - Throws: as ``PruningGainProbe/init(_:magnitude:on:images:seed:threads:instructionSet:)``.
  func pruningGainProbe(images: Int, seed: UInt64) throws(PadawannError) -> PruningGainProbe {
    let magnitude: Magnitude
    switch values {
    case .shared(let weights):
      let ordered = weights.sorted { $0.magnitude < $1.magnitude }
      magnitude = .shared(ordered[ordered.count / 2])
    case .pretrained, .random: magnitude = .own
    }
    try inference.limit?.check(training: base.network.architecture, batch: PruningGainProbe.batch)
    return try PruningGainProbe(
      base.network, magnitude: magnitude,
      on: tasks.map { TrainingTask($0.dataset, outputs: $0.outputs) }, images: images, seed: seed,
      threads: inference.threads, instructionSet: inference.instructionSet)
  }
}
