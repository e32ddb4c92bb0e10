import Foundation
import Padawann
import Testing

/// A folder with a run of one kind in it is none of any other kind.
@Suite struct RunKindTests {
  /// What begins a run of a kind, goes on with one and joins one.
  private struct Opening: Sendable {
    let finish: @Sendable (RunPlace) async throws -> Void
    let resume: @Sendable (RunPlace) async throws -> Void
    let join: @Sendable (RunPlace) async throws -> Void
    let group: @Sendable (RunPlace) throws -> Void

    init<Job: RunJob & ~Copyable & SendableMetatype>(
      _ kind: Job.Type, _ start: @escaping @Sendable (RunPlace) async throws -> RunStart<Job.Settings>
    ) {
      finish = { place in
        var run = try await Run<Job>.begin(start(place), in: Self.folder(place), RunPlace.environment)
        while !run.isFinished { try await run.advance() }
        _ = try await run.finish()
      }
      resume = { _ = try await Run<Job>.resume(Self.folder($0), RunPlace.environment) }
      join = { _ = try await Run<Job>.join(start($0), in: Self.folder($0), RunPlace.environment) }
      group = { _ = try RunGroup<Job>.stored(in: $0.path("run")) }
    }

    private static func folder(_ place: RunPlace) throws -> RunFolder {
      try RunFolder(place.path("run"), creates: true)
    }
  }

  private static func opening(_ kind: RunKind) -> Opening {
    switch kind {
    case .evolve: Opening(EvolutionJob.self) { try await $0.start() }
    case .learn:
      Opening(MaskLearningJob.self) { place in
        var request = try LearningRequest(
          model: ModelFile.read(place.path("net.h5")).model,
          tasks: [try DatasetSpec.parse(place.path("data.csv"))],
          density: 0.5)
        request.learning.epochs = 1
        request.tests = request.tasks
        return try await request.start(RunPlace.environment)
      }
    case .train:
      Opening(TrainingJob.self) { place in
        var training = TrainingSettings.thesis
        training.epochs = 1
        let settings = TrainingJob.Settings(
          architecture: "small", data: ["data.csv"], training, dropsOut: false)
        let request = TrainingRequest(
          settings, try RunPlace.network().architecture, on: [try DatasetSpec.parse(place.path("data.csv"))])
        return try await request.start(RunPlace.environment)
      }
    case .finetune:
      Opening(FineTuningJob.self) { place in
        let model = try ModelFile.read(place.path("net.h5")).model
        var request = FineTuningRequest(
          model, on: try DatasetSpec.parse(place.path("data.csv")), named: "noise")
        request.test = nil
        request.tuning.training.epochs = 1
        return try await request.start(RunPlace.environment)
      }
    case .wann: Opening(WannJob.self) { try WannRunTests.request($0).start(RunPlace.environment) }
    }
  }

  /// What is thrown; `nil` when nothing is.
  private static func error(_ body: () async throws -> Void) async -> PadawannError? {
    do {
      try await body()
      return nil
    } catch {
      return error as? PadawannError ?? PadawannError(.data, "\(error)")
    }
  }

  private static func files(_ place: RunPlace) throws -> [String: [UInt8]] {
    let names = try FileManager.default.contentsOfDirectory(atPath: place.path("run"))
    return Dictionary(uniqueKeysWithValues: try names.map { ($0, try place.bytes("run/\($0)")) })
  }

  @Test(arguments: RunKind.allCases, RunKind.allCases)
  func aRunOfAnotherKindIsRefused(stored: RunKind, opened: RunKind) async throws {
    let place = try RunPlace()
    try await Self.opening(stored).finish(place)
    let files = try Self.files(place)
    #expect(files.count >= 5, "\(files.keys.sorted())")
    let opening = Self.opening(opened)
    let checkpoint = try place.bytes("run/checkpoint.h5")
    let errors = [
      await Self.error { try await opening.resume(place) },
      await Self.error { try await opening.join(place) },
      await Self.error { try opening.group(place) },
    ]
    let alone = await Self.error { _ = try RunCheckpoint(checkpoint, opened) }
    if stored == opened {
      #expect(errors == [nil, nil, nil])
      #expect(alone == nil)
    } else {
      for error in errors {
        #expect(error?.kind == .unsupported)
        #expect(error?.message == "this is a run of \(stored.rawValue), not of \(opened.rawValue)")
        #expect(error?.location == place.path("run/configuration.json"))
      }
      #expect(alone?.kind == .data)
      #expect(alone?.message == "this is the checkpoint of another kind of run")
      // Whoever changes the kind in the configuration has not changed what is in it.
      let name = "run/configuration.json"
      try place.replace("\"kind\" : \"\(stored)\"", by: "\"kind\" : \"\(opened)\"", in: name)
      #expect(await Self.error { try await opening.resume(place) }?.kind == .data)
      try place.replace("\"kind\" : \"\(opened)\"", by: "\"kind\" : \"\(stored)\"", in: name)
    }
    #expect(try Self.files(place) == files)
  }
}
