/// What decides the result of a search of WANN, besides its tasks.
package struct WannRunSettings: RunSettings {
  /// The algorithm's settings.
  package var search: WannSettings
  /// The outputs of the graphs: as many as the task with the most classes has.
  package let outputs: Int

  /// The key of every random number.
  package var seed: UInt64 {
    get { search.seed }
    set { search.seed = newValue }
  }

  package func validate() throws(PadawannError) {
    try search.validate()
    guard (2...NeuronGraph.Limits.neurons / 2).contains(outputs) else {
      throw PadawannError(.data, "a search cannot have \(outputs) outputs")
    }
  }
}

extension RunConfiguration where Settings == WannRunSettings {
  /// What the algorithm was told as names and values, in the order in which they are shown and stored.
  package var provenance: [Provenance.Entry] {
    let search = settings.search
    let list: [(String, String)] = [
      ("command", "wann evolve"), ("generations", "\(search.generations)"),
      ("population", "\(search.population)"),
      ("elitism", "\(search.elitism)"), ("culling", "\(search.culling)"),
      ("tournament", "\(search.tournament)"),
      ("enabled-at-start", "\(search.enabledAtStart)"), ("add-connection", "\(search.addConnection)"),
      ("add-neuron", "\(search.addNeuron)"), ("enable", "\(search.enable)"),
      ("change-activation", "\(search.changeActivation)"),
      ("activations", search.activations.map(\.name).joined(separator: ",")),
      ("rank-by-connections", "\(search.rankByConnections)"), ("crowding", search.crowding.rawValue),
      ("weights", search.weights.map { "\($0)" }.joined(separator: ",")), ("batch", "\(search.batch)"),
      ("batches", "\(search.batches)"), ("test-every", "\(search.testEvery)"),
      ("test-batches", "\(search.testBatches)"), ("swaps-outputs", "\(search.swapsOutputs)"),
    ]
    return (list + taskEntries).map { Provenance.Entry($0.0, $0.1) }
  }
}

/// What a user asks of a search of WANN; ``start(_:)`` finds the files and fills in the rest.
package struct WannRequest: Sendable {
  /// The tasks' images.
  package var tasks: [DatasetSpec]
  /// The algorithm's settings.
  package var search = WannSettings()
  /// Whether images are made to what the published search has where a task does not say how: `resize=16:bilinear,deskew`.
  package var prepares = true
  /// Data on which the best graph is measured besides the test splits of the tasks.
  package var tests: [DatasetSpec] = []

  /// The published settings for some tasks.
  package init(tasks: [DatasetSpec]) { self.tasks = tasks }

  /// Loads the data and checks that all fits together.
  ///
  /// - Parameter environment: where and how the run will work.
  /// - Throws: ``PadawannError`` for whatever is missing, damaged, or does not fit.
  package func start(_ environment: RunEnvironment) throws -> RunStart<WannRunSettings> {
    try search.validate()
    guard let data = environment.data else { throw PadawannError(.usage, "there is no data folder") }
    guard !tasks.isEmpty else { throw PadawannError(.usage, "there is no task", remedy: "Name a dataset") }
    let specs = tasks.map(prepared)
    var loaded: [EvaluationTask] = []
    for spec in specs {
      loaded.append(
        EvaluationTask(name: spec.taskName(besides: loaded.map(\.name)), dataset: try spec.load(from: data)))
    }
    let shape = loaded[0].dataset.shape
    guard loaded.allSatisfy({ $0.dataset.shape == shape }) else {
      throw PadawannError(
        .data, "the tasks' images are of different shapes",
        remedy: "Write options that make them one, for example resize=16:bilinear")
    }
    let outputs = loaded.map(\.dataset.classNames.count).max() ?? 0
    let settings = WannRunSettings(search: search, outputs: max(outputs, 2))
    let start = try RunStart(
      .wann, settings, parents: [], tasks: loaded,
      tests: runTests(zip(specs, loaded).map { ($0, $1) }, data, settings.outputs),
      outputs: settings.outputs, environment)
    try settings.validate()
    try WannJob(start, from: nil, environment).checkThatAChampionCanBeStored()
    return start
  }

  /// What is said of no image is said as the published search has it. How bytes become inputs is always said, so that nothing is
  /// guessed when the run goes on.
  private func prepared(_ spec: DatasetSpec) -> DatasetSpec {
    var spec = spec
    let changes = spec.changes
    if prepares, spec.realChanges.isEmpty, changes.resize == nil, changes.crop == nil {
      spec.realChanges.resize = PictureSize(width: 16, height: 16)
      spec.realChanges.deskew = true
    }
    if spec.normalisation == nil { spec.normalisation = .plain }
    return spec
  }

  private func runTests(_ tasks: [(DatasetSpec, EvaluationTask)], _ data: DataFolder, _ outputs: Int)
    throws(PadawannError) -> [RunTest]
  {
    var result: [(spec: DatasetSpec, test: RunTest)] = []
    for (spec, task) in tasks {
      guard let test = spec.testSplit else { continue }
      result.append((test, .init(dataset: test.description, of: task)))
    }
    for spec in tests.map(prepared) where !result.contains(where: { $0.spec == spec }) {
      result.append((spec, .init(dataset: spec.description)))
    }
    for (spec, _) in result {
      let dataset = try spec.load(from: data)
      try dataset.checkLabels()
      guard dataset.shape == tasks[0].1.dataset.shape, dataset.classNames.count <= outputs else {
        throw PadawannError(.data, "its images or classes do not fit those of the tasks", at: dataset.name)
      }
    }
    return result.map(\.test)
  }
}
