/// Evolves a pre-trained network into a PADAWANN: Algorithm 1 of the thesis (section 5.1.4), as a value.
///
/// The evolution knows masks and fitness numbers only. It asks for genomes to be evaluated and is told how good they are:
///
/// ```swift
/// var evolution = try Evolution<Accuracies>(parents: [network.genome()], settings: EvolutionSettings())
/// while !evolution.isFinished {
///   try evolution.tell(evolution.ask().map { evaluate($0.genome) })
/// }
/// let padawann = evolution.champion
/// ```
///
/// With ``Mutation/gradient`` it must first be told what pruning each edge would gain, before it can ask:
///
/// ```swift
/// while let genome = evolution.genomeToMeasure { try evolution.tell(gains: measure(genome)) }
/// ```
///
/// The algorithm, with the default settings' numbers:
///
/// ```
/// population <- the parent, and 19 copies of it, each pruned once            (5.1.3, step 1)
/// champion   <- the fittest of the population
/// repeat 50 times:
///   sort the population by fitness
///   next <- the first 6 of the population                                    (elitism, step 2)
///   remainingEdges <- the first 14 of the population                              (culling, step 2)
///   until next has 20 individuals:
///     child <- the winner of a tournament of 8 among the remainingEdges           (step 3)
///     with probability 0.5:
///       child <- the edges left of a random point from child,
///                and right of it from the winner of another tournament       (step 4)
///     prune child: 2.5% of all positions                                     (step 5, 5.1.1)
///     add child to next
///   population <- next
///   if the fittest of the population is fitter than the champion: it is the champion
/// ```
///
/// Where this differs from the text and from the code that was published with it:
/// - The text prunes "0.025%"; the numbers come from a share of 0.025, which is 2.5%, of all positions, pruned ones included.
///   ``EvolutionSettings/pruningPool`` can count the remaining edges instead.
/// - In the text every initial individual is pruned; in the code, and here, the first is not
///   (``EvolutionSettings/includesUnpruned``).
/// - In the text the first `best` is none, and the initial population never becomes it; in the code, and here, it can.
/// - The code means one-point crossover at layer boundaries, and a mistake makes it a copy of the first parent. Here it happens,
///   between any two edges; ``EvolutionSettings/Profile/reference`` does what the code does.
/// - Individuals of equal masks are evaluated once: equal ones of one generation, and ones that equal an individual of the
///   generation before or the champion. Elites keep their scores.
/// - Of equally fit individuals, the one that was there first ranks first: elites before children, then the order of birth.
///
/// Every random number is a function of (seed, generation, individual, operator) alone, so the result does not depend on
/// how evaluations are spread over threads, and an evolution goes on from its snapshot exactly as it would have.
public struct Evolution<Report: Sendable & Equatable>: Sendable, Equatable {
  /// What the evolution does.
  public let settings: EvolutionSettings
  /// The layers of the genomes.
  public let layout: EdgeLayout
  /// The individuals in order of rank, fittest first. Empty until the initial population was evaluated.
  public private(set) var population: [Individual] = []
  /// The generation of ``population``; the initial one is 0.
  public private(set) var generation = 0
  /// The fittest individual ever seen; `nil` until the initial population was evaluated.
  public private(set) var champion: Champion?
  private var pruning: OffspringPruning
  private var scoring: OffspringScoring<Report>

  /// Begins an evolution.
  ///
  /// - Parameters:
  ///   - parents: what the initial population is made of, in turn: individual i is parent `i % parents.count`, pruned once. With
  ///     ``EvolutionSettings/includesUnpruned`` the first individuals are the parents as they are. A stored population,
  ///     as many as ``EvolutionSettings/population``, is then taken over whole.
  ///   - settings: what to do.
  /// - Throws: ``PadawannError`` `usage` when the settings make no sense, or do not fit the parents.
  public init(parents: [Genome], settings: EvolutionSettings) throws(PadawannError) {
    try settings.validate()
    guard let layout = parents.first?.layout else {
      throw PadawannError(.usage, "an evolution needs a parent")
    }
    try settings.validate(for: layout)
    guard parents.allSatisfy({ $0.layout == layout }) else {
      throw PadawannError(
        .usage, "the parents have different layers", remedy: "Start from models of one architecture")
    }
    guard parents.count <= settings.population else {
      throw PadawannError(
        .usage, "\(parents.count) parents do not fit a population of \(settings.population)",
        remedy: "Choose fewer parents or a larger population")
    }
    self.settings = settings
    self.layout = layout
    pruning = OffspringPruning(settings.initialOffspring(of: parents), generation: 0, settings)
    scoring = .empty
    beginScoring()
  }

  /// Whether there is nothing left to ask.
  public var isFinished: Bool {
    guard let champion else { return false }
    return generation >= settings.generations
      || settings.stopAfter.map { generation - champion.generation >= $0 } ?? false
  }

  /// What has to be evaluated before the evolution can go on; the same until it is told.
  ///
  /// There can be nothing to evaluate although the evolution is not finished, when every child has the masks of an
  /// individual that is known. It then goes on after `tell([])`. While pruning gains are wanted there is nothing either.
  public func ask() -> [Candidate] { scoring.candidates }

  /// The genome whose pruning gains must be told next, before there is anything to ask; `nil` without ``Mutation/gradient``, and when
  /// all individuals of the next generation are pruned.
  public var genomeToMeasure: Genome? { pruning.unpruned }

  /// Prunes the individuals of the next generation whose genome is ``genomeToMeasure``.
  ///
  /// - Throws: ``PadawannError`` `usage` when none is wanted, `data` when it is of another layout.
  public mutating func tell(gains: PruningGains) throws(PadawannError) {
    guard let genome = pruning.unpruned else {
      throw PadawannError(.usage, "no pruning gains were asked for")
    }
    guard gains.layers.map(\.count) == genome.masks.map(\.count) else {
      throw PadawannError(.data, "the pruning gains are those of a network with other layers")
    }
    pruning.prune(by: gains)
    beginScoring()
  }

  /// All individuals of the next generation that wait for pruning gains: equal genomes, for each of which ``tell(pruned:)`` has to
  /// be told what ``EvolutionSettings/pruned(_:by:)`` makes of it. In the order in which ``genomeToMeasure`` names them.
  package var pruningOrders: [PruningOrder] { pruning.orders }

  /// Takes over what became of all individuals that wait for pruning gains.
  ///
  /// - Parameter genomes: for each of ``pruningOrders`` one for each of its individuals.
  /// - Throws: ``PadawannError`` `usage` for more or fewer, `data` for genomes of another layout.
  package mutating func tell(pruned genomes: [[Genome]]) throws(PadawannError) {
    guard genomes.map(\.count) == pruningOrders.map(\.individuals.count) else {
      throw PadawannError(.usage, "not one pruned genome was told for each individual that waits")
    }
    guard genomes.allSatisfy({ $0.allSatisfy { $0.layout == layout } }) else {
      throw PadawannError(.data, "the pruned genomes are those of a network with other layers")
    }
    pruning.take(genomes)
    beginScoring()
  }

  /// Lets the offspring be asked for when all of them are pruned.
  private mutating func beginScoring() {
    guard pruning.unpruned == nil else { return }
    scoring = OffspringScoring(
      pruning.genomes, from: pruning.first, known: population + (champion.map { [$0.individual] } ?? []))
    pruning = .empty(settings)
  }

  /// Goes on to the next generation.
  ///
  /// - Parameter scores: one for each candidate of ``ask()``, in their order.
  /// - Throws: ``PadawannError`` `usage`, leaving the evolution as it was, when it is finished, the scores are more or fewer
  ///   than the candidates, or a fitness is not a number or is -infinity.
  public mutating func tell(_ scores: [FitnessScore<Report>]) throws(PadawannError) {
    guard !isFinished else { throw PadawannError(.usage, "the evolution is finished and asked for nothing") }
    guard genomeToMeasure == nil else {
      throw PadawannError(.usage, "the pruning gains of a genome must be told before scores can be")
    }
    guard scores.count == scoring.candidates.count else {
      throw PadawannError(
        .usage, "\(scores.count) scores were told, but \(scoring.candidates.count) were asked for")
    }
    if let wrong = scores.firstIndex(where: { !$0.isValid }) {
      throw PadawannError(
        .usage, "a fitness of \(scores[wrong].fitness) cannot be ranked",
        at: "individual \(scoring.candidates[wrong].individual)")
    }
    let elites = population.prefix(settings.elites)
    if champion != nil { generation += 1 }
    population = Self.ranked(elites + scoring.individuals(scores))
    updateChampion()
    beginGeneration()
  }

  /// Replaces the champion by the fittest individual if that is strictly fitter.
  private mutating func updateChampion() {
    guard let best = population.first else { return }
    if let champion, champion.individual.score.fitness >= best.score.fitness { return }
    champion = Champion(individual: best, generation: generation)
  }

  private mutating func beginGeneration() {
    scoring = .empty
    guard !isFinished else { return }
    let offspring = settings.offspring(of: population.map(\.genome), generation: generation + 1)
    pruning = OffspringPruning(offspring, generation: generation + 1, settings)
    beginScoring()
  }
}

// Going on from where an evolution was left.
extension Evolution {
  /// All that an evolution is between two generations.
  package struct Snapshot: Sendable, Equatable {
    /// What the evolution does.
    package var settings: EvolutionSettings
    /// The generation of the population.
    package var generation: Int
    /// The individuals in order of rank.
    package var population: [Individual]
    /// The fittest individual ever seen.
    package var champion: Champion

    /// Puts a snapshot together; ``Evolution/init(resuming:)`` checks it.
    package init(
      settings: EvolutionSettings, generation: Int, population: [Individual], champion: Champion
    ) {
      self.settings = settings
      self.generation = generation
      self.population = population
      self.champion = champion
    }
  }

  /// What ``init(resuming:)`` goes on from; `nil` until the initial population was evaluated.
  package var snapshot: Snapshot? {
    champion.map {
      Snapshot(settings: settings, generation: generation, population: population, champion: $0)
    }
  }

  /// Goes on from a snapshot, exactly as the evolution that it was taken of would have gone on.
  ///
  /// - Throws: ``PadawannError`` `usage` when the settings make no sense, `data` when the snapshot's parts do not fit together.
  package init(resuming snapshot: Snapshot) throws(PadawannError) {
    try snapshot.settings.validate()
    try snapshot.validate()
    settings = snapshot.settings
    layout = snapshot.champion.individual.genome.layout
    try settings.validate(for: layout)
    population = snapshot.population
    generation = snapshot.generation
    champion = snapshot.champion
    pruning = .empty(settings)
    scoring = .empty
    beginGeneration()
  }
}

extension Evolution.Snapshot {
  fileprivate func validate() throws(PadawannError) {
    let best = champion.individual
    let fitness = population.map(\.score.fitness)
    guard population.count == settings.population else {
      throw Self.broken("it has \(population.count) individuals of \(settings.population)")
    }
    guard (0...settings.generations).contains(generation), (0...generation).contains(champion.generation)
    else {
      throw Self.broken("its generation \(generation), or its champion's \(champion.generation), cannot be")
    }
    guard population.allSatisfy({ $0.genome.layout == best.genome.layout }) else {
      throw Self.broken("its individuals have different layers")
    }
    guard population.allSatisfy(\.score.isValid), zip(fitness, fitness.dropFirst()).allSatisfy({ $0 >= $1 })
    else { throw Self.broken("its individuals are not in order of fitness") }
    guard best.score.isValid, best.score.fitness >= fitness[0] else {
      throw Self.broken("an individual is fitter than its champion")
    }
  }

  private static func broken(_ reason: String) -> PadawannError {
    PadawannError(.data, "the stored state of the evolution is broken: \(reason)")
  }
}
