import Foundation

/// The content of `Goldens/statistics/statistics.json`, which `make.py` beside it computes with other programs.
struct StatisticsGoldens: Decodable {
  struct BinomialCase: Decodable {
    let trials: Int
    let probability: Double
    let successes: Int
    let mass, atMost, atLeast: Double
  }
  struct HypergeometricCase: Decodable {
    let population, marked, drawn, count: Int
    let mass, atMost, atLeast, mean: Double
  }
  struct ChiSquareCase: Decodable { let degreesOfFreedom, statistic, atLeast: Double }
  struct NormalCase: Decodable { let z, atLeast: Double }
  struct QuantileCase: Decodable { let upperTail, z: Double }
  struct WilsonCase: Decodable {
    let count, total: Int
    let alpha, lower, upper: Double
  }
  struct TangoCase: Decodable {
    let gained, lost, total: Int
    let alpha, lower, upper: Double
  }
  struct OddsRatioCase: Decodable {
    let wins, losses: Int
    let midP, exact, wilson: [Double?]
  }
  struct McNemarCase: Decodable {
    let b, c: Int
    let exact, midP, statistic, p, correctedStatistic, correctedP: Double
  }
  struct CochranCase: Decodable {
    let right: [String]
    let statistic, p: Double
  }
  struct HolmCase: Decodable { let p, adjusted: [Double] }
  struct ScoresCase: Decodable {
    struct Set: Decodable {
      let correct: Int
      let confusion: [[Int]]
      let crossEntropy: Double
    }
    let labels: [Int]
    let logits: [[[Float]]]
    let sets: [Set]
    let ensembleAnswers: [Int]
    let ensembleLoss: Double
  }

  let binomial: [BinomialCase]
  let hypergeometric: [HypergeometricCase]
  let chiSquare: [ChiSquareCase]
  let normal: [NormalCase]
  let quantile: [QuantileCase]
  let wilson: [WilsonCase]
  let tango: [TangoCase]
  let oddsRatio: [OddsRatioCase]
  let mcnemar: [McNemarCase]
  let cochran: [CochranCase]
  let holm: [HolmCase]
  let scores: ScoresCase

  static func read() throws -> StatisticsGoldens {
    try JSONDecoder().decode(
      StatisticsGoldens.self, from: Data(try Fixtures.bytes("statistics/statistics.json")))
  }
}

/// The difference in units of the expected value; the difference itself where that is 0.
func relativeError(_ value: Double, _ expected: Double) -> Double {
  if value == expected { return 0 }
  return abs(value - expected) / (expected == 0 ? 1 : abs(expected))
}
