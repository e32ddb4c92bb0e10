import HDF5

/// A training from nothing as a run: a step is an epoch over all images. The parent is the network as it is initialised, of which
/// only the architecture counts.
package struct TrainingJob: RunJob, ~Copyable {
  /// What it was started with.
  package let start: RunStart<Settings>
  private var trainer: Trainer
  private var epochs: [TrainingEpoch]
  private let environment: RunEnvironment

  package static let kind = RunKind.train

  /// What decides the result of a training, besides its architecture and tasks.
  package struct Settings: RunSettings {
    /// What the architecture was called.
    package var architecture: String
    /// The training data as it was named.
    package var data: [String]
    /// How it is trained.
    package var training: TrainingSettings
    /// Whether dropouts drop.
    package var dropsOut: Bool

    /// Makes the settings.
    package init(architecture: String, data: [String], _ training: TrainingSettings, dropsOut: Bool) {
      self.architecture = architecture
      self.data = data
      self.training = training
      self.dropsOut = dropsOut
    }

    /// The key of every random number.
    package var seed: UInt64 {
      get { training.seed }
      set { training.seed = newValue }
    }

    package func validate() throws(PadawannError) { try training.validate() }
  }

  /// An epoch over all images: a line of the log.
  package struct LogLine: Codable, Sendable, Equatable {
    /// The epoch, from 1.
    package let epoch: Int
    /// The mean cross-entropy, in nats, each image before the step of its batch.
    package let crossEntropy: Double
    /// The share of correct predictions, likewise.
    package let accuracy: Double
    /// The time that the epoch took, which is all in this line that differs between two runs.
    package let seconds: Double
  }

  /// What came of a training.
  package struct Outcome: RunOutcome {
    /// What every epoch showed.
    package let epochs: [TrainingEpoch]

    package var trainingAccuracy: Double? { epochs.last?.accuracy }
  }

  package init(_ start: RunStart<Settings>, from state: RunState?, _ environment: RunEnvironment) async throws
  {
    let settings = start.configuration.settings
    let architecture = start.parents[0].network.architecture
    try environment.inference.limit?.check(training: architecture, batch: settings.training.batch)
    var scope = TrainingScope.everything(in: architecture)
    scope.dropsOut = settings.dropsOut
    let trainer = try Trainer(
      Network.initialised(architecture, seed: settings.seed), .own,
      start.tasks.map { TrainingTask($0.dataset, outputs: $0.outputs) }, scope, settings.training,
      environment.inference.threads, environment.inference.instructionSet,
      from: state.map { state throws(PadawannError) in try Trainer.Snapshot(state) })
    let epochs = try state.map { state throws(PadawannError) in try [TrainingEpoch](state) } ?? []
    guard trainer.step == epochs.count * trainer.stepsPerEpoch else { throw RunState.broken }
    self.trainer = trainer
    self.epochs = epochs
    self.start = start
    self.environment = environment
  }

  /// The epochs that were done.
  package var step: Int { epochs.count }
  package var isFinished: Bool { trainer.isFinished }
  /// The batches that are left.
  package var remaining: Int? { trainer.steps - trainer.step }
  package var result: Int? { isFinished ? step : nil }

  package var state: RunState {
    var state = trainer.snapshot.state
    state.tree.datasets.append(
      HDFEntry(
        "epochs",
        HDFDataset(
          shape: [epochs.count, 3],
          .float64(epochs.flatMap { [$0.crossEntropy, $0.accuracy, Double($0.images)] }))))
    return state
  }

  package mutating func advance() async throws -> LogLine {
    let begin = ContinuousClock.now
    let epoch = try trainer.epoch { environment.progress?(1) }
    epochs.append(epoch)
    return LogLine(
      epoch: epochs.count, crossEntropy: epoch.crossEntropy, accuracy: epoch.accuracy,
      seconds: (ContinuousClock.now - begin) / .seconds(1))
  }

  package func model() async throws -> Model {
    guard isFinished else { throw PadawannError(.usage, "the training is not at its end") }
    let settings = start.configuration.settings
    var provenance = Provenance()
    provenance.tool = start.configuration.tool
    provenance.seed = settings.seed
    provenance.entries =
      [
        .init("command", "train"),
        .init(
          "arch", settings.architecture.split(separator: "/").last.map(String.init) ?? settings.architecture),
      ] + settings.data.map { .init("data", $0) } + settings.training.provenance + [
        .init("dropout", settings.dropsOut ? "on" : "off")
      ]
    var model = Model(network: try trainer.network(), provenance: provenance)
    // What the network was trained on says how it reads pictures and what it answers, where that is one way for all.
    let normalisation = start.tasks[0].dataset.normalisation
    let reads =
      normalisation.divisor == 255 && start.tasks.allSatisfy { $0.dataset.normalisation == normalisation }
    model.normalisation = reads ? normalisation : nil
    let names = start.tasks[0].dataset.classNames
    let answers =
      names.count == model.network.architecture.outputs
      && start.tasks.allSatisfy { $0.dataset.classNames == names }
    model.classNames = answers ? names : []
    return try (start.configuration.storage ?? .plain).applied(to: model)
  }

  package func outcome(of model: Model) async throws -> Outcome { Outcome(epochs: epochs) }
}

/// What a user asks of a training.
package struct TrainingRequest: Sendable {
  /// The settings.
  package var settings: TrainingJob.Settings
  /// What is trained.
  package var architecture: Architecture
  /// The training images.
  package var tasks: [DatasetSpec]
  /// How the result is stored.
  package var storage = ModelStorage.plain

  /// Joins the parts.
  package init(_ settings: TrainingJob.Settings, _ architecture: Architecture, on tasks: [DatasetSpec]) {
    self.settings = settings
    self.architecture = architecture
    self.tasks = tasks
  }

  /// Loads the data and checks that all fits together.
  ///
  /// - Parameter environment: where and how the run will work.
  /// - Throws: ``PadawannError`` for whatever is missing, damaged, or does not fit.
  package func start(_ environment: RunEnvironment) async throws -> RunStart<TrainingJob.Settings> {
    guard let data = environment.data else { throw PadawannError(.usage, "there is no data folder") }
    try settings.validate()
    try environment.inference.limit?.check(training: architecture, batch: settings.training.batch)
    let parent = Model(network: try Network.initialised(architecture, seed: settings.seed))
    let loaded = try await tasks.loaded(perClass: nil, data, for: parent)
    var start = try RunStart(
      .train, settings, parents: [parent], tasks: loaded, tests: [], environment)
    if storage != .plain { start.configuration.storage = storage }
    return start
  }
}

/// What one epoch of a training showed: the mean over its images, each seen before the step of its batch.
package struct TrainingEpoch: Codable, Sendable, Equatable {
  /// The cross-entropy, in nats.
  package private(set) var crossEntropy = 0.0
  /// The share of correct predictions.
  package private(set) var accuracy = 0.0
  /// The number of images.
  package private(set) var images = 0

  init() {}

  init(crossEntropy: Double, accuracy: Double, images: Int) {
    self.crossEntropy = crossEntropy
    self.accuracy = accuracy
    self.images = images
  }

  /// Counts a batch.
  mutating func add(_ batch: BatchResult) {
    let all = Double(images + batch.images)
    crossEntropy = (crossEntropy * Double(images) + batch.loss * Double(batch.images)) / all
    accuracy = (accuracy * Double(images) + Double(batch.correct)) / all
    images += batch.images
  }
}

extension Trainer {
  /// Goes over all images once, or to the end of an epoch that was begun.
  ///
  /// - Parameter progress: told after every batch.
  /// - Throws: as ``advance()``; `CancellationError`.
  mutating func epoch(progress: () -> Void) throws -> TrainingEpoch {
    var epoch = TrainingEpoch()
    repeat {
      try Task.checkCancellation()
      epoch.add(try advance())
      progress()
    } while step % stepsPerEpoch != 0
    return epoch
  }
}

extension TrainingSettings {
  /// The settings for the record.
  var provenance: [Provenance.Entry] {
    [
      Provenance.Entry("epochs", "\(epochs)"), .init("batch", "\(batch)"), .init("rate", "\(rate)"),
      .init("optimiser", optimiser.summary), .init("schedule", schedule.summary),
      .init("shifts", "\(shifts)"),
    ]
  }
}

extension Optimiser {
  /// The name and what it was told, for the record.
  fileprivate var summary: String {
    switch self {
    case .gradientDescent(let settings):
      "\(settings.isNesterov ? "nesterov" : "sgd") momentum \(settings.momentum) decay \(settings.weightDecay)"
    case .adam(let settings):
      "\(settings.isDecoupled ? "adamw" : "adam") betas \(settings.beta1) \(settings.beta2) decay \(settings.weightDecay)"
    case .adadelta(let settings): "adadelta rho \(settings.rho) decay \(settings.weightDecay)"
    }
  }
}

extension Schedule {
  /// As on the command line.
  fileprivate var summary: String {
    switch self {
    case .constant: "constant"
    case .cosine: "cosine"
    case .step(let factor, let epochs): "step=\(factor)/\(epochs)"
    }
  }
}

extension [TrainingEpoch] {
  /// Reads what a checkpoint stores of the epochs that were done.
  ///
  /// - Throws: ``PadawannError`` `data` when it is no such table.
  fileprivate init(_ state: RunState) throws(PadawannError) {
    guard let table = state.tree.dataset("epochs"), case .float64(let numbers) = table.elements,
      table.shape.count == 2, table.shape[1] == 3, numbers.allSatisfy(\.isFinite)
    else { throw RunState.broken }
    self = try stride(from: 0, to: numbers.count, by: 3).map { start throws(PadawannError) in
      guard let images = Int(exactly: numbers[start + 2]), images > 0 else { throw RunState.broken }
      return TrainingEpoch(crossEntropy: numbers[start], accuracy: numbers[start + 1], images: images)
    }
  }
}

extension Trainer.Snapshot {
  /// What a checkpoint stores of a training between two epochs (`Formats/runs.md`).
  var state: RunState {
    var root = HDFGroup()
    root.attributes = [HDFEntry("step", .integer(Int64(step)))]
    root.groups = [HDFEntry("nodes", group)]
    return RunState(root)
  }

  /// The numbers of all nodes.
  var group: HDFGroup {
    var all = HDFGroup()
    all.groups = nodes.map { node in
      var group = HDFGroup()
      let parts = [("weights", node.weights), ("biases", node.biases), ("statistics", node.statistics)]
      group.datasets = parts.flatMap { name, lists in
        lists.enumerated().map { HDFEntry("\(name)-\($0)", HDFDataset(shape: [$1.count], .float32($1))) }
      }
      return HDFEntry(node.name, group)
    }
    return all
  }

  /// Reads what ``state`` stored; the training that goes on from it checks that its numbers fit.
  ///
  /// - Throws: ``PadawannError`` `data` when parts are missing.
  init(_ state: RunState) throws(PadawannError) {
    var reader = AttributeReader(state.tree, "/")
    try self.init(step: try reader.integer("step"), state.tree.group("nodes"))
  }

  init(step: Int, _ group: HDFGroup?) throws(PadawannError) {
    guard let group else { throw RunState.broken }
    self.init(
      step: step,
      nodes: try group.groups.map { entry throws(PadawannError) in
        NodeState(
          name: entry.name, weights: try entry.value.lists("weights"),
          biases: try entry.value.lists("biases"),
          statistics: try entry.value.lists("statistics"))
      })
  }
}
