/// Cochran's Q test of two or more models on the same images: are they all equally often right?
///
/// With two models Q is McNemar's chi-square without correction. For three or more it comes first, and the pairs follow
/// with p-values that ``holm(_:)`` adjusts.
package struct CochranQ: Codable, Sendable, Equatable {
  /// Q; 0 when every image has all models right or all wrong.
  package let statistic: Double
  /// The number of models less 1.
  package let degreesOfFreedom: Int
  /// The probability of this statistic or a larger one when the models are equally good (chi-square).
  package let p: Double

  /// Tests the models.
  ///
  /// - Parameter right: one bitmask per model, a bit per image, set where the model's prediction is correct.
  /// - Throws: ``PadawannError`` `usage` when there are fewer than two models or the bitmasks differ in length.
  package init(correct: [Bitmask]) throws(PadawannError) {
    guard let images = correct.first?.count, correct.count >= 2, correct.allSatisfy({ $0.count == images })
    else {
      throw PadawannError(.usage, "Cochran's Q needs at least two models that answered the same images")
    }
    degreesOfFreedom = correct.count - 1
    let models = Int128(correct.count)
    let perModel = correct.map { Int128($0.popcount) }
    let total = perModel.reduce(0, +)
    let squares = perModel.reduce(0) { $0 + $1 * $1 }
    let spread = models * total - correct.countsPerImage.reduce(Int128(0)) { $0 + Int128($1) * Int128($1) }
    guard spread > 0 else {
      (statistic, p) = (0, 1)
      return
    }
    statistic = Double((models - 1) * (models * squares - total * total)) / Double(spread)
    p = try ChiSquare(degreesOfFreedom: Double(degreesOfFreedom)).atLeast(statistic)
  }
}

/// Holm's step-down adjustment (Holm, 1979): p-values that may each be held against alpha although there are several.
///
/// - Returns: the adjusted values in the order of `pValues`, each at least its own and at most 1.
package func holm(_ pValues: [Double]) -> [Double] {
  let ascending = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
  var adjusted = pValues
  var highest = 0.0
  for (rank, index) in ascending.enumerated() {
    highest = max(highest, min(1, Double(pValues.count - rank) * pValues[index]))
    adjusted[index] = highest
  }
  return adjusted
}
