/// A search of WANN as a run: a step is as many generations as lie between two tests of the best, and the result is the best graph
/// that was tested.
package struct WannJob: RunJob {
  /// What it was started with.
  package let start: RunStart<WannRunSettings>
  /// How far it is.
  package private(set) var search: WannSearch
  private let evaluator: WannEvaluator
  /// How other ranks compute for it, where there are some.
  private let shared: (pieces: WannPieces, sharing: any PieceSharing)?

  package static let kind = RunKind.wann

  /// What some generations came to: a line of the log.
  package struct LogLine: Codable, Sendable, Equatable {
    /// How many populations were evaluated.
    package let generation: Int
    /// The individual of the last of them with the highest mean reward.
    package let best: Individual
    /// The mean over the population of the mean reward; individuals without one are left out.
    package let meanReward: Double
    /// The mean number of enabled connections.
    package let meanConnections: Double
    /// The best graph that was tested, on several batches.
    package let champion: Champion
    /// The share of neurons that did not have to be computed, because others have the same inputs, over all generations of the
    /// step.
    package let saved: Double
    /// The time that the step took, which is all in this line that differs between two runs.
    package let seconds: Double

    /// An individual in figures, on one batch.
    package struct Individual: Codable, Sendable, Equatable {
      /// The mean reward over the shared weights: the negative sum over the tasks of the cross-entropy, in nats.
      package let reward: Double
      /// The highest reward of a shared weight.
      package let bestReward: Double
      /// The enabled connections.
      package let connections: Int
      /// The hidden neurons.
      package let neurons: Int
      /// One entry per task.
      package let tasks: [Task]
    }

    /// An individual's figures on one task.
    package struct Task: Codable, Sendable, Equatable {
      /// The task's name.
      package let name: String
      /// The share of right answers with each shared weight, in their order.
      package let accuracies: [Double]
    }

    /// The best graph in figures.
    package struct Champion: Codable, Sendable, Equatable {
      /// The mean reward over batches and shared weights.
      package let reward: Double
      /// The generation in which it was found.
      package let generation: Int
      /// The enabled connections.
      package let connections: Int
      /// The hidden neurons.
      package let neurons: Int
    }
  }

  /// What came of a search.
  package struct Outcome: RunOutcome {
    /// The populations that were evaluated.
    package let generations: Int
    /// The best graph.
    package let champion: LogLine.Champion
    /// Its neurons that no output depends on.
    package let deadNeurons: Int
    /// The connections on its longest path.
    package let depth: Int

    package var fitness: Double? { champion.reward }
  }

  package init(_ start: RunStart<WannRunSettings>, from state: RunState?, _ environment: RunEnvironment)
    throws
  {
    let settings = start.configuration.settings
    let evaluator = WannEvaluator(start, environment)
    self.evaluator = evaluator
    shared = environment.sharing.map { (WannPieces(evaluator), $0) }
    let inputs = start.tasks[0].dataset.shape.count
    search =
      if let state {
        try WannSearch(
          resuming: WannSearch.Snapshot(state, settings.search, inputs: inputs, outputs: settings.outputs))
      } else { try WannSearch(inputs: inputs, outputs: settings.outputs, settings: settings.search) }
    self.start = start
  }

  package var step: Int {
    (search.generation + search.settings.testEvery - 1) / search.settings.testEvery
  }
  package var isFinished: Bool { search.isFinished }

  /// The images that are left to evaluate, counted once per individual and shared weight; tests are not counted.
  package var remaining: Int? {
    let generations = Double(search.settings.generations - search.generation)
    let images = generations * evaluator.imagesPerGeneration
    return images < 1e15 ? Int(images) : nil
  }

  package mutating func advance() async throws -> LogLine {
    let begin = ContinuousClock.now
    var last: (population: [NeuronGraph], result: WannEvaluator.Result)?
    var (neurons, computed) = (0, 0)
    repeat {
      try Task.checkCancellation()
      guard let request = search.request else { break }
      switch request {
      case .population(let graphs, let batch):
        let result = try await evaluate(graphs, batch)
        neurons += result.sharing.neurons
        computed += result.sharing.computed
        last = (graphs, result)
        try search.tell(result.rewards, threads: evaluator.inference.threads)
      case .test(let graph, let batches):
        // Its images are not those that are counted.
        var quiet = evaluator
        quiet.inference.progress = nil
        try search.tell(quiet.evaluate(graph, batches: batches))
      }
    } while search.snapshot == nil
      || (!search.isFinished && search.generation % search.settings.testEvery != 0)
    guard let last, let champion = search.best else {
      throw PadawannError(.usage, "the search is at its end")
    }
    return LogLine(
      generation: search.generation, last.population, last.result, start.tasks.map(\.name), champion,
      saved: NeuronSharing(neurons: neurons, computed: computed).saved,
      seconds: (ContinuousClock.now - begin) / .seconds(1))
  }

  private func evaluate(_ graphs: [NeuronGraph], _ batch: Int) async throws -> WannEvaluator.Result {
    guard let shared else { return try evaluator.evaluate(graphs, batch: batch) }
    return try await shared.pieces.evaluate(graphs, batch: batch, shared.sharing)
  }

  package static func steps(of settings: WannRunSettings, tasks: Int) -> Int? {
    (settings.search.generations + settings.search.testEvery - 1) / settings.search.testEvery
  }

  package static let isCutIntoPieces = true

  package static func computer(_ start: RunStart<WannRunSettings>, _ environment: RunEnvironment)
    -> (any PieceComputer)?
  {
    WannPieces(WannEvaluator(start, environment))
  }

  package static func usefulRanks(_ configuration: RunConfiguration<WannRunSettings>) -> Int {
    let search = configuration.settings.search
    let images = configuration.tasks.reduce(0) { $0 + min(search.batch, $1.images) }
    return max(1, images / (2 * WannPieces.bounds.least))
  }

  package var state: RunState {
    get throws {
      guard let snapshot = search.snapshot, snapshot.champion != nil else {
        throw PadawannError(.usage, "a search that was told nothing cannot be stored")
      }
      return snapshot.state
    }
  }

  /// The generation in which the best graph was found.
  package var result: Int? { search.best?.generation }

  private var champion: WannSearch.Champion {
    get throws(PadawannError) {
      guard let best = search.best else { throw PadawannError(.usage, "the run has no champion yet") }
      return best
    }
  }

  package func model() throws -> WannModel { try model(of: champion) }

  package func outcome(of model: WannModel) throws -> Outcome {
    Outcome(
      generations: search.generation, champion: .init(try champion),
      deadNeurons: model.graph.deadNeurons.count,
      depth: model.graph.depth)
  }

  private func model(of champion: WannSearch.Champion) -> WannModel {
    let configuration = start.configuration
    let shape = start.tasks[0].dataset.shape
    var model = WannModel(graph: champion.graph, input: shape, sharedWeights: search.settings.weights)
    model.normalisation = Normalisation.none(divisor: 255)
    model.tasks = start.tasks.map { ModelTask($0, sharedWeight: nil) }
    model.provenance = start.provenance(
      configuration.provenance + [
        Provenance.Entry("champion-generation", "\(champion.generation)"),
        Provenance.Entry("champion-reward", "\(champion.reward)"),
      ])
    return model
  }

  /// Refuses a search whose result could not be stored, for example one with too long a dataset spec.
  func checkThatAChampionCanBeStored() throws(PadawannError) {
    let any = WannSearch.Champion(graph: search.population[0], reward: -1.5, generation: 0, isTested: true)
    _ = try WannFile.encoded(model(of: any))
  }
}

extension WannEvaluator {
  /// That of a run's individuals.
  init(_ start: RunStart<WannRunSettings>, _ environment: RunEnvironment) {
    var inference = environment.inference
    inference.progress = environment.progress
    self.init(tasks: start.tasks, settings: start.configuration.settings.search, inference: inference)
  }
}

extension WannJob.LogLine {
  fileprivate init(
    generation: Int, _ population: [NeuronGraph], _ result: WannEvaluator.Result, _ names: [String],
    _ champion: WannSearch.Champion, saved: Double, seconds: Double
  ) {
    let connections = population.map(\.enabledConnections)
    let objectives = zip(result.rewards, connections).map { WannObjectives(rewards: $0, connections: $1) }
    var best = 0
    for place in objectives.indices where objectives[place].mean > objectives[best].mean { best = place }
    self.generation = generation
    self.best = Individual(
      reward: objectives[best].mean, bestReward: objectives[best].best, connections: connections[best],
      neurons: population[best].hiddenNeurons.count,
      tasks: zip(names, result.scores).map { name, scores in
        Task(
          name: name, accuracies: scores[best].right.map { Double($0) / Double(max(scores[best].images, 1)) })
      })
    let means = objectives.map(\.mean).filter { $0 > -NeuronKernel.worstLoss / 1e6 }
    meanReward = means.reduce(0, +) / Double(max(means.count, 1))
    meanConnections = Double(connections.reduce(0, +)) / Double(connections.count)
    self.champion = Champion(champion)
    self.saved = saved
    self.seconds = seconds
  }
}

extension WannJob.LogLine.Champion {
  fileprivate init(_ champion: WannSearch.Champion) {
    reward = champion.reward
    generation = champion.generation
    connections = champion.graph.enabledConnections
    neurons = champion.graph.hiddenNeurons.count
  }
}
