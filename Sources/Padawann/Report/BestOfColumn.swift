/// Which of several systems are the best on some data, as far as a test can tell.
struct BestOfColumn {
  /// What one of them came to.
  struct Sample {
    /// The accuracies of its runs.
    let values: [Double]
    /// What its only model answered.
    let answer: ReportedAnswer?

    /// The mean accuracy.
    var mean: Double? { Spread(values)?.mean }
  }

  private let samples: [Sample]
  private let best: Int?

  init(_ samples: [Sample]) {
    self.samples = samples
    let means = samples.compactMap(\.mean)
    best = means.count > 1 ? means.max().flatMap { most in samples.firstIndex { $0.mean == most } } : nil
  }

  /// Whether it is the best, or no test tells it from that.
  func includes(_ index: Int) throws(PadawannError) -> Bool {
    guard let best, !samples[index].values.isEmpty else { return false }
    guard index != best else { return true }
    return try p(index, best).map { $0 >= Confidence.standard.alpha } ?? false
  }

  /// The probability of such a difference by chance: of two models on the same images by McNemar's test, of runs by Welch's
  /// t-test; `nil` where neither is possible.
  private func p(_ one: Int, _ other: Int) throws(PadawannError) -> Double? {
    let pair = [samples[one], samples[other]]
    if let first = pair[0].answer, let second = pair[1].answer {
      return ModelPairs([first, second])?.comparison.pairs[0].midP
    }
    return try MeanDifference(of: pair[0].values, pair[1].values, isPaired: false)?.p
  }
}

/// Several models that answered the same images, compared.
struct ModelPairs {
  let comparison: Comparison

  /// Compares models; `nil` for fewer than two, or where the images are not the same.
  init?(_ answers: [ReportedAnswer]) {
    let models = try? answers.map { try ComparedModel(name: $0.name, $0.best) }
    guard let models, let comparison = try? Comparison(of: models) else { return nil }
    self.comparison = comparison
  }

  /// A row for each pair.
  func table(name: String, dataset: String) -> ReportTable {
    ReportTable(
      name: name, title: "Differences on \(dataset)",
      note: "McNemar's test, mid-p\(comparison.pairs.count > 1 ? ", with Holm's adjustment" : "").",
      columns: [
        "first", "second", "only first right", "only second right", "difference in points", "p", "verdict",
      ],
      rows: comparison.pairs.map { pair in
        let (first, second) = (comparison.models[pair.first].name, comparison.models[pair.second].name)
        let better = pair.difference.value > 0 ? second : first
        return [
          .text(first), .text(second), .count(pair.onlyFirstRight), .count(pair.onlySecondRight),
          .number(100 * pair.difference.value, 2), .text(Format.probability(pair.adjustedP)),
          .text(pair.isSignificant(alpha: comparison.alpha) ? "\(better) is better" : "no difference shown"),
        ]
      })
  }
}
