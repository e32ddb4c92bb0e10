import HDF5

extension MaskLearningSettings: RunSettings {
  package var learnsWithoutLabels: Bool { distillation?.loss.labelShare == 0 }
}

/// A learning of masks as a run: a step is an epoch over all images.
package struct MaskLearningJob: RunJob, ~Copyable {
  /// What it was started with.
  package let start: RunStart<MaskLearningSettings>
  private var learning: MaskLearningParts
  /// The network that learns.
  private let network: Network
  private let environment: RunEnvironment

  package static let kind = RunKind.learn

  /// An epoch over all images: a line of the log.
  package struct LogLine: Codable, Sendable, Equatable {
    /// The epoch, from 1.
    package let epoch: Int
    /// The task whose own mask the epoch was for; absent for all tasks together.
    package let task: String?
    /// The batches that were learned from.
    package let step: Int
    /// The mean cross-entropy of the batches, in nats, before each step; with teachers, of ``TeacherLoss``.
    package let crossEntropy: Double
    /// The share of images that were predicted correctly, before each step; with teachers, as these do.
    package let accuracy: Double
    /// The time that the epoch took, which is all in this line that differs between two runs.
    package let seconds: Double
  }

  /// What came of a learning.
  package struct Outcome: RunOutcome {
    /// The share of edges that was asked for.
    package let density: Double
    /// What became of the trained network on its way; absent without a teacher.
    package var stages: [ConversionStage]?
    /// The masks that tasks have of their own; absent where one mask serves all.
    package var masks: [TaskMaskFigures]?
  }

  package init(_ start: RunStart<MaskLearningSettings>, from state: RunState?, _ environment: RunEnvironment)
    async throws
  {
    let network = try start.learner
    try environment.inference.limit?.check(
      training: network.architecture, batch: start.configuration.settings.batch)
    let tasks = start.tasks.map { TrainingTask($0.dataset, outputs: $0.outputs) }
    let inference = environment.inference
    let snapshot = try state.map { state throws(PadawannError) in
      try MaskLearningParts.Snapshot(state, start.configuration.settings, network)
    }
    let learning = try MaskLearningParts(
      network, on: tasks, settings: start.configuration.settings, teachers: try start.teachers,
      from: snapshot,
      threads: inference.threads, instructionSet: inference.instructionSet, progress: environment.preparation)
    guard learning.isBetweenEpochs else { throw RunState.broken }
    self.learning = learning
    self.network = network
    self.start = start
    self.environment = environment
  }

  package static func steps(of settings: MaskLearningSettings, tasks: Int) -> Int? {
    settings.epochs + (settings.taskMasks.map { $0.epochs * (tasks - 1) } ?? 0)
  }

  /// The epochs that were done.
  package var step: Int { learning.epoch }
  package var isFinished: Bool { learning.isFinished }
  /// The batches that are left.
  package var remaining: Int? { learning.steps - learning.step }
  package var state: RunState { learning.snapshot.state(of: network) }
  package var result: Int? { isFinished ? step : nil }

  package mutating func advance() async throws -> LogLine {
    let begin = ContinuousClock.now
    var (loss, correct, images) = (0.0, 0, 0)
    repeat {
      try Task.checkCancellation()
      let result = try learning.advance()
      loss += result.loss * Double(result.images)
      correct += result.correct
      images += result.images
      environment.progress?(1)
    } while !learning.isBetweenEpochs
    return LogLine(
      epoch: step, task: learning.task.map { start.tasks[$0].name }, step: learning.step,
      crossEntropy: loss / Double(images), accuracy: Double(correct) / Double(images),
      seconds: (ContinuousClock.now - begin) / .seconds(1))
  }

  /// What was learned, as a model with its tasks: their outputs, their biases where every task has its own, and the accuracy on
  /// the images that were learned from. Of images without labels nothing is recorded but such biases.
  package func model() async throws -> Model {
    guard isFinished else { throw PadawannError(.usage, "the learning is not at its end") }
    let configuration = start.configuration
    let storage = configuration.storage ?? .plain
    let learned = try self.learned()
    let weight = learned.sharedWeight
    var model = start.parents[0].made(learned.network, sharedWeights: [weight])
    model.provenance = start.provenance(configuration.provenance)
    model = try storage.applied(to: model)
    for (index, task) in start.tasks.enumerated() {
      var parameters = overrides(
        learned.biases[index], try learning.masks(task: index), of: model.network.architecture)
      if storage.halvesNumbers { parameters = parameters.map(\.roundedToHalf) }
      guard task.dataset.isLabelled || !parameters.isEmpty else { continue }
      var record = ModelTask(
        task.dataset.isLabelled ? task : try answering(task, index, model), sharedWeight: weight)
      (record.parameters, record.digest) = (parameters, task.dataset.digest)
      if task.dataset.isLabelled {
        let predictions = try await environment.inference.predictions(
          of: model.network.replacing(parameters), on: task.dataset, magnitudes: [.shared(weight)])
        record.accuracy = try TaskResult(predictions, outputs: task.outputs).accuracy
      }
      model.tasks.append(record)
    }
    return model
  }

  package func outcome(of model: Model) async throws -> Outcome {
    var outcome = Outcome(density: start.configuration.settings.density)
    if start.configuration.settings.distillation != nil {
      outcome.stages = try await ConversionStages(start, environment).stages(to: model)
    }
    outcome.masks = try model.taskMasks(as: start.configuration.form(of: model))
    return outcome
  }

  /// What was learned: the network, the weight that it is meant for, and the biases of each task by layer.
  private func learned() throws(PadawannError) -> (
    network: Network, sharedWeight: Float, biases: [[Int: [Float]]]
  ) {
    let settings = start.configuration.settings
    var network = try learning.network()
    var own: [[Int: [Float]]] = []
    for task in start.tasks.indices { own.append(learning.biases(task: task)) }
    guard let distillation = settings.distillation else { return (network, settings.sharedWeight, own) }
    if distillation.calibrationImages > 0 {
      var calibration = Calibration()
      calibration.images = distillation.calibrationImages
      // Biases were learned; a normalisation must know the images as they are.
      calibration.correctsBiases = false
      network = try calibration.calibrated(
        network, on: start.tasks.map(\.dataset), threads: environment.inference.threads,
        instructionSet: environment.inference.instructionSet)
    }
    let folded = try network.folded()
    for task in own.indices {
      let parameters = overrides(own[task], [:], of: network.architecture)
      own[task] = try network.replacing(parameters).folded().network.biases
    }
    return (folded.network, folded.sharedWeight, own)
  }

  /// A task without labels as one whose classes are the outputs, called as its teacher calls them.
  private func answering(_ task: EvaluationTask, _ index: Int, _ model: Model) throws(PadawannError)
    -> EvaluationTask
  {
    let outputs = model.network.architecture.outputs
    let stated = start.teacherModels[index].statedClassNames
    let names = stated.count == outputs ? stated : (0..<outputs).map { "\($0)" }
    return EvaluationTask(name: task.name, dataset: try task.dataset.called(names))
  }

  /// The biases and masks that a task has of its own.
  private func overrides(
    _ biases: [Int: [Float]], _ masks: [Int: EdgeWeights], of architecture: Architecture
  ) -> [TaskOverride] {
    let biases = start.configuration.settings.biases == .perTask ? biases : [:]
    return Set(biases.keys).union(masks.keys).sorted().map { node in
      let name = architecture.nodes[node].name
      guard let mask = masks[node] else {
        return TaskOverride(node: name, .weighted(nil, bias: biases[node], .float32))
      }
      return TaskOverride(node: name, .mask(mask, bias: biases[node]))
    }
  }
}

extension Network {
  /// The biases of every layer that has some.
  fileprivate var biases: [Int: [Float]] {
    var biases: [Int: [Float]] = [:]
    for layer in layers { biases[layer.index] = layer.bias }
    return biases
  }
}

extension RunConfiguration where Settings == MaskLearningSettings {
  /// What the method was told as names and values, as the model stores them.
  package var provenance: [Provenance.Entry] {
    let learning = settings
    var list: [(String, String)] = [
      ("command", "learn"), ("density", "\(learning.density)"),
      ("layers", learning.layers?.joined(separator: "+") ?? "linear"),
      ("biases", learning.biases.rawValue), ("weight", "\(learning.sharedWeight)"),
      ("epochs", "\(learning.epochs)"), ("batch", "\(learning.batch)"), ("shifts", "\(learning.shifts)"),
      ("rate", "\(learning.rate)"), ("bias-rate", "\(learning.biasRate)"), ("refresh", "\(learning.refresh)"),
      ("logit deviation", "\(learning.logitDeviation)"),
    ]
    if let distillation = learning.distillation { list = learning.entries(distillation) }
    for (name, share) in learning.shares.sorted(by: { $0.key < $1.key }) {
      list.append(("share.\(name)", "\(share)"))
    }
    if let taskMasks = learning.taskMasks {
      list += [("task-epochs", "\(taskMasks.epochs)"), ("task-rate", "\(taskMasks.rate)")]
    }
    return (list + taskEntries).map { Provenance.Entry($0.0, $0.1) }
  }
}

extension MaskLearningSettings {
  /// What a learning from teachers was told.
  fileprivate func entries(_ distillation: DistillationSettings) -> [(String, String)] {
    let augmentation = distillation.augmentation
    return [
      ("command", "learn"), ("density", "\(density)"), ("layers", layers?.joined(separator: "+") ?? "all"),
      ("biases", biases.rawValue), ("epochs", "\(epochs)"), ("batch", "\(batch)"), ("rate", "\(rate)"),
      ("bias-rate", "\(distillation.biasRate)"), ("scale-rate", "\(distillation.scaleRate)"),
      ("normalisation-rate", "\(distillation.normalisationRate)"), ("refresh", "\(refresh)"),
      ("temperature", "\(distillation.loss.temperature)"), ("labels", "\(distillation.loss.labelShare)"),
      ("shift", "\(augmentation.shift)"), ("mirror", "\(augmentation.mirrors)"),
      ("crop", "\(augmentation.crop)"), ("views", "\(augmentation.views)"),
      ("calibration", "\(distillation.calibrationImages)"),
    ]
  }
}
