/// One run as its folder has it now, finished or not.
struct ReportedRun: Sendable {
  /// The name of its folder.
  let name: String
  let path: String
  let description: RunDescription
  let log: [FlatLine]
  /// What was measured at its end; `nil` while it runs.
  let result: Result?
  /// The path of its model; `nil` while there is none.
  let model: String?

  /// The part of `report.json` that all kinds of runs have.
  struct Result: Decodable, Sendable {
    let modelBytes: Int
    let edges: Int
    let remainingEdges: Int
    let seed: UInt64
    let steps: Int
    let tests: [TestResult]
  }

  /// Reads a folder that somebody may work in.
  ///
  /// - Throws: ``PadawannError`` `data` for a file that is damaged.
  init(_ path: String, named name: String) throws {
    self.name = name
    self.path = path
    description = try RunDescription(of: path)
    log = try Self.bytes(RunFolder.log, in: path).map { try FlatLog($0).lines } ?? []
    result = try Self.bytes(RunFolder.report, in: path).map {
      try RunJSON.value(Result.self, $0, at: "\(path)/\(RunFolder.report)")
    }
    let file = description.kind.resultFile
    model = RunFolder.has(file, in: path) ? "\(path)/\(file)" : nil
  }

  private static func bytes(_ name: String, in path: String) throws(PadawannError) -> [UInt8]? {
    guard RunFolder.has(name, in: path) else { return nil }
    return try StoredFile.read("\(path)/\(name)", limit: 1 << 30, followsLinks: false)
  }

  /// The fitness of the best individual so far, or its reward; `nil` where nothing of the kind is known.
  var fitness: Double? { log.last.flatMap { $0["champion/fitness"] ?? $0["champion/reward"] } }

  /// The edges that are left.
  var edges: Int? {
    result?.remainingEdges
      ?? log.last.flatMap { $0["champion/edges"] ?? $0["champion/connections"] }.flatMap { Int(exactly: $0) }
  }

  /// The mean accuracy on the test data; `nil` while it runs.
  var testAccuracy: Double? { result.flatMap { Spread($0.tests.map(\.withBestWeight.accuracy.value)) }?.mean }
}

extension TestResult {
  /// The figures with the weight that is best on this data.
  var withBestWeight: Best {
    best ?? Best(sharedWeight: sharedWeight, accuracy: accuracy, crossEntropy: crossEntropy)
  }
}
