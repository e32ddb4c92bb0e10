import Foundation
import Padawann
import Testing

@Suite("Intervals")
struct IntervalsTests {
  @Test("Wilson's interval is statsmodels'")
  func wilsonGoldens() throws {
    for golden in try StatisticsGoldens.read().wilson {
      let interval = try Proportion(
        golden.count, of: golden.total, confidence: Confidence(alpha: golden.alpha)
      ).interval
      #expect(relativeError(interval.lower, golden.lower) < 1e-12, "\(golden)")
      #expect(relativeError(interval.upper, golden.upper) < 1e-12, "\(golden)")
    }
  }

  @Test("Wilson's interval of published cases")
  func wilsonVectors() throws {
    let champion = try Proportion(9912, of: 10_000).interval
    #expect(abs(champion.lower - 0.989172) < 5e-7 && abs(champion.upper - 0.992851) < 5e-7)
    let none = try Proportion(0, of: 10).interval
    #expect(none.lower == 0 && abs(none.upper - 0.277533) < 5e-7)
  }

  @Test("Wilson's interval holds the estimate, stays within 0...1 and mirrors")
  func wilsonProperties() throws {
    for total in 1...60 {
      for count in 0...total {
        let share = try Proportion(count, of: total)
        let opposite = try Proportion(total - count, of: total)
        #expect(share.interval.contains(share.value))
        #expect(share.interval.lower >= 0 && share.interval.upper <= 1)
        #expect(share.interval.lower < share.interval.upper)
        #expect(abs(share.interval.lower - (1 - opposite.interval.upper)) < 1e-14)
      }
    }
    #expect(try Proportion(60, of: 60).interval.upper == 1)
    #expect(try Proportion(1 << 40, of: 1 << 40).interval.upper == 1)
  }

  @Test("Tango's interval is that of the likelihood equation")
  func tangoGoldens() throws {
    for golden in try StatisticsGoldens.read().tango {
      let interval = try PairedDifference(
        gained: golden.gained, lost: golden.lost, total: golden.total,
        confidence: Confidence(alpha: golden.alpha)
      ).interval
      #expect(abs(interval.lower - golden.lower) < 1e-12 * max(1e-3, abs(golden.lower)), "\(golden)")
      #expect(abs(interval.upper - golden.upper) < 1e-12 * max(1e-3, abs(golden.upper)), "\(golden)")
    }
  }

  @Test("Tango's interval holds the estimate, stays within -1...1 and mirrors when the models are swapped")
  func tangoProperties() throws {
    for total in [1, 2, 7, 13] {
      for gained in 0...total {
        for lost in 0...(total - gained) {
          let one = try PairedDifference(gained: gained, lost: lost, total: total)
          let other = try PairedDifference(gained: lost, lost: gained, total: total)
          #expect(one.interval.contains(one.value))
          #expect(one.interval.lower >= -1 && one.interval.upper <= 1)
          #expect(one.interval.lower == -other.interval.upper && one.value == -other.value)
        }
      }
    }
    #expect(try PairedDifference(gained: 20, lost: 0, total: 20).interval.upper == 1)
  }

  @Test("Tango's limits are the differences at which the score reaches the quantile")
  func tangoNull() throws {
    // Without discordant images the limit has a closed form, z² / (n + z²).
    let z = StandardNormal.quantile(upperTail: 0.025)
    let interval = try PairedDifference(gained: 0, lost: 0, total: 500).interval
    #expect(relativeError(interval.upper, z * z / (500 + z * z)) < 1e-13)
  }

  @Test("a higher confidence widens every interval")
  func nesting() throws {
    let strict = try Confidence(alpha: 0.01)
    let wide = try Proportion(7, of: 19, confidence: strict).interval
    let narrow = try Proportion(7, of: 19).interval
    #expect(wide.lower < narrow.lower && wide.upper > narrow.upper)
    let odds = try OddsRatio(wins: 9, losses: 4)
    for method in OddsRatioMethod.allCases {
      #expect(odds.interval(method, confidence: strict).lower < odds.interval(method).lower)
      #expect(odds.interval(method, confidence: strict).upper > odds.interval(method).upper)
    }
  }

  @Test("impossible counts and levels are refused")
  func refusals() {
    for (count, total) in [(-1, 3), (4, 3), (0, 0), (1, .max)] {
      #expect(throws: PadawannError.self) { try Proportion(count, of: total) }
    }
    for (gained, lost, total) in [
      (-1, 0, 3), (0, -1, 3), (2, 2, 3), (.max, .max, 3), (0, 0, 0), (0, 0, .max),
    ] {
      #expect(throws: PadawannError.self) { try PairedDifference(gained: gained, lost: lost, total: total) }
    }
    for alpha in [0, 1, -0.1, .nan, .infinity] {
      #expect(throws: PadawannError.self) { try Confidence(alpha: alpha) }
    }
  }

  @Test("an interval survives JSON, an infinite end as null")
  func coding() throws {
    for interval in [Interval(lower: 0.25, upper: 2), Interval(lower: 1.5, upper: .infinity)] {
      let text = try JSONEncoder().encode(interval)
      #expect(try JSONDecoder().decode(Interval.self, from: text) == interval)
    }
    let text = try JSONEncoder().encode(Interval(lower: 1.5, upper: .infinity))
    #expect(String(decoding: text, as: UTF8.self).contains("\"upper\":null"))
  }
}
