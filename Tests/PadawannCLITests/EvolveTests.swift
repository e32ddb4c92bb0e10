import Foundation
import Padawann
import PadawannCLI
import Testing

/// `padawann evolve` with the demo network on data that the program draws itself. What needs no process is in `RunTests`.
@Suite struct EvolveTests {
  static let task = "--task strokes:train,per-class=10"
  /// In a shell, where a signal must reach the program and not a function around it.
  static let program = "\"$PADAWANN\""
  static let small = "evolve net.h5 \(task) --population 6 --tournament 3"

  /// The log without the seconds, which are all that may differ.
  private static func log(_ place: Workplace, _ folder: String) throws -> String {
    String(decoding: try place.bytes("\(folder)/log.jsonl"), as: UTF8.self)
      .replacing(/"seconds":[^}]*/, with: "")
  }

  private static func settings(_ place: Workplace, _ folder: String) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: place.bytes("\(folder)/configuration.json")) as? [String: Any]
      ?? [:]
  }

  // MARK: - the same end

  static let mutations = ["unstructured", "gradient --gradient-images 100"]

  @Test(arguments: mutations)
  func theChampionDependsNeitherOnThreadsNorOnInstructions(mutation: String) throws {
    let place = try Workplace(models: true)
    let run = "\(Self.small) --generations 5 --seed 7 --mutation \(mutation)"
    try place.run("\(run) -o one --threads 1").check()
    let champion = try place.bytes("one/champion.h5")
    let log = try Self.log(place, "one")
    let levels = InstructionSet.available.map { "\($0)" }.filter { $0 != "portable" }
    for (name, threads, level) in [("two", 2, levels.first ?? "portable")] + levels.map({ ($0, 1, $0) }) {
      let outcome = try place.run(
        "\(run) -o \(name) --threads \(threads)", environment: ["PADAWANN_SIMD": level])
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(try place.bytes("\(name)/champion.h5") == champion, "\(name)")
      #expect(try Self.log(place, name) == log, "\(name)")
    }
    try place.run("\(Self.small) --generations 5 --seed 8 --mutation \(mutation) -o other").check()
    #expect(try place.bytes("other/champion.h5") != champion)
  }

  @Test(arguments: ["TERM", "INT"])
  func aSignalStopsItInGoodOrder(signal: String) throws {
    let place = try Workplace(models: true)
    let run = "\(Self.small) --generations 40 --threads 1"
    try place.run("\(run) -o whole").check()
    // The shell would let a process in the background ignore SIGINT; the program does not.
    let stopped = try place.shell(
      "\(Self.program) \(run) -o run & pid=$!; until [ -e run/log.jsonl ]; do sleep 0.01; done; kill -\(signal) $pid; wait $pid"
    )
    #expect(stopped.code == 75, "\(stopped.errors)")
    #expect(stopped.errors.contains("nothing is lost"))
    #expect(stopped.output == "")
    try place.run("evolve --resume run --threads 1").check()
    #expect(try place.bytes("run/champion.h5") == place.bytes("whole/champion.h5"))
    #expect(try Self.log(place, "run") == Self.log(place, "whole"))
  }

  /// A limit of the file's size once ended the program without a word.
  @Test func aFullDiskIsAnErrorAndNothingIsLost() throws {
    let place = try Workplace(models: true)
    let run = "\(Self.small) --generations 50 --threads 1"
    try place.run("\(run) -o whole").check()
    // The log grows beyond what every other file has.
    let full = try place.shell("ulimit -f 24; padawann \(run) -o full")
    #expect(full.code == 74, "\(full.code) \(full.errors)")
    #expect(full.errors.contains("full/log.jsonl: writing failed: File too large"))
    let again = try place.shell("ulimit -f 24; padawann evolve --resume full")
    #expect(again.code == 74)
    try place.run("evolve --resume full").check()
    #expect(try place.bytes("full/champion.h5") == place.bytes("whole/champion.h5"))
    #expect(try Self.log(place, "full") == Self.log(place, "whole"))
  }

  // MARK: - what is refused

  @Test func aFolderInUseOrUsedIsRefused() throws {
    let place = try Workplace(models: true)
    let outcome = try place.shell(
      """
      \(Self.program) \(Self.small) --generations 100000 -o run 2>/dev/null & pid=$!
      until [ -e run/log.jsonl ]; do sleep 0.01; done
      padawann evolve --resume run; code=$?
      kill -9 $pid; wait $pid; exit $code
      """)
    #expect(outcome.code == 73)
    #expect(outcome.errors.contains("run: another process works in this folder"))
    let used = try place.run("\(Self.small) -o run")
    #expect(used.code == 73)
    #expect(used.errors.contains("has a run in it already"))
    #expect(used.errors.contains("--resume"))
    let none = try place.run("evolve --resume nowhere")
    #expect(none.code == 66)
  }

  @Test func imagesForGradientsWithoutGradientsAreRefused() throws {
    let place = try Workplace(models: true)
    for options in ["--gradient-images 100", "--gradient-images 100 --mutation structured"] {
      let outcome = try place.run("\(Self.small) \(options) -o run")
      #expect(outcome.code == 64 && outcome.errors.contains("--mutation gradient"), "\(outcome.errors)")
    }
    let layer = try place.run("\(Self.small) --layers fc1,conv7 -o run")
    #expect(layer.code == 64 && layer.errors.contains("no layer is named \"conv7\""), "\(layer.errors)")
    let twice = try place.run("\(Self.small) --layers fc1,fc1 -o run")
    #expect(twice.code == 64 && twice.errors.contains("named twice"), "\(twice.errors)")
    let few = try place.run("\(Self.small) --mutation gradient --gradient-images 0 -o run")
    #expect(few.code == 64 && few.errors.contains("0 images"), "\(few.errors)")
    let resumed = try place.run("evolve --resume run --mutation gradient --gradient-images 9")
    #expect(resumed.code == 64)
  }

  @Test func whatDoesNotBelongToTheRunIsRefused() throws {
    let place = try Workplace(models: true)
    try place.run("data export strokes:train,per-class=10 -o data.npz").check()
    try place.run(
      "evolve net.h5 --task data.npz --per-class all --population 4 --tournament 2 --generations 2 -o run"
    )
    .check()
    let files = ["configuration.json", "checkpoint.h5", "log.jsonl", "parent-1.h5"]
    let whole = try files.map { try place.bytes("run/\($0)") }
    func refused(_ code: Int32, _ says: String, _ change: () throws -> Void) throws {
      try change()
      let outcome = try place.run("evolve --resume run")
      #expect(outcome.code == code, "\(says): \(outcome.errors)")
      #expect(outcome.errors.contains(says), "\(outcome.errors)")
      for (name, bytes) in zip(files, whole) { try place.write(bytes, to: "run/\(name)") }
    }
    func replace(_ name: String, _ old: String, _ new: String) throws {
      let text = String(decoding: try place.bytes("run/\(name)"), as: UTF8.self)
      #expect(text.contains(old))
      try place.write(Data(text.replacing(old, with: new).utf8), to: "run/\(name)")
    }
    let version = try place.run("--version").check().output.trimmingCharacters(in: .newlines)
    try refused(70, "begun with another algorithm, by padawann \(version)") {
      try replace("configuration.json", "\"algorithm\" : 1", "\"algorithm\" : 0")
    }
    try refused(65, "another configuration") {
      try replace("configuration.json", "\"seed\" : 0", "\"seed\" : 1")
    }
    try refused(65, "\"settings.evolution.seed\"") {
      try replace("configuration.json", "\"seed\" : 0", "\"seed\" : \"0\"")
    }
    try refused(65, "log.jsonl") { try replace("log.jsonl", "\"generation\":1", "\"generation\":7") }
    try refused(66, "checkpoint is gone") {
      try FileManager.default.removeItem(atPath: place.folder.path + "/run/checkpoint.h5")
    }
    try refused(65, "checkpoint.h5") {
      var bytes = whole[1]
      bytes[bytes.count / 2] ^= 4
      try place.write(bytes, to: "run/checkpoint.h5")
    }
    try refused(65, "not the model that the run began with") {
      try place.run("prune net.h5 --method random --amount 0.5 -o other.h5").check()
      try place.write(place.bytes("other.h5"), to: "run/parent-1.h5")
    }
    try place.run("evolve --resume run").check()
    try refused(65, "other images or labels than when the run began") {
      try FileManager.default.removeItem(atPath: place.folder.path + "/data.npz")
      try place.run("data export strokes:train,per-class=10,seed=1 -o data.npz").check()
    }
  }

  static let nonsense: [(arguments: String, code: Int32, says: String)] = [
    ("--elitism 1", 64, "leaves no room for children"),
    ("--elitism 2", 64, "not a share from 0 to 1"),
    ("--culling 1", 64, "leaves no parent"),
    ("--culling nan", 64, "share"),
    ("--population 0", 64, "population"),
    ("--population 1000000000", 64, "population"),
    ("--generations=-1", 64, "generations"),
    ("--tournament 0", 64, "tournament"),
    ("--step 0", 64, "never prunes"),
    ("--step 0.00001", 64, "less than one"),
    ("--stop-after 0", 64, "stop after"),
    ("--selection single-parent", 64, "nobody to cross over with"),
    ("--crossover two-point", 64, "crossover"),
    ("--weights 0,1", 64, "other than 0"),
    ("--weights pretrained", 64, "only signs"),
    ("--edge-penalty=-1", 64, "edge term"),
    ("--seed=-1", 64, "seed"),
    ("--trials 0", 64, "trials"),
    ("--trial 1", 64, "--trials"),
    ("--per-class 0", 64, "per-class"),
    ("--task eleven.csv,classes=0-9 --per-class 2", 64, "are asked for and there are"),
    ("--task eleven.csv --per-class all", 65, "11 classes, but the network has 10 outputs"),
    ("--task nothing", 64, "nothing"),
    ("--task missing.npz", 66, "no such file"),
    ("--test eleven.csv", 65, "11 classes"),
    ("--resume run", 64, "one of --output, --resume and --status"),
  ]

  @Test(arguments: nonsense.indices)
  func nonsenseIsRefusedBeforeAFolderIsMade(index: Int) throws {
    let place = try Workplace(models: true)
    let (arguments, code, says) = Self.nonsense[index]
    let eleven = (0..<11).map { "\($0)" + String(repeating: ",0", count: 784) + "\n" }.joined()
    try place.write(Data(eleven.utf8), to: "eleven.csv")
    let outcome = try place.run("\(Self.small) \(arguments) -o run")
    #expect(outcome.code == code, "\(arguments): \(outcome.errors)")
    #expect(outcome.errors.contains(says), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: place.folder.path + "/run"))
  }

  /// Settings beside `--resume` were once accepted and ignored.
  @Test(arguments: [
    "--seed 1", "--generations 9", "--per-class 700", "--map-labels none", "--fitness thesis", "--prune-all",
    "--edge-penalty 0", "--profile thesis", "--signs keep", "--trials 2", "--trial 1", "--task strokes:train",
    "net.h5",
  ])
  func nothingCanBeChangedByGoingOn(arguments: String) throws {
    let place = try Workplace(models: true)
    try place.run("\(Self.small) --generations 0 -o run").check()
    let outcome = try place.run("evolve --resume run \(arguments)")
    #expect(outcome.code == 64, "\(outcome.errors)")
  }

  // MARK: - trials

  @Test func trialsAsProcessesOfTheirOwnAreTheSameAsTogether() throws {
    let place = try Workplace(models: true)
    let run = "\(Self.small) --generations 3 --seed 5 --trials 3"
    let together = try place.run("\(run) -o all --json").check().json()
    // All at once, as a job array begins them.
    try place.shell(
      "for k in 1 2 3; do padawann \(run) --trial $k -o apart > out-$k & pids+=($!); done; "
        + "for pid in ${pids[@]}; do wait $pid || exit 1; done"
    ).check()
    let merged = try place.run("evolve --resume apart --json").check().json()
    for trial in 1...3 {
      for file in ["champion.h5", "configuration.json", "report.json"] {
        #expect(try place.bytes("all/trial-\(trial)/\(file)") == place.bytes("apart/trial-\(trial)/\(file)"))
      }
    }
    #expect(
      NSDictionary(dictionary: together["summary"] as? [String: Any] ?? [:])
        == NSDictionary(dictionary: merged["summary"] as? [String: Any] ?? [:]))
    #expect((merged["runs"] as? [Any])?.count == 3)
    #expect((merged["summary"] as? [String: Any])?["runs"] as? Int == 3)
    let seeds = try (1...3).map { trial -> UInt64? in
      let settings = try Self.settings(place, "all/trial-\(trial)")["settings"] as? [String: Any]
      return (settings?["evolution"] as? [String: Any])?["seed"] as? UInt64
    }
    #expect(Set(seeds).count == 3)
    #expect(try place.run("evolve --resume apart --trial 4").code == 64)
    #expect(try place.run("\(Self.small) --generations 4 --seed 5 --trials 3 -o apart").code == 73)
  }

  // MARK: - the figures

  @Test func logChampionAndEvaluateHaveTheSameNumbers() throws {
    let place = try Workplace(models: true)
    try place.run("\(Self.small) --task strokes:train,per-class=10,seed=3 --generations 4 -o run").check()
    let lines = try place.bytes("run/log.jsonl").split(separator: UInt8(ascii: "\n"))
    let line = try #require(lines.last)
    let last = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
    let champion = try #require(last["champion"] as? [String: Any])
    let model = try ModelFile.read(place.folder.path + "/run/champion.h5").model
    let tasks = try #require(champion["tasks"] as? [[String: Any]])
    var accuracies: [Double] = []
    #expect(tasks.count == 2 && model.tasks.count == 2)
    for (logged, task) in zip(tasks, model.tasks) {
      let report = try place.run("evaluate run/champion.h5 --data \(task.dataset) --json").check().json()
      let sweep = try #require((report["datasets"] as? [[String: Any]])?.first?["sweep"] as? [String: Any])
      let settings = try #require(sweep["points"] as? [[String: Any]])
      let scores = settings.compactMap { $0["scores"] as? [String: Any] }
      let values = scores.compactMap { ($0["accuracy"] as? [String: Any])?["value"] as? Double }
      #expect(values == logged["accuracies"] as? [Double])
      let best = try #require(sweep["best"] as? Int)
      #expect(settings[best]["shared_weight"] as? Double == logged["shared_weight"] as? Double)
      #expect(scores[best]["cross_entropy"] as? Double == logged["cross_entropy"] as? Double)
      #expect(task.accuracy == logged["accuracy"] as? Double)
      #expect(task.bestSharedWeight.map { Double($0) } == logged["shared_weight"] as? Double)
      accuracies.append(100 * values[best])
    }
    let fitness = accuracies.reduce(0, +) / accuracies.reduce(0) { $0 + (100 - $1) }
    #expect(champion["fitness"] as? Double == fitness)
    #expect(champion["edges"] as? Int == model.network.remainingEdges)
    #expect(model.provenance.entries.last?.value == "\(fitness)")
  }

  @Test func labelsAreMappedToTheOutputsThatSuitThemBest() throws {
    let place = try Workplace(models: true)
    let task = "--task strokes-letters:train,per-class=10,classes=0-7"
    func outputs(_ more: String) throws -> [Int] {
      let folder = "run\(more.count)"
      try place.run(
        "evolve net.h5 \(task) --population 4 --tournament 2 --generations 0 \(more) -o \(folder)"
      ).check()
      let tasks = try Self.settings(place, folder)["tasks"] as? [[String: Any]]
      let outputs = try #require(tasks?.first?["outputs"] as? [Int])
      #expect(
        try ModelFile.read("\(place.folder.path)/\(folder)/champion.h5").model.tasks[0].outputs == outputs)
      return outputs
    }
    func right(_ outputs: [Int]) throws -> Int {
      let list = outputs.map(String.init).joined(separator: ",")
      let report = try place.run(
        "evaluate net.h5 --data strokes-letters:train,per-class=10,classes=0-7 --outputs \(list) --json"
      ).check().json()
      let sweep = (report["datasets"] as? [[String: Any]])?.first?["sweep"] as? [String: Any]
      return try #require(sweep?["points"] as? [[String: Any]]).compactMap {
        (($0["scores"] as? [String: Any])?["accuracy"] as? [String: Any])?["count"] as? Int
      }.max() ?? 0
    }
    let plain = try outputs("--map-labels none")
    #expect(plain == Array(0..<8))
    let mapped = try outputs("--map-labels auto --fitness mean")
    #expect(Set(mapped).count == 8 && mapped.allSatisfy((0..<10).contains))
    #expect(try right(mapped) > right(plain))
  }

  /// Recording a task with numbers of its own over one without was once refused, because the latter's would be lost.
  @Test func recordingLosesNoNumbersOfATask() throws {
    let place = try Workplace(models: true)
    let path = place.folder.path + "/net.h5"
    for name in ["a", "b"] {
      try place.run("evaluate net.h5 --data strokes:test,per-class=2 --record \(name)").check()
    }
    var model = try ModelFile.read(path).model
    let bias = [Float](repeating: 0.25, count: 10)
    model.tasks[0].parameters = [TaskOverride(node: "fc2", .weighted(nil, bias: bias, .float32))]
    try ModelFile.write(model, to: path)
    try place.run("evaluate net.h5 --task a --data strokes:test,per-class=2 --record b").check()
    #expect(try ModelFile.read(path).model.tasks[1].parameters == model.tasks[0].parameters)
    let lost = try place.run("evaluate net.h5 --data strokes:test,per-class=2 --record a")
    #expect(lost.code == 64)
    #expect(lost.errors.contains("would be lost"))
    #expect(try ModelFile.read(path).model.tasks[0].parameters == model.tasks[0].parameters)
  }

  // MARK: - progress

  /// A terminal of 80 columns once showed nothing of a generation but the bar.
  @Test func aNarrowTerminalShowsWhatItHasRoomFor() {
    var bar = ProgressBar("", of: .things("images"), total: 1000)
    bar.titles = [
      "generation 12 of 50  fitness 1.2345 ▁▂▃▄▅▆▇█  mnist 93.44%  10letters 22.11%  600,460 edges",
      "generation 12 of 50  fitness 1.2345 ▁▂▃▄▅▆▇█", "generation 12 of 50",
    ]
    bar.done = 250
    #expect(
      bar.text(seconds: 10, width: 79) == "generation 12 of 50  fitness 1.2345 ▁▂▃▄▅▆▇█  25%  30 s left")
    #expect(bar.text(seconds: 10, width: 40) == "generation 12 of 50  25%  30 s left")
    #expect(bar.text(seconds: 10).hasPrefix("generation 12 of 50  fitness 1.2345 ▁▂▃▄▅▆▇█  mnist"))
  }

  @Test func everyHistoryHasASparkline() {
    #expect(Sparkline.text([1, 2, 3, 4]) == "▁▃▆█")
    #expect(Sparkline.text([1, 1]) == "▁▁")
    #expect(Sparkline.text([-.greatestFiniteMagnitude, .infinity]) == "▁█")
    #expect(Sparkline.text([]) == "")
    #expect(Sparkline.text((0..<40).map(Double.init)).count == 16)
  }
}
