import Foundation
import Padawann
import Testing

/// Masks that are learned in a folder, on the demo network and drawn characters.
@Suite struct LearnTests {
  private static let tasks = "--task strokes:train,per-class=20 --task strokes-letters:train,per-class=20"
  private let place: Workplace

  init() throws { place = try Workplace(models: true) }

  private func tests(_ report: [String: Any]) throws -> [Double] {
    let runs = try #require(report["runs"] as? [[String: Any]])
    return try runs.flatMap { run in
      try #require(run["tests"] as? [[String: Any]]).compactMap {
        ($0["accuracy"] as? [String: Any])?["value"] as? Double
      }
    }
  }

  @Test func oneMaskServesTwoTasks() throws {
    let report = try place.run("learn net.h5 \(Self.tasks) --density 0.5 --epochs 20 -o run --json").check()
      .json()
    let accuracies = try tests(report)
    #expect(accuracies.count == 2 && accuracies.allSatisfy { $0 > 0.6 }, "\(accuracies)")
    let model = try ModelFile.read(place.folder.appendingPathComponent("run/model.h5").path).model
    #expect(model.network.remainingEdges == 7784)
    #expect(model.tasks.map(\.name) == ["strokes", "strokes-letters"])
    let before = try ModelFile.read(place.folder.appendingPathComponent("net.h5").path).model.network
    for (mine, theirs) in zip(model.network.layers, before.layers) {
      #expect(mine.weights.signs == theirs.weights.signs.intersection(mine.weights.mask))
    }
  }

  @Test func threadsChangeNothing() throws {
    for threads in 1...2 {
      try place.run(
        "learn net.h5 \(Self.tasks) --density 0.3 --epochs 3 --threads \(threads) -o run\(threads)"
      ).check()
    }
    #expect(try place.bytes("run1/model.h5") == place.bytes("run2/model.h5"))
    #expect(try place.bytes("run1/report.json") == place.bytes("run2/report.json"))
  }

  @Test func everyTaskHasItsOwnBiases() throws {
    let report = try place.run(
      "learn net.h5 \(Self.tasks) --density 0.5 --epochs 8 --biases per-task --map-labels auto -o run --json"
    ).check().json()
    let evaluated = try place.run("evaluate run/model.h5 --json").check().json()
    let values = try #require(evaluated["datasets"] as? [[String: Any]]).compactMap { entry -> Double? in
      let points = (entry["sweep"] as? [String: Any])?["points"] as? [[String: Any]]
      let scores = points?.first?["scores"] as? [String: Any]
      return (scores?["accuracy"] as? [String: Any])?["value"] as? Double
    }
    #expect(try values == tests(report))
    // The predictions of a task on its own test data were once refused, as of no dataset.
    try place.run("evaluate run/model.h5 --task strokes-letters --predictions letters.npz").check()
    try place.run(
      "evaluate run/model.h5 --task strokes-letters --data strokes-letters --predictions same.npz"
    )
    .check()
    #expect(try place.bytes("letters.npz") == place.bytes("same.npz"))
    let model = try ModelFile.read(place.folder.appendingPathComponent("run/model.h5").path).model
    #expect(model.tasks.allSatisfy { $0.parameters.map(\.node) == ["fc1", "fc2"] })
    #expect(model.tasks[0].parameters != model.tasks[1].parameters)
  }

  @Test func imagesThatAreHeldOutAreMeasuredInPlaceOfTestData() throws {
    let arguments = "learn net.h5 \(Self.tasks) --density 0.5 --epochs 4 --biases per-task"
    let report = try place.run("\(arguments) --held-out 5 -o run --json").check().json()
    let run = try #require((report["runs"] as? [[String: Any]])?.first)
    let tests = try #require(run["tests"] as? [[String: Any]])
    #expect(
      tests.map { $0["dataset"] as? String }
        == ["strokes:train,per-class=16-20", "strokes-letters:train,per-class=16-20"])
    #expect(tests.map { $0["images"] as? Int } == [50, 50])
    let tasks = try #require(run["tasks"] as? [[String: Any]])
    #expect(
      tasks.map { $0["dataset"] as? String }
        == ["strokes:train,per-class=15", "strokes-letters:train,per-class=15"])
    // A task's own biases are used for its held-out images.
    let evaluated = try place.run(
      "evaluate run/model.h5 --task strokes-letters --data strokes-letters:train,per-class=16-20 --json"
    ).check().json()
    let sweep = (evaluated["datasets"] as? [[String: Any]])?.first?["sweep"] as? [String: Any]
    let scores = (sweep?["points"] as? [[String: Any]])?.first?["scores"] as? [String: Any]
    let accuracy = (scores?["accuracy"] as? [String: Any])?["value"] as? Double
    #expect(try accuracy == self.tests(report)[1])
    // The same images are learned from when they are asked for directly.
    let plain = Self.tasks.replacing("per-class=20", with: "per-class=15")
    try place.run("learn net.h5 \(plain) --density 0.5 --epochs 4 --biases per-task -o plain").check()
    #expect(try place.bytes("run/model.h5") == place.bytes("plain/model.h5"))
    for refused in ["20", "0", "-1", "5 --task strokes:train"] {
      let outcome = try place.run("\(arguments) --held-out \(refused) -o other")
      #expect(outcome.code == 64, "\(outcome.errors)")
    }
  }

  @Test func sweepHasAModelForEachDensityAndGoesOn() throws {
    let arguments =
      "learn net.h5 --task strokes:train,per-class=20 --epochs 2 --sweep 0.8,0.4 -o sweep --json"
    let first = try place.run(arguments).check().output
    for density in ["0.8", "0.4"] { _ = try place.bytes("sweep/density-\(density)/model.h5") }
    #expect(try place.run(arguments).check().output == first)
    #expect(try place.run(arguments + " --seed 5").code == 73)
  }

  @Test func unreasonableRequestsAreRefused() throws {
    let task = "--task strokes:train,per-class=5"
    try place.run("learn net.h5 \(task) --density 0.5 --epochs 1 -o run").check()
    for (arguments, code) in [
      ("net.h5 \(task) --density 0 -o a", Int32(64)), ("net.h5 \(task) --density 1.5 -o a", 64),
      ("net.h5 \(task) -o a", 64), ("net.h5 --density 0.5 -o a", 64),
      ("net.h5 \(task) --density 0.5 --layers conv9 -o a", 64),
      ("net.h5 \(task) --density 0.001 -o a", 64), ("net.h5 \(task) --density 0.5 --weight 0 -o a", 64),
      ("net.h5 \(task) --density 0.5 -o run", 73), ("--resume nowhere", 66),
      ("--resume run --density 0.5", 64), ("gone.h5 \(task) --density 0.5 -o a", 66),
      ("net.h5 --task strokes:train,classes=0-9,first=20 --density 0.5 --sweep 0.5 -o a", 64),
    ] {
      let outcome = try place.run("learn \(arguments)")
      #expect(outcome.code == code, "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.contains("padawann: "), "\(outcome.errors)")
    }
  }

  @Test func damagedOrMissingCheckpointIsRefused() throws {
    try place.run("learn net.h5 --task strokes:train,per-class=5 --density 0.5 --epochs 1 -o run").check()
    let bytes = try place.bytes("run/checkpoint.h5")
    for offset in stride(from: 0, to: bytes.count, by: bytes.count / 40) {
      var damaged = bytes
      damaged[offset] ^= 0x10
      try place.write(damaged, to: "run/checkpoint.h5")
      #expect(try place.run("learn --resume run").code == 65, "byte \(offset)")
    }
    try FileManager.default.removeItem(at: place.folder.appendingPathComponent("run/checkpoint.h5"))
    #expect(try place.run("learn --resume run").code == 66)
    try place.write(bytes, to: "run/checkpoint.h5")
    try place.run("learn --resume run").check()
  }
}
