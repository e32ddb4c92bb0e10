/// What a generation came to: a line of `log.jsonl` (`Formats/runs.md`).
package struct EvolutionLogLine: Codable, Sendable, Equatable {
  /// The generation; the initial population is 0.
  package let generation: Int
  /// The fittest individual of the generation.
  package let best: Individual
  /// The fittest individual ever seen.
  package let champion: Individual
  /// The generation in which the champion was born.
  package let championGeneration: Int
  /// The mean fitness of the population.
  package let meanFitness: Double
  /// Its median.
  package let medianFitness: Double
  /// The mean number of edges that are left.
  package let meanEdges: Double
  /// See ``PopulationStatistics/diversity``.
  package let diversity: Double
  /// How many individuals were evaluated.
  package let evaluated: Int
  /// What the pruning gains of edges took; absent without ``Mutation/gradient``.
  package let gradients: Gradients?
  /// The time that the generation took, which is all in this line that differs between two runs.
  package let seconds: Double

  /// How much was run backward.
  package struct Gradients: Codable, Sendable, Equatable {
    /// The genomes whose pruning gain was measured.
    package let genomes: Int
    /// The images that were run forward and backward for all of them.
    package let images: Int
  }

  /// An individual in figures.
  package struct Individual: Codable, Sendable, Equatable {
    /// Its fitness.
    package let fitness: Double
    /// The edges that are left.
    package let edges: Int
    /// The mean over the tasks of the cross-entropy with each task's best weight, in nats.
    package let crossEntropy: Double
    /// One entry per task.
    package let tasks: [Task]
  }

  /// An individual's figures on one task.
  package struct Task: Codable, Sendable, Equatable {
    /// The task's name.
    package let name: String
    /// The shared weight with the highest accuracy, the first of equals; absent where edges have values of their own.
    package let sharedWeight: Float?
    /// The share of correct predictions with it.
    package let accuracy: Double
    /// The mean cross-entropy with it, in nats.
    package let crossEntropy: Double
    /// The share of correct predictions with each shared weight, in their order.
    package let accuracies: [Double]
  }

  /// Describes the generation that an evolution has just been told about.
  ///
  /// - Returns: `nil` before the initial population was evaluated.
  init?(
    _ evolution: Evolution<[TaskResult]>, _ evaluator: FitnessEvaluator, evaluated: Int,
    _ gradients: Gradients?,
    seconds: Double
  ) {
    guard let statistics = evolution.statistics, let champion = evolution.champion else { return nil }
    generation = evolution.generation
    best = Individual(evolution.population[0], evaluator)
    self.champion = Individual(champion.individual, evaluator)
    championGeneration = champion.generation
    meanFitness = statistics.meanFitness
    medianFitness = statistics.medianFitness
    meanEdges = statistics.meanEdges
    diversity = statistics.diversity
    self.evaluated = evaluated
    self.gradients = gradients
    self.seconds = seconds
  }
}

extension EvolutionLogLine.Individual {
  init(_ individual: Evolution<[TaskResult]>.Individual, _ evaluator: FitnessEvaluator) {
    let scores = individual.score.report
    fitness = individual.score.fitness
    edges = individual.genome.remainingEdges
    crossEntropy = scores.reduce(0) { $0 + $1.bestCrossEntropy } / Double(scores.count)
    let magnitudes = evaluator.values.magnitudes
    tasks = zip(evaluator.tasks, scores).map { task, score in
      EvolutionLogLine.Task(
        name: task.name, sharedWeight: magnitudes[score.best].sharedWeight, accuracy: score.accuracy,
        crossEntropy: score.bestCrossEntropy,
        accuracies: score.correct.map { Double($0) / Double(score.images) })
    }
  }
}
