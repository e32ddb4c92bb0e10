/// What a user asks of an evolution; ``EvolutionStart`` finds the files and fills in the rest.
public struct EvolutionRequest: Sendable {
  /// Paths of models to start from, or of folders of runs whose last population is taken.
  public var models: [String]
  /// The tasks' images.
  public var tasks: [DatasetSpec]
  /// How many images of each class a task has whose spec does not choose; all when `nil`.
  public var perClass: Int?
  /// Whether the classes of every task are given to the outputs that suit them best; see
  /// ``EvolutionTask/mapped(by:weights:_:)``.
  public var mapsLabels: Bool
  /// What edges are worth.
  public var values: EdgeValues
  /// Whether the signs of the models' weights are kept.
  public var keepsSigns: Bool
  /// The algorithm's settings.
  public var evolution: EvolutionSettings
  /// On how many training images the saliency of a genome's edges is measured, with ``Mutation/saliency``.
  public var gradientImages: Int
  /// The names of the layers that lose edges; when `nil` all, or with ``Mutation/saliency`` ``Network/layersToMask``.
  public var layers: [String]?
  /// How accuracies become a fitness.
  public var fitness: Fitness
  /// Data on which the champion is measured besides the test splits of the tasks.
  public var tests: [DatasetSpec]
  /// How many trials of different seeds; one evolution of this seed when `nil`.
  public var trials: Int?

  /// The thesis' settings for some models and tasks.
  public init(models: [String], tasks: [DatasetSpec]) {
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

/// A request with everything found and loaded: what a run's folder begins with.
public struct EvolutionStart: Sendable {
  /// What decides the result.
  public let plan: EvolutionPlan
  /// The models to start from, as their files will be in the folder.
  public let parents: [Model]
  /// How individuals are judged.
  public let judge: PopulationJudge

  /// Loads models and data and checks that all fits together.
  ///
  /// - Parameters:
  ///   - request: what is asked.
  ///   - data: where named datasets are.
  ///   - tool: the program and its version.
  ///   - inference: how networks are evaluated.
  /// - Throws: ``PadawannError`` for whatever is missing, damaged, or does not fit.
  public init(_ request: EvolutionRequest, data: DataFolder, tool: String, inference: Inference) async throws
  {
    try request.evolution.validate()
    if let trials = request.trials { try EvolutionPlan.check(trials: trials) }
    var parents: [Model] = []
    for path in request.models { parents += try Self.models(at: path) }
    let body = try EvolutionBody(
      parents: parents.map(\.network), values: request.values, keepsSigns: request.keepsSigns,
      seed: request.evolution.seed)
    let tasks = try await request.tasks.loaded(
      perClass: request.perClass, data, for: body.network.architecture
    ) { task in
      request.mapsLabels
        ? try await task.mapped(by: body.network, weights: request.values.settings, inference) : task
    }
    judge = try PopulationJudge(
      body: body, tasks: tasks, values: request.values, fitness: request.fitness, inference: inference)
    var settings = request.evolution
    let usual = settings.mutation == .saliency ? body.network.layersToMask : nil
    settings.layers = try (request.layers ?? usual).map { names throws(PadawannError) in
      try body.network.places(ofLayers: names)
    }
    // Settings that make no sense for this network are refused before a folder is made.
    _ = try Evolution<[TaskScore]>(parents: body.genomes, settings: settings)
    self.parents = parents
    let gradientImages = request.evolution.mutation == .saliency ? request.gradientImages : nil
    if let gradientImages { _ = try judge.saliencyProbe(images: gradientImages, seed: 0) }
    plan = EvolutionPlan(
      tool: tool, evolution: settings, gradientImages: gradientImages, fitness: request.fitness,
      values: request.values, keepsSigns: request.keepsSigns, tasks: tasks,
      parents: try parents.map { model throws(PadawannError) in try model.storedDigest },
      tests: try request.tests.tests(
        of: zip(request.tasks, tasks).map { ($0.testSplit, $1) }, data, body.network.architecture),
      trials: request.trials)
    try plan.validate()
    // Nor is a champion evolved that could not be stored, for example one with too long a dataset spec.
    _ = try ModelFile.image(of: judge.model(of: judge.unjudged(body.genomes[0]), plan))
  }

  /// The model of a file, or the population of a run's folder.
  private static func models(at path: String) throws -> [Model] {
    guard RunFolder.isRun(path) else { return [try ModelFile.read(path).model] }
    return try StoredEvolution(path: path).population()
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
