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

      A folder of several runs, or of several files, is a group of trials, and groups are compared twice. Over trials, a \
      t-test of the accuracies says whether other seeds would show the difference: Welch's, with --paired that of pairs, and \
      against a single model that of one sample. Over images, McNemar's test with every image as a cluster of all trials' \
      answers (Durkalski et al., 2003) says whether other images would.
      """)

  @Argument(
    help: "Two or more models, files of predictions, or folders of several of either.",
    completion: .file(extensions: ["h5", "npz"]))
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

  @Flag(
    help: "The trials of all groups belong together in order, as those that were made from one another do.")
  var paired = false

  @Option(
    help: ArgumentHelp(
      "Of every group only its first so many; the runs behind them need not be finished.",
      valueName: "count"))
  var trials: Int?

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
    guard trials.map({ $0 > 0 }) ?? true else { throw ValidationError("--trials: give at least 1") }
    guard task == nil || (outputs.outputs == nil && !weights.ownWeights) else {
      throw ValidationError(
        "a task has outputs and weights of its own: give no --outputs or --own-weights with --task")
    }
  }

  func run() async throws {
    let confidence = try Confidence(alpha: alpha)
    let groups = try models.map { try ComparedFiles($0, first: trials) }
    let isOfGroups = groups.contains { $0.isGroup }
    guard isOfGroups || (!paired && trials == nil) else {
      throw PadawannError(
        .usage, "--paired and --trials are of groups: name folders of several models")
    }
    // Whatever is missing is reported before anything is evaluated.
    let specs = try data(for: groups)
    let subjects = try zip(groups, specs).map { group, spec in
      try group.files.map { try subject(of: $0, spec) }
    }
    noteInputs(of: subjects.flatMap(\.self))
    let answers = try await answers(of: groups, subjects)
    guard !isOfGroups else {
      let compared = zip(groups, answers).map { ComparedGroup(name: $0.path, $1.map(\.model)) }
      let result = CompareGroupsReport(
        dataset: answers[0][0].datasetName,
        try GroupComparison(of: compared, isPaired: paired, confidence: confidence),
        magnitudes: answers.map { $0.map(\.magnitude) })
      return try report.print(result) { result.text }
    }
    let single = answers.flatMap(\.self)
    let result = CompareReport(
      dataset: single[0].datasetName, try Comparison(of: single.map(\.model), confidence: confidence),
      magnitudes: single.map(\.magnitude), edges: try overlaps(groups.flatMap(\.files)))
    try report.print(result) { result.text }
  }

  /// Tells how pixels become inputs, once for all models for which it is the same.
  private func noteInputs(of subjects: [EvaluationSubject?]) {
    var told: Set<String> = []
    for subject in subjects.compactMap(\.self) {
      let text = subject.normalisation.text(for: subject.dataset)
      if told.insert(text).inserted { Output.note(text) }
    }
  }

  /// What every file of every group answers.
  private func answers(of groups: [ComparedFiles], _ subjects: [[EvaluationSubject?]]) async throws
    -> [[ComparedPredictions]]
  {
    var first: Predictions?
    var answers: [[ComparedPredictions]] = []
    for (group, subjects) in zip(groups, subjects) {
      var ofGroup: [ComparedPredictions] = []
      for (file, subject) in zip(group.files, subjects) {
        ofGroup.append(try await predictedClasses(of: file, subject, like: &first))
      }
      answers.append(ofGroup)
    }
    return answers
  }

  /// The dataset of each group: what was given, or what the first model that has the task measures it on; `nil` where only
  /// predictions are compared.
  private func data(for groups: [ComparedFiles]) throws(PadawannError) -> [DatasetSpec?] {
    if data.count > 1 {
      var specs: [DatasetSpec] = []
      for text in data { specs.append(try DatasetSpec.parse(text)) }
      for (text, spec) in zip(data, specs) where !spec.hasSameImages(as: specs[0]) {
        throw PadawannError(
          .usage, "these are not the images of \(data[0])", at: text,
          remedy:
            "Only their preparation may differ: resize, crop, colour, invert, transpose, deskew and normalise, and the numbers of "
            + "their classes: map"
        )
      }
      return specs
    }
    return Array(repeating: try onlyData(for: groups.flatMap(\.files)), count: groups.count)
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
    of source: ComparedFile, _ subject: EvaluationSubject?, like first: inout Predictions?
  ) async throws -> ComparedPredictions {
    if case .predictions(let file) = source.content {
      return try best(source.path, file.datasetName, file.magnitudes, file.predictions)
    }
    guard let subject else { throw PadawannError(.usage, "a dataset is needed", remedy: "Add --data SPEC") }
    var predictions = try await subject.predictions(compute, named: source.path)
    if let first {
      predictions = try predictions.map { try Self.predictions($0, like: first, of: subject) }
    } else {
      first = predictions.first
    }
    return try best(source.path, subject.dataset.name, subject.magnitudes, predictions)
  }

  /// Images that are prepared in several ways, or whose classes are numbered in several, are one dataset.
  private static func predictions(_ own: Predictions, like first: Predictions, of subject: EvaluationSubject)
    throws(PadawannError) -> Predictions
  {
    guard let answers = try own.renumbered(as: first.labels) else {
      throw PadawannError(
        .data, "its images have other labels than those of the first model", at: subject.dataset.name,
        remedy: "Give every model the same images")
    }
    return Predictions(
      outputs: answers.outputs, logits: answers.logits, labels: answers.labels, dataset: first.dataset)
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
        guard let one = try network(of: sources[first]), let other = try network(of: sources[second]),
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

  /// The network of layers that a model is compared by; `nil` for what has none.
  private func network(of source: ComparedFile) throws(PadawannError) -> Network? {
    guard case .layers(let model) = source.model else { return nil }
    // A mask of the task's own takes the place of the network's; heads have no part in what was pruned.
    guard let own = model.tasks.first(where: { $0.name == task }) else { return model.network }
    return try model.network.replacing(own.parameters.filter { $0.ownMask != nil })
  }
}
