extension [DatasetSpec] {
  /// The tasks of a run, in order.
  ///
  /// - Parameters:
  ///   - perClass: how many images of each class a task has whose spec does not choose; all when `nil`.
  ///   - data: where named datasets are.
  ///   - architecture: of the network that they must fit.
  ///   - mapped: gives classes their outputs.
  /// - Throws: ``PadawannError`` `usage` without a task, and for whatever is missing or does not fit.
  func loaded(
    perClass: Int?, _ data: DataFolder, for architecture: Architecture,
    mapped: (EvolutionTask) async throws -> EvolutionTask
  ) async throws -> [EvolutionTask] {
    guard !isEmpty else { throw PadawannError(.usage, "there is no task", remedy: "Name a dataset") }
    var tasks: [EvolutionTask] = []
    for spec in self {
      var spec = spec
      if spec.selection == nil, let perClass { spec.selection = .firstPerClass(perClass) }
      let task = EvolutionTask(
        name: spec.taskName(besides: tasks.map(\.name)), dataset: try spec.load(from: data))
      try task.check(fits: architecture)
      tasks.append(try await mapped(task))
    }
    return tasks
  }

  /// The test splits of tasks, with their outputs, and these specs besides. All of it is loaded once, so that what is missing is
  /// missed now.
  func tests(
    of tasks: Zip2Sequence<[DatasetSpec], [EvolutionTask]>, _ data: DataFolder, _ architecture: Architecture
  ) throws(PadawannError) -> [EvolutionPlan.Test] {
    var tests: [EvolutionPlan.Test] = []
    for (spec, task) in tasks {
      guard let test = spec.testSplit else { continue }
      tests.append(.init(dataset: test.description, outputs: task.outputs))
    }
    for spec in self where !tests.contains(where: { $0.dataset == spec.description }) {
      tests.append(.init(dataset: spec.description))
    }
    for test in tests {
      try Inference.check(DatasetSpec.parse(test.dataset).load(from: data), fits: architecture)
    }
    return tests
  }
}

extension [EvolutionPlan.Task] {
  /// The tasks again, with the images that they had.
  ///
  /// - Throws: ``PadawannError`` `data` when a dataset has other images now.
  func loaded(from data: DataFolder) throws(PadawannError) -> [EvolutionTask] {
    var tasks: [EvolutionTask] = []
    for task in self {
      let dataset = try DatasetSpec.parse(task.dataset).load(from: data)
      guard dataset.digest.description == task.datasetSha256 else {
        throw PadawannError(
          .data, "the dataset has other images or labels than when the run began", at: task.dataset,
          remedy: "Put back the files that it began with")
      }
      tasks.append(EvolutionTask(name: task.name, dataset: dataset, outputs: task.outputs))
    }
    return tasks
  }
}

extension Model {
  /// The digest of the content that a file of the model will have.
  var storedDigest: Digest {
    get throws(PadawannError) { try ModelFile.model(image: ModelFile.image(of: self)).digest }
  }
}

extension EvolutionPlan.Task {
  init(_ task: EvolutionTask) {
    name = task.name
    dataset = task.dataset.name
    datasetSha256 = task.dataset.digest.description
    images = task.dataset.count
    outputs = task.outputs
  }
}
