import Padawann
import Testing

@Suite("Distributions")
struct DistributionsTests {
  @Test("binomial masses and tails have 12 digits")
  func binomialGoldens() throws {
    for golden in try StatisticsGoldens.read().binomial {
      let binomial = try Binomial(trials: golden.trials, probability: golden.probability)
      #expect(relativeError(binomial.mass(golden.successes), golden.mass) < 1e-12, "\(golden)")
      #expect(relativeError(binomial.atMost(golden.successes), golden.atMost) < 1e-12, "\(golden)")
      #expect(relativeError(binomial.atLeast(golden.successes), golden.atLeast) < 1e-12, "\(golden)")
    }
  }

  @Test("hypergeometric masses and tails have 12 digits")
  func hypergeometricGoldens() throws {
    for golden in try StatisticsGoldens.read().hypergeometric {
      let chance = try Hypergeometric(
        population: golden.population, marked: golden.marked, drawn: golden.drawn)
      #expect(relativeError(chance.mass(golden.count), golden.mass) < 1e-12, "\(golden)")
      #expect(relativeError(chance.atMost(golden.count), golden.atMost) < 1e-12, "\(golden)")
      #expect(relativeError(chance.atLeast(golden.count), golden.atLeast) < 1e-12, "\(golden)")
      #expect(relativeError(chance.mean, golden.mean) < 1e-12, "\(golden)")
    }
  }

  @Test("chi-square tails have 12 digits for whole and broken degrees of freedom")
  func chiSquareGoldens() throws {
    for golden in try StatisticsGoldens.read().chiSquare {
      let chance = try ChiSquare(degreesOfFreedom: golden.degreesOfFreedom).atLeast(golden.statistic)
      #expect(relativeError(chance, golden.atLeast) < 1e-12, "\(golden)")
    }
  }

  @Test("normal tails and quantiles have 12 digits")
  func normalGoldens() throws {
    let goldens = try StatisticsGoldens.read()
    for golden in goldens.normal {
      #expect(relativeError(StandardNormal.atLeast(golden.z), golden.atLeast) < 1e-12, "\(golden)")
      #expect(relativeError(StandardNormal.atMost(-golden.z), golden.atLeast) < 1e-12, "\(golden)")
    }
    for golden in goldens.quantile {
      let z = StandardNormal.quantile(upperTail: golden.upperTail)
      #expect(relativeError(z, golden.z) < 1e-12, "\(golden)")
    }
    #expect(StandardNormal.quantile(upperTail: 0) == .infinity)
    #expect(StandardNormal.quantile(upperTail: 1) == -.infinity)
    #expect(StandardNormal.quantile(upperTail: 2).isNaN)
  }

  @Test("binomial masses are the shares of all outcomes of small games")
  func binomialEnumeration() throws {
    for trials in 0...12 {
      var outcomes = [Int](repeating: 0, count: trials + 1)
      for outcome in 0..<(1 << trials) { outcomes[outcome.nonzeroBitCount] += 1 }
      let binomial = try Binomial(trials: trials, probability: 0.5)
      var below = 0.0
      for (successes, count) in outcomes.enumerated() {
        let share = Double(count) / Double(1 << trials)
        #expect(relativeError(binomial.mass(successes), share) < 1e-13)
        #expect(relativeError(binomial.atLeast(successes), 1 - below) < 1e-13)
        below += share
        #expect(relativeError(binomial.atMost(successes), below) < 1e-13)
      }
    }
  }

  @Test("hypergeometric masses are the shares of all draws, and add up to 1")
  func hypergeometricEnumeration() throws {
    for population in 0...9 {
      for marked in 0...population {
        for drawn in 0...population { try checkDraws(population, marked, drawn) }
      }
    }
  }

  private func checkDraws(_ population: Int, _ marked: Int, _ drawn: Int) throws {
    var draws = [Int](repeating: 0, count: population + 1)
    for draw in 0..<(1 << population) where draw.nonzeroBitCount == drawn {
      draws[(draw & ((1 << marked) - 1)).nonzeroBitCount] += 1
    }
    let chance = try Hypergeometric(population: population, marked: marked, drawn: drawn)
    let total = Double(draws.reduce(0, +))
    var below = 0.0
    for (count, number) in draws.enumerated() {
      #expect(relativeError(chance.mass(count), Double(number) / total) < 1e-12)
      #expect(abs(chance.atLeast(count) - (1 - below)) < 1e-12)
      below += Double(number) / total
      #expect(abs(chance.atMost(count) - below) < 1e-12)
    }
    #expect(abs(chance.support.reduce(0) { $0 + chance.mass($1) } - 1) < 1e-12)
  }

  @Test("the masses of a large population add up to 1")
  func largeSum() throws {
    let chance = try Hypergeometric(population: 50_816, marked: 20_000, drawn: 17_000)
    #expect(abs(chance.support.reduce(0) { $0 + chance.mass($1) } - 1) < 1e-11)
    let binomial = try Binomial(trials: 20_000, probability: 0.3)
    #expect(abs((0...20_000).reduce(0) { $0 + binomial.mass($1) } - 1) < 1e-11)
  }

  @Test("both tails share their middle")
  func complementaryTails() throws {
    var generator = KeyedGenerator(11)
    for _ in 0..<300 {
      let trials = generator.next(below: 2000)
      let binomial = try Binomial(trials: trials, probability: Double(generator.uniform()))
      let successes = generator.next(below: trials + 1)
      let sum = binomial.atMost(successes) + binomial.atLeast(successes + 1)
      #expect(abs(sum - 1) < 1e-12)
      #expect((0...1).contains(binomial.atMost(successes)))
    }
  }

  @Test("certain outcomes, outcomes outside the support and the largest counts")
  func edges() throws {
    let never = try Binomial(trials: 5, probability: 0)
    #expect(never.mass(0) == 1 && never.mass(1) == 0 && never.atLeast(1) == 0 && never.atMost(0) == 1)
    let always = try Binomial(trials: 5, probability: 1)
    #expect(always.mass(5) == 1 && always.mass(4) == 0 && always.atMost(4) == 0 && always.atLeast(5) == 1)
    #expect(
      always.mass(-1) == 0 && always.mass(6) == 0 && always.atMost(.max) == 1 && always.atLeast(.min) == 1)
    let rare = try Binomial(trials: 5, probability: .leastNonzeroMagnitude)
    #expect(rare.atMost(0) == 1 && rare.atLeast(0) == 1)
    let large = try Binomial(trials: 1 << 40, probability: 0.5)
    #expect(abs(large.atMost(1 << 39) - 0.5) < 1e-6)
    let edges = try Hypergeometric(population: 1 << 40, marked: 1 << 39, drawn: 1 << 39)
    #expect(abs(edges.atLeast(1 << 38) - 0.5) < 1e-6)
    #expect(edges.mass(.min) == 0 && edges.atMost(.max) == 1)
    #expect(try ChiSquare(degreesOfFreedom: 3).atLeast(.infinity) == 0)
    #expect(try ChiSquare(degreesOfFreedom: 3).atLeast(-1) == 1)
    #expect(try ChiSquare(degreesOfFreedom: 3).atLeast(.nan).isNaN)
  }

  @Test("impossible parameters are refused")
  func refusals() {
    for probability in [-0.1, 1.1, .nan, .infinity] {
      #expect(throws: PadawannError.self) { try Binomial(trials: 3, probability: probability) }
    }
    for trials in [-1, .max] {
      #expect(throws: PadawannError.self) { try Binomial(trials: trials, probability: 0.5) }
    }
    for (population, marked, drawn) in [
      (-1, 0, 0), (3, 4, 0), (3, 0, 4), (3, -1, 0), (3, 0, -1), (.max, 1, 1),
    ] {
      #expect(throws: PadawannError.self) {
        try Hypergeometric(population: population, marked: marked, drawn: drawn)
      }
    }
    for degrees in [0, -1, .nan, .infinity] {
      #expect(throws: PadawannError.self) { try ChiSquare(degreesOfFreedom: degrees) }
    }
  }
}
