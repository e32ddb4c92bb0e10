import Foundation
import Padawann
import Testing

@Suite struct GradientRunTests {
  private static func gains(_ request: inout EvolutionRequest) {
    request.evolution.mutation = .gradient
    request.evolution.pruningPool = .remaining
    request.evolution.step = 0.1
    request.gradientImages = 20
  }

  private static func log(_ place: RunPlace, _ run: String) throws -> [EvolutionLogLine] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try place.text("\(run)/log.jsonl").split(separator: "\n").map {
      try decoder.decode(EvolutionLogLine.self, from: Data($0.utf8))
    }
  }

  @Test func theLogSaysWhatTheGradientsTook() async throws {
    let place = try RunPlace()
    try await place.finished { Self.gains(&$0) }
    let lines = try Self.log(place, "run")
    #expect(lines.count == 4)
    // All copies of the parent share one.
    #expect(lines[0].gradients?.genomes == 1 && lines[0].gradients?.images == 20)
    for line in lines {
      let gradients = try #require(line.gradients)
      #expect((1...4).contains(gradients.genomes) && gradients.images == 20 * gradients.genomes)
    }
    let champion = try ModelFile.read(place.path("run/champion.h5")).model
    #expect(champion.provenance.entries.contains { $0.name == "gradient-images" && $0.value == "20" })
    try await place.finished("other")
    #expect(try Self.log(place, "other").allSatisfy { $0.gradients == nil })
    #expect(!(try place.text("other/configuration.json")).contains("gradient"))
  }

  @Test func aRunGoesOnToTheSameChampion() async throws {
    let place = try RunPlace()
    try await place.finished("whole") { Self.gains(&$0) }
    _ = try await place.begin("parts") { Self.gains(&$0) }
    var isFinished = false
    // The folder is nobody's before the next has it.
    while !isFinished {
      var run = try await place.resume("parts")
      try await run.advance()
      isFinished = run.isFinished
      if isFinished { _ = try await run.finish() }
    }
    #expect(try place.bytes("parts/champion.h5") == place.bytes("whole/champion.h5"))
    let (parts, whole) = (try Self.log(place, "parts"), try Self.log(place, "whole"))
    #expect(parts.map(\.best) == whole.map(\.best) && parts.map(\.gradients) == whole.map(\.gradients))
    #expect(parts.map(\.meanFitness) == whole.map(\.meanFitness))
  }

  @Test func imagesForGradientsGoWithTheMutation() async throws {
    for (run, old, new) in [
      ("with", "\"gradient_images\" : 20,", ""),
      ("with", "\"gradient_images\" : 20", "\"gradient_images\" : 0"),
      ("without", "\"keeps_signs\"", "\"gradient_images\" : 20, \"keeps_signs\""),
    ] {
      let place = try RunPlace()
      try await place.finished(run) { if run == "with" { Self.gains(&$0) } }
      try place.replace(old, by: new, in: "\(run)/configuration.json")
      #expect(await place.refused(run)?.kind == .data)
    }
  }

  @Test func fewerImagesThanTasksAreRefusedBeforeAFolderIsMade() async throws {
    let place = try RunPlace()
    await #expect(throws: PadawannError.self) {
      _ = try await place.begin {
        Self.gains(&$0)
        $0.gradientImages = 0
      }
    }
    #expect(!place.has("run"))
  }
}
