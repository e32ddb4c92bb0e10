import Foundation
import Padawann
import Testing

/// Every kind of run, ended or without space at any of its writes, goes on to the same bytes.
///
/// A few moments of each; `PADAWANN_FAULTS=30` tries so many, `PADAWANN_SEED=7` others.
@Suite(
  .enabled(if: FaultInjection.shared != nil, "skipped: needs Linux and a C compiler"),
  .timeLimit(.minutes(60)))
struct FaultTests {
  private static let rounds = Faults.number("PADAWANN_FAULTS") ?? 3

  /// A job that was run without faults.
  private struct Reference {
    let place: Workplace
    let faults: FaultInjection
    let ending: [String: Data]
    let output: String
    let calls: Int

    init(_ job: RunJob) throws {
      place = try RunJob.place()
      faults = try #require(FaultInjection.shared)
      let (outcome, calls) = try faults.count(job.begin, in: place)
      try outcome.check()
      self.calls = calls
      output = outcome.output
      ending = try job.ending(in: place)
      try job.clear(place)
    }

    /// Goes on until the job is done, and compares.
    func finish(_ job: RunJob, _ what: String) throws {
      let outcome = try place.run(job.command(in: place))
      #expect(outcome.code == 0, "\(what): \(outcome.errors)")
      guard outcome.code == 0 else { return try job.clear(place) }
      #expect(outcome.output == output, "\(what)")
      for (name, bytes) in try job.ending(in: place) { #expect(bytes == ending[name], "\(what): \(name)") }
      #expect(place.temporaries() == [], "\(what)")
      for name in place.temporaries() {
        try FileManager.default.removeItem(at: place.folder.appendingPathComponent(name))
      }
      try job.clear(place)
    }
  }

  @Test(arguments: RunJob.all)
  func killedAtAWriteItEndsInTheSameBytes(job: RunJob) throws {
    let reference = try Reference(job)
    #expect(reference.calls >= 5)
    var generator = KeyedGenerator(Faults.seed, UInt64(job.name.utf8.count))
    for round in 0..<Self.rounds {
      let call = 1 + generator.next(below: reference.calls)
      let fault = FaultInjection.Fault.kills[generator.next(below: 3)]
      let what = "seed \(Faults.seed): \(fault) at call \(call) of \(reference.calls)"
      let outcome = try reference.faults.run(job.begin, in: reference.place, fault, at: call)
      #expect(outcome.code == 9, "\(what): \(outcome.code) \(outcome.errors)")
      // Every other time it is killed again as soon as it has gone on.
      if round % 2 == 1 {
        let again = 1 + generator.next(below: max(1, reference.calls - call))
        _ = try reference.faults.run(
          job.command(in: reference.place), in: reference.place, fault, at: again)
      }
      try reference.finish(job, what)
    }
  }

  @Test(arguments: RunJob.all)
  func withoutSpaceAtAWriteItSaysSoAndGoesOn(job: RunJob) throws {
    let reference = try Reference(job)
    var generator = KeyedGenerator(Faults.seed, UInt64(job.name.utf8.count), 1)
    let isWhole = Self.rounds >= 30
    let calls =
      isWhole
      ? Array(1...reference.calls) : generator.distinct(Self.rounds, below: reference.calls).map { $0 + 1 }
    var failures = 0
    for call in calls {
      for fault in isWhole ? [FaultInjection.Fault.full, .fullOnce] : [.full] {
        let what = "seed \(Faults.seed): \(fault) at call \(call) of \(reference.calls)"
        let outcome = try reference.faults.run(job.begin, in: reference.place, fault, at: call)
        // What is only removed or synced at the end needs no space.
        #expect([0, 73, 74].contains(outcome.code), "\(what): \(outcome.code) \(outcome.errors)")
        if outcome.code != 0 {
          failures += 1
          #expect(outcome.errors.contains("padawann: "), "\(what): \(outcome.errors)")
          let says = outcome.errors.contains("No space left")
          #expect(says, "\(what): \(outcome.errors)")
        }
        try reference.finish(job, what)
      }
    }
    #expect(failures > 0)
  }
}
