import Foundation
import Testing

/// `padawann wann`, and the commands that take its files like any model.
@Suite("WANN commands") struct WannTests {
  private static let data = "strokes:test,per-class=4,resize=16:bilinear,deskew"
  private static let evolve =
    "wann evolve --task strokes:train,per-class=10 --population 20 --tournament 3 --generations 20 --batch 50 "
    + "--test-batches 2 --seed 3 -o run"

  private static func place() throws -> Workplace {
    let place = try Workplace()
    try place.run(evolve).check()
    return place
  }

  @Test func aChampionIsTakenByEveryCommand() throws {
    let place = try Self.place()
    try place.run("wann prune run -o small.h5").check()
    let evaluated = try place.run("evaluate run --data \(Self.data) --json").check().json()
    let small = try place.run("evaluate small.h5 --data \(Self.data) --json").check().json()
    let datasets = try #require(evaluated["datasets"] as? [[String: Any]])
    let sweep = try #require(datasets[0]["sweep"] as? [String: Any])
    #expect((sweep["points"] as? [Any])?.count == 6)
    // What was pruned changes no answer.
    let other = try #require(small["datasets"] as? [[String: Any]])[0]["sweep"] as? NSDictionary
    #expect(other == sweep as NSDictionary)
    // Without data it is measured as its task.
    let task = try place.run("evaluate small.h5").check().output
    #expect(task.contains("task strokes, strokes:test") && task.contains("ensemble"))
    #expect(try place.run("verify small.h5 run/champion.h5").check().output.contains("good  small.h5"))
    #expect(try place.run("inspect run").check().output.contains("(WANN)"))
    #expect(try place.run("stats small.h5").check().output.contains("places of a matrix"))
    try place.run("import demo-net.pt --arch demo-net.json -o net.h5").check()
    #expect(try place.run("stats small.h5 net.h5").check().output.contains("fc"))
  }

  @Test func itIsComparedWithANetworkOfLayers() throws {
    let place = try Self.place()
    try place.run("import demo-net.pt --arch demo-net.json -o net.h5").check()
    let itself = try place.run("compare run run/champion.h5 --data \(Self.data)").check().output
    #expect(itself.contains("both right"))
    // The same images, prepared for each.
    let both = "compare net.h5 run --data strokes:test,per-class=4 --data \(Self.data)"
    let compared = try place.run("\(both) --json").check().json()
    #expect((compared["models"] as? [Any])?.count == 2 && compared["images"] as? Int == 40)
    for (code, wrong) in [
      (64, "strokes:test,per-class=4 --data strokes:test,per-class=4 --data strokes:test"),
      (64, "strokes:test,per-class=4 --data strokes:test,per-class=5,resize=16:bilinear"),
      (65, "strokes:test,per-class=4"),
    ] { #expect(try place.run("compare net.h5 run --data \(wrong)").code == code, "\(wrong)") }
  }

  @Test func picturesAreAnswered() throws {
    let place = try Self.place()
    let picture = Workplace.package.appendingPathComponent(
      "Tests/PadawannCLITests/Goldens/pictures/three.png")
    try place.write(Data(contentsOf: picture), to: "three.png")
    let plain = try place.run("predict run three.png --json").check().json()
    let prepared = try place.run("predict run three.png --with resize=16:bilinear,deskew --json").check()
      .json()
    #expect((plain["pictures"] as? [Any])?.count == 1)
    #expect((prepared["options"] as? String)?.hasSuffix("resize=16:bilinear,deskew") == true)
    #expect(try place.run("predict run three.png --with resize=12:bilinear").code == 65)
  }

  @Test func aTableComesBack() throws {
    let place = try Self.place()
    try place.run("wann export run -o one.csv").check()
    try place.run("wann import one.csv -o one.h5").check()
    try place.run("wann export one.h5 -o two.csv").check()
    #expect(try place.bytes("one.csv") == place.bytes("two.csv"))
    let first = try place.run("wann sweep run --data \(Self.data) --count 5 --json").check().json()
    let second = try place.run("wann sweep one.h5 --data \(Self.data) --count 5 --json").check().json()
    let (one, other) = (first["sweep"] as? [String: Any], second["sweep"] as? [String: Any])
    // Connections come in another order, and so do the last bits of sums; no answer of these is so close.
    #expect(one?["mean"] as? Double == other?["mean"] as? Double)
    #expect(try place.run("wann import one.csv --outputs 400 -o bad.h5").code == 65)
    #expect(try place.run("wann import one.csv --input 1x16x17 -o bad.h5").code == 65)
    #expect(!place.has("bad.h5"))
  }

  @Test func weightsAreTuned() throws {
    let place = try Self.place()
    let data = "strokes:train,per-class=20,resize=16:bilinear,deskew"
    let shared = try place.run("wann tune run --shared --data \(data) -o shared.h5 --json").check().json()
    let each = try place.run("wann tune run --each --epochs 4 --batch 20 --data \(data) -o each.h5 --json")
      .check().json()
    func share(_ report: [String: Any]) -> Double {
      (report["accuracy"] as? [String: Any])?["value"] as? Double ?? 0
    }
    #expect(share(each) > share(shared) && share(shared) > 0.1)
    let inspected = try place.run("inspect each.h5 --json").check().json()
    #expect(inspected["weight_agnostic"] as? Bool == false && inspected["shared_weights"] as? [Double] == [1])
    #expect(try place.run("wann tune run --shared --each --data \(data) -o x.h5").code == 64)
    #expect(try place.run("wann tune run --data \(data) -o x.h5").code == 64)
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    let place = try Workplace(models: true)
    #expect(try place.run("wann evolve -o run").code == 64)
    #expect(try place.run("wann evolve --task strokes:train --population 1 -o run").code == 64)
    #expect(try place.run("wann evolve --task strokes:train --activations sine,cosinus -o run").code == 64)
    #expect(
      try place.run("wann evolve --task strokes:train --task strokes-letters:train,resize=8 -o run").code
        == 65)
    #expect(!place.has("run"))
    #expect(try place.run("wann prune net.h5 -o x.h5").code == 65)
    let layers = try place.run("wann import demo-net.pt -o x.h5")
    #expect(layers.code == 65)
  }

  @Test func otherCommandsSayThatItIsNoNetworkOfLayers() throws {
    let place = try Self.place()
    for command in ["prune run --method random --amount 0.5 -o x.h5", "export run -o x.onnx"] {
      let outcome = try place.run(command)
      #expect(outcome.code == 70 && outcome.errors.contains("WANN"), "\(outcome.errors)")
    }
    #expect(try place.run("inspect run --arch").code == 64)
  }

  @Test func aMeasuredTaskIsRecorded() throws {
    let place = try Self.place()
    try place.run("wann prune run -o small.h5").check()
    try place.run("evaluate small.h5 --data \(Self.data) --record prepared").check()
    let inspected = try place.run("inspect small.h5 --json").check().json()
    let tasks = try #require(inspected["tasks"] as? [[String: Any]])
    #expect(tasks.map { $0["name"] as? String } == ["strokes", "prepared"] && tasks[1]["accuracy"] is Double)
  }
}
