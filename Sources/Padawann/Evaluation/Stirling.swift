import Foundation

/// Factorials taken apart so that large ones cancel before anything is rounded (Loader, 2000).
///
/// `a! = (a/e)ᵃ · exp(rest(a))`. The powers of a probability mass function collect into ``deviance(of:from:by:)``, which
/// is small wherever the probability is not; a difference of log-factorials of 10⁶ would have lost 7 digits.
enum Stirling {
  /// The largest count that the distributions accept: sums over a tail take some √count steps, and doubles hold the
  /// square of nothing much larger.
  static let largestCount = 1 << 40

  /// `log(a!) - a·log(a) + a` for a ≥ 0, which need not be whole; 0 for 0.
  static func rest(_ a: Double) -> Double {
    guard a > 0 else { return 0 }
    guard a >= 16 else { return log(tgamma(a + 1)) - a * log(a) + a }
    let square = a * a
    let series =
      (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / square) / square) / square) / square)
      / a
    return log(2 * Double.pi * a) / 2 + series
  }

  /// `x·log(x/mean) + mean - x`, which is never negative.
  ///
  /// - Parameter difference: `x - mean`, given apart because the caller knows it with more digits.
  static func deviance(of x: Double, from mean: Double, by difference: Double) -> Double {
    guard mean > 0 else { return 0 }
    guard x > 0 else { return mean }
    let ratio = difference / (x + mean)
    guard abs(ratio) < 1.0 / 3 else { return x * log(x / mean) - difference }
    // log(x/mean) = 2·atanh(ratio); its first term cancels against `difference`.
    var sum = difference * ratio
    var power = 2 * x * ratio
    var divisor = 3.0
    while true {
      power *= ratio * ratio
      let next = sum + power / divisor
      if next == sum { return sum }
      sum = next
      divisor += 2
    }
  }

  /// `xᵃ·e⁻ˣ / Γ(a + 1)`: the Poisson probability of `a` when `x` are expected, for any a ≥ 0.
  static func gammaMass(_ a: Double, _ x: Double) -> Double {
    exp(-deviance(of: a, from: x, by: a - x)) * exp(-rest(a))
  }
}

/// `first · (1 + r₀ + r₀r₁ + …)`, at most 1, where the ratios `r` fall from step to step and end below 1.
func tailSum(from first: Double, ratio: (Int) -> Double) -> Double {
  var sum = 1.0
  var term = 1.0
  var step = 0
  while true {
    let factor = ratio(step)
    guard factor > 0 else { break }
    term *= factor
    sum += term
    // The ratios fall, so what is left is less than a geometric series.
    guard term * factor > sum * 0x1p-56 * (1 - factor) else { break }
    step += 1
  }
  return min(1, first * sum)
}
