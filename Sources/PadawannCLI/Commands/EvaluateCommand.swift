import ArgumentParser
import Padawann

/// `padawann evaluate`
struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure a model on datasets, with every shared weight.",
    discussion: """
      For every dataset and every shared weight: accuracy with its 95% interval (Wilson) and mean cross-entropy in nats; \
      the best weight (highest accuracy, the first of equals), and the ensemble of all weights (mean of the softmax \
      probabilities). A dataset is a name or a path with options, for example mnist:test or digits.npz,per-class=100 \
      (Formats/datasets.md).
      """)

  @Argument(help: "The model.", completion: .file(extensions: ["h5"]))
  var model: String

  @Option(
    help: ArgumentHelp(
      "A dataset; may be repeated (default: the data of the model's tasks).", valueName: "spec"))
  var data: [String] = []

  @Option(
    help: ArgumentHelp(
      "Measure the model as this task of it: with the task's outputs, normalisation, weight, and head; may be repeated.",
      discussion: "On --data, or else on the test images of the task's dataset.", valueName: "name"))
  var task: [String] = []

  @OptionGroup var weights: WeightOptions
  @OptionGroup var outputs: OutputOptions

  @Option(
    help: ArgumentHelp("Write labels and logits here, as .npz (one dataset only).", valueName: "file"),
    completion: .file(extensions: ["npz"]))
  var predictions: String?

  @Flag(help: "Show the confusion matrix and the figures of each class, with the best weight.")
  var details = false

  @Option(
    help: ArgumentHelp(
      "Store dataset, best weight and accuracy in the model as a task of this name (one dataset only).",
      valueName: "name"))
  var record: String?

  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    // A task without data is measured on its own test data.
    let isOne = data.count <= 1 && task.count <= 1 && !(data.isEmpty && task.isEmpty)
    guard isOne || (predictions == nil && record == nil) else {
      throw ValidationError("--predictions and --record take one dataset")
    }
    guard task.count < 2 || data.isEmpty else {
      throw ValidationError("--data is measured as one --task at a time")
    }
    guard task.isEmpty || outputs.outputs == nil else {
      throw ValidationError("a task has outputs of its own: --outputs and --task exclude each other")
    }
    guard !weights.ownWeights || task.isEmpty else {
      throw ValidationError("a task has weights of its own: --own-weights and --task exclude each other")
    }
    guard let record else { return }
    do throws(PadawannError) {
      try NameRule.check(record, of: "a task")
    } catch {
      throw ValidationError("--record: \(error.message)")
    }
  }

  func run() async throws {
    let path = try RunFolder.model(at: model)
    let data = try self.data.map { text throws(PadawannError) in try DatasetSpec.parse(text) }
    if let predictions { try OutputFile.check([predictions], inputs: [path] + data.flatMap(\.paths)) }
    let stored = try StoredContent.read(path)
    let masks = try stored.taskMasks
    var entries: [EvaluateReport.Entry] = []
    var storing: Result<Void, any Error> = .success(())
    for subject in try subjects(of: AnsweringModel(stored), on: data) {
      if let record {
        try self.record(of: subject, named: record).validate(
          outputs: subject.network.outputs, channels: subject.network.input.channels)
      }
      let predictions = try await subject.predictions(compute, named: model)
      let sweep = try WeightSweep(magnitudes: subject.magnitudes, predictions: predictions)
      entries.append(
        EvaluateReport.Entry(subject, sweep, masks.first { $0.task == subject.task?.name }))
      storing = Result {
        try write(predictions, subject, stored)
        try store(sweep, subject, stored, path)
      }
    }
    let result = EvaluateReport(model, stored, entries)
    try report.print(result) { result.text(details: details) }
    // What was measured is shown even where it cannot be stored.
    try storing.get()
  }

  /// All datasets are found and checked before any is evaluated.
  private func subjects(of model: AnsweringModel, on data: [DatasetSpec]) throws(PadawannError)
    -> [EvaluationSubject]
  {
    var subjects: [EvaluationSubject] = []
    guard task.isEmpty, !data.isEmpty else {
      let names = task.isEmpty ? model.tasks.map(\.name) : task
      guard !names.isEmpty else {
        throw PadawannError(
          .usage, "the model has no tasks, and no data is given", at: self.model, remedy: "Add --data SPEC")
      }
      for name in names {
        for spec in data.isEmpty ? [nil] : data.map(Optional.some) {
          subjects.append(try EvaluationSubject(model, task: name, on: spec, weights, dataFolder))
        }
      }
      return subjects
    }
    for spec in data {
      subjects.append(try EvaluationSubject(model, self.model, on: spec, weights, outputs, dataFolder))
    }
    return subjects
  }

  private func write(
    _ predictions: [Predictions], _ subject: EvaluationSubject, _ stored: StoredContent
  ) throws {
    guard let path = self.predictions else { return }
    let file = try PredictionFile(
      modelName: model, model: stored.digest, datasetName: subject.dataset.name,
      magnitudes: subject.magnitudes,
      predictions: predictions)
    try file.write(to: path)
  }

  /// What is known of a task before it is measured.
  private func record(of subject: EvaluationSubject, named name: String) -> ModelTask {
    let dataset = subject.dataset
    var task = ModelTask(
      name: name, dataset: dataset.name, digest: dataset.digest, classNames: subject.answers.names,
      outputs: subject.answers.outputs, normalisation: dataset.normalisation)
    task.parameters = subject.task?.parameters ?? []
    return task
  }

  /// Puts what was measured into the model file, in the place of a task of the same name.
  private func store(
    _ sweep: WeightSweep, _ subject: EvaluationSubject, _ stored: StoredContent, _ path: String
  ) throws {
    guard let record else { return }
    let best = sweep.points[sweep.best]
    var task = self.record(of: subject, named: record)
    (task.bestSharedWeight, task.accuracy) = (best.sharedWeight, best.scores.accuracy.value)
    let changed = PadawannError(
      .cannotCreate, "the model was changed while it was measured", at: path, remedy: "Measure it again")
    switch stored {
    case .padawann(let stored):
      try ModelFile.update(path) { present in
        guard present.model.network == stored.model.network else { throw changed }
        return try present.model.recording(task, at: path)
      }
    case .wann(let stored):
      try WannFile.update(path) { present in
        guard present.model.graph == stored.model.graph else { throw changed }
        var model = present.model
        model.tasks = model.tasks.filter { $0.name != record } + [task]
        return model
      }
    }
  }
}

extension Model {
  /// The model with a task in the place of one of the same name.
  ///
  /// - Throws: ``PadawannError`` `usage` when that has numbers of its own, which would be lost.
  fileprivate func recording(_ task: ModelTask, at path: String) throws(PadawannError) -> Model {
    var model = self
    guard let index = tasks.firstIndex(where: { $0.name == task.name }) else {
      model.tasks.append(task)
      return model
    }
    guard tasks[index].parameters.isEmpty || task.parameters == tasks[index].parameters else {
      throw PadawannError(
        .usage, "the task \(task.name) has numbers of its own, which would be lost", at: path,
        remedy: "Measure it with --task \(task.name), or record another name")
    }
    model.tasks[index] = task
    return model
  }
}
