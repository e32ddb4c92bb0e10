import Foundation
import HDF5
import Padawann
import Testing

/// The folder of an evolution: what is refused, and what is never lost. `EvolveTests` has what needs processes.
@Suite struct RunTests {
  // MARK: - the checkpoint

  /// One change of a finished run's checkpoint, whose digest is then made right.
  struct Hostile: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var change: @Sendable (inout HDFGroup) -> Void

    init(_ name: String, _ change: @escaping @Sendable (inout HDFGroup) -> Void) {
      testDescription = name
      self.change = change
    }

    static func dataset(_ name: String, _ shape: [Int], _ elements: HDFElements?) -> Hostile {
      Hostile("\(name) of shape \(shape)") { root in
        root.datasets.removeAll { $0.name == name }
        if let elements { root.datasets.append(HDFEntry(name, HDFDataset(shape: shape, elements))) }
      }
    }
  }

  // Five rows: four individuals and the champion; one task of 40 images, three weights, 62 bytes of mask.
  static let hostileCheckpoints: [Hostile] = [
    .dataset("masks", [5, 61], .uint8([UInt8](repeating: 0, count: 305))),
    .dataset("masks", [4, 62], .uint8([UInt8](repeating: 0, count: 248))),
    .dataset("masks", [310], .uint8([UInt8](repeating: 0, count: 310))),
    .dataset("masks", [5, 62], .uint8([UInt8](repeating: 255, count: 310))),
    .dataset("masks", [5, 62], .int32([Int32](repeating: 0, count: 310))),
    .dataset("masks", [5, 62], nil),
    .dataset("fitness", [5], .float64([.nan, .nan, .nan, .nan, .nan])),
    .dataset("fitness", [5], .float64([1, 2, 3, 4, 4])),
    .dataset("fitness", [5], .float64([4, 3, 2, 1, 0])),
    .dataset("fitness", [4], .float64([1, 1, 1, 1])),
    .dataset("images", [5, 1], .int64([Int64](repeating: 0, count: 5))),
    .dataset("images", [5, 1], .int64([Int64](repeating: .max, count: 5))),
    .dataset("images", [5, 2], .int64([Int64](repeating: 40, count: 10))),
    .dataset("right", [5, 1, 3], .int64([Int64](repeating: 41, count: 15))),
    .dataset("right", [5, 1, 3], .int64([Int64](repeating: -1, count: 15))),
    .dataset("right", [5, 1, 2], .int64([Int64](repeating: 1, count: 10))),
    .dataset("right", [5, 3, 1], .int64([Int64](repeating: 1, count: 15))),
    .dataset("cross_entropy", [5, 1, 3], .float64([Double](repeating: .nan, count: 15))),
    .dataset("cross_entropy", [5, 1, 3], .float64([Double](repeating: -1, count: 15))),
    .dataset("cross_entropy", [15], .float64([Double](repeating: 1, count: 15))),
    .dataset("log_line", [0], .uint8([])),
    .dataset("log_line", [2], .uint8(Array("{}".utf8))),
    .dataset("log_line", [3], .uint8(Array("{}\n".utf8))),
    .dataset("log_line", [4], .uint8(Array("\n{}\n".utf8))),
    .init("generation before the first") { $0.set("generation", .integer(-1)) },
    .init("generation after the last") { $0.set("generation", .integer(4)) },
    .init("generation of another line") { $0.set("generation", .integer(2)) },
    .init("champion of the future") { $0.set("champion_generation", .integer(4)) },
    .init("no digest of the log") { $0.set("log_sha256", nil) },
    .init("another log") { $0.set("log_sha256", .text(Digest(of: []).description)) },
    .init("another configuration") { $0.set("configuration_sha256", .text(Digest(of: []).description)) },
    .init("another format") { $0.set("format", .text("padawann")) },
  ]

  /// Tables of shapes that did not fit the settings once ended the program.
  @Test(arguments: hostileCheckpoints)
  func aCheckpointWhosePartsDoNotFitIsRefused(hostile: Hostile) async throws {
    let place = try RunPlace()
    try await place.finished()
    _ = try await place.resume()
    var tree = try HDFGroup(encoded: place.bytes("run/checkpoint.h5"))
    hostile.change(&tree)
    tree.set(ContentDigest.attribute, .text(ContentDigest.digest(of: tree).description))
    try place.write(tree.encoded(), to: "run/checkpoint.h5")
    let error = await place.refused()
    #expect(error?.kind == .data, "\(String(describing: error))")
    #expect(error?.location?.contains("run/checkpoint.h5") == true || error?.message.contains("log") == true)
  }

  @Test func aCheckpointOfAnotherVersionIsUnsupported() async throws {
    let place = try RunPlace()
    try await place.finished()
    var tree = try HDFGroup(encoded: place.bytes("run/checkpoint.h5"))
    tree.set("format_version", .integer(1))
    tree.set(ContentDigest.attribute, .text(ContentDigest.digest(of: tree).description))
    try place.write(tree.encoded(), to: "run/checkpoint.h5")
    #expect(await place.refused()?.kind == .unsupported)
  }

  @Test func everyFlippedBitOfACheckpointIsAnError() async throws {
    let place = try RunPlace()
    try await place.finished()
    let bytes = try place.bytes("run/checkpoint.h5")
    _ = try RunCheckpoint(bytes, .evolve)
    let silent = await FlippedBits.silent(in: bytes, step: ModelFileTests.bitStep) {
      (try? RunCheckpoint($0, .evolve)) != nil
    }
    #expect(silent.isEmpty, "\(silent.prefix(5))")
    for length in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: PadawannError.self) { try RunCheckpoint(Array(bytes[..<length]), .evolve) }
    }
  }

  @Test func aDeletedCheckpointIsMissed() async throws {
    let place = try RunPlace()
    try await place.finished()
    try FileManager.default.removeItem(atPath: place.path("run/checkpoint.h5"))
    let log = try place.bytes("run/log.jsonl")
    let error = await place.refused()
    #expect(error?.kind == .missing)
    #expect(try place.bytes("run/log.jsonl") == log)
  }

  // MARK: - the log

  /// Each takes the text of the log and gives another one.
  static let damagedLogs: [@Sendable (String) -> String] = [
    { _ in "" },
    { String($0.dropFirst(1)) },
    { $0.replacing("\"evaluated\":4", with: "\"evaluated\":5") },
    { $0.split(separator: "\n").dropFirst().map { $0 + "\n" }.joined() },
    { $0.split(separator: "\n").flatMap { [$0, $0] }.map { $0 + "\n" }.joined() },
    { $0.split(separator: "\n").reversed().map { $0 + "\n" }.joined() },
    { String($0.prefix(200)) },
    { "\n" + $0 },
    { $0.replacing("\n", with: "\r\n") },
    { "[" + $0 },
    { String(repeating: "[", count: 100_000) + $0 },
  ]

  /// A changed digit of the log once went unnoticed.
  @Test(arguments: damagedLogs.indices)
  func aLogThatWasChangedIsRefused(index: Int) async throws {
    let place = try RunPlace()
    try await place.finished()
    let log = try place.text("run/log.jsonl")
    let damaged = Self.damagedLogs[index](log)
    #expect(damaged != log)
    try place.write(damaged, to: "run/log.jsonl")
    let error = await place.refused()
    #expect(error?.kind == .data)
    #expect(error?.location?.contains("log.jsonl") == true)
    #expect(try place.text("run/log.jsonl") == damaged)
  }

  @Test func whatStandsInTheLogAfterTheCheckpointIsWrittenAgain() async throws {
    let place = try RunPlace()
    try await place.finished()
    let log = try place.text("run/log.jsonl")
    try place.write(log + "half a li", to: "run/log.jsonl")
    _ = try await place.resume()
    #expect(try place.text("run/log.jsonl") == log)
    let lines = log.split(separator: "\n").map { String($0) }
    try place.write(lines.dropLast().map { $0 + "\n" }.joined(), to: "run/log.jsonl")
    try FileManager.default.removeItem(atPath: place.path("run/champion.h5"))
    let run = try await place.resume()
    #expect(try place.text("run/log.jsonl") == log)
    _ = try await run.finish()
    #expect(place.has("run/champion.h5"))
  }

  // MARK: - the settings

  static let hostileSettings: [(old: String, new: String, kind: PadawannError.Kind)] = [
    ("\"population\" : 4", "\"population\" : 9223372036854775807", .data),
    ("\"population\" : 4", "\"population\" : 0", .data),
    ("\"population\" : 4", "\"population\" : 4e400", .data),
    ("\"population\" : 4", "\"people\" : 4", .data),
    ("\"generations\" : 3", "\"generations\" : -1", .data),
    ("\"generations\" : 3", "\"generations\" : 4", .data),
    ("\"elitism\" : 0.3", "\"elitism\" : 1", .data),
    ("\"seed\" : 0", "\"seed\" : -1", .data),
    ("\"crossover\" : \"one-point\"", "\"crossover\" : \"two-point\"", .data),
    ("\"edge_penalty\" : 0", "\"edge_penalty\" : -1", .data),
    ("\"edge_penalty\" : 0", "\"edge_penalty\" : \"NaN\"", .data),
    ("\"weights\" : \"0.5,1.0,2.0\"", "\"weights\" : \"0\"", .data),
    ("\"schema\"", "\"members\" : [], \"schema\"", .data),
    ("\"schema\"", "\"members\" : [{\"folder\": \"../x\"}], \"schema\"", .data),
    ("\"algorithm\" : 1", "\"algorithm\" : 2", .unsupported),
    ("\"kind\" : \"evolve\"", "\"kind\" : \"learn\"", .unsupported),
    ("\"kind\" : \"evolve\"", "\"kind\" : \"dream\"", .data),
    ("\"file\" : \"parent-1.h5\"", "\"file\" : \"../net.h5\"", .data),
    ("\"images\" : 40", "\"images\" : 0", .data),
    ("\"images\" : 40", "\"images\" : 9223372036854775807", .data),
    ("padawann.run/1", "padawann.run/2", .unsupported),
  ]

  @Test(arguments: hostileSettings.indices)
  func changedSettingsAreRefused(index: Int) async throws {
    let place = try RunPlace()
    try await place.finished()
    let (old, new, kind) = Self.hostileSettings[index]
    try place.replace(old, by: new, in: "run/configuration.json")
    let error = await place.refused()
    #expect(error?.kind == kind, "\(String(describing: error))")
    // Also where no checkpoint can tell.
    try FileManager.default.removeItem(atPath: place.path("run/checkpoint.h5"))
    try FileManager.default.removeItem(atPath: place.path("run/log.jsonl"))
    if !new.contains("generations\" : 4"), !new.contains("9223372036854775807") || new.contains("population")
    {
      #expect(await place.refused() != nil)
    }
  }

  /// What another version wrote was once called damaged where it had other keys.
  @Test func settingsOfAnotherVersionAreNotCalledDamaged() async throws {
    let place = try RunPlace()
    try await place.finished()
    try place.write(
      #"{"schema": "padawann.run/7", "tool": "padawann 7.0", "plan": []}"#, to: "run/configuration.json")
    let error = await place.refused()
    #expect(error?.kind == .unsupported)
    #expect(error?.remedy?.contains("padawann 7.0") == true)
    for text in ["", "{", "[]", "null", String(repeating: "[", count: 100_000), "{\"schema\": 1}"] {
      try place.write(text, to: "run/configuration.json")
      #expect(await place.refused() != nil)
    }
  }

  // MARK: - the folder

  @Test func aParentsFileOfSomebodyElseIsNotOverwritten() async throws {
    let place = try RunPlace()
    let other = Model(network: try RunPlace.network(seed: 2))
    try FileManager.default.createDirectory(atPath: place.path("run"), withIntermediateDirectories: true)
    try ModelFile.write(other, to: place.path("run/parent-1.h5"))
    await #expect(throws: PadawannError.self) { _ = try await place.begin() }
    #expect(try ModelFile.read(place.path("run/parent-1.h5")).model == other)
    #expect(!place.has("run/configuration.json"))
    // That of a beginning that was ended is.
    try FileManager.default.copyItem(atPath: place.path("net.h5"), toPath: place.path("mine.h5"))
    try FileManager.default.removeItem(atPath: place.path("run/parent-1.h5"))
    try FileManager.default.copyItem(atPath: place.path("mine.h5"), toPath: place.path("run/parent-1.h5"))
    _ = try await place.begin()
  }

  @Test func halfWrittenFilesOfAnEndedProcessAreRemoved() async throws {
    let place = try RunPlace()
    try await place.finished()
    try Data([1]).write(to: URL(fileURLWithPath: place.path("run/.padawann.1.2.tmp")))
    try Data([1]).write(to: URL(fileURLWithPath: place.path("run/mine.tmp")))
    _ = try await place.resume()
    #expect(!place.has("run/.padawann.1.2.tmp"))
    #expect(place.has("run/mine.tmp"))
  }

  @Test func aFolderInUseIsRefused() async throws {
    let place = try RunPlace()
    let folder = try RunFolder(place.path("run"), creates: true)
    let error = await place.refused()
    #expect(error?.kind == .cannotCreate)
    #expect(error?.message.contains("another process") == true)
    withExtendedLifetime(folder) {}
  }

  @Test func aChampionThatCannotBeStoredIsRefusedBeforeItIsEvolved() async throws {
    let place = try RunPlace()
    let names = (0..<10).map { "\($0)" + String(repeating: "x", count: 450) }.joined(separator: "+")
    let images = [UInt8](repeating: 0, count: 3 * 784)
    let rows = (0..<3).map { row in
      (["\(row)"] + images[..<784].map { "\($0)" }).joined(separator: ",")
    }
    try place.write(rows.joined(separator: "\n") + "\n", to: "three.csv")
    let spec = "\(place.path("three.csv")),class-names=\(names)"
    await #expect(throws: PadawannError.self) {
      try await place.start { request in
        request.tasks = [try DatasetSpec.parse(spec)]
        request.perClass = nil
      }
    }
    _ = try await place.start { request in
      request.tasks = [try DatasetSpec.parse(place.path("three.csv"))]
      request.perClass = nil
    }
  }

  // MARK: - going on

  @Test func generationsWithNothingToEvaluateCanBeStopped() async throws {
    let place = try RunPlace()
    // After one step nothing is left, and all children are equal.
    let work = Task {
      var run = try await place.begin {
        $0.evolution.step = 1
        $0.evolution.generations = 1_000_000_000
      }
      while !run.isFinished { try await run.advance() }
    }
    try await Task.sleep(for: .milliseconds(200))
    work.cancel()
    await #expect(throws: CancellationError.self) { try await work.value }
  }

  @Test func soManyGenerationsThatTheirImagesCannotBeCounted() async throws {
    let place = try RunPlace()
    let run = try await place.begin { $0.evolution.generations = .max }
    let uncounted = run.job.remaining
    #expect(uncounted == nil)
    let short = try await place.begin("short")
    let counted = short.job.remaining
    #expect(counted == (4 + 3 * 3) * 40 * 3)
  }

  @Test func aReportOfSomethingElseIsMadeAgain() async throws {
    let place = try RunPlace()
    try await place.finished()
    let report = try place.text("run/report.json")
    for (old, new) in [("\"seed\" : 0", "\"seed\" : 1"), ("data.csv", "date.csv"), ("{", "")] {
      let changed = report.replacing(old, with: new, maxReplacements: 1)
      #expect(changed != report)
      try place.write(changed, to: "run/report.json")
      let run = try await place.resume()
      _ = try await run.finish()
      #expect(try place.text("run/report.json") == report)
    }
  }

  // MARK: - trials

  @Test func trialsThatBeginAtOnceWaitForEachOther() async throws {
    let place = try RunPlace()
    let start = try await place.start().trials(8)
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask { try RunGroup<EvolutionJob>.begin(start, in: place.path("trials")).members.count }
      }
      for try await count in group { #expect(count == 8) }
    }
  }

  @Test func aTrialOfOtherSettingsIsRefused() async throws {
    let place = try RunPlace()
    let start = try await place.start().trials(2)
    let trials = try RunGroup<EvolutionJob>.begin(start, in: place.path("trials"))
    _ = try await trials.run(0, RunPlace.environment)
    try place.replace(
      "\"generations\" : 3", by: "\"generations\" : 2", in: "trials/trial-1/configuration.json")
    let group = try #require(try RunGroup<EvolutionJob>.stored(in: place.path("trials")))
    for (index, kind) in [(0, PadawannError.Kind.data), (2, .usage)] {
      do {
        _ = try await group.run(index, RunPlace.environment)
        Issue.record("run \(index) is not refused")
      } catch {
        #expect((error as? PadawannError)?.kind == kind, "\(error)")
      }
    }
  }

  // MARK: - what resuming once lost, or did not find

  /// Resuming a finished run once erased the heads that were stored in its model since.
  @Test func resumingAFinishedRunKeepsHeads() async throws {
    let place = try RunPlace()
    try await place.finished()
    try ModelFile.update(place.path("run/champion.h5")) { stored in
      var model = stored.model
      var task = try #require(model.tasks.first)
      task.name = "another"
      model.tasks.append(task)
      return model
    }
    let bytes = try place.bytes("run/champion.h5")
    let report = try place.bytes("run/report.json")
    let run = try await place.resume()
    _ = try await run.finish()
    #expect(try place.bytes("run/champion.h5") == bytes)
    #expect(try place.bytes("run/report.json") == report)
  }

  /// A patch release once orphaned every run.
  @Test func aRunOfAnotherReleaseGoesOn() async throws {
    let place = try RunPlace()
    try await place.finished()
    try FileManager.default.removeItem(atPath: place.path("run/checkpoint.h5"))
    try FileManager.default.removeItem(atPath: place.path("run/log.jsonl"))
    try place.replace("padawann test", by: "padawann 9.9.9", in: "run/configuration.json")
    _ = try await place.resume()
  }

  @Test func aRunOfAnEarlierVersionIsUnsupported() async throws {
    let place = try RunPlace()
    try FileManager.default.createDirectory(atPath: place.path("run"), withIntermediateDirectories: true)
    try place.write("{}", to: "run/settings.json")
    #expect(await place.refused()?.kind == .unsupported)
  }

  @Test func theSpreadOfInfiniteNumbersHasNoDeviation() throws {
    let spread = try #require(Spread([1, .infinity]))
    #expect(spread.deviation == nil)
    #expect(spread.most == .infinity)
    #expect(Spread([1, 3])?.deviation == 2.0.squareRoot())
    #expect(Spread([]) == nil)
  }
}
