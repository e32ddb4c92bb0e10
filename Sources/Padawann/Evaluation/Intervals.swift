import Foundation

/// A confidence interval.
///
/// In JSON it is `{"lower": …, "upper": …}`; an upper end at infinity is written as `null`.
public struct Interval: Sendable, Equatable {
  /// The lower end.
  public let lower: Double
  /// The upper end; may be infinite for a ratio.
  public let upper: Double

  /// Makes an interval from its ends.
  public init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// Whether `value` is between the ends or at one.
  public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }
}

extension Interval: Codable {
  private enum CodingKeys: String, CodingKey { case lower, upper }

  /// Reads the two ends; `null` above is infinity.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    lower = try container.decode(Double.self, forKey: .lower)
    upper = try container.decode(Double?.self, forKey: .upper) ?? .infinity
  }

  /// Writes the two ends; JSON has no infinity.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(lower, forKey: .lower)
    try container.encode(upper.isFinite ? upper : nil as Double?, forKey: .upper)
  }
}

/// How sure an interval is to hold the true value; 0.95 unless told otherwise.
public struct Confidence: Sendable, Hashable {
  /// The probability outside the interval, both sides together.
  public let alpha: Double
  /// The number of standard deviations that the interval spans to each side of a normal estimate.
  public let deviations: Double

  /// Alpha 0.05.
  public static let standard = Confidence(checked: 0.05)

  /// Makes a confidence of `1 - alpha`.
  ///
  /// - Throws: ``PadawannError`` `usage` unless `alpha` is above 1e-300 and below 1.
  public init(alpha: Double) throws(PadawannError) {
    guard alpha > 1e-300, alpha < 1 else {
      throw PadawannError(
        .usage, "an alpha of \(alpha) is not a probability between 0 and 1", remedy: "Use for example 0.05")
    }
    self.init(checked: alpha)
  }

  private init(checked alpha: Double) {
    self.alpha = alpha
    deviations = StandardNormal.quantile(upperTail: alpha / 2)
  }
}

/// A count out of a total with Wilson's score interval (Wilson, 1927), without continuity correction.
public struct Proportion: Codable, Sendable, Equatable {
  /// The number of successes.
  public let count: Int
  /// The number of trials, at least 1.
  public let total: Int
  /// `count / total`.
  public let value: Double
  /// Wilson's interval; always inside 0...1, and it always holds `value`.
  public let interval: Interval

  /// Computes the interval.
  ///
  /// - Throws: ``PadawannError`` `usage` unless `0 <= count <= total` and `1 <= total <= 2^40`.
  public init(_ count: Int, of total: Int, confidence: Confidence = .standard) throws(PadawannError) {
    guard count >= 0, count <= total, (1...Stirling.largestCount).contains(total) else {
      throw PadawannError(.usage, "\(count) of \(total) is not a proportion")
    }
    self.count = count
    self.total = total
    value = Double(count) / Double(total)
    interval = Self.wilson(count, total, confidence.deviations)
  }

  /// Both roots of Wilson's quadratic. The smaller is their product over the larger: the usual difference would lose its
  /// digits near 0.
  private static func wilson(_ count: Int, _ total: Int, _ z: Double) -> Interval {
    let trials = Double(total)
    let share = Double(count) / trials
    let variance = share * (Double(total - count) / trials) / trials
    let larger = share + z * z / (2 * trials) + z * (variance + z * z / (4 * trials * trials)).squareRoot()
    let upper = count == total ? 1 : larger / (1 + z * z / trials)
    return Interval(lower: min(share, share * share / larger), upper: max(share, min(1, upper)))
  }
}

/// The difference between two models' accuracies on the same images, with Tango's score interval (Tango, 1998): the
/// differences that a score test at this confidence does not reject.
package struct PairedDifference: Codable, Sendable, Equatable {
  /// `(gained - lost) / total`.
  package let value: Double
  /// Tango's interval; always inside -1...1, and it always holds `value`.
  package let interval: Interval

  /// Computes the interval.
  ///
  /// - Parameters:
  ///   - gained: the images that only the second model got right.
  ///   - lost: the images that only the first model got right.
  ///   - total: all images.
  ///   - confidence: of the interval.
  /// - Throws: ``PadawannError`` `usage` when a count is negative, `gained + lost > total`, or `total` is not in
  ///   1...2⁴⁰.
  package init(gained: Int, lost: Int, total: Int, confidence: Confidence = .standard) throws(PadawannError) {
    guard gained >= 0, lost >= 0, (1...Stirling.largestCount).contains(total), gained <= total,
      lost <= total - gained
    else {
      throw PadawannError(.usage, "\(gained) gained and \(lost) lost images do not fit into \(total)")
    }
    let (won, gone) = (Double(gained), Double(lost))
    let score = TangoScore(total: Double(total), deviations: confidence.deviations)
    value = (won - gone) / Double(total)
    interval = Interval(
      lower: -score.upperEnd(gained: gone, lost: won), upper: score.upperEnd(gained: won, lost: gone))
  }
}

private struct TangoScore {
  let total: Double
  let deviations: Double

  /// The largest difference that is not rejected. Bisection, because the score is monotone and each step is cheap.
  func upperEnd(gained: Double, lost: Double) -> Double {
    var low = (gained - lost) / total
    var high = 1.0
    while true {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { return high }
      if isRejected(middle, gained: gained, lost: lost) { high = middle } else { low = middle }
    }
  }

  /// Whether `difference`, which is above the estimate, is too large for what was seen.
  func isRejected(_ difference: Double, gained: Double, lost: Double) -> Bool {
    let excess = total * difference - (gained - lost)
    return excess > deviations * variance(difference, gained: gained, lost: lost).squareRoot()
  }

  /// The variance of `gained - lost` under the most likely probabilities that have this difference. A negative
  /// difference is mirrored, so that every term is positive and nothing cancels.
  func variance(_ difference: Double, gained: Double, lost: Double) -> Double {
    guard difference >= 0 else { return variance(-difference, gained: lost, lost: gained) }
    let square = difference * (1 - difference)
    let linear = (2 * total - gained + lost) * difference - gained - lost
    let root = (linear * linear + 8 * total * lost * square).squareRoot()
    // The positive root of 2·total·q² + linear·q - lost·square, the probability of a lost image.
    let loss: Double
    if linear <= 0 {
      loss = (root - linear) / (4 * total)
    } else {
      loss = 2 * lost * square / (root + linear)
    }
    return total * (2 * loss + square)
  }
}
