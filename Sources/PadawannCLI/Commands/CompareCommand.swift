import ArgumentParser
import Padawann

/// `padawann compare`
struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Tell whether models differ by more than chance (McNemar's test).",
    discussion: """
      Models are compared on the same images, each with the shared weight that is best for it there; or give files that \
      evaluate --predictions wrote, which must be of the same data. Two models: McNemar's test, mid-p by default. More: \
      Cochran's Q, then every pair with Holm's correction. Models of one architecture are also compared edge by edge.
      """)

  @Argument(
    help: "Two or more models, or files of predictions.", completion: .file(extensions: ["h5", "npz"]))
  var models: [String]

  @Option(help: ArgumentHelp("The dataset; needed unless all are files of predictions.", valueName: "spec"))
  var data: String?

  @OptionGroup var weights: WeightOptions
  @OptionGroup var outputs: OutputOptions

  @Option(help: "The level of the verdict.")
  var alpha = 0.05

  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard models.count >= 2 else { throw ValidationError("give at least two models") }
  }

  func run() async throws {
    let confidence = try Confidence(alpha: alpha)
    let sources = try models.map(ComparedFile.init)
    let dataset = try dataset(for: sources)
    var answers: [Answers] = []
    for source in sources { answers.append(try await self.answers(of: source, dataset)) }
    let comparison = try Comparison(of: answers.map(\.model), confidence: confidence)
    let result = CompareReport(
      dataset: answers[0].datasetName, comparison, sharedWeights: answers.map(\.sharedWeight),
      edges: try overlaps(sources))
    try report.print(result) { result.text }
  }

  /// The dataset, after it has been checked against all networks; `nil` where only predictions are compared.
  private func dataset(for sources: [ComparedFile]) throws(PadawannError) -> Dataset? {
    guard let data else {
      if let model = sources.first(where: { $0.model != nil }) {
        throw PadawannError(
          .usage, "a model needs a dataset to be compared on", at: model.path, remedy: "Add --data SPEC")
      }
      return nil
    }
    let dataset = try dataFolder.dataset(data)
    for model in sources.compactMap(\.model) {
      try Inference.check(dataset, fits: model.network.architecture)
      _ = try outputs.outputs(for: dataset, of: model.network)
    }
    return dataset
  }

  /// What one of the compared files answers with the weight that is best for it.
  private struct Answers {
    let model: ComparedModel
    let sharedWeight: Float?
    let datasetName: String
  }

  private func answers(of source: ComparedFile, _ dataset: Dataset?) async throws -> Answers {
    switch source.content {
    case .predictions(let file):
      return try best(source.path, file.datasetName, file.sharedWeights, file.predictions, nil)
    case .model(let model):
      guard let dataset else { throw PadawannError(.usage, "a dataset is needed", remedy: "Add --data SPEC") }
      let settings = try weights.settings(of: model, source.path)
      let predictions = try await EvaluationRun(threads: threads.count).predictions(
        of: model.network, named: source.path, on: dataset, settings)
      return try best(
        source.path, dataset.name, settings, predictions, outputs.outputs(for: dataset, of: model.network))
    }
  }

  private func best(
    _ path: String, _ dataset: String, _ settings: [Float?], _ predictions: [Predictions], _ outputs: [Int]?
  ) throws(PadawannError) -> Answers {
    let best = try WeightSweep(sharedWeights: settings, predictions: predictions, outputs: outputs).best
    return Answers(
      model: try ComparedModel(name: path, predictions[best], outputs: outputs), sharedWeight: settings[best],
      datasetName: dataset)
  }

  /// The overlap of every two models of one architecture.
  private func overlaps(_ sources: [ComparedFile]) throws(PadawannError) -> [CompareReport.PairOverlap] {
    var result: [CompareReport.PairOverlap] = []
    for first in sources.indices {
      for second in sources.indices.dropFirst(first + 1) {
        guard let one = sources[first].model?.network, let other = sources[second].model?.network,
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
