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

  /// What tasks are measured on, with their outputs, and these specs besides. All of it is loaded once, so that what is missing
  /// is missed now.
  func tests(
    of tasks: [(test: DatasetSpec?, task: EvolutionTask)], _ data: DataFolder, _ architecture: Architecture
  ) throws(PadawannError) -> [RunTest] {
    var tests: [RunTest] = []
    for (test, task) in tasks {
      guard let test else { continue }
      tests.append(.init(dataset: test.description, of: task))
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

extension [RunTask] {
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

extension DatasetSpec {
  /// A task's name: that of the set, or of the file without its ending, with a number where that is taken.
  public func taskName(besides taken: [String] = []) -> String {
    let base: String
    switch source {
    case .named(let set, _): base = set.rawValue
    case .path(let path):
      let file = path.split(separator: "/").last.map(String.init) ?? "task"
      let stem = file.prefix { $0 != "." }
      let plain = stem.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
      base = plain.isEmpty || plain.hasPrefix("-") ? "task" : String(plain.prefix(100))
    }
    var name = base
    var number = 2
    while taken.contains(name) {
      name = "\(base)-\(number)"
      number += 1
    }
    return name
  }
}
