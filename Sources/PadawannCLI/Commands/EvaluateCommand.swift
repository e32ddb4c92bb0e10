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

  @Option(help: ArgumentHelp("A dataset; may be repeated.", valueName: "spec"))
  var data: [String]

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
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard data.count == 1 || (predictions == nil && record == nil) else {
      throw ValidationError("--predictions and --record take one dataset")
    }
    guard let record else { return }
    do throws(PadawannError) {
      try Name.check(record, of: "a task")
    } catch {
      throw ValidationError("--record: \(error.message)")
    }
  }

  func run() async throws {
    let stored = try ModelFile.read(model)
    let settings = try weights.settings(of: stored.model, model)
    var entries: [EvaluateReport.Entry] = []
    var storing: Result<Void, any Error> = .success(())
    for dataset in try datasets(for: stored.model.network) {
      let predictions = try await EvaluationRun(threads: threads.count).predictions(
        of: stored.model.network, named: model, on: dataset, settings)
      let outputs = try self.outputs.outputs(for: dataset, of: stored.model.network)
      let sweep = try WeightSweep(sharedWeights: settings, predictions: predictions, outputs: outputs)
      entries.append(EvaluateReport.Entry(dataset, sweep))
      storing = Result {
        try write(try predictions.map { try $0.restricted(to: outputs) }, settings, dataset, stored)
        try store(sweep, dataset, outputs, stored)
      }
    }
    let result = EvaluateReport(model, stored, entries)
    try report.print(result) { result.text(details: details) }
    // What was measured is shown even where it cannot be stored.
    try storing.get()
  }

  /// All datasets are found and checked before any is evaluated.
  private func datasets(for network: Network) throws(PadawannError) -> [Dataset] {
    var datasets: [Dataset] = []
    for text in data {
      let dataset = try dataFolder.dataset(text)
      try Inference.check(dataset, fits: network.architecture)
      _ = try outputs.outputs(for: dataset, of: network)
      datasets.append(dataset)
    }
    return datasets
  }

  private func write(
    _ predictions: [Predictions], _ settings: [Float?], _ dataset: Dataset, _ stored: StoredModel
  ) throws {
    guard let path = self.predictions else { return }
    let file = try PredictionFile(
      modelName: model, model: stored.digest, datasetName: dataset.name, sharedWeights: settings,
      predictions: predictions)
    try file.write(to: path)
  }

  /// Puts what was measured into the model file, in the place of a task of the same name.
  private func store(_ sweep: WeightSweep, _ dataset: Dataset, _ outputs: [Int]?, _ stored: StoredModel)
    throws
  {
    guard let record else { return }
    let best = sweep.settings[sweep.best]
    let task = TaskRecord(
      name: record, dataset: dataset.name, digest: dataset.digest, classNames: dataset.classNames,
      outputs: outputs ?? Array(dataset.classNames.indices), normalisation: dataset.normalisation,
      bestSharedWeight: best.sharedWeight, accuracy: best.scores.accuracy.value)
    var model = stored.model
    if let index = model.tasks.firstIndex(where: { $0.name == record }) {
      model.tasks[index] = task
    } else {
      model.tasks.append(task)
    }
    try ModelFile.write(model, to: self.model, compact: stored.isCompact)
  }
}

extension Predictions {
  /// Without the outputs that stand for no class of the data, when there are any.
  fileprivate func restricted(to outputs: [Int]?) throws(PadawannError) -> Predictions {
    guard let outputs else { return self }
    return try restricted(to: outputs)
  }
}
