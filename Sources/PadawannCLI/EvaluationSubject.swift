import Padawann

/// A network and the images that it is measured on, as a task of the model or without one.
struct EvaluationSubject {
  let network: Network
  let dataset: Dataset
  /// What the edges are worth, in turn.
  let magnitudes: [Magnitude]
  /// The outputs for the classes of the data; `nil` when they are all outputs in order.
  let outputs: [Int]?
  /// The task, if it is measured as one.
  let task: ModelTask?

  /// The network itself on some data.
  init(
    _ model: Model, _ path: String, on spec: DatasetSpec, _ weights: WeightOptions, _ outputs: OutputOptions,
    _ folder: DataFolderOptions
  ) throws(PadawannError) {
    let dataset = try folder.dataset(spec)
    try Inference.check(dataset, fits: model.network.architecture)
    network = model.network
    self.dataset = dataset
    magnitudes = try weights.magnitudes(of: model, path)
    self.outputs = try outputs.outputs(for: dataset, of: model.network)
    task = nil
  }

  /// A model as one of its tasks uses it, on some data, or, without any, on the task's own.
  init(
    _ model: Model, task name: String, on given: DatasetSpec?, _ weights: WeightOptions,
    _ folder: DataFolderOptions
  ) throws(PadawannError) {
    let use = try model.use(of: name)
    let spec = if let given { given } else { try use.task.testData() }
    var dataset = try folder.dataset(spec)
    if spec.normalisation == nil { dataset = try dataset.normalised(as: use.task.normalisation) }
    try Inference.check(dataset, fits: use.network.architecture)
    guard dataset.classNames.count == use.task.outputs.count else {
      throw PadawannError(
        .data,
        "it has \(dataset.classNames.count) classes, and the task \(name) has \(use.task.outputs.count)",
        at: dataset.name)
    }
    network = use.network
    self.dataset = dataset
    magnitudes = weights.weights?.values.map(Magnitude.shared) ?? use.magnitudes
    outputs = use.task.outputs == Array(0..<network.architecture.outputs) ? nil : use.task.outputs
    task = use.task
  }
}
