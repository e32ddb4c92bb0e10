/// A run with everything found and loaded: what it begins with, or goes on with.
package struct RunStart<Settings: RunSettings>: Sendable {
  /// What decides the result.
  package var configuration: RunConfiguration<Settings>
  /// The models to start from, as their files are in the folder.
  package let parents: [Model]
  /// What it is done for.
  package let tasks: [EvaluationTask]

  /// Joins what was loaded.
  ///
  /// - Parameters:
  ///   - architecture: that of the result's tasks, where it is not that of the first parent.
  ///   - outputs: those of the result, where it has no architecture.
  /// - Throws: ``PadawannError`` `data` when a parent cannot be stored, or a task of the result.
  init(
    _ kind: RunKind, _ settings: Settings, parents: [Model], tasks: [EvaluationTask], tests: [RunTest],
    for architecture: Architecture? = nil, outputs: Int? = nil, _ environment: RunEnvironment
  ) throws(PadawannError) {
    configuration = RunConfiguration(
      kind, settings, tasks: tasks,
      parents: try parents.map { model throws(PadawannError) in try ModelFile.digest(of: model) },
      tests: tests, environment)
    self.parents = parents
    self.tasks = tasks
    if !settings.learnsWithoutLabels { for task in tasks { try task.dataset.checkLabels() } }
    let known = architecture ?? parents.first?.network.architecture
    try checkThatTasksCanBeStored(
      outputs: outputs ?? known?.outputs ?? 0,
      channels: known?.input.channels ?? tasks.first?.dataset.shape.channels ?? 1)
  }

  /// Refuses tasks that no model could hold at the end, for example with too long names of classes.
  private func checkThatTasksCanBeStored(outputs: Int, channels: Int) throws(PadawannError) {
    for task in tasks {
      do throws(PadawannError) {
        // The model of a training has no tasks, and what it was trained on in its settings all the same.
        if configuration.kind != .train {
          try ModelTask(task, sharedWeight: nil).validate(outputs: outputs, channels: channels)
        }
        try ModelRules.check(texts: ["task.\(task.name)=\(task.dataset.name)"])
      } catch {
        throw error.inside("task \(task.name)")
      }
    }
  }

  /// Loads what a stored run was begun with.
  ///
  /// - Parameters:
  ///   - configuration: the run's.
  ///   - path: its folder.
  ///   - environment: where named datasets are.
  /// - Throws: ``PadawannError`` `missing` for a file that is gone, `data` for one that is damaged or not the one that the run began
  ///   with.
  init(_ configuration: RunConfiguration<Settings>, in path: String, _ environment: RunEnvironment)
    throws(PadawannError)
  {
    try self.init(configuration, Self.parents(configuration, in: path), environment)
  }

  /// Loads the data of a run whose parents are known.
  ///
  /// - Throws: as ``init(_:in:_:)``.
  init(
    _ configuration: RunConfiguration<Settings>, _ parents: [Model], _ environment: RunEnvironment
  ) throws(PadawannError) {
    self.configuration = configuration
    self.parents = parents
    let data = try configuration.data(environment)
    tasks = try configuration.tasks.map { task throws(PadawannError) in
      let dataset = try DatasetSpec.parse(task.dataset).load(
        from: data, relativeTo: configuration.workingFolder,
        normalisedAs: parents.first?.statedNormalisation)
      guard dataset.digest.description == task.datasetSha256 else {
        throw PadawannError(
          .data, "the dataset has other images or labels than when the run began", at: task.dataset,
          remedy: "Put back the files that it began with")
      }
      return EvaluationTask(name: task.name, dataset: dataset, outputs: task.outputs)
    }
  }

  /// The models that a stored run started from.
  static func parents(_ configuration: RunConfiguration<Settings>, in path: String) throws(PadawannError)
    -> [Model]
  {
    try configuration.parents.map { parent throws(PadawannError) in
      let place = "\(path)/\(parent.file)"
      let stored = try ModelFile.read(place, followsLinks: false)
      guard stored.digest.description == parent.sha256 else {
        throw PadawannError(.data, "this is not the model that the run began with", at: place)
      }
      return stored.model
    }
  }
}

extension RunStart {
  /// The provenance of the model that the run makes.
  ///
  /// - Parameter entries: everything that the run was told.
  func provenance(_ entries: [Provenance.Entry]) -> Provenance {
    let made = zip(parents, configuration.parents).compactMap { parent, stored in
      Digest(hex: stored.sha256).map { (parent.provenance, $0) }
    }
    return Provenance(
      madeFrom: made, tool: configuration.tool, seed: configuration.settings.seed, entries: entries)
  }
}

extension [DatasetSpec] {
  /// The tasks of a run, in order.
  ///
  /// - Parameters:
  ///   - perClass: how many images of each class a task has whose spec does not choose; all when `nil`.
  ///   - environment: where named datasets are.
  ///   - model: that they must fit, and that may say how pictures become its inputs.
  ///   - mapped: gives classes their outputs.
  /// - Throws: ``PadawannError`` `usage` without a task, and for whatever is missing or does not fit.
  func loaded(
    perClass: Int?, _ data: DataFolder, for model: Model,
    mapped: (EvaluationTask) async throws -> EvaluationTask = { $0 }
  ) async throws -> [EvaluationTask] {
    guard !isEmpty else { throw PadawannError(.usage, "there is no task", remedy: "Name a dataset") }
    var tasks: [EvaluationTask] = []
    for spec in self {
      var spec = spec
      if spec.selection == nil, let perClass { spec.selection = .firstPerClass(perClass) }
      let task = EvaluationTask(
        name: spec.taskName(besides: tasks.map(\.name)),
        dataset: try spec.load(from: data, normalisedAs: model.statedNormalisation))
      try task.check(fits: model.network.architecture)
      tasks.append(try await mapped(task))
    }
    return tasks
  }

  /// What tasks are measured on, with their outputs, and these specs besides. All of it is loaded once, so that what is missing
  /// is missed now.
  ///
  /// - Parameters:
  ///   - normalisation: how pixels become inputs where a spec does not say.
  ///   - check: refuses data that does not fit what is measured.
  func tests(
    of tasks: [(test: DatasetSpec?, task: EvaluationTask)], _ data: DataFolder,
    normalisedAs normalisation: Normalisation? = nil, _ check: (Dataset) throws(PadawannError) -> Void
  ) throws(PadawannError) -> [RunTest] {
    var tests: [(spec: DatasetSpec, test: RunTest)] = []
    for (test, task) in tasks {
      guard let test else { continue }
      tests.append((test, .init(dataset: test.description, of: task)))
    }
    for spec in self where !tests.contains(where: { $0.spec == spec }) {
      tests.append((spec, .init(dataset: spec.description)))
    }
    for (spec, _) in tests {
      let dataset = try spec.load(from: data, normalisedAs: normalisation)
      try dataset.checkLabels()
      try check(dataset)
    }
    return tests.map(\.test)
  }

  /// The same for a network of layers.
  func tests(
    of tasks: [(test: DatasetSpec?, task: EvaluationTask)], _ data: DataFolder, _ model: Model
  ) throws(PadawannError) -> [RunTest] {
    try tests(of: tasks, data, normalisedAs: model.statedNormalisation) { dataset throws(PadawannError) in
      try Inference.check(dataset, fits: model.network.architecture)
    }
  }
}

extension DatasetSpec {
  /// The name of the head of this dataset in a model: that of the task that is of the same set or file already, or a name that no
  /// task has.
  package func headName(in tasks: [ModelTask]) -> String {
    let others = tasks.filter { task in
      (try? DatasetSpec.parse(task.dataset))?.source.isSameData(as: source) != true
    }
    return taskName(besides: others.map(\.name))
  }

  /// A task's name: that of the set, or of the file without its ending, with a number where that is taken.
  package func taskName(besides taken: [String] = []) -> String {
    let base: String
    switch source {
    case .named(let set, _): base = set.rawValue
    case .path(let path):
      let file = path.split(separator: "/").last.map(String.init) ?? "task"
      let stem = file.prefix { $0 != "." }
      let plain = stem.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
      base = plain.isEmpty || plain.hasPrefix("-") ? "task" : String(plain.prefix(100))
    }
    return NameRule.unused(base, besides: Set(taken), separator: "-")
  }
}
