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

  @Test(arguments: ["--plain", "--packed"])
  func everyTaskHasItsOwnMask(form: String) throws {
    let report = try place.run(
      "learn net.h5 \(Self.tasks) --density 0.3 --epochs 6 --mask-per-task \(form) -o run --json"
    ).check().json()
    let run = try #require((report["runs"] as? [[String: Any]])?.first)
    let masks = try #require((run["outcome"] as? [String: Any])?["masks"] as? [[String: Any]])
    #expect(masks.map { $0["task"] as? String } == ["strokes", "strokes-letters"])
    for mask in masks {
      #expect(mask["remaining_edges"] as? Int == 4670)
      #expect(mask["added_edges"] as? Int == mask["dropped_edges"] as? Int)
      #expect((mask["added_edges"] as? Int ?? 0) > 0)
    }
    // Three epochs for all tasks, and three for each.
    #expect(run["steps"] as? Int == 9)
    #expect(try place.run("learn --status run").check().output.contains("9 of 9 steps"))
    let log = String(decoding: try place.bytes("run/log.jsonl"), as: UTF8.self).split(separator: "\n")
    #expect(log.map { $0.contains("\"task\":\"strokes\"") } == (0..<9).map { (3..<6).contains($0) })

    // Every command takes the task's own mask for the task.
    let evaluated = try place.run("evaluate run/model.h5 --json").check().json()
    let entries = try #require(evaluated["datasets"] as? [[String: Any]])
    let values = entries.compactMap { entry -> Double? in
      let points = (entry["sweep"] as? [String: Any])?["points"] as? [[String: Any]]
      let scores = points?.first?["scores"] as? [String: Any]
      return (scores?["accuracy"] as? [String: Any])?["value"] as? Double
    }
    #expect(try values == tests(report))
    #expect(
      entries.compactMap { ($0["mask"] as? [String: Any])?["bytes"] as? Int }
        == masks.compactMap { $0["bytes"] as? Int })
    let model = try ModelFile.read(place.folder.appendingPathComponent("run/model.h5").path).model
    for task in ["strokes", "strokes-letters"] {
      try place.run("export run/model.h5 --task \(task) -o \(task).safetensors").check()
      try place.run("import \(task).safetensors --arch demo-net.json -o \(task).h5").check()
      let exported = try ModelFile.read(place.folder.appendingPathComponent("\(task).h5").path).model.network
      let used = try model.use(of: task).network
      #expect(exported.layers.map(\.weights.mask) == used.layers.map(\.weights.mask))
      #expect(exported.layers.map(\.weights.signs) == used.layers.map(\.weights.signs))
      #expect(used.layers.map(\.weights.mask) != model.network.layers.map(\.weights.mask))
    }
    let compared = try place.run("compare run/model.h5 strokes.h5 --task strokes --json").check().json()
    let overlap = (compared["edges"] as? [[String: Any]])?.first?["overlap"] as? [String: Any]
    #expect(((overlap?["total"] as? [String: Any])?["jaccard_kept"] as? Double) == 1, "\(compared)")
    let stats = try place.run("stats run/model.h5 --json").check().json()
    let counted = (stats["models"] as? [[String: Any]])?.first?["task_masks"] as? [[String: Any]]
    #expect(counted?.count == 2)
    #expect(try place.run("inspect run/model.h5").check().output.contains("a mask of its own: 4,670 edges"))
    try place.run("verify run/model.h5").check()
    try place.run("report run -o report.html").check()

    // A head that is tuned keeps the masks; what begins anew says that it leaves them.
    try place.run("finetune run/model.h5 --task strokes:train,per-class=5 --epochs 1 -o tuned.h5").check()
    let tuned = try ModelFile.read(place.folder.appendingPathComponent("tuned.h5").path).model
    #expect(tuned.tasks[0].parameters.first?.ownMask == model.tasks[0].parameters.first?.ownMask)
    #expect(tuned.tasks[1] == model.tasks[1])
    let pruned = try place.run("prune run/model.h5 --method random --amount 0.1 -o pruned.h5").check()
    #expect(pruned.errors.contains("the tasks of the model are left out"))
    let again = try place.run(
      "learn run/model.h5 --task strokes:train,per-class=5 --density 0.2 --epochs 1 -o again"
    ).check()
    #expect(
      again.errors.contains("masks that tasks have of their own are left out: strokes, strokes-letters"))
  }

  @Test func masksPerTaskAreTheSameOnAnyThreadsAndInAGroup() throws {
    let arguments = "learn net.h5 \(Self.tasks) --epochs 3 --task-epochs 1 --mask-per-task"
    for threads in 1...2 {
      try place.run("\(arguments) --density 0.3 --threads \(threads) -o run\(threads)").check()
    }
    #expect(try place.bytes("run1/model.h5") == place.bytes("run2/model.h5"))
    #expect(try place.bytes("run1/report.json") == place.bytes("run2/report.json"))
    try place.run("\(arguments) --sweep 0.3,0.2 --tensorboard -o sweep").check()
    #expect(try place.bytes("sweep/density-0.3/model.h5") == place.bytes("run1/model.h5"))
    _ = try place.bytes("sweep/density-0.3/events.out.tfevents.padawann")
    try place.run("\(arguments) --density 0.3 --trials 2 -o trials").check()
    #expect(try place.bytes("trials/trial-1/model.h5") != place.bytes("trials/trial-2/model.h5"))
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
      ("net.h5 \(task) --density 0.5 --epochs 2 --mask-per-task -o a", 64),
      ("net.h5 \(Self.tasks) --density 0.5 --epochs 1 --mask-per-task -o a", 64),
      ("net.h5 \(Self.tasks) --density 0.5 --epochs 2 --task-epochs 2 --mask-per-task -o a", 64),
      ("net.h5 \(Self.tasks) --density 0.5 --epochs 2 --task-epochs 1 -o a", 64),
      ("net.h5 \(Self.tasks) --density 0.5 --task-rate 1 -o a", 64),
      ("net.h5 \(Self.tasks) --density 0.5 --mask-per-task --teacher net.h5 -o a", 64),
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
