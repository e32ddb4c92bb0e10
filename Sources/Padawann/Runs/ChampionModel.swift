extension PopulationJudge {
  /// The fittest individual as a model that says what it was evolved for.
  ///
  /// - Throws: ``PadawannError`` `data` when it is no part of the body.
  func model(of champion: Evolution<[TaskScore]>.Champion, _ plan: EvolutionPlan) throws(PadawannError)
    -> Model
  {
    var model = Model(network: try body.network.masked(by: champion.individual.genome))
    if case .shared(let weights) = values { model.sharedWeights = weights }
    model.tasks = zip(tasks, champion.individual.score.report).map { task, score in
      TaskRecord(
        name: task.name, dataset: task.dataset.name, digest: task.dataset.digest,
        classNames: task.dataset.classNames, outputs: task.outputs, normalisation: task.dataset.normalisation,
        bestSharedWeight: values.settings[score.best], accuracy: score.accuracy)
    }
    model.provenance.tool = plan.tool
    model.provenance.parent = plan.parents.count == 1 ? Digest(hex: plan.parents[0].sha256) : nil
    model.provenance.seed = plan.evolution.seed
    model.provenance.settings =
      plan.settings + [
        Provenance.Setting("champion-generation", "\(champion.generation)"),
        Provenance.Setting("champion-fitness", "\(champion.individual.score.fitness)"),
      ]
    return model
  }

  /// A champion that nothing is known of, to see what its model would be like.
  func unjudged(_ genome: Genome) -> Evolution<[TaskScore]>.Champion {
    let scores = tasks.map { task in
      TaskScore(images: task.dataset.count, right: values.settings.map { _ in 0 }, crossEntropy: [])
    }
    return .init(
      individual: .init(genome: genome, score: Score(fitness: 0, report: scores)), generation: 0)
  }
}
