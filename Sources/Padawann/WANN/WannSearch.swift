/// Searches for a topology that solves a task with whatever weight its connections share (thesis 4.2; Gaier and Ha, 2019), as a
/// value.
///
/// The search knows graphs and rewards only. It asks for graphs to be evaluated and is told their rewards:
///
/// ```swift
/// var search = try WannSearch(inputs: 256, outputs: 10, settings: WannSettings())
/// while let request = search.request { try search.tell(rewards(of: request)) }
/// let wann = search.champion
/// ```
///
/// The algorithm, with the default settings' numbers:
///
/// ```
/// population <- 960 graphs, each a bias and 256 inputs with a connection to each of 10 outputs, 5% of them enabled
/// repeat 4096 times:
///   evaluate the population on one batch, one of 1,000, with six shared weights
///   if the highest mean reward is higher than the best so far: that graph is the best
///   every 8th time, and the last: a best that is new is tested on 20 batches; it stays, with its mean there, if that is higher
///     than what the best that was tested before it had; otherwise that one is the best again
///   rank by non-dominated sorting of (mean reward, 1/connections) with probability 0.8, otherwise of (mean, highest reward)
///   the last 192 have no children; the first 153 are copied
///   807 children: the parent is the better winner of two tournaments of 32 among the first 768; one change
/// ```
///
/// Where this differs from the published program: layers, by which new connections are chosen, count disabled connections too, so
/// that no circle can close when one is enabled; and a new best is tested in whichever of the 8 generations it was found. There is
/// no crossover, which the published settings never use.
///
/// Every random number is a function of (seed, generation, individual, operator) alone, so the result does not depend on how
/// evaluations are spread over threads, and a search goes on from its snapshot exactly as it would have.
public struct WannSearch: Sendable, Equatable {
  /// The best graph so far.
  public struct Champion: Sendable, Equatable {
    /// The graph.
    public var graph: NeuronGraph
    /// Its mean reward: on several batches, or on that of its generation until it was tested.
    public var reward: Double
    /// The generation in which it was found.
    public var generation: Int
    /// Whether it was tested on several batches.
    public var isTested: Bool
  }

  /// What has to be evaluated before the search can go on.
  public enum Request: Sendable, Equatable {
    /// Each of these graphs on one batch.
    case population([NeuronGraph], batch: Int)
    /// One graph on each of these batches.
    case test(NeuronGraph, batches: [Int])
  }

  /// All that a search is between two tellings.
  public struct Snapshot: Sendable, Equatable {
    /// What the search does.
    public var settings: WannSettings
    /// How many populations were evaluated.
    public var generation: Int
    /// The population that is evaluated next; the last one when the search is finished.
    public var population: [NeuronGraph]
    /// The best graph so far.
    public var champion: Champion?
    /// The best that was tested, if it is another.
    public var tested: Champion?
  }

  private var state: Snapshot
  private var isTesting = false

  private enum Purpose {
    static let start: UInt64 = 1
    static let parent: UInt64 = 2
    static let change: UInt64 = 3
    static let ranking: UInt64 = 4
    static let batch: UInt64 = 5
    static let test: UInt64 = 6
  }

  /// Begins a search.
  ///
  /// - Throws: ``PadawannError`` `usage` when the settings make no sense, or there are no inputs or outputs or too many.
  public init(inputs: Int, outputs: Int, settings: WannSettings) throws(PadawannError) {
    try settings.validate()
    guard inputs > 0, outputs > 1, (inputs + 1) * outputs <= NeuronGraph.Limits.connections / 2,
      inputs + outputs < NeuronGraph.Limits.neurons / 2
    else {
      throw PadawannError(
        .usage, "a search cannot begin with \(inputs) inputs and \(outputs) outputs",
        remedy: "Make the images smaller, for example by resize=16:bilinear")
    }
    let population = (0..<settings.population).map { individual in
      var generator = KeyedGenerator(settings.seed, 0, UInt64(individual), Purpose.start)
      return NeuronGraph(
        inputs: inputs, outputs: outputs, enabled: settings.enabledAtStart, using: &generator)
    }
    state = Snapshot(settings: settings, generation: 0, population: population)
  }

  /// Goes on from a snapshot, exactly as the search that it was taken of would have gone on.
  ///
  /// - Throws: ``PadawannError`` `usage` when the settings make no sense, `data` when the snapshot's parts do not fit together.
  public init(resuming snapshot: Snapshot) throws(PadawannError) {
    try snapshot.settings.validate()
    let (settings, graphs) = (snapshot.settings, snapshot.population)
    let all = graphs + [snapshot.champion, snapshot.tested].compactMap { $0?.graph }
    guard graphs.count == settings.population, (0...settings.generations).contains(snapshot.generation),
      all.allSatisfy({ $0.inputs == graphs[0].inputs && $0.outputs == graphs[0].outputs }),
      (snapshot.champion == nil) == (snapshot.generation == 0),
      snapshot.tested == nil || snapshot.champion?.isTested == false, snapshot.tested?.isTested != false,
      [snapshot.champion, snapshot.tested].allSatisfy({ best in
        best.map { !$0.reward.isNaN && (0..<max(snapshot.generation, 1)).contains($0.generation) } ?? true
      })
    else { throw PadawannError(.data, "the stored state of the search is broken") }
    state = snapshot
  }

  /// What ``init(resuming:)`` goes on from; `nil` while a best is to be tested.
  public var snapshot: Snapshot? { isTesting ? nil : state }

  /// What the search does.
  public var settings: WannSettings { state.settings }
  /// How many populations were evaluated.
  public var generation: Int { state.generation }
  /// The population that is evaluated next; the last one when the search is finished.
  public var population: [NeuronGraph] { state.population }
  /// The best graph so far; `nil` until the first population was evaluated.
  public var champion: Champion? { state.champion }
  /// The best graph that was tested, which is what the search would end with now; before the first test the best.
  public var best: Champion? { state.tested ?? state.champion }
  /// Whether there is nothing left to ask.
  public var isFinished: Bool { state.generation >= settings.generations && !isTesting }

  /// What has to be evaluated before the search can go on, the same until it is told; `nil` when it is finished.
  public var request: Request? {
    if isTesting, let champion = state.champion {
      // The generation was counted already.
      var generator = KeyedGenerator(settings.seed, UInt64(state.generation - 1), 0, Purpose.test)
      return .test(
        champion.graph,
        batches: (0..<settings.testBatches).map { _ in generator.next(below: settings.batches) })
    }
    guard !isFinished else { return nil }
    var generator = KeyedGenerator(settings.seed, UInt64(state.generation), 0, Purpose.batch)
    return .population(state.population, batch: generator.next(below: settings.batches))
  }

  /// Goes on.
  ///
  /// - Parameters:
  ///   - rewards: for each graph, or for each batch of a test, the reward with each shared weight: the higher the better.
  ///   - threads: how many breed.
  /// - Throws: ``PadawannError`` `usage`, leaving the search as it was, when it asked for nothing, or for more or fewer.
  public mutating func tell(_ rewards: [[Double]], threads: Int = 1) throws(PadawannError) {
    guard !isFinished else { throw PadawannError(.usage, "the search is finished and asked for nothing") }
    let count = isTesting ? settings.testBatches : settings.population
    guard rewards.count == count, rewards.allSatisfy({ $0.count == settings.weights.count }) else {
      throw PadawannError(
        .usage, "\(rewards.count) rewards were told, but \(count) were asked for, each with every weight")
    }
    if isTesting {
      let means = rewards.map { WannObjectives(rewards: $0, connections: 0).mean }
      finishTest(means.reduce(0) { $0 + $1 / Double(count) })
    } else {
      finishGeneration(rewards, ThreadPool(threads: max(1, threads)))
    }
  }

  private mutating func finishTest(_ reward: Double) {
    isTesting = false
    if let tested = state.tested, reward <= tested.reward {
      state.champion = tested
    } else {
      state.champion?.reward = reward
      state.champion?.isTested = true
    }
    state.tested = nil
  }

  private mutating func finishGeneration(_ rewards: [[Double]], _ threads: ThreadPool) {
    let objectives = zip(rewards, state.population).map {
      WannObjectives(rewards: $0, connections: $1.enabledConnections)
    }
    updateChampion(objectives.map(\.mean))
    let order = ranking(objectives)
    state.generation += 1
    let isLast = state.generation == settings.generations
    isTesting =
      state.champion?.isTested == false && ((state.generation - 1) % settings.testEvery == 0 || isLast)
    let ranked = order.map { state.population[$0] }
    state.population = isLast ? ranked : offspring(of: ranked, threads)
  }

  private mutating func updateChampion(_ means: [Double]) {
    var best = 0
    for place in means.indices where means[place] > means[best] { best = place }
    if let champion = state.champion {
      guard means[best] > champion.reward else { return }
      if champion.isTested { state.tested = champion }
    }
    state.champion = Champion(
      graph: state.population[best], reward: means[best], generation: state.generation, isTested: false)
  }

  private func ranking(_ objectives: [WannObjectives]) -> [Int] {
    var generator = KeyedGenerator(settings.seed, UInt64(state.generation), 0, Purpose.ranking)
    let byConnections = generator.fraction() < settings.rankByConnections
    return nondominatedOrder(
      objectives.map { ($0.mean, byConnections ? $0.simplicity : $0.best) }, settings.crowding)
  }

  /// The next population, given this one in order of rank; its generation was counted already.
  private func offspring(of ranked: [NeuronGraph], _ threads: ThreadPool) -> [NeuronGraph] {
    let (settings, generation) = (settings, UInt64(state.generation))
    return threads.map(Array(0..<settings.population)) { individual in
      if individual < settings.elites { return ranked[individual] }
      var parents = KeyedGenerator(settings.seed, generation, UInt64(individual), Purpose.parent)
      var change = KeyedGenerator(settings.seed, generation, UInt64(individual), Purpose.change)
      return ranked[settings.parent(using: &parents)].child(settings, using: &change)
    }
  }
}

extension WannSettings {
  /// The rank of a child's parent: that of the better winner of two tournaments.
  func parent(using generator: inout KeyedGenerator) -> Int {
    (0..<(2 * tournament)).reduce(survivors) { best, _ in min(best, generator.next(below: survivors)) }
  }
}
