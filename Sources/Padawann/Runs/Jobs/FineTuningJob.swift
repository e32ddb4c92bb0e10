import HDF5

/// A fine-tuning as a run: a part of a model is trained on one task, and becomes that task's head. A step is an epoch over all
/// images of one of the repetitions.
package struct FineTuningJob: RunJob, ~Copyable {
  /// What it was started with.
  package let start: RunStart<Settings>
  /// What is trained, and how; the learning rate is resolved.
  package let tuning: FineTuning
  /// The network that the training begins with.
  private let base: Network
  /// The images of the task that are not learned from.
  private let test: Dataset?
  private var trainer: Trainer
  /// What the present repetition began with.
  private var begin: Trainer.Snapshot
  private var repetition: Int
  /// The share of correct predictions on the test images after each repetition.
  private var accuracies: [Proportion]
  private let environment: RunEnvironment

  package static let kind = RunKind.finetune

  /// What decides the result of a fine-tuning, besides its model and its task.
  package struct Settings: RunSettings {
    /// What is trained, and how.
    package var tuning: FineTuning
    /// The profile that the settings were begun with.
    package var profile: FineTuning.Profile
    /// The shared weight of everything that is not trained; `nil` for a network with weights of its own.
    package var sharedWeight: Float?
    /// The number of outputs of a head that has another than the network; it begins with random weights where the task has none yet.
    package var headOutputs: Int?
    /// The task of the model with whose own numbers the training begins, where it is another one.
    package var beginsWith: String?

    /// The key of every random number.
    package var seed: UInt64 {
      get { tuning.training.seed }
      set { tuning.training.seed = newValue }
    }

    package func validate() throws(PadawannError) {
      try tuning.training.validate()
      guard (1...1000).contains(tuning.repetitions), sharedWeight.map({ $0.isFinite && $0 != 0 }) ?? true
      else { throw PadawannError(.data, "its repetitions or its shared weight make no sense") }
    }
  }

  /// An epoch over all images: a line of the log.
  package struct LogLine: Codable, Sendable, Equatable {
    /// The repetition, from 1.
    package let repetition: Int
    /// The epoch of it, from 1.
    package let epoch: Int
    /// The mean cross-entropy, in nats, each image before the step of its batch.
    package let crossEntropy: Double
    /// The share of correct predictions, likewise.
    package let accuracy: Double
    /// Correct predictions on the test images, after the last epoch of a repetition.
    package let testAccuracy: Proportion?
    /// The time that the epoch took, which is all in this line that differs between two runs.
    package let seconds: Double
  }

  /// What came of a fine-tuning.
  package struct Outcome: RunOutcome {
    /// The images that were learned from.
    package let images: Int
    /// Correct predictions on the test images before the training; absent where there are none.
    package let accuracyBefore: Proportion?
    /// And after each repetition.
    package let accuracies: [Proportion]
  }

  package init(_ start: RunStart<Settings>, from state: RunState?, _ environment: RunEnvironment) async throws
  {
    let settings = start.configuration.settings
    let (model, task) = (start.parents[0], start.tasks[0])
    try environment.inference.limit?.check(
      training: model.network.architecture, batch: settings.tuning.training.batch)
    let known = try model.origin(of: task.name, settings.beginsWith)
    let network = try model.network.replacing(known?.parameters ?? []).withOutputs(
      settings.headOutputs, seed: settings.seed)
    let (base, tuning) = try await settings.tuning.withScaledLogits(
      network, sharedWeight: settings.sharedWeight, on: task.dataset, environment.inference)
    let test = try start.configuration.tests.first.map { test throws(PadawannError) in
      try DatasetSpec.parse(test.dataset).load(
        from: start.configuration.data(environment), relativeTo: start.configuration.workingFolder,
        normalisedAs: model.statedNormalisation)
    }
    func trainer(_ network: Network, _ repetition: Int, from snapshot: Trainer.Snapshot?)
      throws(PadawannError) -> Trainer
    {
      try tuning.trainer(
        network, sharedWeight: settings.sharedWeight, on: TrainingTask(task.dataset, outputs: task.outputs),
        repetition: repetition, threads: environment.inference.threads,
        instructionSet: environment.inference.instructionSet, from: snapshot)
    }
    let stored = try state.map { state throws(PadawannError) in
      try Stored(state, repetitions: tuning.repetitions, images: test?.count)
    }
    let repetition = stored?.repetition ?? 0
    let first =
      if let stored { try trainer(base, repetition, from: stored.begin).network() } else { base }
    let present = try trainer(first, repetition, from: stored?.present)
    if let stored {
      let isAtItsEnd = present.isFinished
      guard present.step % present.stepsPerEpoch == 0, present.step > 0,
        test == nil || stored.accuracies.count == repetition + (isAtItsEnd ? 1 : 0)
      else { throw RunState.broken }
    }
    begin = stored?.begin ?? present.snapshot
    self.trainer = present
    self.repetition = repetition
    accuracies = stored?.accuracies ?? []
    (self.base, self.tuning, self.test) = (base, tuning, test)
    (self.start, self.environment) = (start, environment)
  }

  private var epochs: Int { tuning.training.epochs }

  /// The epochs that were done, over all repetitions.
  package var step: Int { repetition * epochs + trainer.step / trainer.stepsPerEpoch }
  package var isFinished: Bool { trainer.isFinished && repetition == tuning.repetitions - 1 }
  /// The batches that are left.
  package var remaining: Int? { trainer.steps * (tuning.repetitions - repetition) - trainer.step }
  package var result: Int? { isFinished ? step : nil }

  package mutating func advance() async throws -> LogLine {
    let clock = ContinuousClock.now
    if trainer.isFinished {
      let network = try trainer.network()
      repetition += 1
      let task = start.tasks[0]
      trainer = try tuning.trainer(
        network, sharedWeight: sharedWeight, on: TrainingTask(task.dataset, outputs: task.outputs),
        repetition: repetition, threads: environment.inference.threads,
        instructionSet: environment.inference.instructionSet)
      begin = trainer.snapshot
    }
    let epoch = try trainer.epoch { environment.progress?(1) }
    let accuracy = trainer.isFinished ? try await accuracy(of: head()) : nil
    if let accuracy { accuracies.append(accuracy) }
    return LogLine(
      repetition: repetition + 1, epoch: trainer.step / trainer.stepsPerEpoch,
      crossEntropy: epoch.crossEntropy, accuracy: epoch.accuracy, testAccuracy: accuracy,
      seconds: (ContinuousClock.now - clock) / .seconds(1))
  }

  // MARK: - the head

  private var sharedWeight: Float? { start.configuration.settings.sharedWeight }

  /// What the task has of its own: what was trained, and what it had before and was not.
  private func parameters() throws(PadawannError) -> [TaskOverride] {
    let trained = try tuning.parameters(of: trainer.network())
    let known =
      try start.parents[0].origin(of: start.tasks[0].name, start.configuration.settings.beginsWith)?
      .parameters ?? []
    return known.filter { old in !trained.contains { $0.node == old.node } }
      + trained.map { new in new.keepingEdges(of: known.first { $0.node == new.node }) }
  }

  /// The network as the task uses it. What is measured is what is stored, which may be rounded.
  private func head() throws(PadawannError) -> Network {
    try start.parents[0].network.replacing(parameters())
  }

  private func accuracy(of network: Network) async throws -> Proportion? {
    guard let test else { return nil }
    let predictions = try await environment.inference.predictions(
      of: network, on: test, magnitudes: [Magnitude(sharedWeight: sharedWeight)])
    return try Scores(of: predictions[0], outputs: start.tasks[0].outputs).accuracy
  }

  /// The model with the head.
  package func model() async throws -> Model {
    guard isFinished else { throw PadawannError(.usage, "the fine-tuning is not at its end") }
    let task = start.tasks[0]
    let predictions = try await environment.inference.predictions(
      of: head(), on: task.dataset, magnitudes: [Magnitude(sharedWeight: sharedWeight)])
    var record = ModelTask(
      task, sharedWeight: sharedWeight,
      accuracy: try TaskResult(predictions, outputs: task.outputs).accuracy)
    record.parameters = try parameters()
    var model = start.parents[0]
    if let index = model.tasks.firstIndex(where: { $0.name == task.name }) {
      model.tasks[index] = record
    } else {
      model.tasks.append(record)
    }
    model.provenance = start.provenance(provenance)
    return model
  }

  private var provenance: [Provenance.Entry] {
    let settings = start.configuration.settings
    let layers =
      switch tuning.part {
      case .lastLayer: "last"
      case .biases: "biases"
      case .nodes(let names): names.joined(separator: ",")
      }
    return [
      .init("command", "finetune"), .init("task", start.tasks[0].name),
      .init("dataset", start.tasks[0].dataset.name), .init("layers", layers),
      .init("weight", sharedWeight?.plain ?? "own"), .init("profile", settings.profile.rawValue),
      .init("repetitions", "\(tuning.repetitions)"),
    ] + (settings.beginsWith.map { [.init("begin-with", $0)] } ?? []) + tuning.training.provenance + [
      .init("dropout", tuning.dropsOut ? "on" : "off"), .init("masked", "\(tuning.training.keepsPruned)"),
      .init("int8", "\(tuning.quantises)"),
    ]
  }

  package func outcome(of model: Model) async throws -> Outcome {
    Outcome(
      images: start.tasks[0].dataset.count, accuracyBefore: try await accuracy(of: base),
      accuracies: accuracies)
  }

  // MARK: - the state

  package var state: RunState {
    var state = trainer.snapshot.state
    state.tree.attributes.append(HDFEntry("repetition", .integer(Int64(repetition))))
    state.tree.groups.append(HDFEntry("begin", begin.group))
    state.tree.datasets.append(
      HDFEntry(
        "correct", HDFDataset(shape: [accuracies.count], .int64(accuracies.map { Int64($0.count) }))))
    return state
  }

  /// What a checkpoint stores of a fine-tuning between two epochs (`Formats/runs.md`).
  private struct Stored {
    let repetition: Int
    let begin: Trainer.Snapshot
    let present: Trainer.Snapshot
    let accuracies: [Proportion]

    init(_ state: RunState, repetitions: Int, images: Int?) throws(PadawannError) {
      var reader = AttributeReader(state.tree, "/")
      repetition = try reader.integer("repetition")
      present = try Trainer.Snapshot(state)
      begin = try Trainer.Snapshot(step: 0, state.tree.group("begin"))
      guard (0..<repetitions).contains(repetition),
        case .int64(let counts) = state.tree.dataset("correct")?.elements,
        counts.isEmpty || images != nil,
        counts.allSatisfy({ (0...Int64(images ?? 0)).contains($0) })
      else { throw RunState.broken }
      accuracies = try counts.map { count throws(PadawannError) in
        try Proportion(Int(count), of: images ?? 0)
      }
    }
  }
}

extension Float {
  /// Without needless zeros.
  fileprivate var plain: String {
    let text = "\(self)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

/// What a user asks of a fine-tuning.
package struct FineTuningRequest: Sendable {
  /// What gets the head.
  package var model: Model
  /// The task's training images.
  package var task: DatasetSpec
  /// The task's name; if the model has it, its outputs and other numbers are kept.
  package var name: String
  /// Images of the task that are not learned from.
  package var test: DatasetSpec?
  /// The task of the model with whose own numbers the training begins; the task itself, if the model has it, when `nil`.
  package var beginsWith: String?
  /// How the result is stored.
  package var storage = ModelStorage.plain
  /// Whether the classes are given to the outputs that suit them best.
  package var mapsLabels = false
  /// Whether the head has as many outputs as the task has classes, even where the network has more.
  package var hasOwnOutputs = false
  /// The shared weight of everything that is not trained, where it is not to be the best for the task.
  package var sharedWeight: Float?
  /// What is trained, and how.
  package var tuning: FineTuning
  /// The profile that ``tuning`` was begun with.
  package var profile: FineTuning.Profile

  /// The settings of a profile for a model and a task.
  package init(
    _ model: Model, on task: DatasetSpec, named name: String, _ profile: FineTuning.Profile = .default
  ) {
    self.model = model
    self.task = task
    self.name = name
    self.profile = profile
    test = task.testSplit
    tuning = FineTuning(profile)
  }

  /// The images on which the shared weight is chosen.
  private static let imagesForWeight = 5000

  /// Loads the images, and chooses the shared weight where nobody has: that of the task in the model, or the one with the
  /// highest accuracy on the first 5,000 training images.
  ///
  /// - Parameter environment: where and how the run will work.
  /// - Throws: ``PadawannError`` when the images do not fit the network or the task; as ``FineTuning/scope(in:)``.
  package func start(_ environment: RunEnvironment) async throws -> RunStart<FineTuningJob.Settings> {
    guard let data = environment.data else { throw PadawannError(.usage, "there is no data folder") }
    let inference = environment.inference
    let known = model.tasks.first { $0.name == name }
    let body = try model.network.replacing(try model.origin(of: name, beginsWith)?.parameters ?? [])
    try NameRule.check(name, of: "a task")
    let dataset = try self.task.load(from: data, normalisedAs: model.statedNormalisation)
    let headOutputs = try headOutputs(for: dataset, of: body)
    let network = try body.withOutputs(headOutputs, seed: tuning.training.seed)
    try Inference.check(dataset, fits: network.architecture)
    _ = try tuning.scope(in: network.architecture)
    var task = EvaluationTask(
      name: name, dataset: dataset, outputs: headOutputs == nil ? known?.outputs : nil)
    let magnitudes = network.hasOwnValuesOnly ? [.own] : model.sharedWeights.map(Magnitude.shared)
    if mapsLabels { task = try await task.mapped(by: network, magnitudes: magnitudes, inference) }
    try task.check(fits: network.architecture)
    var weight: Float?
    if !network.hasOwnValuesOnly {
      weight = sharedWeight ?? known?.bestSharedWeight
      // A head that knows nothing yet does not tell which weight is best.
      if weight == nil, headOutputs != nil { weight = model.usualWeight }
      // Nor does one of another task.
      let judge = beginsWith == nil ? network : model.network
      if weight == nil { weight = try await Self.bestWeight(magnitudes, judge, task, inference) }
    }
    let settings = FineTuningJob.Settings(
      tuning: tuning, profile: profile, sharedWeight: weight, headOutputs: headOutputs,
      beginsWith: beginsWith)
    try settings.validate()
    var tests: [RunTest] = []
    if let test {
      try check(test.load(from: data, normalisedAs: model.statedNormalisation), task, network.architecture)
      tests = [RunTest(dataset: test.description, of: task)]
    }
    var start = try RunStart(
      .finetune, settings, parents: [model], tasks: [task], tests: tests, for: network.architecture,
      environment)
    if storage != .plain { start.configuration.storage = storage }
    return start
  }

  /// The number of outputs of a head that cannot have, or is not to have, the network's; `nil` for any other.
  private func headOutputs(for dataset: Dataset, of body: Network) throws(PadawannError) -> Int? {
    let classes = dataset.classNames.count
    let outputs = body.architecture.outputs
    guard classes > outputs || hasOwnOutputs && classes < outputs else {
      // One that the task has already stays.
      return outputs == model.network.architecture.outputs ? nil : outputs
    }
    let own = try body.architecture.withOutputs(classes)
    guard !mapsLabels else {
      throw PadawannError(.usage, "a head of its own has an output for each class: there is nothing to map")
    }
    guard let head = own.headNode, try tuning.scope(in: own).weights.contains(head) else {
      throw PadawannError(
        .usage, "a head of \(classes) outputs must be trained, and its layer is not among those that are")
    }
    return classes
  }

  private func check(_ test: Dataset, _ task: EvaluationTask, _ architecture: Architecture)
    throws(PadawannError)
  {
    try Inference.check(test, fits: architecture)
    guard test.classNames.count == task.outputs.count else {
      throw PadawannError(
        .data, "it has \(test.classNames.count) classes, and the task has \(task.outputs.count)",
        at: test.name)
    }
  }

  private static func bestWeight(
    _ magnitudes: [Magnitude], _ network: Network, _ task: EvaluationTask, _ inference: Inference
  ) async throws -> Float? {
    let first = try task.dataset.prefix(imagesForWeight)
    let predictions = try await inference.predictions(of: network, on: first, magnitudes: magnitudes)
    return magnitudes[try TaskResult(predictions, outputs: task.outputs).best].sharedWeight
  }
}

extension Model {
  /// The task with whose own numbers the training of one begins; `nil` where that is the network itself.
  ///
  /// - Throws: ``PadawannError`` `usage` when the model does not have the other task.
  fileprivate func origin(of task: String, _ other: String?) throws(PadawannError) -> ModelTask? {
    guard let other else { return tasks.first { $0.name == task } }
    return try tasks.named(other)
  }

  /// The shared weight that all tasks were best with, or the middle one.
  fileprivate var usualWeight: Float {
    let chosen = Set(tasks.compactMap(\.bestSharedWeight))
    if let only = chosen.first, chosen.count == 1 { return only }
    let ordered = sharedWeights.sorted { $0.magnitude < $1.magnitude }
    return ordered[ordered.count / 2]
  }
}
