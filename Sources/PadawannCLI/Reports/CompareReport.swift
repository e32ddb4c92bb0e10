import Padawann

/// What `padawann compare` found: `padawann.compare/1`.
struct CompareReport: Encodable {
  let schema = "padawann.compare/1"
  let dataset: String
  let datasetSha256: String
  let images: Int
  let alpha: Double
  let models: [Entry]
  let cochran: CochranQ?
  let pairs: [PairComparison]
  let verdict: String
  let edges: [PairOverlap]

  /// One of the models.
  struct Entry: Encodable {
    let name: String
    /// `nil` for the model's own weights.
    let sharedWeight: Float?
    let accuracy: Proportion
  }

  /// The edges that two models have pruned.
  struct PairOverlap: Encodable {
    let first: Int
    let second: Int
    let overlap: EdgeOverlap
  }

  init(dataset: String, _ comparison: Comparison, magnitudes: [Magnitude], edges: [PairOverlap]) {
    self.dataset = dataset
    datasetSha256 = comparison.dataset
    images = comparison.images
    alpha = comparison.alpha
    models = zip(comparison.models, magnitudes).map {
      Entry(name: $0.name, sharedWeight: $1.sharedWeight, accuracy: $0.accuracy)
    }
    cochran = comparison.cochran
    pairs = comparison.pairs
    verdict = comparison.verdict
    self.edges = edges
  }
}

extension CompareReport {
  var text: String {
    var parts = ["\(dataset.inOneLine): \(Format.count(images)) images\n\(modelTable)"]
    if let cochran {
      parts[0] +=
        "\n  Cochran's Q \(Format.decimal(cochran.statistic, 4)), \(cochran.degreesOfFreedom) degrees of freedom, "
        + "p \(Format.probability(cochran.p))"
    }
    // Two masks of which one is full have nothing in common by necessity.
    let overlaps = edges.filter { $0.overlap.total.prunedFirst > 0 && $0.overlap.total.prunedSecond > 0 }
    parts += pairs.map(text) + overlaps.map(text) + [verdict]
    return parts.joined(separator: "\n\n")
  }

  private var modelTable: String {
    let rows = models.map { model in
      [
        model.name, Format.weight(model.sharedWeight), Format.percent(model.accuracy.value) + "%",
        "\(Format.percent(model.accuracy.interval.lower)) – \(Format.percent(model.accuracy.interval.upper))",
      ]
    }
    return Table.text(
      [["model", "weight", "accuracy", "\(Format.weight(Float(100 * (1 - alpha))))% interval"]] + rows)
  }

  private func text(_ pair: PairComparison) -> String {
    let (a, b) = (models[pair.first].name, models[pair.second].name)
    var rows = [
      ["both right", Format.count(pair.bothRight)],
      ["only \(a) right (b)", Format.count(pair.onlyFirstRight)],
      ["only \(b) right (c)", Format.count(pair.onlySecondRight)],
      ["both wrong", Format.count(pair.bothWrong)],
      ["difference of accuracy, Tango", Self.difference(pair.difference)],
      ["odds ratio b/c", Self.ratio(pair.oddsRatio, pair.oddsRatioInterval)],
      ["McNemar, mid-p", Format.probability(pair.midP)],
      ["McNemar, exact", Format.probability(pair.exactP)],
      ["chi-square", Self.statistic(pair.chiSquare)],
      ["chi-square, corrected", Self.statistic(pair.chiSquareCorrected)],
    ]
    if pairs.count > 1 { rows.append(["mid-p, Holm", Format.probability(pair.adjustedP)]) }
    return "\(b) against \(a)\n" + Table.text(rows)
  }

  private static func difference(_ difference: PairedDifference) -> String {
    func signed(_ share: Double) -> String { (share > 0 ? "+" : "") + Format.percent(share) }
    let interval = difference.interval
    return
      "\(signed(difference.value)) points (\(signed(interval.lower)) to \(signed(interval.upper)))"
  }

  private static func ratio(_ ratio: Double?, _ interval: Interval) -> String {
    let value = ratio.map { Format.decimal($0, 3) } ?? "-"
    return "\(value) (\(Format.decimal(interval.lower, 3)) to \(Format.decimal(interval.upper, 3)))"
  }

  private static func statistic(_ test: McNemar.Test) -> String {
    "\(Format.decimal(test.statistic, 4)), p \(Format.probability(test.p))"
  }

  private func text(_ pair: PairOverlap) -> String {
    let (a, b) = (models[pair.first].name, models[pair.second].name)
    func share(_ percent: Double?) -> String { percent.map { Format.decimal($0, 1) + "%" } ?? "-" }
    let rows = (pair.overlap.layers + [pair.overlap.total]).map { layer in
      [
        layer.name, Format.count(layer.prunedInCommon), Format.decimal(layer.expectedInCommon, 1),
        share(layer.percentOfFirst), share(layer.percentOfSecond),
        layer.jaccardPruned.map { Format.decimal($0, 3) } ?? "-", Format.probability(layer.twoSidedP),
      ]
    }
    let header = [
      "layer", "pruned in common", "by chance", "of the first's", "of the second's", "Jaccard", "p",
    ]
    return "edges that \(a) and \(b) pruned\n" + Table.text([header] + rows)
  }
}
