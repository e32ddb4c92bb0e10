import Padawann

/// A network and the images that it is measured on, as a task of the model or without one.
struct EvaluationSubject {
  let network: AnsweringNetwork
  let dataset: Dataset
  /// What the edges are worth, in turn.
  let magnitudes: [Magnitude]
  /// The outputs that may be answered, and which of them is right for each class.
  let answers: AnswerSpace
  /// The task, if it is measured as one.
  let task: ModelTask?
  /// Who has said how pixels become inputs.
  let normalisation: NormalisationOrigin
  /// Whether the model was made with images of this dataset.
  let wasMadeWithIt: Bool

  /// The network itself on some data.
  init(
    _ model: AnsweringModel, _ path: String, on spec: DatasetSpec, _ weights: WeightOptions,
    _ outputs: OutputOptions,
    _ folder: DataFolderOptions
  ) throws(PadawannError) {
    let stated = model.statedNormalisation
    let dataset = try folder.dataset(spec, normalisedAs: stated)
    network = model.network
    try network.check(dataset)
    self.dataset = dataset
    magnitudes = try weights.magnitudes(of: model, path)
    answers = try outputs.answers(to: dataset, of: spec, by: model)
    task = nil
    normalisation = spec.normalisation != nil ? .option : stated != nil ? .model : .guess
    wasMadeWithIt = model.wasMade(with: spec)
  }

  /// A model as one of its tasks uses it, on some data, or, without any, on the task's own.
  init(
    _ model: AnsweringModel, task name: String, on given: DatasetSpec?, _ weights: WeightOptions,
    _ folder: DataFolderOptions
  ) throws(PadawannError) {
    let use = try model.use(of: name)
    let spec = if let given { given } else { try use.task.testData() }
    dataset = try folder.dataset(spec, normalisedAs: use.task.normalisation)
    network = use.network
    try network.check(dataset)
    magnitudes = weights.weights?.values.map(Magnitude.shared) ?? use.magnitudes
    do throws(PadawannError) {
      answers = try AnswerSpace(dataset, among: use.task.outputs, named: use.task.classNames)
    } catch {
      throw error.inside("task \(name)")
    }
    task = use.task
    normalisation = spec.normalisation != nil ? .option : .task
    wasMadeWithIt = model.wasMade(with: spec)
  }

  /// The predictions with each magnitude, of the outputs that may be answered.
  func predictions(_ compute: ComputeOptions, named name: String) async throws -> [Predictions] {
    try await compute.predictions(of: network, named: name, on: dataset, magnitudes).map {
      try $0.answering(in: answers)
    }
  }
}
