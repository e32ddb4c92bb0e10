import Foundation

/// Two of the models of a ``Comparison``. "First" is the one that was given earlier.
public struct PairComparison: Codable, Sendable, Equatable {
  /// The index of the first model in ``Comparison/models``.
  public let first: Int
  /// The index of the second.
  public let second: Int
  /// Images that both got right.
  public let bothRight: Int
  /// Images that only the first got right; McNemar's b.
  public let onlyFirstRight: Int
  /// Images that only the second got right; McNemar's c.
  public let onlySecondRight: Int
  /// Images that neither got right.
  public let bothWrong: Int
  /// Accuracy of the second less accuracy of the first, with Tango's interval.
  package let difference: PairedDifference
  /// McNemar's exact two-sided p-value.
  public let exactP: Double
  /// McNemar's mid-p value, on which the verdict rests.
  public let midP: Double
  /// ``midP`` by Holm's adjustment over all pairs; equal to it for two models.
  public let adjustedP: Double
  /// McNemar's chi-square without correction.
  public let chiSquare: McNemar.Test
  /// McNemar's chi-square with continuity correction.
  public let chiSquareCorrected: McNemar.Test
  /// `onlyFirstRight / onlySecondRight`; `nil` when the second is 0.
  public let oddsRatio: Double?
  /// The mid-p interval of the odds ratio.
  public let oddsRatioInterval: Interval
  /// The fewest images of disagreement with which any verdict is possible at this alpha.
  public let fewestDiscordant: Int
  /// The smallest difference in accuracy that would have been significant with as many images of disagreement; `nil`
  /// when none would.
  public let smallestSignificantDifference: Double?
  /// The images of disagreement with which a difference in this proportion is found with probability 0.8; `nil` when
  /// there is no difference.
  public let discordantNeeded: Int?
  /// The result in one sentence.
  public let verdict: String

  /// Whether the verdict is that one is better.
  public func isSignificant(alpha: Double) -> Bool { adjustedP < alpha }

  /// Every two models, with Holm's adjustment over all of them.
  static func all(names: [String], correct: [Bitmask], _ confidence: Confidence) throws(PadawannError)
    -> [PairComparison]
  {
    var tests: [(first: Int, second: Int, test: McNemar)] = []
    for first in correct.indices {
      for second in correct.indices.dropFirst(first + 1) {
        let both = correct[first].intersection(correct[second]).popcount
        let test = try McNemar(b: correct[first].popcount - both, c: correct[second].popcount - both)
        tests.append((first, second, test))
      }
    }
    var pairs: [PairComparison] = []
    for ((first, second, test), adjusted) in zip(tests, holm(tests.map(\.test.midP))) {
      pairs.append(
        try PairComparison(
          first: first, second: second, bothRight: correct[first].popcount - test.b,
          images: correct[first].count,
          test, adjustedP: adjusted, isOnlyPair: tests.count == 1, names: (names[first], names[second]),
          confidence))
    }
    return pairs
  }

  private init(
    first: Int, second: Int, bothRight: Int, images: Int, _ test: McNemar, adjustedP: Double,
    isOnlyPair: Bool,
    names: (String, String), _ confidence: Confidence
  ) throws(PadawannError) {
    self.first = first
    self.second = second
    self.bothRight = bothRight
    onlyFirstRight = test.b
    onlySecondRight = test.c
    bothWrong = images - bothRight - test.discordant
    difference = try PairedDifference(gained: test.c, lost: test.b, total: images, confidence: confidence)
    exactP = test.exact
    midP = test.midP
    self.adjustedP = adjustedP
    chiSquare = test.chiSquare
    chiSquareCorrected = test.corrected
    oddsRatio = test.oddsRatio.value.flatMap { $0.isFinite ? $0 : nil }
    oddsRatioInterval = test.oddsRatio.interval(confidence: confidence)
    fewestDiscordant = McNemar.fewestDiscordant(confidence)
    smallestSignificantDifference = test.smallestSignificantDifference(confidence).map {
      Double($0) / Double(images)
    }
    discordantNeeded = test.discordantNeeded(confidence)
    verdict = Self.verdict(
      test, names, p: "\(isOnlyPair ? "mid-p" : "Holm-adjusted mid-p") \(brief(adjustedP))",
      significant: adjustedP < confidence.alpha)
  }

  private static func verdict(_ test: McNemar, _ names: (String, String), p: String, significant: Bool)
    -> String
  {
    guard test.discordant > 0 else { return "\(names.0) and \(names.1) are right on the same images (\(p))" }
    guard significant else { return "no difference shown between \(names.0) and \(names.1) (\(p))" }
    let (better, worse) = test.b > test.c ? names : (names.1, names.0)
    return "\(better) is better than \(worse) (\(p))"
  }
}

/// A probability with two digits for a sentence: `0.003`, `1.2e-07`.
func brief(_ p: Double) -> String { p == 0 ? "< 1e-300" : String(format: "%.2g", p) }
