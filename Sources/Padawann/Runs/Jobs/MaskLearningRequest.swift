/// What a user asks of a learning.
package struct LearningRequest: Sendable {
  /// The model that learns; `nil` for the first teacher.
  package var model: Model?
  /// The tasks' teachers: one for each task, or one for all; none where labels are learned.
  package var teachers: [Model] = []
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
  /// Whether images are seen as often as is usual for so many (``DistillationSettings/usualEpochs(images:)``), whatever the
  /// settings say.
  package var seesImagesAsUsual = false
  /// Whether images are mirrored where they have colours, whatever the settings say.
  package var mirrorsColours = false
  /// How the result is stored.
  package var storage = ModelStorage.plain
  /// Data on which the result is measured besides the test splits of the tasks.
  package var tests: [DatasetSpec]

  /// The study's settings for a model and tasks.
  package init(model: Model?, tasks: [DatasetSpec], density: Double) {
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
    let parents = try self.parents()
    let parent = parents[0]
    let network = parent.network
    let signs = try network.mapWeights { layer throws(PadawannError) in try layer.weights.signsOnly() }
    let loaded = try await specs.learned.loaded(perClass: perClass, data, for: parent) { task in
      if learning.distillation != nil {
        guard task.dataset.isLabelled else { return task }
        return EvaluationTask(
          name: task.name, dataset: task.dataset, outputs: try parent.outputs(for: task.dataset))
      }
      return mapsLabels
        ? try await task.mapped(
          by: signs, magnitudes: [.shared(learning.sharedWeight)], environment.inference) : task
    }
    var start = try RunStart(
      .learn, settings(for: loaded), parents: parents, tasks: loaded,
      tests: tests.tests(of: zip(specs.measured, loaded).map { ($0, $1) }, data, parent),
      environment)
    if storage != .plain { start.configuration.storage = storage }
    try start.checkSettings()
    return start
  }

  /// The settings, with what depends on the images.
  private func settings(for tasks: [EvaluationTask]) -> MaskLearningSettings {
    var settings = learning
    if seesImagesAsUsual {
      settings.epochs = DistillationSettings.usualEpochs(images: tasks.reduce(0) { $0 + $1.dataset.count })
    }
    if mirrorsColours {
      settings.distillation?.augmentation.mirrors = tasks.allSatisfy { $0.dataset.shape.channels == 3 }
    }
    return settings
  }

  /// The model that learns, and the tasks' teachers, as ``RunStart`` has them.
  private func parents() throws(PadawannError) -> [Model] {
    var parents = model.map { [$0] } ?? []
    if !teachers.isEmpty {
      guard [1, tasks.count].contains(teachers.count) else {
        throw PadawannError(
          .usage, "\(teachers.count) teachers do not fit \(tasks.count) tasks",
          remedy: "Name one teacher for all tasks, or one for each")
      }
      parents += teachers.count == tasks.count ? teachers : tasks.map { _ in teachers[0] }
      // A model that teaches its only task and learns itself is there once.
      if parents.count == 2, tasks.count == 1, parents[0] == parents[1] { parents.removeLast() }
    }
    guard !parents.isEmpty else { throw PadawannError(.usage, "there is no model to start from") }
    return parents
  }
}

extension RunStart where Settings == MaskLearningSettings {
  /// Refuses settings that do not fit the network, before anything is learned.
  ///
  /// - Throws: ``PadawannError`` `usage`.
  func checkSettings() throws(PadawannError) {
    try configuration.settings.validate()
    if configuration.settings.taskMasks != nil { try TaskMaskSettings.check(tasks: tasks.count) }
    guard configuration.settings.distillation != nil else {
      _ = try EdgeBudget(parents[0].network, configuration.settings)
      return
    }
    _ = try MaskBeginning(learner, configuration.settings)
  }

  /// The same as a group of runs, one for each density.
  ///
  /// - Throws: ``PadawannError`` `usage` for a share that makes no sense.
  package func sweep(_ densities: [Double]) throws(PadawannError) -> RunStart {
    var start = self
    start.configuration.members = try densities.map { density throws(PadawannError) in
      var settings = configuration.settings
      settings.density = density
      var member = self
      member.configuration.settings = settings
      try member.checkSettings()
      return RunMember(folder: "density-\(density)", settings: settings)
    }
    return start
  }
}
