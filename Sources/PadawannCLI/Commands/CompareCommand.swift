import ArgumentParser
import Padawann

/// `padawann compare`
struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Tell whether models differ by more than chance (McNemar's test).",
    discussion: """
      Models are compared on the same images, each with the shared weight that is best for it there; or give files that \
      evaluate --predictions wrote, which must be of the same data. Where models need the images prepared differently, as a WANN \
      does, give --data once for each model, with the same images and other options: --data mnist:test --data \
      mnist:test,resize=16:bilinear,deskew. Two models: McNemar's test, mid-p by default. More: \
      Cochran's Q, then every pair with Holm's correction. Models of one architecture are also compared edge by edge.
      """)

  @Argument(
    help: "Two or more models, or files of predictions.", completion: .file(extensions: ["h5", "npz"]))
  var models: [String]

  @Option(
    help: ArgumentHelp(
      "The dataset; needed unless all are files of predictions. Once for all, or once for each model.",
      valueName: "spec"))
  var data: [String] = []

  @Option(
    help: ArgumentHelp(
      "Compare the models as this task: each that has it with its outputs, weight and head; --data is then needed only where "
        + "the task's own data is not meant.", valueName: "name"))
  var task: String?

  @OptionGroup var weights: WeightOptions
  @OptionGroup var outputs: OutputOptions

  @Option(help: "The level of the verdict.")
  var alpha = 0.05

  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard models.count >= 2 else { throw ValidationError("give at least two models") }
    guard data.count <= 1 || data.count == models.count else {
      throw ValidationError("give --data once, or once for each of the \(models.count) models")
    }
    guard task == nil || (outputs.outputs == nil && !weights.ownWeights) else {
      throw ValidationError(
        "a task has outputs and weights of its own: give no --outputs or --own-weights with --task")
    }
  }

  func run() async throws {
    let confidence = try Confidence(alpha: alpha)
    let sources = try models.map(ComparedFile.init)
    // Whatever is missing is reported before anything is evaluated.
    let specs = try data(for: sources)
    let subjects = try zip(sources, specs).map { try subject(of: $0, $1) }
    try checkImages(subjects)
    var told: Set<String> = []
    for subject in subjects.compactMap({ $0 }) {
      let text = subject.normalisation.text(for: subject.dataset)
      if told.insert(text).inserted { Output.note(text) }
    }
    var predictedClasses: [ComparedPredictions] = []
    let first = subjects.lazy.compactMap { $0 }.first?.dataset.digest
    for (source, subject) in zip(sources, subjects) {
      predictedClasses.append(try await self.predictedClasses(of: source, subject, of: first))
    }
    let comparison = try Comparison(of: predictedClasses.map(\.model), confidence: confidence)
    let result = CompareReport(
      dataset: predictedClasses[0].datasetName, comparison,
      magnitudes: predictedClasses.map(\.magnitude),
      edges: try overlaps(sources))
    try report.print(result) { result.text }
  }

  /// The dataset of each: what was given, or what the first model that has the task measures it on; `nil` where only
  /// predictions are compared.
  private func data(for sources: [ComparedFile]) throws(PadawannError) -> [DatasetSpec?] {
    if data.count > 1 {
      var specs: [DatasetSpec] = []
      for text in data { specs.append(try DatasetSpec.parse(text)) }
      for (text, spec) in zip(data, specs) where !spec.hasSameImages(as: specs[0]) {
        throw PadawannError(
          .usage, "these are not the images of \(data[0])", at: text,
          remedy:
            "Only their preparation may differ: resize, crop, colour, invert, transpose, deskew and normalise"
        )
      }
      return specs
    }
    return Array(repeating: try onlyData(for: sources), count: sources.count)
  }

  private func onlyData(for sources: [ComparedFile]) throws(PadawannError) -> DatasetSpec? {
    if let text = data.first { return try DatasetSpec.parse(text) }
    guard let model = sources.first(where: { $0.model != nil }) else { return nil }
    if let record = sources.lazy.compactMap(\.model).flatMap(\.tasks).first(where: { $0.name == task }) {
      return try record.testData()
    }
    throw PadawannError(
      .usage, "a model needs a dataset to be compared on", at: model.path, remedy: "Add --data SPEC")
  }

  /// Refuses images that are not the same, whatever their specs say.
  private func checkImages(_ subjects: [EvaluationSubject?]) throws(PadawannError) {
    let datasets = subjects.compactMap { $0?.dataset }
    for dataset in datasets.dropFirst() where dataset.labels != datasets[0].labels {
      throw PadawannError(
        .data, "its images have other labels than those of \(datasets[0].name)", at: dataset.name,
        remedy: "Give every model the same images")
    }
  }

  /// A model with the data that it is asked about; `nil` for predictions.
  private func subject(of source: ComparedFile, _ data: DatasetSpec?) throws(PadawannError)
    -> EvaluationSubject?
  {
    guard let model = source.model, let data else { return nil }
    if let task, model.tasks.contains(where: { $0.name == task }) {
      return try EvaluationSubject(model, task: task, on: data, weights, dataFolder)
    }
    return try EvaluationSubject(model, source.path, on: data, weights, outputs, dataFolder)
  }

  /// What one of the compared files answers with the weight that is best for it.
  private struct ComparedPredictions {
    let model: ComparedModel
    let magnitude: Magnitude
    let datasetName: String
  }

  private func predictedClasses(
    of source: ComparedFile, _ subject: EvaluationSubject?, of images: Digest?
  ) async throws -> ComparedPredictions {
    if case .predictions(let file) = source.content {
      return try best(source.path, file.datasetName, file.magnitudes, file.predictions)
    }
    guard let subject else { throw PadawannError(.usage, "a dataset is needed", remedy: "Add --data SPEC") }
    // Images that are prepared in several ways are one dataset.
    let predictions = try await subject.predictions(compute, named: source.path).map {
      Predictions(outputs: $0.outputs, logits: $0.logits, labels: $0.labels, dataset: images ?? $0.dataset)
    }
    return try best(source.path, subject.dataset.name, subject.magnitudes, predictions)
  }

  private func best(
    _ path: String, _ dataset: String, _ magnitudes: [Magnitude], _ predictions: [Predictions]
  ) throws(PadawannError) -> ComparedPredictions {
    let best = try WeightSweep(magnitudes: magnitudes, predictions: predictions).best
    return ComparedPredictions(
      model: try ComparedModel(name: path, predictions[best]),
      magnitude: magnitudes[best],
      datasetName: dataset)
  }

  /// The overlap of every two models of one architecture.
  private func overlaps(_ sources: [ComparedFile]) throws(PadawannError) -> [CompareReport.PairOverlap] {
    var result: [CompareReport.PairOverlap] = []
    for first in sources.indices {
      for second in sources.indices.dropFirst(first + 1) {
        guard let one = sources[first].model?.layers, let other = sources[second].model?.layers,
          one.hasSameLayers(as: other)
        else { continue }
        let masks = zip(one.layers, other.layers).map {
          EdgeOverlap.Masks(name: $0.name, first: $0.weights.mask, second: $1.weights.mask)
        }
        result.append(.init(first: first, second: second, overlap: try EdgeOverlap(of: masks)))
      }
    }
    return result
  }
}
