import Foundation
import Padawann
import Testing

/// Every kind of run, killed at random moments, mostly while it computes, goes on to the same bytes. `FaultTests` kills at
/// every kind of write.
///
/// `PADAWANN_SEED=7` tries other moments.
@Suite(.timeLimit(.minutes(20))) struct KilledRunTests {
  @Test(arguments: RunJob.all)
  func killedAtRandomMomentsItEndsInTheSameBytes(job: RunJob) throws {
    let place = try RunJob.place()
    let clock = ContinuousClock()
    var output = ""
    let whole = try clock.measure { output = try place.run(job.begin).check().output }
    let ending = try job.ending(in: place)
    try job.clear(place)
    var generator = KeyedGenerator(Faults.seed, UInt64(job.name.utf8.count), 2)
    // How many kills hit, and how many of them after the run had begun.
    var (hits, late) = (0, 0)
    for attempt in 0..<40 where hits < 4 || late < 2 {
      let seconds = Double(generator.uniform()) * (whole / .seconds(1))
      // Another number of threads goes on.
      let command = job.command(in: place).replacing("--threads 1", with: "--threads \(1 + attempt % 2)")
      let outcome = try place.shell(
        "\"$PADAWANN\" \(command) & pid=$!; sleep \(seconds); kill -9 $pid; wait $pid")
      if outcome.code == 137 {
        hits += 1
        if job.marker.map(place.has) ?? true { late += 1 }
      } else {
        #expect(outcome.code == 0, "seed \(Faults.seed), \(seconds) s: \(outcome.errors)")
        try Self.compare(job, place, ending, "attempt \(attempt) that was not killed")
        try job.clear(place)
      }
    }
    #expect(hits >= 4 && late >= 2, "seed \(Faults.seed): \(hits) kills hit, \(late) after the beginning")
    let last = try place.run(job.command(in: place))
    #expect(last.code == 0, "seed \(Faults.seed): \(last.errors)")
    #expect(last.output == output, "seed \(Faults.seed)")
    try Self.compare(job, place, ending, "the last")
  }

  private static func compare(_ job: RunJob, _ place: Workplace, _ ending: [String: Data], _ what: String)
    throws
  {
    for (name, bytes) in try job.ending(in: place) {
      #expect(bytes == ending[name], "seed \(Faults.seed), \(what): \(name)")
    }
    #expect(place.temporaries() == [], "seed \(Faults.seed), \(what)")
  }
}
