import Foundation
import Testing

/// `--status FOLDER`, which only looks.
@Suite struct StatusTests {
  @Test func aFinishedRunAndItsTrials() throws {
    let place = try Workplace(models: true)
    try place.run("\(EvolveTests.small) --generations 2 -o run").check()
    let text = try place.run("evolve --status run").check().output
    #expect(text.hasPrefix("run: 3 of 3 steps; finished; generation 2 of 2; fitness "))
    try place.run("\(EvolveTests.small) --generations 1 --trials 2 --trial 2 -o trials").check()
    let lines = try place.run("evolve --status trials").check().output.split(separator: "\n")
    #expect(lines.first == "trials/trial-1: 0 of 2 steps")
    #expect(lines.last?.hasPrefix("trials/trial-2: 2 of 2 steps; finished; ") == true)
  }

  @Test func aRunThatAnotherProcessWorksIn() throws {
    let place = try Workplace(models: true)
    let outcome = try place.shell(
      """
      \(EvolveTests.program) \(EvolveTests.small) --generations 100000 -o run & run=$!
      until [ -s run/log.jsonl ]; do sleep 0.1; done
      padawann evolve --status run
      kill -TERM $run; wait $run; echo "code $?"
      """)
    let lines = outcome.output.split(separator: "\n")
    #expect(
      lines.first?.contains(" of 100,001 steps; ") == true && lines.first?.contains(" min left; ") == true)
    #expect(lines.first?.contains("finished") == false)
    #expect(lines.last == "code 75")
  }

  @Test(arguments: [
    ("evolve --status nowhere", 66), ("learn --status run", 70), ("evolve --status run --resume run", 64),
  ])
  func whatIsNoSuchRunIsRefused(arguments: String, code: Int32) throws {
    let place = try Workplace(models: true)
    try place.run("\(EvolveTests.small) --generations 1 -o run").check()
    #expect(try place.run(arguments).code == code)
  }
}
