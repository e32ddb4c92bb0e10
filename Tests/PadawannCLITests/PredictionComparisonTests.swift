import Foundation
import Testing

/// Comparing what was stored gives what comparing the models gives.
@Suite struct PredictionComparisonTests {
  @Test(arguments: ["strokes:test,per-class=4", "strokes:test,per-class=6,classes=0+3+7"])
  func storedPredictionsCompareLikeTheirModels(_ data: String) throws {
    let place = try Workplace(models: true)
    try place.run("prune net.h5 --method random --amount 0.3 -o random.h5").check()
    for model in ["net", "random"] {
      try place.run("evaluate \(model).h5 --data \(data) --weights 0.5,1 --predictions \(model).npz").check()
    }
    let models = try place.run("compare net.h5 random.h5 --data \(data) --weights 0.5,1 --json").check()
      .json()
    let stored = try place.run("compare net.npz random.npz --json").check().json()
    for key in ["dataset", "dataset_sha256", "images", "alpha"] {
      #expect(
        NSDictionary(dictionary: [key: models[key] as Any])
          == NSDictionary(dictionary: [key: stored[key] as Any]))
    }
    #expect(try Self.figures(models) == Self.figures(stored))
    #expect((models["edges"] as? [Any])?.count == 1)
    #expect((stored["edges"] as? [Any])?.count == 0)
  }

  @Test func predictionsOfOtherDataAreRefused() throws {
    let place = try Workplace(models: true)
    for (name, seed) in [("a", 1), ("b", 2)] {
      try place.run(
        "evaluate net.h5 --data strokes:test,per-class=1,seed=\(seed) --weights 1 --predictions \(name).npz"
      ).check()
    }
    let outcome = try place.run("compare a.npz b.npz")
    #expect(outcome.code == 65)
    #expect(outcome.errors.contains("a.npz and b.npz answered different datasets"))
    #expect(outcome.output == "")
  }

  /// Everything of the pairs and models but their names.
  private static func figures(_ report: [String: Any]) throws -> NSDictionary {
    func nameless(_ key: String, _ names: String...) throws -> [[String: Any]] {
      try #require(report[key] as? [[String: Any]]).map { $0.filter { !names.contains($0.key) } }
    }
    return NSDictionary(dictionary: [
      "models": try nameless("models", "name"), "pairs": try nameless("pairs", "verdict"),
    ])
  }
}
