/// The use that a random number is for: the last word of its key.
enum RandomUse: UInt64 {
  case firstParent = 1
  case secondParent = 2
  /// Whether there are two parents.
  case crossoverCoin = 3
  case crossover = 4
  case mutation = 5

  /// The first word of every key, so that no other use of the same seed draws the same numbers.
  static let domain: UInt64 = 0x6576_6f6c_7665
}

extension EvolutionSettings {
  /// The random numbers of one operator for one individual: the stream of the key (seed, "evolve", generation, individual,
  /// operator).
  func generator(_ generation: Int, _ individual: Int, _ use: RandomUse) -> KeyedGenerator {
    KeyedGenerator(seed, RandomUse.domain, UInt64(generation), UInt64(individual), use.rawValue)
  }

  /// The initial population.
  func initialGenomes(from parents: [Genome]) -> [Genome] {
    (0..<population).map { individual in
      let parent = parents[individual % parents.count]
      guard !includesUnpruned || individual >= parents.count else { return parent }
      return mutated(parent, 0, individual)
    }
  }

  /// The children of a population, which is in order of rank; they take the places after the elites.
  func children(of population: [Genome], generation: Int) -> [Genome] {
    (elites..<population.count).map { individual in
      let first = population[parent(generation, individual, .firstParent)]
      guard hasTwoParents(generation, individual) else { return mutated(first, generation, individual) }
      let second = population[parent(generation, individual, .secondParent)]
      var generator = generator(generation, individual, .crossover)
      let child = Padawann.crossover(first, second, by: crossover, using: &generator)
      return mutated(child, generation, individual)
    }
  }

  /// The rank of a parent.
  private func parent(_ generation: Int, _ individual: Int, _ use: RandomUse) -> Int {
    guard selection == .tournament else { return 0 }
    var generator = generator(generation, individual, use)
    return tournamentWinner(of: tournament, among: survivors, using: &generator)
  }

  private func hasTwoParents(_ generation: Int, _ individual: Int) -> Bool {
    var coin = generator(generation, individual, .crossoverCoin)
    return crossover != .none && Double(coin.uniform()) < crossoverProbability
  }

  private func mutated(_ genome: Genome, _ generation: Int, _ individual: Int) -> Genome {
    var generator = generator(generation, individual, .mutation)
    return prunedChild(genome, by: mutation, step: step, draw: draw, using: &generator)
  }
}
