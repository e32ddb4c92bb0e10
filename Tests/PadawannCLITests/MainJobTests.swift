import Foundation
import Testing

/// The main job on data that the program draws itself: import, evaluate, prune, compare, stats, verify, inspect.
@Suite struct MainJobTests {
  static let data = "strokes:test,per-class=6"

  @Test func evaluatesTheDemoNetwork() throws {
    let place = try Workplace(models: true)
    let text = try place.run("evaluate net.h5 --data \(Self.data)").check()
    #expect(
      agree(
        text.output,
        """
        net.h5: 15,568 of 15,568 edges (100.00%)

        strokes:test,per-class=6: 60 images, 10 classes
          input (pixel / 255 - 0.1307) / 0.3081, a guess, for the model does not say: normalise= or padawann import \
        --normalise decide
          weight    accuracy   95% interval  cross-entropy
          0.5         93.33%  84.07 – 97.38         9.8037
          1           91.67%  81.93 – 96.39       194.0503
          2           91.67%  81.93 – 96.39      3531.5396
          ensemble    91.67%  81.93 – 96.39         9.8952
          best weight 0.5: 93.33%, chosen on these images

        """))
    let report = try place.run("evaluate trained.h5 --data \(Self.data) --json").check().json()
    let dataset = try #require((report["datasets"] as? [[String: Any]])?.first)
    let sweep = try #require(dataset["sweep"] as? [String: Any])
    let settings = try #require(sweep["points"] as? [[String: Any]])
    #expect(settings.count == 1)
    #expect(settings[0]["shared_weight"] == nil)
    let scores = try #require(settings[0]["scores"] as? [String: Any])
    #expect((scores["accuracy"] as? [String: Any])?["count"] as? Int == 60)
    #expect(abs((scores["cross_entropy"] as? Double ?? .nan) - 0.0183896) < 1e-6)
  }

  @Test func detailsShowEveryClass() throws {
    let place = try Workplace(models: true)
    let text = try place.run(
      "evaluate net.h5 --data strokes:test,per-class=2,classes=0-2 --weights 0.5 --details"
    )
    .check().output
    #expect(text.contains("right class by row, answer by column"))
    #expect(text.contains("class  images   recall  precision"))
  }

  @Test func aSubsetOfTheClassesIsAskedOfItsOwnOutputs() throws {
    let place = try Workplace(models: true)
    let subset = "evaluate trained.h5 --data strokes:test,per-class=6,classes=4-6 --json"
    func right(_ command: String) throws -> Int? {
      let report = try place.run(command).check().json()
      let sweep = (report["datasets"] as? [[String: Any]])?.first?["sweep"] as? [String: Any]
      let scores = (sweep?["points"] as? [[String: Any]])?.first?["scores"] as? [String: Any]
      return (scores?["accuracy"] as? [String: Any])?["count"] as? Int
    }
    #expect(try right(subset + " --outputs 4,5,6") == 18)
    #expect(try #require(try right(subset)) < 12)
    #expect(try place.run(subset + " --outputs 4,5").code == 64)
    #expect(try place.run(subset + " --outputs 4,5,10").code == 64)
    #expect(try place.run(subset + " --outputs 4,5,5").code == 64)
  }

  @Test func prunesComparesAndCounts() throws {
    let place = try Workplace(models: true)
    try place.run("prune trained.h5 --method l1 --amount 0.3 --to sign -o small.h5").check()
    try place.run("prune net.h5 --method random --like small.h5 --seed 7 -o random.h5").check()
    try place.run("prune net.h5 --method structured --layer fc1 --amount 0.25 -o structured.h5").check()
    let remainingEdges = try ["small", "random", "structured"].map { name in
      try #require(try place.run("stats \(name).h5 --json").json()["models"] as? [[String: Any]])[0]["counts"]
        as? [String: Any]
    }.map { $0?["remaining_edges"] as? Int }
    // 30% of 15,568 edges round to 4,670; a quarter of fc1's 32 channels are 8 with 400 edges each.
    #expect(remainingEdges == [10_898, 10_898, 15_568 - 8 * 400])
    let comparison = try place.run("compare net.h5 random.h5 small.h5 --data \(Self.data) --weights 0.5")
      .check()
    #expect(comparison.output.contains("Cochran's Q"))
    #expect(comparison.output.contains("edges that random.h5 and small.h5 pruned"))
    #expect(comparison.output.contains("mid-p, Holm"))
    let inspected = try place.run("inspect small.h5").check().output
    #expect(inspected.contains("setting method = l1"))
    #expect(inspected.contains("source: demo-net.pt, 66,075 bytes"))
    let verified = try place.run("verify net.h5 small.h5 random.h5 structured.h5").check().output
    #expect(verified.split(separator: "\n").count == 4)
    #expect(verified.split(separator: "\n").allSatisfy { $0.hasPrefix("good  ") })
  }

  @Test(arguments: ["", " --plain", " --compact", " --packed"])
  func statsTellTheSizeOnDisk(_ option: String) throws {
    let place = try Workplace()
    try place.run("import demo-net.pt --arch demo-net.json -o net.h5\(option)").check()
    let models = try #require(
      try place.run("stats net.h5 --json").check().json()["models"] as? [[String: Any]])
    let size = try place.bytes("net.h5").count
    #expect(models[0]["bytes"] as? Int == size)
    #expect((models[0]["payload_bytes"] as? Int ?? 0) + (models[0]["overhead_bytes"] as? Int ?? 0) == size)
    #expect(models[0]["source_bytes"] as? Int == (try place.bytes("demo-net.pt").count))
    #expect(models[0]["compact"] as? Bool == (option != " --plain"))
    #expect(models[0]["layout"] as? String == (option == "" ? "packed" : String(option.dropFirst(3))))
  }

  @Test func sameSeedSameBytes() throws {
    let place = try Workplace(models: true)
    for (name, seed) in [("a", 1), ("b", 1), ("c", 2)] {
      try place.run("prune net.h5 --method random --amount 0.5 --seed \(seed) -o \(name).h5").check()
    }
    #expect(try place.bytes("a.h5") == place.bytes("b.h5"))
    #expect(try place.bytes("a.h5") != place.bytes("c.h5"))
    try place.run("import demo-net.pt --arch demo-net.json -o again.h5").check()
    #expect(try place.bytes("again.h5") == place.bytes("net.h5"))
  }

  @Test func threadsNeverChangeAResult() throws {
    let place = try Workplace(models: true)
    let command = "evaluate net.h5 --data strokes:test,per-class=9 --weights 1 --json --threads"
    let one = try place.run("\(command) 1").check().output
    #expect(try one == place.run("\(command) 3").check().output)
  }

  @Test func notesAreNoPartOfTheResult() throws {
    let place = try Workplace()
    for kind in ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"] {
      try place.write(Data(), to: "data/mnist/\(kind)-ubyte")
    }
    let outcome = try place.run("data get mnist --data-dir data").check()
    #expect(outcome.output.hasPrefix("mnist: data/mnist (licence: "))
    #expect(outcome.errors.split(separator: "\n").count == 4)
    #expect(outcome.errors.contains("padawann: data/mnist/train-images-idx3-ubyte is there\n"))
  }

  @Test func recordsATaskAndReplacesIt() throws {
    let place = try Workplace(models: true)
    func tasks() throws -> [[String: Any]] {
      try place.run("inspect net.h5 --json").check().json()["tasks"] as? [[String: Any]] ?? []
    }
    try place.run("evaluate net.h5 --data strokes:test,per-class=2 --weights 0.5 --record digits").check()
    try place.run("evaluate net.h5 --data strokes:test,per-class=1 --weights 1 --record other").check()
    #expect(try tasks().map { $0["name"] as? String } == ["digits", "other"])
    try place.run("evaluate net.h5 --data strokes:test,per-class=1 --weights 2 --record digits").check()
    let replaced = try tasks()
    #expect(replaced.map { $0["name"] as? String } == ["digits", "other"])
    #expect(replaced[0]["dataset"] as? String == "strokes:test,per-class=1")
    #expect(replaced[0]["best_shared_weight"] as? Double == 2)
    #expect(try place.run("verify net.h5").code == 0)
  }
}
