/// Finds out how good the individuals of an evolution are.
package struct FitnessEvaluator: Sendable {
  /// The network that they are parts of.
  package let base: BaseNetwork
  /// What they are evaluated by.
  package let tasks: [EvaluationTask]
  /// What their edges are worth.
  package let values: EdgeValues
  /// How accuracies become a fitness.
  package let fitness: Fitness
  /// How they are evaluated.
  package var inference: Inference

  /// The candidates whose networks are held in memory at a time.
  private static let group = 64

  /// Joins the parts and checks that they fit.
  ///
  /// - Throws: ``PadawannError`` `usage` without a task or with two of one name; `data` when a task does not fit the network.
  package init(
    base: BaseNetwork, tasks: [EvaluationTask], values: EdgeValues, fitness: Fitness, inference: Inference
  ) throws(PadawannError) {
    guard !tasks.isEmpty else { throw PadawannError(.usage, "an evolution needs a task") }
    guard Set(tasks.map(\.name)).count == tasks.count else {
      throw PadawannError(.usage, "two tasks have the same name")
    }
    for task in tasks { try task.check(fits: base.network.architecture) }
    self.base = base
    self.tasks = tasks
    self.values = values
    self.fitness = fitness
    self.inference = inference
  }

  /// Scores candidates, each by all threads.
  ///
  /// - Returns: one score per candidate, with one ``TaskResult`` per task.
  /// - Throws: as ``Inference/predictions(of:on:magnitudes:)``; `CancellationError`.
  package func scores(of candidates: [Candidate]) async throws -> [FitnessScore<[TaskResult]>] {
    var scores: [FitnessScore<[TaskResult]>] = []
    for start in stride(from: 0, to: candidates.count, by: Self.group) {
      let group = candidates[start..<min(start + Self.group, candidates.count)]
      scores += try await self.scores(ofGroup: Array(group))
    }
    return scores
  }

  private func scores(ofGroup candidates: [Candidate]) async throws -> [FitnessScore<[TaskResult]>] {
    let networks = try candidates.map { try base.network.masked(by: $0.genome) }
    var reports = [[TaskResult]](repeating: [], count: candidates.count)
    for task in tasks {
      let scores = try await inference.evaluate(networks, on: task.dataset, magnitudes: values.magnitudes) {
        try TaskResult($1, outputs: task.outputs)
      }
      for (index, score) in scores.enumerated() { reports[index].append(score) }
    }
    return try zip(candidates, reports).map { try score($0.genome, $1) }
  }

  /// How good a genome is that came to this on the tasks.
  func score(_ genome: Genome, _ report: [TaskResult]) throws(PadawannError) -> FitnessScore<[TaskResult]> {
    let value = try fitness.value(accuracies: report.map { 100 * $0.accuracy }, density: genome.density)
    return FitnessScore(fitness: value, report: report)
  }

  /// What a genome comes to on some images of a task, by all threads.
  ///
  /// - Throws: as ``scores(of:)``; ``PadawannError`` `data` when there is no such task or image.
  func part(of genome: Genome, task: Int, images: Range<Int>) async throws -> TaskResultPart {
    guard tasks.indices.contains(task), tasks[task].dataset.labels.indices.contains(images) else {
      throw PadawannError(.data, "a piece is about a task or images that there are none of")
    }
    let (dataset, outputs) = (tasks[task].dataset, tasks[task].outputs)
    let isWhole = images.count == dataset.count
    let predictions = try await inference.predictions(
      of: base.network.masked(by: genome), on: isWhole ? dataset : try dataset.part(images),
      magnitudes: values.magnitudes)
    let part = try TaskResultPart(predictions, outputs: outputs)
    return isWhole ? part.summed : part
  }

  /// How many images a candidate is evaluated on, counted once per magnitude of the weights.
  package var imagesPerCandidate: Int {
    tasks.reduce(0) { $0 + $1.dataset.count } * values.magnitudes.count
  }
}
