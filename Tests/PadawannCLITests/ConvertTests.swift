import Foundation
import Padawann
import Testing

/// Trained networks that become signs and answer alike, on the demo network and drawn characters.
@Suite struct ConvertTests {
  private let place: Workplace

  init() throws { place = try Workplace(models: true) }

  private func model(_ name: String) throws -> Model {
    try ModelFile.read(place.folder.appendingPathComponent(name).path).model
  }

  /// Agreement with the trained network, on the run's own images and on test data.
  private func stages(_ report: [String: Any]) throws -> [String: [Double]] {
    let run = try #require((report["runs"] as? [[String: Any]])?.first)
    let outcome = try #require(run["outcome"] as? [String: Any])
    let stages = try #require(outcome["stages"] as? [[String: Any]])
    var result: [String: [Double]] = [:]
    for stage in stages {
      let results = try #require(stage["results"] as? [[String: Any]])
      result[stage["name"] as? String ?? ""] = results.compactMap {
        ($0["agreement"] as? [String: Any])?["value"] as? Double
      }
    }
    return result
  }

  @Test func aTrainedFileAndPicturesBecomeASmallModel() throws {
    let report = try place.run(
      "convert demo-net.pt strokes:train,per-class=40,unlabelled --arch demo-net.json --normalise mnist "
        + "--epochs 8 -o small --json"
    ).check().json()
    let agreement = try stages(report)
    #expect(Set(agreement.keys) == ["trained", "signs", "calibrated", "distilled"])
    #expect(agreement["trained"] == [1, 1])
    let distilled = try #require(agreement["distilled"])
    #expect(distilled.count == 2 && distilled.allSatisfy { $0 > 0.85 }, "\(agreement)")
    let small = try model("small/model.h5")
    let network = small.network
    #expect(network.remainingEdges * 2 <= network.edgeCount && !network.hasOwnValues)
    // Of edges that are gone nothing is stored.
    #expect(network.layers.allSatisfy { !$0.weights.retainsPruned })
    #expect(small.sharedWeights.count == 1 && small.tasks.isEmpty)
    let stored = try ModelFile.read(place.folder.appendingPathComponent("small/model.h5").path)
    #expect(stored.form == ModelForm(.packed, halvesNumbers: true))
    let run = try #require((report["runs"] as? [[String: Any]])?.first)
    #expect(run["model_bytes"] as? Int == stored.byteCount)
    #expect(run["model_sha256"] as? String == stored.digest.description)
    let evaluated = try place.run("evaluate small --data strokes:test").check()
    #expect(evaluated.output.contains("as the model says"))
  }

  @Test func labelledPicturesAreATask() throws {
    try place.run(
      "convert trained.h5 strokes:train,per-class=10 --epochs 2 --threads 2 -o two"
    ).check()
    try place.run("convert trained.h5 strokes:train,per-class=10 --epochs 2 --threads 1 -o one").check()
    #expect(try place.bytes("one/model.h5") == place.bytes("two/model.h5"))
    #expect(try place.bytes("one/report.json") == place.bytes("two/report.json"))
    #expect(try model("one/model.h5").tasks.map(\.name) == ["strokes"])
    let again = try place.run("convert --resume one").check()
    #expect(again.output.contains("distilled"))
  }

  /// How a result is stored is chosen when a run begins, and what is measured is measured on what is stored.
  @Test func theFormOfTheResultIsChosen() throws {
    let command = "convert trained.h5 strokes:train,per-class=10 --epochs 2"
    try place.run(command + " -o small").check()
    try place.run(command + " --plain --no-float16 --no-fold-batch-norms -o whole").check()
    let paths = ["small", "whole"].map { place.folder.appendingPathComponent("\($0)/model.h5").path }
    let (small, whole) = (try ModelFile.read(paths[0]), try ModelFile.read(paths[1]))
    #expect(whole.form == .plain && small.form == ModelForm(.packed, halvesNumbers: true))
    #expect(small.model.network == (try whole.model.roundedToHalf().network))
    #expect(small.byteCount * 2 < whole.byteCount)
    let measured = try place.run("evaluate small --data strokes:train,per-class=10 --json").check().json()
    let dataset = try #require((measured["datasets"] as? [[String: Any]])?.first)
    let sweep = try #require(dataset["sweep"] as? [String: Any])
    let entry = try #require((sweep["points"] as? [[String: Any]])?.first)
    let accuracy = try #require(
      ((entry["scores"] as? [String: Any])?["accuracy"] as? [String: Any])?["value"] as? Double)
    #expect(small.model.tasks[0].accuracy == accuracy)
  }

  @Test func oneMaskImitatesTwoTeachers() throws {
    try place.run(
      "learn --teacher trained.h5 --task strokes:train,per-class=10 --teacher trained.h5 --task "
        + "strokes-letters:train,per-class=10,unlabelled,classes=0-9 --biases per-task --epochs 2 -o run"
    ).check()
    let learned = try model("run/model.h5")
    #expect(learned.tasks.map(\.name) == ["strokes", "strokes-letters"])
    #expect(learned.tasks.allSatisfy { $0.parameters.count == 4 && $0.outputs == Array(0..<10) })
    #expect(learned.tasks[0].accuracy != nil && learned.tasks[1].accuracy == nil)
    #expect(learned.tasks[0].parameters != learned.tasks[1].parameters)
  }

  @Test func calibrationNeedsNoLabelsAndSaysWhatItDid() throws {
    let report = try place.run(
      "import demo-net.pt --arch demo-net.json --calibrate strokes:train,per-class=20,unlabelled -o c.h5 --json"
    ).check().json()
    #expect(report["weights"] as? String == "sign")
    let calibrated = try model("c.h5")
    #expect(calibrated.network.remainingEdges * 2 <= calibrated.network.edgeCount)
    #expect(calibrated.sharedWeights.count == 1)
    #expect(try place.run("inspect c.h5").check().output.contains("scales = fold"))
    // The same of a stored model with its weights.
    try place.run("calibrate trained.h5 strokes:train,per-class=20,unlabelled -o same.h5").check()
    #expect(try model("same.h5").network == calibrated.network)
    // All edges, no images.
    try place.run("import demo-net.pt --arch demo-net.json --scales fold -o f.h5").check()
    #expect(try model("f.h5").network.remainingEdges == model("f.h5").network.edgeCount)
    // A model of signs, by the network that it was made of.
    try place.run("calibrate f.h5 strokes:train,per-class=20 --teacher trained.h5 -o g.h5").check()
    #expect(
      try model("g.h5").network.layers.map(\.weights.mask) == model("f.h5").network.layers.map(\.weights.mask)
    )
  }

  @Test(arguments: [
    ("convert demo-net.pt", "pictures"), ("convert --resume a demo-net.pt", "--resume"),
    ("import demo-net.pt --calibrate strokes --weights keep -o x.h5", "--calibrate"),
    ("import demo-net.pt --calibrate strokes --scales none -o x.h5", "--scales none"),
    ("calibrate net.h5 strokes -o x.h5 --images 0", "--images"),
    ("learn net.h5 --task strokes --density 0.5 --temperature 3 -o x", "--teacher"),
    ("learn --teacher trained.h5 --teacher trained.h5 --task strokes -o x", "2 teachers"),
    ("learn --teacher trained.h5 --task strokes:train,per-class=2,unlabelled --labels 0.5 -o x", "no labels"),
    ("evaluate net.h5 --data strokes:test,unlabelled", "no labels"),
    ("learn net.h5 --task strokes:train,unlabelled --density 0.5 -o x", "no labels"),
    ("convert net.h5 strokes:train,per-class=2 -o x", "shared weights"),
    ("calibrate net.h5 strokes:train,per-class=2 -o x.h5", "teacher"),
  ])
  func whatCannotBeIsRefused(_ command: String, _ word: String) throws {
    let outcome = try place.run(command)
    #expect(outcome.code != 0 && outcome.errors.contains(word), "\(outcome.errors)")
  }
}
