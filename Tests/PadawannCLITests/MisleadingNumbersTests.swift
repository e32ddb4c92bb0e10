import Foundation
import Padawann
import Testing

/// What a new user misread.
@Suite struct MisleadingNumbersTests {
  private let place: Workplace

  init() throws { place = try Workplace(models: true) }

  private func entry(_ arguments: String) throws -> [String: Any] {
    let report = try place.run("evaluate \(arguments) --json").check().json()
    return try #require((report["datasets"] as? [[String: Any]])?.first)
  }

  private func accuracy(_ entry: [String: Any]) throws -> Double {
    let sweep = try #require(entry["sweep"] as? [String: Any])
    let ensemble = try #require(sweep["ensemble"] as? [String: Any])
    return try #require((ensemble["accuracy"] as? [String: Any])?["value"] as? Double)
  }

  /// Images of five classes, of which a set of its own is made, were answered among five outputs.
  @Test func classesThatAreAbsentStillCompete() throws {
    let data = try DatasetSpec.parse("strokes:test,per-class=8,classes=0-4").load(
      from: DataFolder(path: "none"))
    try data.export(to: place.folder.appendingPathComponent("five.npz").path)
    let all = try entry("net.h5 --data ./five.npz")
    #expect((all["outputs"] as? [Int])?.count == 10)
    #expect(all["class_count"] as? Int == 5)
    let five = try entry("net.h5 --data ./five.npz --outputs 0,1,2,3,4")
    #expect((five["outputs"] as? [Int])?.count == 5)
    #expect(try accuracy(all) <= accuracy(five))
    let chosen = try entry("net.h5 --data strokes:test,per-class=8,classes=0-4")
    #expect((chosen["outputs"] as? [Int])?.count == 5)
    // One image is either right or wrong among ten.
    let details = try place.run("evaluate net.h5 --data ./five.npz,first=1 --details").check()
    #expect(details.output.contains("5 classes, 10 outputs"))
  }

  @Test func figuresOnTheImagesOfTheTrainingAreMarked() throws {
    try place.run(
      "learn net.h5 --task strokes:train,per-class=6 --density 0.9 --epochs 1 -o run"
    ).check()
    let inspected = try place.run("inspect run").check().output
    #expect(inspected.contains("on the images it was made with"))
    #expect(try entry("run --data strokes:train,per-class=6")["made_with_it"] as? Bool == true)
    #expect(try entry("run --data strokes:train")["made_with_it"] as? Bool == true)
    #expect(try entry("run --data strokes:train,per-class=7-9")["made_with_it"] as? Bool == false)
    #expect(try entry("run --data strokes:test")["made_with_it"] as? Bool == false)
    #expect(try entry("net.h5 --data strokes:train")["made_with_it"] as? Bool == false)
    let text = try place.run("evaluate run --data strokes:train,per-class=6").check().output
    #expect(text.contains("the model was made with these images"))
  }

  /// Test figures came with the weight that is best on the test images.
  @Test func testFiguresComeWithTheWeightThatTheRunHasChosen() throws {
    let report = try place.run(
      "evolve net.h5 --task strokes:train,per-class=6 --test strokes-letters:test,per-class=4 --generations 1 "
        + "--population 4 --seed 3 -o run --json"
    ).check().json()
    let run = try #require((report["runs"] as? [[String: Any]])?.first)
    let chosen = try #require((run["tasks"] as? [[String: Any]])?.first?["shared_weight"] as? Double)
    let tests = try #require(run["tests"] as? [[String: Any]])
    #expect(tests[0]["shared_weight"] as? Double == chosen)
    #expect(tests[0]["chosen_on_data"] as? Bool == false)
    #expect(tests[1]["chosen_on_data"] as? Bool == true)
    for test in tests {
      let best = try #require(test["best"] as? [String: Any])
      let most = try #require((best["accuracy"] as? [String: Any])?["count"] as? Int)
      let own = try #require((test["accuracy"] as? [String: Any])?["count"] as? Int)
      #expect(own <= most)
    }
  }

  @Test func aDensityThatIsTooLowNamesTheFlags() throws {
    let refused = try place.run("learn net.h5 --task strokes:train,per-class=4 --density 0.01 -o run")
    #expect(refused.code == 64)
    #expect(refused.errors.contains("--layers"))
    #expect(refused.errors.contains("--density"))
  }

  @Test func aModelSaysHowPixelsBecomeInputs() throws {
    #expect(try entry("net.h5 --data strokes:test,per-class=2")["normalisation_from"] as? String == "guess")
    try place.run("import demo-net.pt --arch demo-net.json --normalise none -o own.h5").check()
    let own = try entry("own.h5 --data strokes:test,per-class=2")
    #expect(own["normalisation_from"] as? String == "model")
    #expect((own["normalisation"] as? [String: Any])?["deviation"] as? [Double] == [1])
    let told = try entry("own.h5 --data strokes:test,per-class=2,normalise=mnist")
    #expect(told["normalisation_from"] as? String == "option")
    // What is made from it reads pictures the same way.
    try place.run("prune own.h5 --method random --amount 0.1 -o pruned.h5").check()
    try place.run("learn own.h5 --task strokes:train,per-class=4 --density 0.9 --epochs 1 -o run").check()
    for model in ["pruned.h5", "run"] {
      #expect(try place.run("inspect \(model)").check().output.contains("/ 255 - 0) / 1"), "\(model)")
    }
    #expect(try place.run("import demo-net.pt --arch demo-net.json --normalise own -o x.h5").code == 64)
    #expect(try place.run("import demo-net.pt --arch demo-net.json --normalise cifar10 -o x.h5").code == 64)
  }

  @Test func aTrainedNetworkKnowsItsPicturesAndClasses() throws {
    try place.run("train --arch demo-net.json --data strokes:train,per-class=4 --epochs 1 -o made.h5").check()
    let made = try place.run("inspect made.h5").check().output
    #expect(made.contains("pixels become inputs by (pixel / 255 - 0.1307) / 0.3081"))
    #expect(made.contains("outputs 0, 1, 2"))
  }
}
