/// What a user asks of a learning.
package struct LearningRequest: Sendable {
  /// The path of the model.
  package var model: String
  /// The tasks' training images.
  package var tasks: [DatasetSpec]
  /// How many images of each class a task has whose spec does not choose; all when `nil`.
  package var perClass: Int?
  /// How many images of each class of every task are not learned from, but measured in place of test data; `nil` for none.
  package var heldOut: Int?
  /// Whether the classes of every task are given to the outputs that suit them best.
  package var mapsLabels: Bool
  /// The method's settings.
  package var learning: MaskLearningSettings
  /// Data on which the result is measured besides the test splits of the tasks.
  package var tests: [DatasetSpec]

  /// The study's settings for a model and tasks.
  package init(model: String, tasks: [DatasetSpec], density: Double) {
    self.model = model
    self.tasks = tasks
    perClass = nil
    mapsLabels = false
    learning = MaskLearningSettings(density: density)
    tests = []
  }
}

extension LearningRequest {
  /// For each task the images that are learned from, and those that it is measured on.
  ///
  /// - Throws: ``PadawannError`` `usage` when images are to be held out of a task that does not take the first of each class, or not
  ///   more than those.
  func divided() throws(PadawannError) -> (learned: [DatasetSpec], measured: [DatasetSpec?]) {
    guard let heldOut else { return (tasks, tasks.map(\.testSplit)) }
    var (learned, measured) = ([DatasetSpec](), [DatasetSpec?]())
    for task in tasks {
      let selection = task.selection ?? perClass.map { .firstPerClass($0) }
      guard case .firstPerClass(let count) = selection, (1..<count).contains(heldOut) else {
        throw PadawannError(
          .usage, "\(heldOut) images of each class cannot be held out", at: task.description,
          remedy: "Take the first images of each class, more than are held out",
          choice: .perClass(heldOut + 600))
      }
      var (first, rest) = (task, task)
      first.selection = .firstPerClass(count - heldOut)
      rest.selection = .perClass(from: count - heldOut + 1, to: count)
      learned.append(first)
      measured.append(rest)
    }
    return (learned, measured)
  }
}

extension LearningRequest {
  /// Loads the model and the data, checks that all fits together, and gives every class its output.
  ///
  /// - Parameter environment: where and how the run will work.
  /// - Throws: ``PadawannError`` for whatever is missing, damaged, or does not fit.
  package func start(_ environment: RunEnvironment) async throws -> RunStart<MaskLearningSettings> {
    try learning.validate()
    guard let data = environment.data else { throw PadawannError(.usage, "there is no data folder") }
    let specs = try divided()
    let parent = try ModelFile.read(model).model
    let network = parent.network
    let signs = try network.mapWeights { layer throws(PadawannError) in try layer.weights.signsOnly() }
    let loaded = try await specs.learned.loaded(perClass: perClass, data, for: parent) { task in
      mapsLabels
        ? try await task.mapped(
          by: signs, magnitudes: [.shared(learning.sharedWeight)], environment.inference) : task
    }
    _ = try EdgeBudget(network, learning)
    return try RunStart(
      .learn, learning, parents: [parent], tasks: loaded,
      tests: tests.tests(of: zip(specs.measured, loaded).map { ($0, $1) }, data, parent),
      environment)
  }
}

extension RunStart where Settings == MaskLearningSettings {
  /// The same as a group of runs, one for each density.
  ///
  /// - Throws: ``PadawannError`` `usage` for a share that makes no sense.
  package func sweep(_ densities: [Double]) throws(PadawannError) -> RunStart {
    var start = self
    start.configuration.members = try densities.map { density throws(PadawannError) in
      var settings = configuration.settings
      settings.density = density
      try settings.validate()
      _ = try EdgeBudget(parents[0].network, settings)
      return RunMember(folder: "density-\(density)", settings: settings)
    }
    return start
  }
}
