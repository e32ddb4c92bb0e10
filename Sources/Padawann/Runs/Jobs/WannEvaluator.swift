/// Finds the rewards of graphs of neurons on batches of the tasks' images.
struct WannEvaluator: Sendable {
  let tasks: [EvaluationTask]
  let settings: WannSettings
  var inference: Inference

  /// What a population came to on a batch.
  struct Result: Sendable {
    /// For each graph: the reward with each weight, over all tasks.
    let rewards: [[Double]]
    /// For each task and graph: losses and right answers with each weight.
    let scores: [[NeuronScore]]
    let sharing: NeuronSharing
  }

  /// The images of a batch of one task: different ones, in random order.
  ///
  /// With as many batches as there are, a batch is a function of its number and the search's seed.
  func images(of task: Int, batch: Int) -> [Int] {
    var generator = KeyedGenerator(settings.seed, 0x7761_6e6e, UInt64(batch), UInt64(task))
    let count = tasks[task].dataset.count
    var images = generator.distinct(min(settings.batch, count), below: count)
    generator.shuffle(&images)
    return images
  }

  /// Rewards are the negative sum over the tasks of the mean cross-entropy.
  func evaluate(_ graphs: [NeuronGraph], batch: Int) throws -> Result {
    let program = try NeuronProgram(graphs, .scores, weights: settings.weights, threads: inference.threads)
    return try evaluate(program, batch)
  }

  /// One graph on several batches.
  func evaluate(_ graph: NeuronGraph, batches: [Int]) throws -> [[Double]] {
    let program = try NeuronProgram([graph], .scores, weights: settings.weights, threads: 1)
    return try batches.map { try evaluate(program, $0).rewards[0] }
  }

  private func evaluate(_ program: NeuronProgram, _ batch: Int) throws -> Result {
    result(try inference.scores(of: program, on: tasks.indices.map { images($0, batch) }), program)
  }

  /// What the graphs of a program came to that have these scores on each task.
  func result(_ scores: [[NeuronScore]], _ program: NeuronProgram) -> Result {
    let rewards = program.networks.indices.map { graph in
      settings.weights.indices.map { weight in 0 - scores.reduce(0) { $0 + $1[graph].crossEntropy[weight] } }
    }
    return Result(
      rewards: rewards, scores: scores,
      sharing: NeuronSharing(neurons: program.neurons, computed: program.distinctNeurons))
  }

  /// The images of a batch of one task, or some of them; a range that begins with a block has the same blocks.
  func images(_ task: Int, _ batch: Int, _ range: Range<Int>? = nil) -> NeuronImages {
    let range = range ?? 0..<batchCount(of: task)
    let places = images(of: task, batch: batch)[range]
    let dataset = tasks[task].dataset
    let last = tasks.count - 1
    guard settings.swapsOutputs, task < last else {
      return NeuronImages(dataset, places)
    }
    // The published mistake: the outputs for the last task's images are compared with this one's labels.
    let others = images(of: last, batch: batch)[range]
    return NeuronImages(tasks[last].dataset, others, labels: places.map { dataset.labels[$0] })
  }

  /// How many images of a batch of one task are scored.
  func batchCount(of task: Int) -> Int {
    let own = min(settings.batch, tasks[task].dataset.count)
    guard settings.swapsOutputs, let last = tasks.last else { return own }
    return min(own, settings.batch, last.dataset.count)
  }

  /// The images that one generation takes, counted once for each individual and weight.
  var imagesPerGeneration: Double {
    tasks.reduce(0) { $0 + Double(min(settings.batch, $1.dataset.count)) * Double(settings.weights.count) }
  }
}
