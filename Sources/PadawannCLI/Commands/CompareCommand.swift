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
    let sources = try models.map(Source.init)
    let folder = try dataFolder.folder()
    let dataset = try data.map { text throws(PadawannError) in try DatasetSpec.parse(text).load(from: folder)
    }
    let run = EvaluationRun(threads: try threads.count())
    var compared: [ComparedModel] = []
    var weights: [Float?] = []
    for source in sources {
      let (model, weight) = try await answers(of: source, dataset, run)
      compared.append(model)
      weights.append(weight)
    }
    let comparison = try Comparison(of: compared, confidence: confidence)
    let overlaps = try overlaps(sources)
    let result = Result(comparison: comparison, weights: weights, edges: overlaps)
    try report.print(result) { result.text }
  }

  /// A model file or a file of predictions.
  private enum Source {
    case model(String, Network, Model)
    case predictions(String, PredictionFile)

    init(_ path: String) throws(PadawannError) {
      let bytes = try StoredFile.read(path, limit: ModelFile.sizeLimit)
      do throws(PadawannError) {
        // A zip archive begins with "PK".
        if bytes.starts(with: [0x50, 0x4b]) {
          self = .predictions(path, try PredictionFile(bytes))
        } else {
          let model = try ModelFile.model(image: bytes).model
          self = .model(path, model.network, model)
        }
      } catch {
        throw error.inside(path)
      }
    }
  }

  /// The answers of a model with the weight that is best for it.
  private func answers(of source: Source, _ dataset: Dataset?, _ run: EvaluationRun) async throws
    -> (ComparedModel, Float?)
  {
    let path: String
    let settings: [Float?]
    let predictions: [Predictions]
    var outputs: [Int]?
    switch source {
    case .predictions(let file, let content):
      (path, settings, predictions) = (file, content.sharedWeights, content.predictions)
    case .model(let file, let network, let model):
      guard let dataset else {
        throw PadawannError(
          .usage, "a model needs a dataset to be compared on", at: file, remedy: "Add --data SPEC")
      }
      try Inference.check(dataset, fits: network.architecture)
      path = file
      settings = try weights.settings(of: model, file)
      predictions = try await run.predictions(of: network, named: file, on: dataset, settings)
      let classes = dataset.classNames.indices
      outputs = classes.count < network.architecture.outputs ? Array(classes) : nil
    }
    let best = try WeightSweep(sharedWeights: settings, predictions: predictions, outputs: outputs).best
    return (try ComparedModel(name: path, predictions[best], outputs: outputs), settings[best])
  }

  /// The overlap of every two models of one architecture.
  private func overlaps(_ sources: [Source]) throws(PadawannError) -> [PairOverlap] {
    var networks: [(index: Int, network: Network)] = []
    for (index, source) in sources.enumerated() {
      if case .model(_, let network, _) = source { networks.append((index, network)) }
    }
    var result: [PairOverlap] = []
    for (rank, first) in networks.enumerated() {
      for second in networks.dropFirst(rank + 1) where first.network.hasSameLayers(as: second.network) {
        let masks = zip(first.network.layers, second.network.layers).map {
          EdgeOverlap.Masks(name: $0.name, first: $0.weights.mask, second: $1.weights.mask)
        }
        result.append(
          PairOverlap(first: first.index, second: second.index, overlap: try EdgeOverlap(of: masks)))
      }
    }
    return result
  }

  struct PairOverlap: Encodable {
    let first: Int
    let second: Int
    let overlap: EdgeOverlap
  }

  struct Result: Encodable {
    let schema = Comparison.schema
    let comparison: Comparison
    /// The shared weight of each model; `null` for its own weights.
    let weights: [Float?]
    let edges: [PairOverlap]
  }
}

extension CompareCommand.Result {
  fileprivate var text: String {
    let pairs = comparison.pairs.map(text).joined(separator: "\n\n")
    var parts = ["\(Format.count(comparison.images)) images", modelTable]
    if let cochran = comparison.cochran {
      parts.append(
        "  Cochran's Q \(Format.decimal(cochran.statistic, 4)), \(cochran.degreesOfFreedom) degrees of freedom, "
          + "p \(Self.p(cochran.p))")
    }
    parts.append("\n" + pairs)
    if !edges.isEmpty { parts.append("\n" + edges.map(text).joined(separator: "\n\n")) }
    return (parts + ["\n\(comparison.verdict)"]).joined(separator: "\n")
  }

  private var modelTable: String {
    let rows = comparison.models.enumerated().map { index, model in
      [
        model.name, weights[index].map(Format.weight) ?? "own", Format.percent(model.accuracy.value) + "%",
        "\(Format.percent(model.accuracy.interval.lower)) – \(Format.percent(model.accuracy.interval.upper))",
      ]
    }
    return Table.text([["model", "weight", "accuracy", "interval"]] + rows, indent: "  ")
  }

  private func text(_ pair: PairComparison) -> String {
    let (a, b) = (comparison.models[pair.first].name, comparison.models[pair.second].name)
    let ratio = pair.oddsRatioInterval
    func signed(_ share: Double) -> String { (share > 0 ? "+" : "") + Format.percent(share) }
    let rows = [
      ["both right", Format.count(pair.bothRight)],
      ["only \(a) right (b)", Format.count(pair.onlyFirstRight)],
      ["only \(b) right (c)", Format.count(pair.onlySecondRight)],
      ["both wrong", Format.count(pair.bothWrong)],
      [
        "difference of accuracy, Tango",
        "\(signed(pair.difference.value)) points (\(signed(pair.difference.interval.lower)) to "
          + "\(signed(pair.difference.interval.upper)))",
      ],
      [
        "odds ratio b/c",
        "\(pair.oddsRatio.map { Format.decimal($0, 3) } ?? "-") (\(Format.decimal(ratio.lower, 3)) to "
          + "\(Format.decimal(ratio.upper, 3)))",
      ],
      ["McNemar, mid-p", Self.p(pair.midP)], ["McNemar, exact", Self.p(pair.exactP)],
      ["chi-square", "\(Format.decimal(pair.chiSquare.statistic, 4)), p \(Self.p(pair.chiSquare.p))"],
      [
        "chi-square, corrected",
        "\(Format.decimal(pair.chiSquareCorrected.statistic, 4)), p \(Self.p(pair.chiSquareCorrected.p))",
      ],
    ]
    let holm = comparison.pairs.count > 1 ? [["mid-p, Holm", Self.p(pair.adjustedP)]] : []
    return "\(b) against \(a)\n" + Table.text(rows + holm, indent: "  ")
  }

  private func text(_ pair: CompareCommand.PairOverlap) -> String {
    let (a, b) = (comparison.models[pair.first].name, comparison.models[pair.second].name)
    func share(_ percent: Double?) -> String { percent.map { Format.decimal($0, 1) + "%" } ?? "-" }
    let rows = (pair.overlap.layers + [pair.overlap.total]).map { layer in
      [
        layer.name, Format.count(layer.prunedInCommon), Format.decimal(layer.expectedInCommon, 1),
        share(layer.percentOfFirst), share(layer.percentOfSecond),
        layer.jaccardPruned.map { Format.decimal($0, 3) } ?? "-", Self.p(layer.twoSidedP),
      ]
    }
    let header = [
      "layer", "pruned in common", "by chance", "of the first's", "of the second's", "Jaccard", "p",
    ]
    return "edges that \(a) and \(b) pruned\n" + Table.text([header] + rows, indent: "  ")
  }

  private static func p(_ value: Double) -> String {
    value >= 0.0001 ? Format.decimal(value, 6) : Format.scientific(value)
  }
}
