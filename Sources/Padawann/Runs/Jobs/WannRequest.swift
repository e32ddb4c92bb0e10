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
      tests: tests.map(prepared).tests(of: zip(specs, loaded).map { ($0.testSplit, $1) }, data) {
        dataset throws(PadawannError) in
        guard dataset.shape == shape, dataset.classNames.count <= settings.outputs else {
          throw PadawannError(
            .data, "its images or classes do not fit those of the tasks", at: dataset.name)
        }
      },
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
}
