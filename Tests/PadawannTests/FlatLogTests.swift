import Foundation
import Padawann
import Testing

/// The log of a run as a table and as TensorBoard reads it.
@Suite struct FlatLogTests {
  private static let folder = Bundle.module.bundleURL.appendingPathComponent("Goldens/tensorboard")

  private static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  @Test func eventsAreThoseThatTensorBoardWrites() throws {
    #expect(try FlatLog(Self.bytes("log.jsonl")).events == Self.bytes("events.bin"))
  }

  @Test func tableHasARowForEachLine() throws {
    let log = try FlatLog(Self.bytes("log.jsonl"))
    #expect(
      String(decoding: log.csv, as: UTF8.self) == """
        generation,best/edges,best/fitness,best/tasks/mnist/accuracies/0,best/tasks/mnist/accuracies/1,\
        best/tasks/mnist/accuracy,best/tasks/mnist/cross_entropy,seconds,gradients/images
        0,1199648,inf,0.1,1,1,0.125,0.5,
        8,1024,1.2727272727272727,0.0625,1e-05,0.0625,65.2245,1.25,30000000

        """)
  }

  @Test func lineMustBeAnObject() {
    for line in ["[1]", "1", "{\"a\":1", "{\"a\":1} {}", "{\"a\":\(String(repeating: "[", count: 100))"] {
      let error = #expect(throws: PadawannError.self) { try FlatLog(Array(line.utf8)) }
      #expect(error?.kind == .data, "\(line)")
    }
  }

  // MARK: - in the folder of a run

  @Test func folderHasTheTableAndWhereAskedForTheEvents() async throws {
    let place = try RunPlace()
    var run = try await place.begin()
    try await run.advance()
    #expect(!place.has("run/events.out.tfevents.padawann"))
    #expect(try place.bytes("run/log.csv") == FlatLog(place.bytes("run/log.jsonl")).csv)
  }

  @Test func eventsGrowAndARunGoesOnWithThem() async throws {
    let place = try RunPlace()
    var environment = RunPlace.environment
    environment.writesEvents = true
    let start = try await place.start()
    let folder = try RunFolder(place.path("run"), creates: true)
    var run = try await Run<EvolutionJob>.begin(start, in: folder, environment)
    try await run.advance()
    let events = "run/events.out.tfevents.padawann"
    let first = try place.bytes(events)
    let reader = try FileHandle(forReadingFrom: URL(fileURLWithPath: place.path(events)))
    try await run.advance()
    // Whoever has the file open sees what is added.
    #expect(try reader.readToEnd()?.count == place.bytes(events).count)
    #expect(try place.bytes(events).starts(with: first))
    #expect(try place.bytes(events) == FlatLog(place.bytes("run/log.jsonl")).events)
  }

  @Test(arguments: [0, 1, 40, 5000]) func damagedEventsAreMadeGood(_ kept: Int) async throws {
    let place = try RunPlace()
    let events = "run/events.out.tfevents.padawann"
    do {
      var run = try await place.begin()
      try await run.advance()
    }
    let whole = try FlatLog(place.bytes("run/log.jsonl")).events
    // What a killed process has left; a folder that has such a file keeps one without being asked.
    try place.write(Array((whole + [UInt8](repeating: 7, count: 5000)).prefix(kept)), to: events)
    var run = try await place.resume()
    #expect(try place.bytes(events) == whole)
    try await run.advance()
    #expect(try place.bytes(events) == FlatLog(place.bytes("run/log.jsonl")).events)
  }
}
