/// What a user asks of an evolution; ``start(_:)`` finds the files and fills in the rest.
package struct EvolutionRequest: Sendable {
  /// Paths of models to start from, or of folders of runs whose last population is taken.
  package var models: [String]
  /// The tasks' images.
  package var tasks: [DatasetSpec]
  /// How many images of each class a task has whose spec does not choose; all when `nil`.
  package var perClass: Int?
  /// Whether the classes of every task are given to the outputs that suit them best; see
  /// ``EvaluationTask/mapped(by:weights:_:)``.
  package var mapsLabels: Bool
  /// What edges are worth.
  package var values: EdgeValues
  /// Whether the signs of the models' weights are kept.
  package var keepsSigns: Bool
  /// The algorithm's settings.
  package var evolution: EvolutionSettings
  /// On how many training images the pruning gains of a genome's edges is measured, with ``Mutation/gradient``.
  package var gradientImages: Int
  /// The names of the layers that lose edges; when `nil` all, or with ``Mutation/gradient`` ``Network/layersToMask``.
  package var layers: [String]?
  /// How accuracies become a fitness.
  package var fitness: Fitness
  /// Data on which the champion is measured besides the test splits of the tasks.
  package var tests: [DatasetSpec]
  /// The thesis' settings for some models and tasks.
  package init(models: [String], tasks: [DatasetSpec]) {
    self.models = models
    self.tasks = tasks
    perClass = 700
    mapsLabels = false
    values = .shared(Model.thesisWeights)
    keepsSigns = true
    evolution = EvolutionSettings()
    gradientImages = 2000
    fitness = .thesis
    tests = []
  }
}

extension EvolutionRequest {
  /// Loads models and data and checks that all fits together.
  ///
  /// - Parameter environment: where and how the run will work.
  /// - Throws: ``PadawannError`` for whatever is missing, damaged, or does not fit.
  package func start(_ environment: RunEnvironment) async throws -> RunStart<EvolutionRunSettings> {
    try evolution.validate()
    guard let data = environment.data else { throw PadawannError(.usage, "there is no data folder") }
    var parents: [Model] = []
    for path in models { parents += try Self.models(at: path) }
    let base = try BaseNetwork(
      parents: parents.map(\.network), values: values, keepsSigns: keepsSigns, seed: evolution.seed)
    let loaded = try await tasks.loaded(perClass: perClass, data, for: parents[0]) { task in
      mapsLabels
        ? try await task.mapped(by: base.network, magnitudes: values.magnitudes, environment.inference) : task
    }
    var algorithm = evolution
    let isGuided = evolution.mutation == .gradient
    algorithm.layers = try (layers ?? (isGuided ? base.network.layersToMask : nil)).map {
      names throws(PadawannError) in try base.network.places(ofLayers: names)
    }
    let settings = EvolutionRunSettings(
      algorithm, gradientImages: isGuided ? gradientImages : nil, fitness, values, keepsSigns: keepsSigns)
    let start = try RunStart(
      .evolve, settings, parents: parents, tasks: loaded,
      tests: tests.tests(
        of: zip(tasks, loaded).map { ($0.testSplit, $1) }, data, parents[0]), environment)
    try EvolutionJob(start, base, from: nil, environment).checkThatAChampionCanBeStored()
    try settings.validate()
    return start
  }

  /// The model of a file, or the last population of a run's folder.
  private static func models(at path: String) throws -> [Model] {
    guard RunFolder.isRun(path) else { return [try ModelFile.read(path).model] }
    return try EvolutionJob.population(of: path)
  }
}

extension Network {
  /// The places of layers among those with weights, ascending.
  ///
  /// - Throws: ``PadawannError`` `usage` for a name that no layer has, or that is given twice.
  fileprivate func places(ofLayers names: [String]) throws(PadawannError) -> [Int] {
    let known = layers.map(\.name)
    var places: [Int] = []
    for name in names {
      guard let place = known.firstIndex(of: name) else {
        throw PadawannError(
          .usage, "no layer is named \"\(name)\"", remedy: "Choose from: \(known.joined(separator: ", "))")
      }
      guard !places.contains(place) else {
        throw PadawannError(.usage, "the layer \(name) is named twice")
      }
      places.append(place)
    }
    return places.sorted()
  }
}
