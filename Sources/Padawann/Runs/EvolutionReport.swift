/// What came of an evolution: `report.json` of a run's folder (`Formats/runs.md`).
public struct EvolutionReport: Codable, Sendable, Equatable {
  /// The structure and its version.
  public private(set) var schema = EvolutionReport.schema
  /// The digest of the champion's content.
  public let championSha256: String
  /// The size of its file.
  public let championBytes: Int
  /// The generation in which the champion was born.
  public let championGeneration: Int
  /// The generations that there were.
  public let generations: Int
  /// The key of every random number.
  public let seed: UInt64
  /// The edges of the network, pruned ones included.
  public let edges: Int
  /// The champion on the images that it was evolved on.
  public let champion: EvolutionLogLine.Individual
  /// The champion on test data, which the evolution never saw.
  public let tests: [TestResult]

  static let schema = "padawann.evolution-report/1"

  /// The mean over the test data of the cross-entropy, in the unit of the thesis' tables: there it was divided by the size
  /// of a batch, 100 (thesis-facts 11).
  public var thesisLoss: Double? {
    tests.isEmpty ? nil : tests.reduce(0) { $0 + $1.crossEntropy } / Double(tests.count) / 100
  }
}

extension EvolutionRun {
  /// Measures the champion on test data and stores the report; what was stored for the same champion is taken over.
  ///
  /// - Parameter data: where named datasets are.
  /// - Throws: whatever loading, evaluating or writing throws.
  public func report(_ data: DataFolder) async throws -> EvolutionReport {
    let stored = try ModelFile.read(folder.file(RunFile.champion))
    guard let champion = evolution.champion else {
      throw PadawannError(.usage, "the run has no champion yet", at: folder.path)
    }
    func report(with tests: [TestResult]) -> EvolutionReport {
      EvolutionReport(
        championSha256: stored.digest.description, championBytes: stored.byteCount,
        championGeneration: champion.generation, generations: evolution.generation, seed: plan.evolution.seed,
        edges: stored.model.network.edgeCount, champion: .init(champion.individual, judge), tests: tests)
    }
    if let known = storedReport(), known == report(with: known.tests) { return known }
    var tests: [TestResult] = []
    for test in plan.tests {
      tests.append(
        try await TestResult(
          stored.model.network, test, DatasetSpec.parse(test.dataset).load(from: data), judge.values.settings,
          judge.inference))
    }
    let measured = report(with: tests)
    try folder.write(RunJSON.bytes(measured, isPretty: true), to: RunFile.report)
    return measured
  }

  /// The report that was stored, if it can be read and has this run's test data; otherwise it is made again.
  private func storedReport() -> EvolutionReport? {
    guard let bytes = try? folder.read(RunFile.report, limit: 1 << 24),
      let report = try? RunJSON.value(EvolutionReport.self, bytes, at: RunFile.report),
      report.tests.map(\.dataset) == plan.tests.map(\.dataset)
    else { return nil }
    return report
  }
}
