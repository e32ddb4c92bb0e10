/// Makes a head for a model: fine-tunes a part of it on a task, and stores the result as that task's numbers.
public struct HeadTraining: Sendable {
  /// What a model gets the head for.
  public let model: Model
  /// The task's name.
  public let name: String
  /// The images that are learned from.
  public let dataset: Dataset
  /// The output of each class.
  public let outputs: [Int]
  /// The shared weight of everything that is not trained; `nil` for a network with weights of its own.
  public let sharedWeight: Float?
  /// What is trained, and how; the learning rate is resolved.
  public let settings: FineTuning
  /// The network that training begins with.
  public let start: Network

  /// The images on which the shared weight is chosen.
  private static let imagesForWeight = 5000

  /// Prepares the training, and chooses the shared weight where nobody has: that of the task in the model, or the one with the
  /// highest accuracy on the first 5,000 training images.
  ///
  /// - Parameters:
  ///   - model: what gets the head.
  ///   - name: of the task; if the model has it, its outputs and other numbers are kept.
  ///   - dataset: training images.
  ///   - mapsLabels: whether the classes are given to the outputs that suit them best.
  ///   - sharedWeight: the weight that the user chose.
  ///   - settings: what is trained, and how.
  ///   - inference: how the choices are made.
  /// - Throws: ``PadawannError`` when the images do not fit the network or the task; as ``FineTuning/scope(in:)``.
  public init(
    _ model: Model, task name: String, on dataset: Dataset, mapsLabels: Bool, sharedWeight: Float?,
    _ settings: FineTuning, _ inference: Inference
  ) async throws {
    let known = model.tasks.first { $0.name == name }
    let start = try model.network.replacing(known?.parameters ?? [])
    try Name.check(name, of: "a task")
    try Inference.check(dataset, fits: start.architecture)
    _ = try settings.scope(in: start.architecture)
    var task = EvolutionTask(name: name, dataset: dataset, outputs: known?.outputs)
    let weights: [Float?] = start.hasOwnValuesOnly ? [nil] : model.sharedWeights
    if mapsLabels { task = try await task.mapped(by: start, weights: weights, inference) }
    try task.check(fits: start.architecture)
    self.model = model
    self.name = name
    self.dataset = dataset
    outputs = task.outputs
    self.sharedWeight =
      if start.hasOwnValuesOnly { nil } else if let chosen = sharedWeight ?? known?.bestSharedWeight {
        chosen
      } else {
        try await Self.bestWeight(weights, start, task, inference)
      }
    (self.start, self.settings) = try await settings.conditioned(
      start, sharedWeight: self.sharedWeight, on: dataset, inference)
  }

  private static func bestWeight(
    _ weights: [Float?], _ network: Network, _ task: EvolutionTask, _ inference: Inference
  ) async throws -> Float? {
    let first = try task.dataset.prefix(imagesForWeight)
    let predictions = try await inference.predictions(of: network, on: first, weights: weights)
    return weights[try TaskScore(predictions, outputs: task.outputs).best]
  }

  /// The images that all repetitions train on.
  public var images: Int { dataset.count * settings.training.passes * settings.repetitions }

  /// What came of a training.
  public struct Outcome: Sendable {
    /// The model with the head.
    public let model: Model
    /// Right answers on the test images before the training, and after each repetition; empty without test images.
    public let accuracies: [Proportion]
  }

  /// Trains, and measures after every repetition.
  ///
  /// - Parameters:
  ///   - test: images of the task that are not learned from.
  ///   - inference: how the head is measured; its threads and instructions are also those of the training.
  ///   - progress: told the number of images of every batch.
  /// - Throws: ``PadawannError`` `data` when the test images do not fit; as ``Trainer``; `CancellationError`.
  public func run(test: Dataset?, _ inference: Inference, progress: @Sendable (Int) -> Void) async throws
    -> Outcome
  {
    if let test { try check(test) }
    var network = start
    var accuracies = [try await accuracy(of: network, on: test, inference)]
    for repetition in 0..<settings.repetitions {
      network = try settings.train(
        network, sharedWeight: sharedWeight, on: TrainingTask(dataset, outputs: outputs),
        repetition: repetition,
        threads: inference.threads, instructionSet: inference.instructionSet, progress: progress)
      // What is measured is what is stored, which may be rounded.
      let head = try model.network.replacing(parameters(with: network))
      accuracies.append(try await accuracy(of: head, on: test, inference))
    }
    return Outcome(model: try await model(with: network, inference), accuracies: accuracies.compactMap { $0 })
  }

  private func check(_ test: Dataset) throws(PadawannError) {
    try Inference.check(test, fits: model.network.architecture)
    guard test.classNames.count == outputs.count else {
      throw PadawannError(
        .data, "it has \(test.classNames.count) classes, and the task has \(outputs.count)", at: test.name)
    }
  }

  private func accuracy(of network: Network, on test: Dataset?, _ inference: Inference) async throws
    -> Proportion?
  {
    guard let test else { return nil }
    let predictions = try await inference.predictions(of: network, on: test, weights: [sharedWeight])
    return try Scores(of: predictions[0], outputs: outputs).accuracy
  }

  /// What the task has of its own: what was trained, and what it had before and was not.
  private func parameters(with network: Network) throws(PadawannError) -> [TaskParameters] {
    let trained = try settings.parameters(of: network)
    let known = model.tasks.first { $0.name == name }?.parameters ?? []
    return known.filter { old in !trained.contains { $0.node == old.node } } + trained
  }

  /// The model with the head.
  ///
  /// - Parameters:
  ///   - network: what the last repetition gave.
  ///   - inference: how the head is measured on the training images.
  private func model(with network: Network, _ inference: Inference) async throws -> Model {
    var task = TaskRecord(
      name: name, dataset: dataset.name, digest: dataset.digest, classNames: dataset.classNames,
      outputs: outputs,
      normalisation: dataset.normalisation, bestSharedWeight: sharedWeight)
    task.parameters = try parameters(with: network)
    var result = model
    let head = try model.network.replacing(task.parameters)
    let predictions = try await inference.predictions(of: head, on: dataset, weights: [sharedWeight])
    task.accuracy = try TaskScore(predictions, outputs: outputs).accuracy
    if let index = result.tasks.firstIndex(where: { $0.name == name }) {
      result.tasks[index] = task
    } else {
      result.tasks.append(task)
    }
    return result
  }
}
