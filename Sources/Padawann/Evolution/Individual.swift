/// A genome that has to be evaluated.
public struct Candidate: Hashable, Sendable {
  /// Its place among the individuals of its generation: elites come first, then the children in the order of their birth.
  public let individual: Int
  /// Which edges are left.
  public let genome: Genome
}

/// What an evaluation found out about a genome.
public struct FitnessScore<Report: Sendable & Equatable>: Sendable, Equatable {
  /// What the evolution maximises: any number, or +infinity.
  public let fitness: Double
  /// What else was measured, such as accuracies and losses; the evolution only carries it along.
  public let report: Report

  /// Makes a score; ``Evolution/tell(_:)`` checks it.
  public init(fitness: Double, report: Report) {
    self.fitness = fitness
    self.report = report
  }

  var isValid: Bool { fitness > -.infinity }
}

extension Evolution {
  /// A genome with its score.
  public struct Individual: Sendable, Equatable {
    /// Which edges are left.
    public let genome: Genome
    /// How good it is.
    public let score: FitnessScore<Report>

    /// Makes an individual.
    public init(genome: Genome, score: FitnessScore<Report>) {
      self.genome = genome
      self.score = score
    }
  }

  /// The best individual ever seen.
  public struct Champion: Sendable, Equatable {
    /// The individual.
    public let individual: Individual
    /// The generation in which it was born.
    public let generation: Int

    /// Makes a champion.
    public init(individual: Individual, generation: Int) {
      self.individual = individual
      self.generation = generation
    }
  }

  /// Orders individuals by fitness, best first; equals keep their order.
  static func ranked(_ individuals: [Individual]) -> [Individual] {
    let fitness = individuals.map(\.score.fitness)
    // The standard library's sort does not promise to be stable; the place as second key makes it so.
    return fitness.indices.sorted { (-fitness[$0], $0) < (-fitness[$1], $1) }.map { individuals[$0] }
  }
}
