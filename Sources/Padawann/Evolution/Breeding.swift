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

  /// What the initial population is before its pruning step.
  func initialOffspring(of parents: [Genome]) -> [Offspring] {
    (0..<population).map { individual in
      Offspring(
        individual: individual, genome: parents[individual % parents.count],
        isPruned: !includesUnpruned || individual >= parents.count)
    }
  }

  /// What the children of a population, which is in order of rank, are before their pruning step; they take the places after
  /// the elites.
  func offspring(of population: [Genome], generation: Int) -> [Offspring] {
    (elites..<population.count).map { individual in
      var genome = population[parent(generation, individual, .firstParent)]
      if hasTwoParents(generation, individual) {
        let second = population[parent(generation, individual, .secondParent)]
        var generator = generator(generation, individual, .crossover)
        genome = Padawann.crossover(genome, second, by: crossover, using: &generator)
      }
      return Offspring(individual: individual, genome: genome, isPruned: true)
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

  /// The pruning step of an individual; `gains` is that of its genome, which ``Mutation/gradient`` needs.
  func pruned(_ genome: Genome, _ generation: Int, _ individual: Int, by gains: PruningGains?) -> Genome {
    var generator = generator(generation, individual, .mutation)
    guard let gains else {
      return prunedChild(
        genome, by: mutation, step: step, pruningPool: pruningPool, in: layers, using: &generator)
    }
    return prunedChild(
      genome, by: gains, preferring: .preference(of: individual), step: step, pruningPool: pruningPool,
      in: layers,
      using: &generator)
  }
}
