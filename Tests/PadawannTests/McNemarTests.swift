import Padawann
import Testing

@Suite("McNemar's test")
struct McNemarTests {
  @Test("p-values and statistics are statsmodels' and mlxtend's")
  func goldens() throws {
    for golden in try StatisticsGoldens.read().mcnemar {
      let test = try McNemar(b: golden.b, c: golden.c)
      #expect(relativeError(test.exact, golden.exact) < 1e-12, "\(golden)")
      #expect(relativeError(test.midP, golden.midP) < 1e-12, "\(golden)")
      #expect(relativeError(test.chiSquare.statistic, golden.statistic) < 1e-12, "\(golden)")
      #expect(relativeError(test.chiSquare.p, golden.p) < 1e-12, "\(golden)")
      #expect(relativeError(test.corrected.statistic, golden.correctedStatistic) < 1e-12, "\(golden)")
      #expect(relativeError(test.corrected.p, golden.correctedP) < 1e-12, "\(golden)")
    }
  }

  @Test(
    "published cases",
    arguments: [
      (5, 1, 0.218750, 0.125000, 0.102470, 0.220671), (8, 1, 0.039062, 0.021484, 0.019631, 0.045500),
      (25, 15, 0.153860, 0.117275, 0.113846, 0.154729), (1, 7, 0.070312, 0.039062, 0.033895, 0.077100),
      (130, 97, 0.033448, 0.028632, 0.028503, 0.033677),
    ])
  func vectors(_ b: Int, _ c: Int, _ exact: Double, _ midP: Double, _ plain: Double, _ corrected: Double)
    throws
  {
    let test = try McNemar(b: b, c: c)
    // 0.0390625 and its like are printed rounded to even.
    #expect(abs(test.exact - exact) <= 5.1e-7 && abs(test.midP - midP) <= 5.1e-7)
    #expect(abs(test.chiSquare.p - plain) <= 5.1e-7 && abs(test.corrected.p - corrected) <= 5.1e-7)
  }

  @Test("all small tables: enumeration of every outcome, symmetry, bounds and the mid-p rule")
  func enumeration() throws {
    for b in 0...10 {
      for c in 0...10 {
        let test = try McNemar(b: b, c: c)
        let (exact, midP) = enumerated(b, c)
        #expect(relativeError(test.exact, exact) < 1e-13)
        #expect(relativeError(test.midP, midP) < 1e-13)
        let swapped = try McNemar(b: c, c: b)
        #expect(test.exact == swapped.exact && test.midP == swapped.midP)
        #expect(test.chiSquare == swapped.chiSquare && test.corrected == swapped.corrected)
        for p in [test.exact, test.midP, test.chiSquare.p, test.corrected.p] { #expect(p > 0 && p <= 1) }
        let mass = try Binomial(trials: b + c, probability: 0.5).mass(min(b, c))
        if b != c { #expect(abs(test.midP - (test.exact - mass)) < 1e-14) }
        if b == c { #expect(test.midP == 1) }
      }
    }
  }

  /// Both two-sided p-values, by counting the outcomes of `b + c` throws of a coin.
  private func enumerated(_ b: Int, _ c: Int) -> (exact: Double, midP: Double) {
    var ways = [1.0]
    for _ in 0..<(b + c) { ways = zip([0] + ways, ways + [0]).map { $0 + $1 } }
    let all = ways.reduce(0, +)
    let below = ways[..<min(b, c)].reduce(0, +) / all
    let here = ways[min(b, c)] / all
    return (min(1, 2 * (below + here)), 2 * below + here)
  }

  @Test("no disagreement is no evidence")
  func agreement() throws {
    let test = try McNemar(b: 0, c: 0)
    #expect(test.exact == 1 && test.midP == 1)
    #expect(test.chiSquare == test.corrected && test.chiSquare.statistic == 0 && test.chiSquare.p == 1)
    #expect(test.oddsRatio.value == nil)
    #expect(test.oddsRatio.interval() == Interval(lower: 0, upper: .infinity))
    #expect(test.smallestSignificantDifference() == nil && test.discordantNeeded() == nil)
  }

  @Test("equal counts keep statsmodels' corrected statistic")
  func equalCounts() throws {
    #expect(try McNemar(b: 4, c: 4).corrected.statistic == 1.0 / 8)
    #expect(try McNemar(b: 4, c: 4).chiSquare.statistic == 0)
  }

  @Test("intervals of the odds ratio are those of scipy's beta distribution and of Wilson")
  func oddsRatioGoldens() throws {
    for golden in try StatisticsGoldens.read().oddsRatio {
      let odds = try OddsRatio(wins: golden.wins, losses: golden.losses)
      for (method, ends) in [
        (OddsRatioMethod.midP, golden.midP), (.exact, golden.exact), (.wilson, golden.wilson),
      ] {
        let interval = odds.interval(method)
        #expect(relativeError(interval.lower, try #require(ends[0])) < 1e-12, "\(golden) \(method)")
        #expect(relativeError(interval.upper, ends[1] ?? .infinity) < 1e-12, "\(golden) \(method)")
      }
    }
  }

  @Test("the odds ratio mirrors when the models are swapped, and its interval holds it")
  func oddsRatioProperties() throws {
    for b in 0...12 {
      for c in 0...12 where b + c > 0 {
        let odds = try OddsRatio(wins: b, losses: c)
        let swapped = try OddsRatio(wins: c, losses: b)
        for method in OddsRatioMethod.allCases {
          let interval = odds.interval(method)
          #expect(interval.contains(try #require(odds.value)))
          #expect(interval.lower < interval.upper)
          #expect(relativeError(1 / swapped.interval(method).upper, interval.lower) < 1e-13)
        }
        let significant = try McNemar(b: b, c: c).midP < 0.05
        #expect(odds.interval(.midP).contains(1) == !significant)
        let exact = try McNemar(b: b, c: c).exact < 0.05
        #expect(odds.interval(.exact).contains(1) == !exact)
      }
    }
    #expect(try OddsRatio(wins: 0, losses: 3).value == 0)
    #expect(try OddsRatio(wins: 3, losses: 0).value == .infinity)
  }

  @Test("the fewest discordant images are the first that can be significant")
  func fewest() throws {
    for alpha in [0.9, 0.5, 0.1, 0.05, 0.01, 1e-6] {
      let confidence = try Confidence(alpha: alpha)
      let fewest = McNemar.fewestDiscordant(confidence)
      #expect(try McNemar(b: fewest, c: 0).midP < alpha)
      #expect(try McNemar(b: fewest - 1, c: 0).midP >= alpha)
    }
    #expect(McNemar.fewestDiscordant() == 5)
  }

  @Test("the smallest significant difference is found by trying all")
  func smallest() throws {
    for discordant in 0...80 {
      var found: Int?
      for fewer in 0...(discordant / 2) where try McNemar(b: fewer, c: discordant - fewer).midP < 0.05 {
        found = discordant - 2 * fewer
      }
      #expect(try McNemar(b: discordant, c: 0).smallestSignificantDifference() == found)
    }
  }

  @Test("the images needed for power 0.8 give about that power")
  func power() throws {
    let needed = try #require(try McNemar(b: 30, c: 20).discordantNeeded())
    let imbalance = try Binomial(trials: needed, probability: 0.6)
    let margin = try #require(try McNemar(b: needed, c: 0).smallestSignificantDifference())
    let reached = imbalance.atLeast((needed + margin) / 2)
    #expect(reached > 0.77 && reached < 0.83)
    #expect(try McNemar(b: 3, c: 0).discordantNeeded() == 5)
    #expect(try McNemar(b: 3, c: 2).discordantNeeded(power: 1) == nil)
  }

  @Test("impossible counts are refused")
  func refusals() {
    for (b, c) in [(-1, 0), (0, -1), (.max, .max), (1 << 40, 1)] {
      #expect(throws: PadawannError.self) { try McNemar(b: b, c: c) }
    }
  }
}
