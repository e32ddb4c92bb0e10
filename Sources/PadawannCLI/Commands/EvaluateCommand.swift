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
  }

  func run() async throws {
    let stored = try ModelFile.read(model)
    let settings = try weights.settings(of: stored.model, model)
    let folder = try dataFolder.folder()
    let run = EvaluationRun(threads: try threads.count())
    // All datasets are found and checked before any is evaluated.
    var datasets: [Dataset] = []
    for text in data {
      let dataset = try DatasetSpec.parse(text).load(from: folder)
      try Inference.check(dataset, fits: stored.model.network.architecture)
      datasets.append(dataset)
    }
    var results: [DatasetResult] = []
    for dataset in datasets {
      let predictions = try await run.predictions(
        of: stored.model.network, named: model, on: dataset, settings)
      let outputs =
        dataset.classNames.count < stored.model.network.architecture.outputs
        ? Array(dataset.classNames.indices) : nil
      let sweep = try WeightSweep(sharedWeights: settings, predictions: predictions, outputs: outputs)
      results.append(DatasetResult(dataset, sweep))
      try write(predictions, settings, dataset, stored)
      try store(sweep, dataset, stored)
    }
    let result = Result(
      file: model, sha256: stored.digest.description, edges: stored.model.network.edgeCount,
      survivors: stored.model.network.survivors, datasets: results)
    try report.print(result) { result.text(details: details) }
  }

  private func write(
    _ predictions: [Predictions], _ settings: [Float?], _ dataset: Dataset, _ stored: StoredModel
  )
    throws
  {
    guard let path = self.predictions else { return }
    let file = try PredictionFile(
      modelName: model, model: stored.digest, datasetName: dataset.name, sharedWeights: settings,
      predictions: predictions)
    try file.write(to: path)
  }

  /// Puts what was measured into the model file, in the place of a task of the same name.
  private func store(_ sweep: WeightSweep, _ dataset: Dataset, _ stored: StoredModel) throws {
    guard let record else { return }
    let best = sweep.settings[sweep.best]
    let task = TaskRecord(
      name: record, dataset: dataset.name, digest: dataset.digest, classNames: dataset.classNames,
      outputs: Array(dataset.classNames.indices), normalisation: dataset.normalisation,
      bestSharedWeight: best.sharedWeight, accuracy: best.scores.accuracy.value)
    var model = stored.model
    if let index = model.tasks.firstIndex(where: { $0.name == record }) {
      model.tasks[index] = task
    } else {
      model.tasks.append(task)
    }
    try ModelFile.write(model, to: self.model, compact: stored.isCompact)
  }

  struct DatasetResult: Encodable {
    let dataset: String
    let datasetSha256: String
    let images: Int
    let classNames: [String]
    let sweep: WeightSweep

    init(_ dataset: Dataset, _ sweep: WeightSweep) {
      self.dataset = dataset.name
      datasetSha256 = dataset.digest.description
      images = dataset.count
      classNames = dataset.classNames
      self.sweep = sweep
    }
  }

  struct Result: Encodable {
    let schema = "padawann.evaluate/1"
    let file: String
    let sha256: String
    let edges: Int
    let survivors: Int
    let datasets: [DatasetResult]

    func text(details: Bool) -> String {
      let share = Format.percent(Double(survivors) / Double(max(edges, 1)))
      let head = "\(file): \(Format.count(survivors)) of \(Format.count(edges)) edges (\(share)%)"
      return ([head] + datasets.map { $0.text(details: details) }).joined(separator: "\n\n")
    }
  }
}

extension EvaluateCommand.DatasetResult {
  fileprivate func text(details: Bool) -> String {
    var rows = [["weight", "accuracy", "95% interval", "cross-entropy"]]
    rows += sweep.settings.map { Self.row($0.sharedWeight.map(Format.weight) ?? "own", $0.scores) }
    if sweep.settings.count > 1 { rows.append(Self.row("ensemble", sweep.ensemble)) }
    let best = sweep.settings[sweep.best]
    var text = "\(dataset): \(Format.count(images)) images, \(classNames.count) classes\n"
    text += Table.text(rows, indent: "  ")
    if sweep.settings.count > 1 {
      let weight = best.sharedWeight.map(Format.weight) ?? "own"
      text += "\n  best weight \(weight): \(Format.percent(best.scores.accuracy.value))%"
    }
    return details ? text + "\n\n" + classTable(best.scores) + "\n\n" + confusionTable(best.scores) : text
  }

  private static func row(_ name: String, _ scores: Scores) -> [String] {
    let interval = scores.accuracy.interval
    return [
      name, Format.percent(scores.accuracy.value) + "%",
      "\(Format.percent(interval.lower)) – \(Format.percent(interval.upper))",
      scores.crossEntropy.map { Format.decimal($0, 4) } ?? "inf",
    ]
  }

  private func classTable(_ scores: Scores) -> String {
    func share(_ value: Double?) -> String { value.map { Format.percent($0) + "%" } ?? "-" }
    let rows = scores.classes.map { entry in
      [
        classNames[entry.index], Format.count(entry.support), share(entry.recall), share(entry.precision),
        share(entry.f1),
      ]
    }
    return Table.text([["class", "images", "recall", "precision", "F1"]] + rows, indent: "  ")
  }

  private func confusionTable(_ scores: Scores) -> String {
    let rows = scores.confusion.enumerated().map { [classNames[$0]] + $1.map(String.init) }
    return "  right class by row, answer by column\n" + Table.text([[""] + classNames] + rows, indent: "  ")
  }
}
