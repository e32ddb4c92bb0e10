/// McNemar's test of two models on the same images: do the images on which they disagree favour one of them?
///
/// Given that they disagree on `b + c` images, either model is as likely to be the right one when the models are equally
/// good. Of its four forms mid-p is the one to quote: it keeps the nominal level without the loss of power of the exact
/// test and of the continuity correction (Fagerland, Lydersen and Laake, 2013).
public struct McNemar: Sendable, Equatable {
  /// The images that only the first model got right.
  public let b: Int
  /// The images that only the second model got right.
  public let c: Int
  /// The two-sided exact binomial p-value, `2·P(X ≤ min(b, c))`, at most 1.
  public let exact: Double
  /// The two-sided mid-p value: the exact one less `P(X = min(b, c))`; 1 when `b == c`.
  public let midP: Double

  /// A statistic with its p-value.
  public struct Test: Codable, Sendable, Equatable {
    /// The statistic.
    public let statistic: Double
    /// The probability of this statistic or a larger one when the models are equally good.
    public let p: Double

    static func chiSquare(_ statistic: Double) -> Test {
      Test(statistic: statistic, p: ChiSquare.one(atLeast: statistic))
    }
  }

  /// Tests two counts of discordant images.
  ///
  /// - Throws: ``PadawannError`` `usage` when a count is negative or their sum is beyond 2⁴⁰.
  public init(b: Int, c: Int) throws(PadawannError) {
    _ = try OddsRatio(wins: b, losses: c)
    self.b = b
    self.c = c
    (exact, midP) = Self.pValues(min(b, c), of: b + c)
  }

  /// The number of images on which exactly one model is right.
  public var discordant: Int { b + c }

  /// `(b - c)² / (b + c)` against chi-square with one degree of freedom; statistic 0 and p 1 for `b + c == 0`.
  public var chiSquare: Test { statistic(correction: 0) }

  /// `(|b - c| - 1)² / (b + c)`, the form with Edwards' continuity correction; statistic 0 and p 1 for `b + c == 0`.
  ///
  /// As in statsmodels the difference is not held at 0, so that `b == c` gives `1 / (b + c)` and not 0.
  public var corrected: Test { statistic(correction: 1) }

  /// `b / c` with its intervals.
  package var oddsRatio: OddsRatio { OddsRatio(checkedWins: b, losses: c) }

  private func statistic(correction: Double) -> Test {
    guard discordant > 0 else { return Test(statistic: 0, p: 1) }
    let difference = abs(Double(b) - Double(c)) - correction
    return .chiSquare(difference * difference / Double(discordant))
  }

  /// Both p-values of the smaller count, from one sum over the tail.
  private static func pValues(_ fewer: Int, of discordant: Int) -> (exact: Double, midP: Double) {
    guard 2 * fewer < discordant else { return (1, 1) }
    let binomial = Binomial.fair(discordant)
    let tail = binomial.atMost(fewer)
    return (min(1, 2 * tail), min(1, 2 * tail - binomial.mass(fewer)))
  }
}

extension McNemar {
  /// The fewest discordant images with which any verdict is possible: the mid-p value of `n` to 0 is 2⁻ⁿ.
  public static func fewestDiscordant(_ confidence: Confidence = .standard) -> Int {
    var count = 0
    var chance = 1.0
    while chance >= confidence.alpha {
      chance /= 2
      count += 1
    }
    return count
  }

  /// The smallest `|b - c|` that is significant (mid-p below alpha) when the models disagree on this many images; `nil`
  /// when none is. Divided by the number of images it is the smallest difference in accuracy that would have shown.
  public func smallestSignificantDifference(_ confidence: Confidence = .standard) -> Int? {
    guard discordant >= Self.fewestDiscordant(confidence) else { return nil }
    // The p-value rises with the smaller count: `low` is significant, `high` (as near to half as it gets) is not.
    var low = 0
    var high = (discordant + 1) / 2
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if Self.pValues(middle, of: discordant).midP < confidence.alpha { low = middle } else { high = middle }
    }
    return discordant - 2 * low
  }

  /// How many discordant images a new test would need to find an imbalance as large as this one with probability
  /// `power` (Connor, 1987, conditional form); `nil` when there is none to find or `power` is not between 0 and 1.
  public func discordantNeeded(power: Double = 0.8, _ confidence: Confidence = .standard) -> Int? {
    guard b != c, power > 0, power < 1 else { return nil }
    let share = Double(max(b, c)) / Double(discordant)
    let spread = (share * (1 - share)).squareRoot()
    let needed = confidence.deviations / 2 + StandardNormal.quantile(upperTail: 1 - power) * spread
    let pairs = (needed * needed / ((share - 0.5) * (share - 0.5))).rounded(.up)
    return pairs < Double(Stirling.largestCount) ? max(Int(pairs), Self.fewestDiscordant(confidence)) : nil
  }
}
