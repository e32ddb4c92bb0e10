/// An individual before its pruning step.
struct Offspring: Sendable, Equatable {
  /// Its place in its generation.
  let individual: Int
  let genome: Genome
  /// Whether there is a pruning step.
  let isPruned: Bool
}

/// Offspring while they are pruned: at once, or, by gradients, genome by genome, when the pruning gains of each are told.
struct OffspringPruning: Sendable, Equatable {
  private let settings: EvolutionSettings
  private let generation: Int
  private let offspring: [Offspring]
  /// The genomes in order of birth, pruned except for those that wait.
  private(set) var genomes: [Genome]
  /// The places of those that wait, equal genomes together.
  private var waiting: [[Int]]

  /// No individuals.
  static func empty(_ settings: EvolutionSettings) -> OffspringPruning {
    OffspringPruning([], generation: 0, settings)
  }

  init(_ offspring: [Offspring], generation: Int, _ settings: EvolutionSettings) {
    self.settings = settings
    self.generation = generation
    self.offspring = offspring
    guard settings.mutation == .gradient else {
      genomes = offspring.map { child in
        child.isPruned
          ? settings.pruned(child.genome, generation, child.individual, by: nil) : child.genome
      }
      waiting = []
      return
    }
    genomes = offspring.map(\.genome)
    var groups: [[Int]] = []
    var group: [Genome: Int] = [:]
    for (place, child) in offspring.enumerated() where child.isPruned {
      if let known = group[child.genome] {
        groups[known].append(place)
      } else {
        group[child.genome] = groups.count
        groups.append([place])
      }
    }
    waiting = groups
  }

  /// The place of the first individual.
  var first: Int { offspring.first?.individual ?? 0 }

  /// The genome whose pruning gain is needed next; `nil` when all are pruned.
  var unpruned: Genome? { waiting.first.map { genomes[$0[0]] } }

  /// Prunes every individual whose genome is ``unpruned``.
  mutating func prune(by gains: PruningGains) {
    for place in waiting.removeFirst() {
      genomes[place] = settings.pruned(
        genomes[place], generation, offspring[place].individual, by: gains)
    }
  }

  /// All that wait.
  var orders: [PruningOrder] {
    waiting.map { places in
      PruningOrder(
        genome: genomes[places[0]], generation: generation,
        individuals: places.map { offspring[$0].individual })
    }
  }

  /// Replaces all that wait by what became of them, in the order of ``orders``.
  mutating func take(_ pruned: [[Genome]]) {
    for (places, children) in zip(waiting, pruned) {
      for (place, child) in zip(places, children) { genomes[place] = child }
    }
    waiting = []
  }
}

/// Individuals of one genome that wait to be pruned by its pruning gains.
package struct PruningOrder: Sendable, Equatable {
  /// What they are before.
  package let genome: Genome
  /// The generation that they belong to.
  package let generation: Int
  /// Their places in it.
  package let individuals: [Int]
}

extension EvolutionSettings {
  /// What becomes of individuals that wait.
  package func pruned(_ order: PruningOrder, by gains: PruningGains) -> [Genome] {
    order.individuals.map { pruned(order.genome, order.generation, $0, by: gains) }
  }
}
