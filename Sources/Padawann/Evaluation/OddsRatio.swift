/// How the interval of a conditional odds ratio is found.
package enum OddsRatioMethod: String, Codable, Sendable, CaseIterable {
  /// Clopper and Pearson's limits with half of the observed probability (Fagerland, Lydersen and Laake, 2014). The
  /// default: it leaves out 1 exactly when the mid-p value is below alpha.
  case midP
  /// Clopper and Pearson's limits: never too narrow, usually too wide.
  case exact
  /// Wilson's limits of b / (b + c), transformed: needs no sums.
  case wilson
}

/// The odds that an image on which two models disagree goes to the first: `b / c`, given that they disagree.
package struct OddsRatio: Sendable, Equatable {
  /// The images that only the first got right.
  package let wins: Int
  /// The images that only the second got right.
  package let losses: Int

  /// Makes an odds ratio.
  ///
  /// - Throws: ``PadawannError`` `usage` when a count is negative or the sum is beyond 2⁴⁰.
  package init(wins: Int, losses: Int) throws(PadawannError) {
    let allowed = 0...Stirling.largestCount
    guard allowed.contains(wins), allowed.contains(losses), allowed.contains(wins + losses) else {
      throw PadawannError(
        .usage, "\(wins) and \(losses) discordant images are not counts that can be compared")
    }
    self.init(checkedWins: wins, losses: losses)
  }

  /// Trusts its caller with the counts.
  init(checkedWins wins: Int, losses: Int) {
    self.wins = wins
    self.losses = losses
  }

  /// `wins / losses`: 0 without a win, infinite without a loss, `nil` without either.
  package var value: Double? {
    wins == 0 && losses == 0 ? nil : Double(wins) / Double(losses)
  }

  /// The interval: from 0 without a win, to infinity without a loss.
  package func interval(_ method: OddsRatioMethod = .midP, confidence: Confidence = .standard) -> Interval {
    Interval(
      lower: Self.lowerEnd(wins, losses, method, confidence),
      upper: 1 / Self.lowerEnd(losses, wins, method, confidence))
  }

  private static func lowerEnd(
    _ wins: Int, _ losses: Int, _ method: OddsRatioMethod, _ confidence: Confidence
  )
    -> Double
  {
    guard wins > 0 else { return 0 }
    if method == .wilson { return wilsonEnd(Double(wins), Double(losses), confidence.deviations) }
    let share = method == .midP ? 0.5 : 1
    // Positive doubles are ordered as their bit patterns, so that 63 halvings find the two that enclose the limit.
    var low: UInt64 = 0
    var high = Double.infinity.bitPattern
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if chance(of: wins, losses, odds: Double(bitPattern: middle), share) < confidence.alpha / 2 {
        low = middle
      } else {
        high = middle
      }
    }
    return Double(bitPattern: high)
  }

  /// P(X > wins) + share · P(X = wins) for a binomial X with these odds.
  private static func chance(of wins: Int, _ losses: Int, odds: Double, _ share: Double) -> Double {
    let distribution = Binomial(
      trials: wins + losses, probability: odds / (1 + odds), complement: 1 / (1 + odds))
    return distribution.atLeast(wins) - (1 - share) * distribution.mass(wins)
  }

  /// Wilson's lower limit p = w² / (n·(w + wider)) as p / (1 - p), cleared of its fractions.
  private static func wilsonEnd(_ wins: Double, _ losses: Double, _ z: Double) -> Double {
    let total = wins + losses
    let wider = z * z / 2 + z * (wins * losses / total + z * z / 4).squareRoot()
    return wins * wins / (wins * losses + total * wider)
  }
}
