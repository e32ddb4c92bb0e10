import Foundation
import Padawann
import Testing

/// The content of `Goldens/statistics/groups.json`, which `make_groups.py` beside it computes with scipy and statsmodels.
private struct GroupGoldens: Decodable {
  struct StudentCase: Decodable { let degreesOfFreedom, t, p: Double }
  struct TrialsCase: Decodable {
    let design: String
    let statistic, degreesOfFreedom, p, lower, upper: Double
  }
  struct ComparisonCase: Decodable {
    let paired: Bool
    let groups: [[String]]
    let difference, imagesStatistic, imagesP: Double
    let trials: TrialsCase?
  }

  let student: [StudentCase]
  let comparisons: [ComparisonCase]

  static func read() throws -> GroupGoldens {
    try JSONDecoder().decode(GroupGoldens.self, from: Data(try Fixtures.bytes("statistics/groups.json")))
  }
}

@Suite("Comparison of groups")
struct GroupComparisonTests {
  /// A model of two classes that is right where `correct` has a 1; every label is 0.
  private func model(_ name: String, _ correct: String, dataset: String = "test") throws -> ComparedModel {
    let rows = correct.flatMap { $0 == "1" ? [1, 0] : [0, 1] as [Float] }
    return try ComparedModel(
      name: name,
      Predictions(
        outputs: 2, logits: rows, labels: [Int](repeating: 0, count: correct.count),
        dataset: Digest(of: dataset.utf8)))
  }

  private func group(_ name: String, _ rows: [String]) throws -> ComparedGroup {
    ComparedGroup(
      name: name, try rows.enumerated().map { number, row in try model("\(name)\(number)", row) })
  }

  private func compare(_ groups: [String]..., isPaired: Bool = false, alpha: Double = 0.05) throws
    -> GroupComparison
  {
    try GroupComparison(
      of: zip(["A", "B", "C"], groups).map { try group($0, $1) }, isPaired: isPaired,
      confidence: Confidence(alpha: alpha))
  }

  private func isNear(_ value: Double, _ expected: Double, _ tolerance: Double = 1e-9) -> Bool {
    abs(value - expected) <= 1e-13 + tolerance * abs(expected)
  }

  @Test("Student's t distribution is exact to twelve digits")
  func student() throws {
    for golden in try GroupGoldens.read().student {
      let distribution = try StudentT(degreesOfFreedom: golden.degreesOfFreedom)
      let tolerance = golden.degreesOfFreedom > 1000 ? 1e-9 : 1e-12
      #expect(relativeError(distribution.atLeastAsFar(golden.t), golden.p) < tolerance, "\(golden)")
      #expect(distribution.atLeastAsFar(-golden.t) == distribution.atLeastAsFar(golden.t))
      if golden.p > 1e-12, golden.p < 0.999, golden.degreesOfFreedom < 1000 {
        #expect(relativeError(distribution.distance(exceededWith: golden.p), golden.t) < 1e-9, "\(golden)")
      }
    }
    let cauchy = try StudentT(degreesOfFreedom: 1)
    #expect(cauchy.atLeastAsFar(0) == 1)
    #expect(cauchy.atLeastAsFar(1e200) == 0 && cauchy.atLeastAsFar(.infinity) == 0)
    #expect(cauchy.atLeastAsFar(.nan).isNaN)
    for wrong in [0, -1, .nan, 1e13] {
      #expect(throws: PadawannError.self) { try StudentT(degreesOfFreedom: wrong) }
    }
  }

  @Test("100 random comparisons are scipy's and statsmodels'")
  func goldens() throws {
    let goldens = try GroupGoldens.read().comparisons
    #expect(goldens.count == 100)
    #expect(Set(goldens.map { $0.trials?.design ?? "" }) == ["", "welch", "paired", "one-sample"])
    for golden in goldens {
      let pair = try compare(golden.groups[0], golden.groups[1], isPaired: golden.paired).pairs[0]
      #expect(isNear(pair.difference, golden.difference))
      #expect(isNear(pair.overImages.statistic, golden.imagesStatistic))
      #expect(isNear(pair.overImages.p, golden.imagesP))
      #expect((pair.overTrials == nil) == (golden.trials == nil), "\(golden)")
      guard let test = pair.overTrials, let expected = golden.trials else { continue }
      #expect(test.design.rawValue == expected.design)
      #expect(isNear(test.statistic, expected.statistic))
      #expect(isNear(test.degreesOfFreedom, expected.degreesOfFreedom))
      #expect(isNear(test.p, expected.p))
      #expect(isNear(test.interval.lower, expected.lower) && isNear(test.interval.upper, expected.upper))
    }
  }

  @Test("single models are compared as by McNemar's chi-square")
  func singles() throws {
    let (a, b) = ("1110010111", "0110000101")
    let comparison = try compare([a], [b])
    let pair = comparison.pairs[0]
    #expect(pair.overTrials == nil && pair.adjustedTrialsP == nil)
    #expect(pair.overImages.statistic == (try McNemar(b: 3, c: 0).chiSquare.statistic))
    #expect(pair.overImages.favouringFirst == 3 && pair.overImages.favouringSecond == 0)
    #expect(pair.overImages.isRough)
    let trial = try #require(pair.trials?.first)
    #expect(pair.trials?.count == 1 && trial.first == 0 && trial.second == 0)
    #expect(trial.onlyFirstRight == 3 && trial.onlySecondRight == 0 && isNear(trial.midP, 0.125))
    #expect(comparison.verdict == "no difference shown between A and B (over images p 0.083)")
  }

  @Test("more trials of the very same answers are no more evidence")
  func repeatedTrials() throws {
    let (a, b) = ("11110111010111011", "01100001010001011")
    let once = try compare([a], [b]).pairs[0].overImages
    let often = try compare([String](repeating: a, count: 9), [String](repeating: b, count: 4)).pairs[0]
    #expect(often.overImages.statistic == once.statistic && often.overImages.p == once.p)
    // Nothing varies over trials, and nothing is said of them.
    #expect(often.overTrials == nil && often.trials == nil)
  }

  @Test("single trials are tested with that of their place, or with the only one")
  func singleTrials() throws {
    let (a, b, c) = ("1111100000", "1111111000", "0000011111")
    let placed = try compare([a, b], [c, b]).pairs[0]
    #expect(
      placed.trials?.map(\.onlyFirstRight) == [5, 0] && placed.trials?.map(\.onlySecondRight) == [5, 0])
    let single = try compare([a, b, c], [a]).pairs[0]
    #expect(single.trials?.map(\.first) == [0, 1, 2] && single.trials?.map(\.second) == [0, 0, 0])
    #expect(single.overTrials?.design == .oneSample && single.overTrials?.degreesOfFreedom == 2)
    #expect(try compare([a, b, c], [a, b]).pairs[0].trials == nil)
  }

  @Test("three groups: all pairs, each test with Holm's adjustment")
  func three() throws {
    let rows = ["1111100000", "1111111000", "0000011111", "1111111110"]
    let comparison = try compare([rows[0], rows[1]], [rows[2], rows[3]], [rows[0], rows[3]])
    #expect(comparison.pairs.map { [$0.first, $0.second] } == [[0, 1], [0, 2], [1, 2]])
    #expect(comparison.pairs.map(\.adjustedImagesP) == holm(comparison.pairs.map(\.overImages.p)))
    #expect(
      comparison.pairs.compactMap(\.adjustedTrialsP) == holm(comparison.pairs.compactMap { $0.overTrials?.p })
    )
    #expect(
      comparison.groups.map(\.accuracy) == [Spread([0.5, 0.7]), Spread([0.5, 0.9]), Spread([0.5, 0.9])])
    #expect(comparison.verdict.split(separator: ";").count == 3)
  }

  @Test("the verdict says what each test allows")
  func verdicts() throws {
    // 60 images of 100 favour B in every trial; one more or less varies.
    func rows(_ right: [Int]) -> [String] {
      right.map { String(repeating: "1", count: $0) + String(repeating: "0", count: 100 - $0) }
    }
    let clear = try compare(rows([30, 31, 29]), rows([90, 91, 89]))
    #expect(clear.verdict.hasPrefix("B is better than A (over trials p"))
    let swapped = try compare(rows([90, 91, 89]), rows([30, 31, 29]))
    #expect(swapped.verdict.hasPrefix("A is better than B (over trials p"))
    let varying = try compare(rows([10, 90, 20]), rows([60, 95, 40]))
    #expect(varying.verdict.hasPrefix("these trials of B are better than these of A (over images p"))
    #expect(varying.verdict.contains("other trials may not show it (over trials p"))
    let few = try compare(rows([90, 90, 92]), rows([92, 92, 91]))
    #expect(few.verdict.hasPrefix("no difference shown between A and B (over trials p"))
    let narrow = try compare(rows([90, 90, 91]), rows([92, 92, 92]))
    #expect(narrow.verdict.hasPrefix("B is better than A on these images (over trials p"))
    #expect(narrow.verdict.contains("other images may not show it"))
  }

  @Test("what cannot be compared is refused")
  func refusals() throws {
    let rows = ["1110", "0110"]
    #expect(throws: PadawannError.self) { try compare(rows) }
    #expect(throws: PadawannError.self) { try compare(rows, []) }
    #expect(throws: PadawannError.self) { try compare(rows, ["1111"], isPaired: true) }
    let error = #expect(throws: PadawannError.self) {
      try GroupComparison(
        of: [group("A", rows), ComparedGroup(name: "B", [model("B0", "1110", dataset: "other")])],
        isPaired: false)
    }
    #expect(error?.kind == .data)
    #expect(throws: PadawannError.self) { try ClusteredMcNemar([Bitmask([true])], [Bitmask([true, false])]) }
    #expect(throws: PadawannError.self) { try ClusteredMcNemar([], [Bitmask([true])]) }
  }
}
