/// An evolution as a run: a step is a generation, and the result is the champion.
package struct EvolutionJob: RunJob {
  /// What it was started with.
  package let start: RunStart<EvolutionRunSettings>
  /// How individuals are judged.
  package let judge: PopulationJudge
  /// How far it is.
  package private(set) var evolution: Evolution<[TaskScore]>
  /// What measures the saliency of edges, with ``Mutation/saliency``.
  private let probe: SaliencyProbe?

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
    let settings = start.configuration.settings
    let body = try EvolutionBody(
      parents: start.parents.map(\.network), values: settings.edgeValues(), keepsSigns: settings.keepsSigns,
      seed: settings.seed)
    try self.init(start, body, from: state, environment)
  }

  init(
    _ start: RunStart<EvolutionRunSettings>, _ body: EvolutionBody, from state: RunState?,
    _ environment: RunEnvironment
  ) throws {
    let settings = start.configuration.settings
    var inference = environment.inference
    inference.progress = environment.progress
    let judge = try PopulationJudge(
      body: body, tasks: start.tasks, values: settings.edgeValues(), fitness: settings.fitness,
      inference: inference)
    evolution =
      if let state {
        try Evolution(resuming: .init(state, start.configuration, body.genomes[0].layout))
      } else { try Evolution(parents: body.genomes, settings: settings.evolution) }
    probe = try settings.gradientImages.map { images throws(PadawannError) in
      try judge.saliencyProbe(images: images, seed: settings.seed)
    }
    self.judge = judge
    self.start = start
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
    let images = (initial + children * generations) * Double(judge.imagesPerCandidate)
    return images < 1e15 ? Int(images) : nil
  }

  package mutating func advance() async throws -> EvolutionLogLine {
    let begin = ContinuousClock.now
    let gradients = try prune()
    let candidates = evolution.ask()
    try evolution.tell(try await judge.scores(of: candidates))
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    guard
      let line = EvolutionLogLine(
        evolution, judge, evaluated: candidates.count, gradients, seconds: seconds)
    else { throw PadawannError(.usage, "a generation without individuals cannot be stored") }
    return line
  }

  /// Tells the evolution every saliency that it wants for its next generation.
  ///
  /// All genomes of a generation are measured on the same images, those of another on others.
  ///
  /// - Returns: what it took; `nil` when none was wanted.
  /// - Throws: as ``SaliencyProbe/saliency(of:draw:)``.
  private mutating func prune() throws -> EvolutionLogLine.Gradients? {
    guard evolution.saliencyWanted != nil else { return nil }
    let draw = evolution.champion == nil ? 0 : UInt64(evolution.generation + 1)
    var (genomes, images) = (0, 0)
    while let genome = evolution.saliencyWanted {
      try Task.checkCancellation()
      guard let layers = try probe?.saliency(of: genome.masks, draw: draw) else { return nil }
      try evolution.tell(saliency: EdgeSaliency(layers, of: genome.layout))
      genomes += 1
      images += probe?.imagesPerMask ?? 0
    }
    return EvolutionLogLine.Gradients(genomes: genomes, images: images)
  }

  package var state: RunState {
    get throws {
      guard let snapshot = evolution.snapshot else {
        throw PadawannError(.usage, "a generation without individuals cannot be stored")
      }
      return snapshot.state
    }
  }

  // MARK: - the champion

  /// The generation in which the champion was born.
  package var result: Int? { evolution.champion?.generation }

  private var champion: Evolution<[TaskScore]>.Champion {
    get throws(PadawannError) {
      guard let champion = evolution.champion else {
        throw PadawannError(.usage, "the run has no champion yet")
      }
      return champion
    }
  }

  package func model() async throws -> Model { try model(of: champion) }

  package func outcome() async throws -> Outcome {
    let champion = try champion
    return Outcome(
      generations: evolution.generation, championGeneration: champion.generation,
      champion: .init(champion.individual, judge))
  }

  /// The fittest individual as a model that says what it was evolved for.
  private func model(of champion: Evolution<[TaskScore]>.Champion) throws(PadawannError) -> Model {
    let configuration = start.configuration
    var model = Model(network: try judge.body.network.masked(by: champion.individual.genome))
    if case .shared(let weights) = judge.values { model.sharedWeights = weights }
    model.tasks = zip(judge.tasks, champion.individual.score.report).map { task, score in
      TaskRecord(task, sharedWeight: judge.values.settings[score.best], accuracy: score.accuracy)
    }
    model.provenance.tool = configuration.tool
    model.provenance.parent =
      configuration.parents.count == 1 ? Digest(hex: configuration.parents[0].sha256) : nil
    model.provenance.seed = configuration.settings.seed
    model.provenance.settings =
      configuration.provenance + [
        Provenance.Setting("champion-generation", "\(champion.generation)"),
        Provenance.Setting("champion-fitness", "\(champion.individual.score.fitness)"),
      ]
    return model
  }

  /// Refuses an evolution whose champion could not be stored, for example one with too long a dataset spec.
  func checkThatAChampionCanBeStored() throws(PadawannError) {
    let scores = judge.tasks.map { task in
      TaskScore(
        images: task.dataset.count, right: judge.values.settings.map { _ in 0 }, crossEntropy: [])
    }
    let unjudged = Evolution<[TaskScore]>.Champion(
      individual: .init(genome: judge.body.genomes[0], score: Score(fitness: 0, report: scores)),
      generation: 0)
    _ = try ModelFile.image(of: model(of: unjudged))
  }

  /// The individuals of the last generation of a stored run as models, fittest first.
  ///
  /// - Throws: as ``Run/resume(_:_:)``, and ``PadawannError`` `missing` when there is no population yet.
  static func population(of path: String) throws(PadawannError) -> [Model] {
    let (configuration, digest) = try RunConfiguration<EvolutionRunSettings>.read(.evolve, in: path)
    let settings = configuration.settings
    let body = try EvolutionBody(
      parents: try RunStart.parents(configuration, in: path).map(\.network), values: settings.edgeValues(),
      keepsSigns: settings.keepsSigns, seed: settings.seed)
    guard let checkpoint = try RunFolder.checkpoint(.evolve, digest, in: path) else {
      throw PadawannError(.missing, "the run has no population yet", at: path)
    }
    let snapshot = try Evolution<[TaskScore]>.Snapshot(
      checkpoint.state, configuration, body.genomes[0].layout)
    return try snapshot.population.map { individual throws(PadawannError) in
      Model(network: try body.network.masked(by: individual.genome))
    }
  }
}

extension TaskRecord {
  /// What a run made of a task.
  init(_ task: EvolutionTask, sharedWeight: Float?, accuracy: Double? = nil) {
    self.init(
      name: task.name, dataset: task.dataset.name, digest: task.dataset.digest,
      classNames: task.dataset.classNames, outputs: task.outputs, normalisation: task.dataset.normalisation,
      bestSharedWeight: sharedWeight, accuracy: accuracy)
  }
}

extension PopulationJudge {
  /// What finds the saliency of edges on the images by which individuals are judged.
  ///
  /// Of several shared weights it is that of the middle magnitude; the logits are scaled, so that it hardly matters which.
  ///
  /// - Parameters:
  ///   - images: how many are looked at for each genome.
  ///   - seed: of the draw of images.
  /// - Throws: as ``SaliencyProbe/init(_:magnitude:on:images:seed:threads:instructionSet:)``.
  func saliencyProbe(images: Int, seed: UInt64) throws(PadawannError) -> SaliencyProbe {
    let magnitude: Magnitude
    switch values {
    case .shared(let weights):
      let ordered = weights.sorted { $0.magnitude < $1.magnitude }
      magnitude = .shared(ordered[ordered.count / 2])
    case .pretrained, .random: magnitude = .own
    }
    return try SaliencyProbe(
      body.network, magnitude: magnitude,
      on: tasks.map { TrainingTask($0.dataset, outputs: $0.outputs) }, images: images, seed: seed,
      threads: inference.threads, instructionSet: inference.instructionSet)
  }
}
