import Foundation

/// Student's t distribution.
package struct StudentT: Sendable, Equatable {
  /// The degrees of freedom; need not be whole.
  package let degreesOfFreedom: Double

  /// Makes a distribution.
  ///
  /// - Throws: ``PadawannError`` `usage` unless the degrees of freedom are positive and at most 1e12.
  package init(degreesOfFreedom: Double) throws(PadawannError) {
    guard degreesOfFreedom > 0, degreesOfFreedom <= 1e12 else {
      throw PadawannError(.usage, "a t distribution needs degrees of freedom above 0 and up to 1e12")
    }
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// The probability of a value that is at least as far from 0, on either side: the regularised incomplete beta function
  /// I(ν/2, 1/2) at ν / (ν + t²).
  package func atLeastAsFar(_ t: Double) -> Double {
    let square = t * t
    guard !square.isNaN else { return .nan }
    guard square > 0 else { return 1 }
    guard square < .infinity else { return 0 }
    let nu = degreesOfFreedom
    let (a, b) = (nu / 2, 0.5)
    let share = nu / (nu + square)
    let rest = square / (nu + square)
    // a - (a + b)·share, without the digits that cancel.
    let excess = a * ((square - 1) / (nu + square))
    let exponent =
      Stirling.deviance(of: a, from: (a + b) * share, by: excess)
      + Stirling.deviance(of: b, from: (a + b) * rest, by: -excess)
    let mass = exp(-exponent) * exp(Stirling.rest(a + b) - Stirling.rest(a) - Stirling.rest(b))
    if share < (a + 1) / (a + b + 2) {
      return min(1, mass * b / (a + b) * Self.fraction(a, b, share))
    }
    return max(0, 1 - mass * a / (a + b) * Self.fraction(b, a, rest))
  }

  /// The distance from 0 that is exceeded, on either side, with a probability above 0 and below 1.
  package func distance(exceededWith probability: Double) -> Double {
    var high = 1.0
    while atLeastAsFar(high) > probability { high *= 2 }
    var low = high == 1 ? 0 : high / 2
    while true {
      let middle = low + (high - low) / 2
      guard low < middle, middle < high else { return middle }
      if atLeastAsFar(middle) > probability { low = middle } else { high = middle }
    }
  }

  /// I(a, b) at x over xᵃ(1 - x)ᵇ / (a·B(a, b)), by the continued fraction in Lentz's form, for x < (a + 1) / (a + b + 2).
  private static func fraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
    var c = 1.0
    var d = 1 / (1 - (a + b) * x / (a + 1))
    var value = d
    var m = 1.0
    while m < 1e8 {
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / (1 + even * d)
      c = 1 + even / c
      value *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / (1 + odd * d)
      c = 1 + odd / c
      let factor = d * c
      value *= factor
      if abs(factor - 1) < 3e-16 { break }
      m += 1
    }
    return value
  }
}
