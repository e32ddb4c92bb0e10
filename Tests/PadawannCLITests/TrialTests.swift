import Foundation
import Padawann
import Testing

/// Several trials of one thing, and comparing them as groups.
@Suite struct TrialTests {
  private static let train =
    "train --arch demo-net.json --data strokes:train,per-class=10 --epochs 1 --batch 20"
  private static let finetune =
    "finetune net.h5 --task strokes-letters:train,per-class=10 --epochs 1 --dropout on"
  private let place: Workplace

  init() throws { place = try Workplace(models: true) }

  private func model(_ name: String) throws -> Model {
    try ModelFile.read(place.folder.appendingPathComponent(name).path).model
  }

  private func seeds(_ report: [String: Any]) throws -> [UInt64] {
    try #require(report["runs"] as? [[String: Any]]).map { try #require($0["seed"] as? UInt64) }
  }

  @Test func trialsOfATrainingAreTheRunsOfTheirSeeds() throws {
    let report = try place.run("\(Self.train) --trials 2 --seed 3 -o nets --json").check().json()
    #expect(report["schema"] as? String == "padawann.train-trials/1")
    let seeds = try seeds(report)
    #expect(seeds == [1, 2].map { TrialSeed.seed(of: $0, from: 3) })
    for (number, seed) in seeds.enumerated() {
      try place.run("\(Self.train) --seed \(seed) -o alone.h5").check()
      #expect(try model("alone.h5") == model("nets/trial-\(number + 1)/model.h5"))
      #expect(try place.bytes("alone.h5") == place.bytes("nets/trial-\(number + 1)/model.h5"))
    }
    let summary = try #require(report["summary"] as? [String: Any])
    let accuracies = try #require(report["runs"] as? [[String: Any]]).map { run in
      let epochs = try #require((run["outcome"] as? [String: Any])?["epochs"] as? [[String: Any]])
      return try #require(epochs.last?["accuracy"] as? Double)
    }
    let spread = try #require(summary["training_accuracy"] as? [String: Any])
    #expect(accuracies.count == 2 && spread["least"] as? Double == accuracies.min())
    #expect(spread["most"] as? Double == accuracies.max())
    // The same command has nothing left to do; another one is refused.
    let again = try place.run("\(Self.train) --trials 2 --seed 3 -o nets").check()
    #expect(again.output.hasPrefix("nets: 2 runs\n"), "\(again.output)")
    #expect(try place.run("\(Self.train) --trials 2 --seed 4 -o nets").code == 73)
  }

  @Test func oneTrialAtATimeIsTheSame() throws {
    try place.run("\(Self.finetune) --trials 2 -o whole").check()
    for number in [2, 1] { try place.run("\(Self.finetune) --trials 2 --trial \(number) -o parts").check() }
    for number in [1, 2] {
      let file = "trial-\(number)/model.h5"
      #expect(try place.bytes("parts/\(file)") == place.bytes("whole/\(file)"))
      #expect(try model("parts/\(file)").tasks.map(\.name) == ["strokes-letters"])
    }
    #expect(try place.bytes("whole/trial-1/model.h5") != place.bytes("whole/trial-2/model.h5"))
    #expect(try model("net.h5").tasks.isEmpty)
    let report = try place.run("\(Self.finetune) --trials 2 -o parts --json").check().json()
    #expect(report["schema"] as? String == "padawann.finetune-trials/1")
    #expect((report["runs"] as? [Any])?.count == 2)
  }

  @Test func trialsThatMakeNoSenseAreRefused() throws {
    for (command, text) in [
      ("\(Self.finetune) --trials 2", "--trials needs a folder"),
      ("\(Self.finetune) --trials 2 -o a --run b", "--trials needs a folder"),
      ("\(Self.train) --trials 2 -o a --run b", "give no --run"),
      ("\(Self.train) --trial 2 -o a", "--trial is one of --trials"),
      ("\(Self.train) --trials 0 -o a", "0 is not a number from 1 to"),
      ("\(Self.train) --trials 2 --trial 3 -o a", "there is no trial 3"),
      ("prune trained.h5 --method l1 --amount 0.5 --trials 2 -o a", "--trials belongs to what is drawn"),
      ("compare net.h5 trained.h5 --data strokes:test --paired", "--paired and --trials are of groups"),
    ] {
      let outcome = try place.run(command)
      #expect(outcome.code == 64 && outcome.errors.contains(text), "\(command): \(outcome.errors)")
    }
  }

  @Test func randomPruningHasTrials() throws {
    let report = try place.run(
      "prune net.h5 --method random --amount 0.4 --trials 3 --seed 5 -o random --json"
    )
    .check().json()
    #expect(report["schema"] as? String == "padawann.prune-trials/1")
    for number in 1...3 {
      let seed = TrialSeed.seed(of: number, from: 5)
      try place.run("prune net.h5 --method random --amount 0.4 --seed \(seed) -o alone.h5").check()
      #expect(try place.bytes("alone.h5") == place.bytes("random/trial-\(number).h5"))
    }
    #expect(try model("random/trial-1.h5").network != model("random/trial-2.h5").network)
  }

  @Test func pruningLikeTrialsLeavesAsManyAsEach() throws {
    try place.run("\(EvolveTests.small) --generations 3 --pruning-pool remaining --trials 2 -o run").check()
    try place.run("prune net.h5 --method random --like run --trials 2 -o like").check()
    for number in 1...2 {
      #expect(
        try model("like/trial-\(number).h5").network.remainingEdges
          == model("run/trial-\(number)/champion.h5").network.remainingEdges)
    }
    let outcome = try place.run("prune net.h5 --method random --like run --trials 3 -o other")
    #expect(outcome.code == 64 && outcome.errors.contains("the folder has 2 runs"), "\(outcome.errors)")
    let inside = try place.run("prune net.h5 --method random --amount 0.5 --trials 3 -o run")
    #expect(inside.code == 73, "\(inside.errors)")
  }

  @Test func foldersAreComparedAsGroups() throws {
    try place.run("\(EvolveTests.small) --generations 1 --trials 2 -o run").check()
    try place.run("prune net.h5 --method random --like run --trials 2 -o random").check()
    let data = "--data strokes:test,per-class=20"
    let report = try place.run("compare run random net.h5 \(data) --json").check().json()
    #expect(report["schema"] as? String == "padawann.compare-groups/1")
    let groups = try #require(report["groups"] as? [[String: Any]])
    #expect(groups.map { $0["name"] as? String } == ["run", "random", "net.h5"])
    #expect(groups.map { ($0["models"] as? [Any])?.count } == [2, 2, 1])
    let pairs = try #require(report["pairs"] as? [[String: Any]])
    let designs = pairs.map { ($0["over_trials"] as? [String: Any])?["design"] as? String }
    #expect(designs.count == 3 && designs[0] == "welch" && designs[2] == "one-sample", "\(designs)")
    let paired = try place.run("compare run random \(data) --paired --json").check().json()
    let pair = try #require((paired["pairs"] as? [[String: Any]])?.first)
    #expect((pair["over_trials"] as? [String: Any])?["design"] as? String == "paired")
    // Single trials are tested as the command tests two models.
    let trials = try #require(pair["trials"] as? [[String: Any]])
    for (number, trial) in trials.enumerated() {
      let two = try place.run(
        "compare run/trial-\(number + 1) random/trial-\(number + 1).h5 \(data) --json"
      ).check().json()
      let same = try #require((two["pairs"] as? [[String: Any]])?.first)
      for key in ["only_first_right", "only_second_right"] {
        #expect(trial[key] as? Int == same[key] as? Int)
      }
      #expect(trial["mid_p"] as? Double == same["mid_p"] as? Double)
    }
    let text = try place.run("compare run random \(data)").check().output
    #expect(text.contains("over trials, Welch's t") && text.contains("over images, McNemar"), "\(text)")
  }

  @Test func groupsThatAreNotThereAreRefused() throws {
    let data = "--data strokes:test,per-class=2"
    try place.run("\(EvolveTests.small) --generations 1 --trials 2 --trial 1 -o run").check()
    let unfinished = try place.run("compare run net.h5 \(data)")
    #expect(unfinished.code == 66 && unfinished.errors.contains("run/trial-2"), "\(unfinished.errors)")
    try FileManager.default.createDirectory(
      at: place.folder.appendingPathComponent("empty"), withIntermediateDirectories: true)
    let empty = try place.run("compare empty net.h5 \(data)")
    #expect(empty.code == 66 && empty.errors.contains("there is no model"), "\(empty.errors)")
  }

  @Test func theFirstTrialsOfGroupsAreComparedBeforeTheOthersAreFinished() throws {
    let data = "--data strokes:test,per-class=20"
    try place.run("\(EvolveTests.small) --generations 1 --trials 2 --trial 1 -o run").check()
    try place.run("prune net.h5 --method random --amount 0.4 --trials 3 -o random").check()
    let report = try place.run("compare run random net.h5 \(data) --trials 1 --json").check().json()
    let groups = try #require(report["groups"] as? [[String: Any]])
    #expect(groups.map { ($0["models"] as? [Any])?.count } == [1, 1, 1])
    let alone = try place.run("compare run/trial-1 random/trial-1.h5 \(data) --json").check().json()
    let pair = try #require((report["pairs"] as? [[String: Any]])?.first)
    let trial = try #require((pair["trials"] as? [[String: Any]])?.first)
    let same = try #require((alone["pairs"] as? [[String: Any]])?.first)
    #expect(trial["mid_p"] as? Double == same["mid_p"] as? Double)
    for (command, text) in [
      ("compare random net.h5 \(data) --trials 4", "random: the folder has 3 models"),
      ("compare net.h5 trained.h5 \(data) --trials 1", "--trials are of groups"),
      ("compare run random \(data) --trials 0", "--trials: give at least 1"),
    ] {
      let outcome = try place.run(command)
      #expect(outcome.code == 64 && outcome.errors.contains(text), "\(command): \(outcome.errors)")
    }
  }

  @Test func classesMayBeNumberedInTwoWays() throws {
    let data = "strokes:test,per-class=9"
    let turned = "strokes:test,map=0:9+1:8+2:7+3:6+4:5+5:4+6:3+7:2+8:1+9:0,per-class=9"
    let plain = try place.run("evaluate net.h5 --data \(turned) --json").check().json()
    let report = try place.run("compare net.h5 net.h5 --data \(turned) --data \(data) --json").check().json()
    let models = try #require(report["models"] as? [[String: Any]])
    let accuracies = models.compactMap { ($0["accuracy"] as? [String: Any])?["value"] as? Double }
    // The first is measured by turned labels, of which it knows nothing, and the second by its own.
    let sweep = try #require((plain["datasets"] as? [[String: Any]])?.first?["sweep"] as? [String: Any])
    let points = try #require(sweep["points"] as? [[String: Any]])
    let best = points.compactMap {
      (($0["scores"] as? [String: Any])?["accuracy"] as? [String: Any])?["value"] as? Double
    }
    #expect(accuracies[0] == best.max() && accuracies[1] > 0.9, "\(accuracies)")
    let other = try place.run(
      "compare net.h5 net.h5 --data \(data) --data strokes:test,map=0-4:0+5-9:1,per-class=9")
    #expect(other.code == 64, "\(other.errors)")
  }

  @Test func aHeadCanGoOnFromAnotherTasks() throws {
    let letters = "--task strokes-letters:train,per-class=10 --profile reference"
    try place.run("finetune net.h5 --task strokes:train,per-class=10 --profile reference -o one.h5").check()
    try place.run("finetune one.h5 \(letters) -o fresh.h5").check()
    try place.run("finetune one.h5 \(letters) --begin-with strokes -o carried.h5").check()
    let (fresh, carried) = (try model("fresh.h5"), try model("carried.h5"))
    #expect(fresh.tasks.map(\.name) == ["strokes", "strokes-letters"] && carried.tasks[0] == fresh.tasks[0])
    #expect(fresh.tasks[1].parameters != carried.tasks[1].parameters)
    #expect(carried.provenance.entries.contains { $0.name == "begin-with" && $0.value == "strokes" })
    // What goes on from a head is that head, trained: with no step to speak of it stays what it was.
    try place.run("finetune one.h5 \(letters) --begin-with strokes --rate 1e-30 -o still.h5").check()
    #expect(try model("still.h5").tasks[1].parameters == carried.tasks[0].parameters)
    let unknown = try place.run("finetune one.h5 \(letters) --begin-with nothing -o a.h5")
    #expect(
      unknown.code == 64 && unknown.errors.contains("the model has no task \"nothing\""), "\(unknown.errors)")
  }
}
