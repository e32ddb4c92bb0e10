import Padawann
import Testing

@Suite("Evolution")
struct EvolutionTests {
  typealias F = EvolutionFixtures
  typealias Run = Evolution<Int>

  /// A fitness with many ties and several peaks; the report is the number of edges.
  static func score(_ genome: Genome) -> FitnessScore<Int> {
    let value = (0..<genome.count).reduce(0) { $0 + (genome[$1] ? $1 * 7919 % 7 - 3 : 0) }
    return FitnessScore(fitness: Double(value / 2), report: genome.remainingEdges)
  }

  /// Numbers that have both signs and differ from edge to edge and from genome to genome.
  static func gains(_ genome: Genome) throws -> PruningGains {
    var edge = 0
    let layers = genome.masks.map { mask in
      (0..<mask.count).map { place in
        edge += 1
        return Float(edge * 7919 % 101 - 50) * (mask[place] ? 1 : 3)
      }
    }
    return try PruningGains(layers, of: genome.layout)
  }

  static func prune(_ evolution: inout Run) throws {
    while let genome = evolution.genomeToMeasure { try evolution.tell(gains: gains(genome)) }
  }

  static func step(_ evolution: inout Run) throws {
    try prune(&evolution)
    try evolution.tell(evolution.ask().map { score($0.genome) })
  }

  static func finish(_ evolution: Run) throws -> Run {
    var evolution = evolution
    while !evolution.isFinished { try step(&evolution) }
    return evolution
  }

  /// Settings that between them use every operator.
  static var variety: [EvolutionSettings] {
    var settings: [EvolutionSettings] = []
    for crossover in Crossover.allCases {
      for mutation in Mutation.allCases {
        for pruningPool in PruningPool.allCases {
          var one = EvolutionSettings()
          (one.crossover, one.mutation, one.pruningPool) = (crossover, mutation, pruningPool)
          (one.generations, one.population, one.step, one.seed) = (6, 10, 0.2, UInt64(settings.count))
          settings.append(one)
        }
      }
    }
    settings[1].elitism = 0
    settings[2].includesUnpruned = false
    settings[3].stopAfter = 2
    settings[0].selection = .singleParent
    settings[4].culling = 0
    for index in stride(from: 1, to: settings.count, by: 3) { settings[index].layers = [0] }
    return settings
  }

  private func whole() throws -> Genome { Genome(layout: try F.layout(), repeating: true) }

  @Test("the initial population is the parent and copies of it, each pruned once")
  func initial() throws {
    let parent = try F.genome(F.layout(), seed: 3, density: 0.9)
    var settings = EvolutionSettings()
    var candidates = try Run(parents: [parent], settings: settings).ask()
    #expect(candidates.map(\.individual) == Array(0..<20) && candidates[0].genome == parent)
    for child in candidates.dropFirst().map(\.genome) {
      #expect(child != parent && child.intersection(parent) == child)
      #expect(parent.remainingEdges - child.remainingEdges <= prunedCount(0.025, of: parent.count))
    }
    settings.includesUnpruned = false
    candidates = try Run(parents: [parent], settings: settings).ask()
    #expect(candidates.count == 20 && candidates.allSatisfy { $0.genome != parent })
  }

  @Test("several parents take turns, and a whole population is taken over")
  func parents() throws {
    let parents = try (0..<4).map { try F.genome(F.layout(), seed: $0) }
    var settings = EvolutionSettings()
    settings.population = 10
    var genomes = try Run(parents: parents, settings: settings).ask().map(\.genome)
    #expect(Array(genomes[..<4]) == parents)
    for (place, genome) in genomes.enumerated() {
      #expect(genome.subtracting(parents[place % 4]).remainingEdges == 0)
    }
    settings.population = 4
    genomes = try Run(parents: parents, settings: settings).ask().map(\.genome)
    #expect(genomes == parents)
    settings.population = 3
    #expect(throws: PadawannError.self) { try Run(parents: parents, settings: settings) }
    #expect(throws: PadawannError.self) { try Run(parents: [], settings: settings) }
    let other = Genome(layout: try F.layout([[5, 5]]), repeating: true)
    #expect(throws: PadawannError.self) { try Run(parents: [parents[0], other], settings: settings) }
  }

  @Test("elites go on bit for bit, and only children are asked for", arguments: variety)
  func elites(settings: EvolutionSettings) throws {
    var evolution = try Run(parents: [whole()], settings: settings)
    try Self.step(&evolution)
    while !evolution.isFinished {
      let before = evolution.population
      let asked = evolution.ask()
      #expect(asked.allSatisfy { (settings.elites..<settings.population).contains($0.individual) })
      #expect(Set(asked.map(\.genome)).count == asked.count)
      #expect(Set(asked.map(\.genome)).isDisjoint(with: before.map(\.genome)))
      try Self.step(&evolution)
      #expect(evolution.population.count == settings.population)
      for elite in before.prefix(settings.elites) {
        let copies = { (one: Run.Individual) in one == elite }
        let needed = before.prefix(settings.elites).filter(copies).count
        #expect(evolution.population.filter(copies).count >= needed)
      }
      let fitness = evolution.population.map(\.score.fitness)
      #expect(fitness == fitness.sorted(by: >))
      #expect(evolution.population.allSatisfy { $0.score == Self.score($0.genome) })
    }
  }

  @Test("equal masks are evaluated once, and those of known individuals not at all")
  func equalMasks() throws {
    // One of forty edges is left, so a child either is its parent or has no edge.
    var parent = Genome(layout: try F.layout([[4, 10]]), repeating: false)
    parent[17] = true
    var settings = EvolutionSettings()
    settings.step = 0.5
    var evolution = try Run(parents: [parent], settings: settings)
    #expect(evolution.ask().map(\.genome) == [parent, Genome(layout: parent.layout, repeating: false)])
    while !evolution.isFinished {
      try Self.step(&evolution)
      let known = evolution.population.map(\.genome)
      #expect(known.count == 20 && evolution.champion?.individual.genome == parent)
      let asked = evolution.ask().map(\.genome)
      #expect(asked.count <= 1 && Set(asked).isDisjoint(with: known))
    }
    #expect(evolution.generation == 50)
  }

  @Test("the champion is the fittest ever seen and the first of equals", arguments: variety)
  func champion(settings: EvolutionSettings) throws {
    var evolution = try Run(parents: [whole()], settings: settings)
    var best = -Double.infinity
    while !evolution.isFinished {
      try Self.prune(&evolution)
      let told = evolution.ask().map { Self.score($0.genome) }
      let before = evolution.champion
      try evolution.tell(told)
      let fittest = told.map(\.fitness).max() ?? -.infinity
      let champion = try #require(evolution.champion)
      if fittest > best {
        #expect(champion.individual.score.fitness == fittest && champion.generation == evolution.generation)
        best = fittest
      } else {
        #expect(champion == before)
      }
    }
  }

  @Test("an evolution ends after its generations, or after so many without a new champion")
  func ending() throws {
    var settings = EvolutionSettings()
    settings.generations = 0
    var evolution = try Run(parents: [whole()], settings: settings)
    #expect(!evolution.isFinished && evolution.snapshot == nil && evolution.statistics == nil)
    try Self.step(&evolution)
    #expect(evolution.isFinished && evolution.generation == 0 && evolution.ask().isEmpty)
    settings.generations = 50
    settings.stopAfter = 3
    var stalled = try Run(parents: [whole()], settings: settings)
    while !stalled.isFinished {
      try stalled.tell(stalled.ask().map { _ in FitnessScore(fitness: 1, report: 0) })
    }
    #expect(stalled.generation == 3 && stalled.champion?.generation == 0)
    #expect(stalled.champion?.individual.genome == (try whole()))
  }

  @Test("what is told must be what was asked for, and nothing changes when it is not")
  func misuse() throws {
    var settings = EvolutionSettings()
    settings.generations = 1
    var evolution = try Run(parents: [whole()], settings: settings)
    for round in 0...1 {
      let before = evolution
      let right = evolution.ask().map { Self.score($0.genome) }
      #expect(evolution.ask() == before.ask())
      for fitness in [Double.nan, -.infinity] {
        var wrong = right
        wrong[3] = FitnessScore(fitness: fitness, report: 0)
        #expect(throws: PadawannError.self) { try evolution.tell(wrong) }
      }
      #expect(throws: PadawannError.self) { try evolution.tell(right.dropLast()) }
      #expect(throws: PadawannError.self) { try evolution.tell(right + [right[0]]) }
      #expect(evolution == before && evolution.generation == 0 && evolution.population.count == 20 * round)
      try evolution.tell(right)
    }
    #expect(evolution.isFinished && evolution.generation == 1)
    #expect(throws: PadawannError.self) { try evolution.tell([]) }
  }

  @Test("infinite fitness wins")
  func infinite() throws {
    var settings = EvolutionSettings()
    settings.generations = 1
    var evolution = try Run(parents: [whole()], settings: settings)
    try evolution.tell((0..<20).map { FitnessScore(fitness: $0 == 7 ? .infinity : Double($0), report: $0) })
    #expect(evolution.population.prefix(3).map(\.score.report) == [7, 19, 18])
    #expect(evolution.champion?.individual.score.report == 7)
    #expect(evolution.statistics?.bestFitness == .infinity && evolution.statistics?.medianFitness == 10.5)
  }

  @Test("the population's numbers")
  func statistics() throws {
    var settings = EvolutionSettings()
    (settings.population, settings.includesUnpruned) = (5, false)
    var evolution = try Run(parents: [whole()], settings: settings)
    try evolution.tell([4, 1, 16, 2, 2].map { FitnessScore(fitness: $0, report: 0) })
    let numbers = try #require(evolution.statistics)
    let genomes = evolution.population.map(\.genome)
    #expect(numbers.bestFitness == 16 && numbers.meanFitness == 5 && numbers.medianFitness == 2)
    #expect(numbers.bestEdges == 140 && numbers.meanEdges == 140)
    #expect(numbers.diversity == diversity(of: genomes) && numbers.diversity > 0)
  }

  @Test("a toy problem is solved: every edge that is wanted is left, and no other")
  func convergence() throws {
    let target = try F.genome(F.layout([[4, 5], [2, 6]]), seed: 5)
    var settings = EvolutionSettings()
    (settings.generations, settings.step, settings.pruningPool) = (200, 0.04, .remaining)
    for crossover in Crossover.allCases {
      settings.crossover = crossover
      var evolution = try Run(parents: [Genome(layout: target.layout, repeating: true)], settings: settings)
      while !evolution.isFinished, evolution.champion?.individual.genome != target {
        try evolution.tell(
          evolution.ask().map { candidate in
            let wrong =
              candidate.genome.subtracting(target).remainingEdges
              + target.subtracting(candidate.genome).remainingEdges
            return FitnessScore(fitness: Double(-wrong), report: 0)
          })
      }
      #expect(evolution.champion?.individual.genome == target)
      #expect(evolution.champion?.individual.score.fitness == 0)
    }
  }

  @Test("the same seed gives the same evolution, another one another", arguments: variety)
  func determinism(settings: EvolutionSettings) throws {
    let evolution = try Self.finish(Run(parents: [whole()], settings: settings))
    #expect(try Self.finish(Run(parents: [whole()], settings: settings)) == evolution)
    var other = settings
    other.seed += 1000
    #expect(try Self.finish(Run(parents: [whole()], settings: other)).population != evolution.population)
  }

  @Test("an evolution that is resumed after any generation ends the same", arguments: variety)
  func resuming(settings: EvolutionSettings) throws {
    var evolution = try Run(parents: [whole()], settings: settings)
    let end = try Self.finish(evolution)
    while !evolution.isFinished {
      try Self.step(&evolution)
      let resumed = try Run(resuming: try #require(evolution.snapshot))
      #expect(resumed == evolution)
      #expect(try Self.finish(resumed) == end)
    }
    #expect(evolution == end)
  }

  @Test("a finished evolution goes on when it is given more generations")
  func prolonging() throws {
    var settings = EvolutionSettings()
    settings.generations = 9
    let long = try Self.finish(Run(parents: [whole()], settings: settings))
    settings.generations = 4
    var snapshot = try #require(Self.finish(Run(parents: [whole()], settings: settings)).snapshot)
    snapshot.settings.generations = 9
    #expect(try Self.finish(Run(resuming: snapshot)) == long)
  }

  @Test("a snapshot whose parts do not fit is refused")
  func brokenSnapshots() throws {
    var evolution = try Run(parents: [whole()], settings: EvolutionSettings())
    for _ in 0..<3 { try Self.step(&evolution) }
    let good = try #require(evolution.snapshot)
    let strange = Genome(layout: try F.layout([[9, 9]]), repeating: true)
    let damages: [(inout Run.Snapshot) -> Void] = [
      { $0.population.removeLast() },
      { $0.population.reverse() },
      { $0.population = [] },
      { $0.generation = 51 },
      { $0.generation = -1 },
      { $0.champion = Run.Champion(individual: $0.champion.individual, generation: 3) },
      { $0.champion = Run.Champion(individual: $0.champion.individual, generation: -1) },
      { $0.champion = Run.Champion(individual: $0.population[19], generation: 0) },
      { $0.population[19] = Run.Individual(genome: strange, score: $0.population[19].score) },
      {
        $0.population[19] = Run.Individual(
          genome: $0.population[19].genome, score: FitnessScore(fitness: .nan, report: 0))
      },
      { $0.settings.population = 0 },
      { $0.settings.step = 1e-9 },
    ]
    #expect(try Run(resuming: good) == evolution)
    for (index, damage) in damages.enumerated() {
      var snapshot = good
      damage(&snapshot)
      #expect(throws: PadawannError.self, "damage \(index)") { try Run(resuming: snapshot) }
    }
  }
}
