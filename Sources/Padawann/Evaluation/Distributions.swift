import Foundation

/// The number of correct predictions among independent images: `trials` draws, each a success with one probability.
///
/// Probabilities are Loader's saddle-point form ("Fast and accurate computation of binomial probabilities", 2000) and
/// tails are sums of positive terms from the near end outwards, so that both keep about 13 digits however small they are.
package struct Binomial: Sendable, Equatable {
  /// The number of draws.
  package let trials: Int
  /// The probability of a success.
  package let probability: Double
  /// The probability of a failure; kept apart because `1 - probability` loses the digits of a small one.
  let complement: Double

  /// Makes a distribution.
  ///
  /// - Throws: ``PadawannError`` `usage` when `trials` is negative or beyond 2⁴⁰, or `probability` is outside 0...1.
  package init(trials: Int, probability: Double) throws(PadawannError) {
    guard (0...Stirling.largestCount).contains(trials), probability >= 0, probability <= 1 else {
      throw PadawannError(
        .usage, "a binomial distribution needs 0 to 2^40 trials and a probability from 0 to 1")
    }
    self.init(trials: trials, probability: probability, complement: 1 - probability)
  }

  /// Trusts its caller: `trials` is not negative and the two probabilities add up to 1.
  init(trials: Int, probability: Double, complement: Double) {
    self.trials = trials
    self.probability = probability
    self.complement = complement
  }

  /// The distribution of wins of a fair game.
  static func fair(_ trials: Int) -> Binomial { Binomial(trials: trials, probability: 0.5, complement: 0.5) }

  /// The probability of exactly `successes`.
  package func mass(_ successes: Int) -> Double {
    guard successes >= 0, successes <= trials else { return 0 }
    guard probability > 0 else { return successes == 0 ? 1 : 0 }
    guard complement > 0 else { return successes == trials ? 1 : 0 }
    let all = Double(trials)
    let won = Double(successes)
    let lost = Double(trials - successes)
    // Fused, because the rounding of `trials × probability` alone would be as large as many a deviation.
    let deviation =
      probability <= complement ? won.addingProduct(-all, probability) : -lost.addingProduct(-all, complement)
    let exponent =
      Stirling.deviance(of: won, from: all * probability, by: deviation)
      + Stirling.deviance(of: lost, from: all * complement, by: -deviation)
    return exp(-exponent) * exp(Stirling.rest(all) - Stirling.rest(won) - Stirling.rest(lost))
  }

  /// The probability of `successes` or fewer.
  package func atMost(_ successes: Int) -> Double {
    guard successes >= 0 else { return 0 }
    guard successes < trials else { return 1 }
    return Double(successes) <= Double(trials) * probability ? lower(successes) : 1 - upper(successes + 1)
  }

  /// The probability of `successes` or more.
  package func atLeast(_ successes: Int) -> Double {
    guard successes > 0 else { return 1 }
    guard successes <= trials else { return 0 }
    return Double(successes) >= Double(trials) * probability ? upper(successes) : 1 - lower(successes - 1)
  }

  /// P(X ≤ k), where k is not above the mean.
  private func lower(_ successes: Int) -> Double {
    let odds = complement / probability
    return tailSum(from: mass(successes)) { step in
      let here = successes - step
      return Double(here) / (Double(trials - here) + 1) * odds
    }
  }

  /// P(X ≥ k), where k is not below the mean.
  private func upper(_ successes: Int) -> Double {
    let odds = probability / complement
    return tailSum(from: mass(successes)) { step in
      let here = successes + step
      return Double(trials - here) / (Double(here) + 1) * odds
    }
  }
}

/// The number of marked edges among `drawn` edges that chance picks out of `population`, of which `marked` are marked.
package struct Hypergeometric: Sendable, Equatable {
  /// All edges.
  package let population: Int
  /// The edges with the mark.
  package let marked: Int
  /// The edges that are drawn, without replacement.
  package let drawn: Int

  /// Makes a distribution.
  ///
  /// - Throws: ``PadawannError`` `usage` when a count is negative or larger than `population`, or `population`
  ///   is beyond 2⁴⁰.
  package init(population: Int, marked: Int, drawn: Int) throws(PadawannError) {
    guard marked >= 0, drawn >= 0, marked <= population, drawn <= population,
      population <= Stirling.largestCount
    else {
      throw PadawannError(
        .usage, "a hypergeometric distribution needs counts from 0 to a population of at most 2^40")
    }
    self.population = population
    self.marked = marked
    self.drawn = drawn
  }

  /// The expected number of marked edges, `drawn × marked / population`; 0 for an empty population.
  package var mean: Double { population == 0 ? 0 : expected(drawn, marked) }

  /// The fewest and the most marked edges that can be drawn.
  package var support: ClosedRange<Int> {
    // Written so that no sum of two counts is ever formed: it could overflow.
    max(0, drawn - (population - marked))...min(drawn, marked)
  }

  /// The probability of exactly `count` marked edges.
  package func mass(_ count: Int) -> Double {
    guard support.contains(count) else { return 0 }
    guard population > 0 else { return 1 }
    let excess = Int128(count) * Int128(population) - Int128(drawn) * Int128(marked)
    let deviation = Double(excess) / Double(population)
    let (left, plain) = (population - drawn, population - marked)
    let cells = [
      (count, expected(drawn, marked), deviation), (drawn - count, expected(drawn, plain), -deviation),
      (marked - count, expected(left, marked), -deviation),
      (plain - (drawn - count), expected(left, plain), deviation),
    ]
    var exponent = 0.0
    var rest = -Stirling.rest(Double(population))
    for margin in [drawn, left, marked, plain] { rest += Stirling.rest(Double(margin)) }
    for (cell, expected, deviation) in cells {
      exponent += Stirling.deviance(of: Double(cell), from: expected, by: deviation)
      rest -= Stirling.rest(Double(cell))
    }
    return exp(-exponent) * exp(rest)
  }

  /// The probability of `count` marked edges or fewer.
  package func atMost(_ count: Int) -> Double {
    guard count >= support.lowerBound else { return 0 }
    guard count < support.upperBound else { return 1 }
    return Double(count) <= mean ? lower(count) : 1 - upper(count + 1)
  }

  /// The probability of `count` marked edges or more.
  package func atLeast(_ count: Int) -> Double {
    guard count > support.lowerBound else { return 1 }
    guard count <= support.upperBound else { return 0 }
    return Double(count) >= mean ? upper(count) : 1 - lower(count - 1)
  }

  /// Twice the smaller of the two tails that include `count`, at most 1.
  package func twoSided(_ count: Int) -> Double { min(1, 2 * min(atMost(count), atLeast(count))) }

  private func expected(_ row: Int, _ column: Int) -> Double {
    Double(row) * Double(column) / Double(population)
  }

  private func lower(_ count: Int) -> Double {
    tailSum(from: mass(count)) { step in
      let here = count - step
      let outside = Double(population - marked - (drawn - here))
      return Double(here) * outside / ((Double(marked - here) + 1) * (Double(drawn - here) + 1))
    }
  }

  private func upper(_ count: Int) -> Double {
    tailSum(from: mass(count)) { step in
      let here = count + step
      let outside = Double(population - marked - (drawn - here)) + 1
      return Double(marked - here) * Double(drawn - here) / ((Double(here) + 1) * outside)
    }
  }
}

/// The standard normal distribution.
package enum StandardNormal {
  /// The probability of a value of `z` or less.
  package static func atMost(_ z: Double) -> Double { erfc(-z * 0.5.squareRoot()) / 2 }

  /// The probability of a value of `z` or more.
  package static func atLeast(_ z: Double) -> Double { erfc(z * 0.5.squareRoot()) / 2 }

  /// The value that is exceeded with probability `upperTail`: 1.96 for 0.025. Infinite at 0 and 1, NaN outside.
  ///
  /// A first guess by Abramowitz and Stegun 26.2.23, then Halley's iteration on ``atLeast(_:)``.
  package static func quantile(upperTail: Double) -> Double {
    guard upperTail > 0, upperTail < 1 else {
      return upperTail == 0 ? .infinity : upperTail == 1 ? -.infinity : .nan
    }
    guard upperTail <= 0.5 else { return -quantile(upperTail: 1 - upperTail) }
    let t = (-2 * log(upperTail)).squareRoot()
    var z =
      t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    for _ in 0..<3 {
      let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
      guard density > 0 else { break }
      let step = (atLeast(z) - upperTail) / density
      z += step / (1 - z * step / 2)
    }
    return z
  }
}

/// The chi-square distribution.
package struct ChiSquare: Sendable, Equatable {
  /// The degrees of freedom; need not be whole.
  package let degreesOfFreedom: Double

  /// Makes a distribution.
  ///
  /// - Throws: ``PadawannError`` `usage` unless the degrees of freedom are positive and at most 1e12.
  package init(degreesOfFreedom: Double) throws(PadawannError) {
    guard degreesOfFreedom > 0, degreesOfFreedom <= 1e12 else {
      throw PadawannError(.usage, "a chi-square distribution needs degrees of freedom above 0 and up to 1e12")
    }
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// One degree of freedom.
  static func one(atLeast statistic: Double) -> Double {
    statistic > 0 ? erfc((statistic / 2).squareRoot()) : 1
  }

  /// The probability of `statistic` or more: the regularised upper incomplete gamma function Q(df/2, statistic/2).
  package func atLeast(_ statistic: Double) -> Double {
    guard statistic > 0 else { return statistic.isNaN ? .nan : 1 }
    guard statistic < .infinity else { return 0 }
    if degreesOfFreedom == 1 { return Self.one(atLeast: statistic) }
    let (shape, x) = (degreesOfFreedom / 2, statistic / 2)
    let density = Stirling.gammaMass(shape, x)
    if x < shape + 1 {
      return max(0, 1 - tailSum(from: density) { step in x / (shape + Double(step + 1)) })
    }
    return density * shape * Self.upperFraction(shape, x)
  }

  /// Γ(a, x) · eˣ / xᵃ for x > a + 1, by Legendre's continued fraction in Lentz's form; it takes about √a steps.
  private static func upperFraction(_ shape: Double, _ x: Double) -> Double {
    var b = x + 1 - shape
    var c = Double.greatestFiniteMagnitude
    var d = 1 / b
    var value = d
    var step = 1.0
    while step < 1e8 {
      let numerator = -step * (step - shape)
      b += 2
      d = 1 / b.addingProduct(numerator, d)
      c = b + numerator / c
      let factor = c * d
      value *= factor
      if abs(factor - 1) < 3e-16 { break }
      step += 1
    }
    return value
  }
}
