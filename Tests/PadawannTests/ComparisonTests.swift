import Foundation
import Padawann
import Testing

@Suite("Comparison of models")
struct ComparisonTests {
  /// A model of two classes that is right where `correct` has a 1; every label is 0.
  private func model(_ name: String, _ correct: String, dataset: String = "test", label: Int = 0) throws
    -> ComparedModel
  {
    let rows = correct.map { $0 == "1" ? label : 1 - label }.flatMap {
      $0 == 0 ? [1, 0] : [0, 1] as [Float]
    }
    let labels = [Int](repeating: label, count: correct.count)
    return try ComparedModel(
      name: name,
      Predictions(outputs: 2, logits: rows, labels: labels, dataset: Digest(of: dataset.utf8)))
  }

  private func rights(_ both: Int, _ first: Int, _ second: Int, _ neither: Int) -> (String, String) {
    let ones = { (count: Int) in String(repeating: "1", count: count) }
    let zeros = { (count: Int) in String(repeating: "0", count: count) }
    return (
      ones(both + first) + zeros(second + neither), ones(both) + zeros(first) + ones(second) + zeros(neither)
    )
  }

  @Test("two models: all counts, and every number from its own test")
  func two() throws {
    let (a, b) = rights(40, 3, 17, 5)
    let comparison = try Comparison(of: [model("A", a), model("B", b)])
    let pair = try #require(comparison.pairs.first)
    #expect(comparison.pairs.count == 1 && comparison.cochran == nil && comparison.images == 65)
    #expect(comparison.alpha == 0.05)
    #expect(comparison.dataset == Digest(of: "test".utf8).description)
    #expect(
      pair.bothRight == 40 && pair.onlyFirstRight == 3 && pair.onlySecondRight == 17 && pair.bothWrong == 5)
    let test = try McNemar(b: 3, c: 17)
    #expect(pair.exactP == test.exact && pair.midP == test.midP && pair.adjustedP == test.midP)
    #expect(pair.chiSquare == test.chiSquare && pair.chiSquareCorrected == test.corrected)
    #expect(pair.oddsRatio == 3.0 / 17 && pair.oddsRatioInterval == test.oddsRatio.interval())
    #expect(pair.difference == (try PairedDifference(gained: 17, lost: 3, total: 65)))
    #expect(comparison.models.map(\.accuracy) == [try Proportion(43, of: 65), try Proportion(57, of: 65)])
    #expect(pair.fewestDiscordant == 5 && pair.smallestSignificantDifference == 10.0 / 65)
    #expect(comparison.verdict == "B is better than A (mid-p 0.0015)")
  }

  @Test("the verdict follows the models, not their order, and alpha")
  func verdicts() throws {
    let (a, b) = rights(40, 3, 17, 5)
    let swapped = try Comparison(of: [model("B", b), model("A", a)])
    #expect(swapped.verdict == "B is better than A (mid-p 0.0015)")
    let strict = try Comparison(of: [model("A", a), model("B", b)], confidence: Confidence(alpha: 0.001))
    #expect(strict.verdict == "no difference shown between A and B (mid-p 0.0015)" && strict.alpha == 0.001)
    let same = try Comparison(of: [model("A", a), model("B", a)])
    #expect(same.verdict == "A and B are right on the same images (mid-p 1)")
    #expect(same.pairs[0].oddsRatio == nil && same.pairs[0].discordantNeeded == nil)
  }

  @Test("three models: Cochran's Q first, then all pairs with Holm's adjustment")
  func three() throws {
    let (a, b) = rights(40, 3, 17, 5)
    let models = [try model("A", a), try model("B", b), try model("C", a)]
    let comparison = try Comparison(of: models)
    #expect(comparison.pairs.map { [$0.first, $0.second] } == [[0, 1], [0, 2], [1, 2]])
    #expect(comparison.cochran == (try CochranQ(correct: models.map(\.correct))))
    #expect(comparison.pairs.map(\.adjustedP) == holm(comparison.pairs.map(\.midP)))
    #expect(comparison.pairs[0].adjustedP == 3 * comparison.pairs[0].midP)
    #expect(comparison.verdict.hasPrefix("the models differ (Cochran's Q p "))
    #expect(
      comparison.verdict.contains("B is better than A (Holm-adjusted mid-p 0.0045); B is better than C"))
    let none = try Comparison(of: [model("A", "1100"), model("B", "1010"), model("C", "0110")])
    #expect(none.verdict == "no difference shown (Cochran's Q p 1)")
  }

  @Test("other datasets and other labels are refused, with a remedy")
  func refusals() throws {
    let first = try model("A", "1100")
    for other in [
      try model("B", "1100", dataset: "other"), try model("B", "110"), try model("B", "1100", label: 1),
    ] {
      let error = #expect(throws: PadawannError.self) { try Comparison(of: [first, other]) }
      #expect(error?.kind == .data && error?.location == "B" && error?.remedy != nil)
      #expect(throws: PadawannError.self) { try Comparison(of: [first, first, other]) }
    }
    for models in [[], [first]] {
      let error = #expect(throws: PadawannError.self) { try Comparison(of: models) }
      #expect(error?.kind == .usage)
    }
    let broken = Predictions(outputs: 1, logits: [.nan], labels: [0], dataset: Digest(of: []))
    let error = #expect(throws: PadawannError.self) { try ComparedModel(name: "N", broken) }
    #expect(error?.location == "N: image 0")
    let unmade = #expect(throws: PadawannError.self) { try ComparedModel(name: "N", ensemble: []) }
    #expect(unmade?.location == "N")
  }

  @Test("an ensemble takes part as one model")
  func ensemble() throws {
    let labels = [0, 0]
    let digest = Digest(of: "test".utf8)
    let one = Predictions(outputs: 2, logits: [5, 0, 0, 1], labels: labels, dataset: digest)
    let other = Predictions(outputs: 2, logits: [0, 1, 0, 1], labels: labels, dataset: digest)
    let joined = try ComparedModel(name: "both", ensemble: [one, other])
    #expect(joined.predictedClasses == [0, 1])
    #expect(try Comparison(of: [ComparedModel(name: "other", other), joined]).pairs[0].onlySecondRight == 1)
  }

  @Test("the report survives JSON, with its documented keys")
  func report() throws {
    let (a, b) = rights(4, 3, 0, 1)
    let comparison = try Comparison(of: [model("A", a), model("B", b), model("C", b)])
    let text = try JSONEncoder().encode(comparison)
    #expect(try JSONDecoder().decode(Comparison.self, from: text) == comparison)
    let object = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
    #expect(
      object.keys.sorted() == [
        "alpha", "cochran", "dataset", "images", "models", "pairs", "verdict",
      ])
    let pair = try #require((object["pairs"] as? [[String: Any]])?.first)
    let interval = try #require(pair["oddsRatioInterval"] as? [String: Any])
    #expect(pair["oddsRatio"] == nil && interval["upper"] is NSNull)
    #expect(relativeError(try #require(pair["midP"] as? Double), 0.125) < 1e-14)
  }

  @Test("a million images take no time")
  func large() throws {
    let correct = String(repeating: "1110", count: 250_000)
    let other = String(repeating: "11010", count: 200_000)
    let comparison = try Comparison(of: [model("A", correct), model("B", other)])
    #expect(comparison.pairs[0].midP == 0)
    #expect(comparison.verdict.hasPrefix("A is better than B"))
  }
}
