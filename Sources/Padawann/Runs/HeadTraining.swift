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

  /// Trains once.
  ///
  /// - Parameters:
  ///   - network: ``start``, or what the last repetition gave.
  ///   - repetition: which one, from 0.
  public func train(
    _ network: Network, repetition: Int, threads: Int, instructionSet: InstructionSet,
    progress: (Int) -> Void
  ) throws -> Network {
    try settings.train(
      network, sharedWeight: sharedWeight, on: TrainingTask(dataset, outputs: outputs),
      repetition: repetition,
      threads: threads, instructionSet: instructionSet, progress: progress)
  }

  /// The model with the head.
  ///
  /// - Parameters:
  ///   - network: what the last repetition gave.
  ///   - inference: how the head is measured on the training images.
  /// - Throws: whatever measuring throws.
  public func model(with network: Network, _ inference: Inference) async throws -> Model {
    var task = TaskRecord(
      name: name, dataset: dataset.name, digest: dataset.digest, classNames: dataset.classNames,
      outputs: outputs,
      normalisation: dataset.normalisation, bestSharedWeight: sharedWeight)
    let trained = try settings.parameters(of: network)
    let known = model.tasks.first { $0.name == name }?.parameters ?? []
    task.parameters = known.filter { old in !trained.contains { $0.node == old.node } } + trained
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
