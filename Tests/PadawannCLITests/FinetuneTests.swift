import Foundation
import Padawann
import Testing

/// Heads for tasks, on the demo network and drawn characters.
@Suite struct FinetuneTests {
  private static let letters = "strokes-letters:train,per-class=40"
  private let place: Workplace

  init() throws { place = try Workplace(models: true) }

  private func model(_ name: String) throws -> Model {
    try ModelFile.read(place.folder.appendingPathComponent(name).path).model
  }

  private func task(_ file: String) throws -> ModelTask { try #require(model(file).tasks.first) }

  /// The accuracy that `evaluate` gives for a task.
  private func accuracy(_ arguments: String) throws -> Double {
    let report = try place.run("evaluate \(arguments) --json").check().json()
    let dataset = try #require((report["datasets"] as? [[String: Any]])?.first)
    let sweep = try #require(dataset["sweep"] as? [String: Any])
    let settings = try #require(sweep["points"] as? [[String: Any]])
    #expect(settings.count == 1)
    let scores = try #require(settings[0]["scores"] as? [String: Any])
    return try #require((scores["accuracy"] as? [String: Any])?["value"] as? Double)
  }

  @Test func headIsStoredInTheModelAndEvaluateUsesIt() throws {
    let body = try model("net.h5").network
    let report = try place.run("finetune net.h5 --task \(Self.letters) --json").check().json()
    let before = try #require((report["accuracy_before"] as? [String: Any])?["value"] as? Double)
    let after = try #require(report["mean_test_accuracy"] as? Double)
    #expect(before < 0.3)
    #expect(after > 0.6)
    let tuned = try model("net.h5")
    #expect(tuned.network == body)
    #expect(try accuracy("net.h5 --task strokes-letters") == after)
    #expect(try accuracy("net.h5 --task strokes-letters --data \(Self.letters)") == tuned.tasks[0].accuracy)
    #expect(tuned.tasks[0].parameters.map(\.node) == ["fc2"])
  }

  @Test func oneBodyHasSeveralHeads() throws {
    try place.run("finetune net.h5 --task \(Self.letters) --epochs 2").check()
    let first = try task("net.h5")
    try place.run("finetune net.h5 --task strokes:train,per-class=40 --epochs 2").check()
    let both = try model("net.h5").tasks
    #expect(both.map(\.name) == ["strokes-letters", "strokes"])
    #expect(both[0] == first)
    let report = try place.run("evaluate net.h5 --json").check().json()
    let tasks = (report["datasets"] as? [[String: Any]])?.compactMap { $0["task"] as? String }
    #expect(tasks == ["strokes-letters", "strokes"])
  }

  /// Images of twenty classes, digits and letters.
  private func writeBoth(_ split: String, _ count: Int, to name: String) throws {
    let sets = try ["strokes", "strokes-letters"].map { set in
      try DatasetSpec.parse("\(set):\(split),per-class=\(count)").load(from: DataFolder(path: "nowhere"))
    }
    var bytes: [UInt8] = []
    for set in sets { if case .bytes(let values) = set.pixels { bytes += values } }
    let labels = sets[0].labels + sets[1].labels.map { $0 + 10 }
    let images = try NumPyArray(shape: [labels.count, 28, 28], bytes: bytes)
    let file = try NumPyArchive.file(of: [
      .init(name: "images", array: images),
      .init(name: "labels", array: try NumPyArray(shape: [labels.count], integers: labels)),
    ])
    try place.write(Data(file), to: name)
  }

  /// A head for more classes than the network has outputs (thesis 7.7).
  @Test func moreClassesThanOutputsGetAHeadOfTheirOwn() throws {
    try writeBoth("train", 40, to: "both.npz")
    try writeBoth("test", 10, to: "both-test.npz")
    for command in [
      "evaluate net.h5 --data ./both.npz", "learn net.h5 --task ./both.npz --density 0.5 -o run",
      "evolve net.h5 --task ./both.npz,per-class=4 --generations 1 -o run",
    ] {
      let refused = try place.run(command)
      #expect(refused.code == 65, "\(command)")
      #expect(
        refused.errors.contains("train a head for it (padawann finetune MODEL --task"), "\(refused.errors)")
    }
    let report = try place.run(
      "finetune net.h5 --task ./both.npz --test ./both-test.npz -o tuned.h5 --json"
    ).check().json()
    #expect(report["outputs"] as? [Int] == Array(0..<20))
    let after = try #require(report["mean_test_accuracy"] as? Double)
    #expect(after > 0.4)
    #expect(try accuracy("tuned.h5 --task both --data ./both-test.npz") == after)
    #expect(try model("tuned.h5").network == model("net.h5").network)
    // It can be trained further, and other heads beside it.
    try place.run("finetune tuned.h5 --task ./both.npz --epochs 1").check()
    try place.run("finetune tuned.h5 --task \(Self.letters) --epochs 1").check()
    #expect(try model("tuned.h5").tasks.map(\.outputs.count) == [20, 10])
    try place.run("verify tuned.h5").check()
    try place.run("stats tuned.h5").check()
    try place.run("inspect tuned.h5").check()
  }

  @Test func fewerClassesThanOutputsCanHaveAHeadOfTheirOwn() throws {
    try place.run("finetune net.h5 --task strokes:train,per-class=40,classes=3-5 --own-outputs -o own.h5")
      .check()
    #expect(try task("own.h5").outputs == [0, 1, 2])
    #expect(try accuracy("own.h5 --task strokes") > 0.8)
    let biases = try place.run(
      "finetune net.h5 --task strokes:train,per-class=4,classes=3-5 --own-outputs --layers biases -o no.h5")
    #expect(biases.code == 64)
  }

  @Test func threadsChangeNothing() throws {
    for threads in 1...2 {
      try place.run(
        "finetune net.h5 --task \(Self.letters) --profile reference --threads \(threads) -o out\(threads).h5"
      ).check()
    }
    #expect(try place.bytes("out1.h5") == place.bytes("out2.h5"))
  }

  @Test func maskedHeadHasTheSurvivingEdgesOnly() throws {
    try place.run("prune net.h5 --method random --amount 0.5 --seed 3 -o half.h5").check()
    try place.run("finetune half.h5 --task \(Self.letters) --masked -o masked.h5").check()
    try place.run("finetune half.h5 --task \(Self.letters) -o dense.h5").check()
    let mask = try #require(model("half.h5").network.layers.last).weights.mask
    let masked = try head("masked.h5")
    #expect(masked.mask == mask)
    #expect(try head("dense.h5").remainingEdges > mask.popcount)
  }

  @Test func headOfBytesIsNearlyAsGood() throws {
    try place.run("finetune net.h5 --task \(Self.letters) -o float.h5").check()
    try place.run("finetune net.h5 --task \(Self.letters) --int8 -o int8.h5").check()
    let difference = try abs(
      accuracy("float.h5 --task strokes-letters") - accuracy("int8.h5 --task strokes-letters"))
    #expect(difference < 0.02)
    guard case .weighted(_, _, .int8) = try #require(task("int8.h5").parameters.first).content else {
      Issue.record("the head is not one of bytes")
      return
    }
    #expect(try place.bytes("int8.h5").count < place.bytes("float.h5").count)
  }

  @Test func biasesAloneAndNamedLayersAreTrained() throws {
    try place.run("finetune net.h5 --task \(Self.letters) --layers biases -o biases.h5").check()
    let biases = try task("biases.h5").parameters
    #expect(biases.map(\.node) == ["conv1", "conv2", "fc1", "fc2"])
    for parameters in biases {
      guard case .weighted(nil, bias: _?, .float32) = parameters.content else {
        Issue.record("\(parameters.node) has more than biases")
        continue
      }
    }
    try place.run("finetune net.h5 --task \(Self.letters) --layers fc1,fc2 --epochs 1 -o two.h5").check()
    #expect(try task("two.h5").parameters.map(\.node) == ["fc1", "fc2"])
  }

  /// The weights of a head were forgotten when its biases alone were trained later.
  @Test(arguments: ["", " --int8"])
  func aHeadKeepsItsWeightsWhenBiasesAreTrainedLater(option: String) throws {
    try place.run("finetune net.h5 --task \(Self.letters) -o head.h5\(option)").check()
    try place.run("finetune head.h5 --task \(Self.letters) --layers biases --epochs 1 -o biases.h5").check()
    let (head, biases) = try (task("head.h5").parameters[0], task("biases.h5").parameters)
    #expect(Set(biases.map(\.node)) == ["conv1", "conv2", "fc1", "fc2"] && biases.count == 4)
    guard case .weighted(let before?, let old, let precision) = head.content,
      case .weighted(let after, let new, let afterwards)? = biases.first(where: { $0.node == "fc2" })?.content
    else {
      Issue.record("there is no head")
      return
    }
    #expect(after == before && afterwards == precision && new != old)
    #expect(try accuracy("biases.h5 --task strokes-letters") > 0.6)
  }

  /// Such a head has another number of outputs than the network.
  @Test func biasesOfAHeadOfItsOwnAreTrainedLater() throws {
    try place.run("finetune net.h5 --task strokes:train,per-class=40,classes=3-5 --own-outputs -o own.h5")
      .check()
    try place.run(
      "finetune own.h5 --task strokes:train,per-class=40,classes=3-5 --layers biases --epochs 1 -o biases.h5"
    ).check()
    #expect(try task("biases.h5").outputs == [0, 1, 2])
    #expect(try model("biases.h5").network == model("net.h5").network)
  }

  @Test func networkWithWeightsOfItsOwnKeepsThem() throws {
    try place.run("finetune trained.h5 --task \(Self.letters) -o tuned.h5").check()
    #expect(try task("tuned.h5").bestSharedWeight == nil)
    #expect(try accuracy("tuned.h5 --task strokes-letters") > 0.6)
  }

  @Test func unreasonableRequestsAreRefused() throws {
    for (arguments, code) in [
      ("net.h5 --task \(Self.letters) --layers conv9", Int32(64)),
      ("net.h5 --task \(Self.letters) --weight 0", 64), ("net.h5 --task \(Self.letters) --epochs 0", 64),
      ("net.h5 --task \(Self.letters) --rate 0", 64), ("net.h5 --task nothing", 64),
      ("gone.h5 --task \(Self.letters)", 66),
      ("net.h5 --task \(Self.letters) --optimiser adam --momentum 0.5", 64),
    ] {
      let before = try place.bytes("net.h5")
      let outcome = try place.run("finetune \(arguments)")
      #expect(outcome.code == code, "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.hasPrefix("padawann: "), "\(outcome.errors)")
      #expect(try place.bytes("net.h5") == before)
    }
  }

  private func head(_ file: String) throws -> EdgeWeights {
    guard case .weighted(let weights?, _, _) = try #require(task(file).parameters.first).content else {
      throw Faults.noReport(file)
    }
    return weights
  }
}
