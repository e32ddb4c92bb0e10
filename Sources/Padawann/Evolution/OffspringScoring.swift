/// Offspring that wait for their scores: genomes, and for each whether its score is known or has to be asked for.
struct OffspringScoring<Report: Sendable & Equatable>: Sendable, Equatable {
  /// Where the score of a genome comes from.
  enum Source: Sendable, Equatable {
    case known(FitnessScore<Report>)
    /// The place among the candidates.
    case candidate(Int)
  }

  let genomes: [Genome]
  let sources: [Source]
  /// The genomes that have to be evaluated, each once.
  let candidates: [Candidate]

  /// No genomes.
  static var empty: OffspringScoring { OffspringScoring([], from: 0, known: []) }

  /// - Parameters:
  ///   - genomes: in order of birth.
  ///   - first: the place of the first of them in its generation.
  ///   - known: individuals whose scores hold for equal genomes.
  init(_ genomes: [Genome], from first: Int, known: [Evolution<Report>.Individual]) {
    var sources: [Genome: Source] = [:]
    for individual in known { sources[individual.genome] = .known(individual.score) }
    var candidates: [Candidate] = []
    self.sources = genomes.enumerated().map { place, genome in
      if let source = sources[genome] { return source }
      let source = Source.candidate(candidates.count)
      candidates.append(Candidate(individual: first + place, genome: genome))
      sources[genome] = source
      return source
    }
    self.genomes = genomes
    self.candidates = candidates
  }

  /// The individuals, given one score per candidate.
  func individuals(_ scores: [FitnessScore<Report>]) -> [Evolution<Report>.Individual] {
    zip(genomes, sources).map { genome, source in
      switch source {
      case .known(let score): .init(genome: genome, score: score)
      case .candidate(let place): .init(genome: genome, score: scores[place])
      }
    }
  }
}
