import Foundation

/// A job with a folder of its own, which can be left at any time and gone on with (`Formats/runs.md`).
///
/// ```swift
/// var run = try await Run<EvolutionJob>.begin(start, in: RunFolder("two", creates: true), environment)
/// while !run.isFinished { try await run.advance() }
/// let report = try await run.finish()
/// ```
///
/// After every step the checkpoint is written, then the log and what is made of it, then, when there is a new one, the result. Each is replaced as a
/// whole, so that a run that was ended at any moment goes on from its last checkpoint to the same end. Without a folder
/// nothing is kept.
package struct Run<Job: RunJob & ~Copyable>: ~Copyable {
  /// Where the run is; `nil` when nothing is kept.
  package let folder: RunFolder?
  /// What it was begun with.
  package let start: RunStart<Job.Settings>
  /// How far it is.
  package private(set) var job: Job
  let environment: RunEnvironment
  private let digest: Digest
  private var log: [UInt8]
  private var table: FlatLog
  private let events: GrowingFile?

  /// Whether there is nothing left to do.
  package var isFinished: Bool { job.isFinished }

  /// Begins a run in an unused folder.
  ///
  /// - Parameters:
  ///   - start: what it begins with.
  ///   - folder: where it is kept; `nil` for nowhere.
  ///   - environment: where and how it works.
  /// - Throws: ``PadawannError`` `cannotCreate` when the folder has another run or a file of a run's name in it; whatever writing and
  ///   the job throw.
  package static func begin(
    _ start: RunStart<Job.Settings>, in folder: RunFolder?, _ environment: RunEnvironment
  ) async throws -> Run {
    guard let folder else {
      try environment.sharing?.begin(start.sent)
      return Run(
        nil, start, try await Job(start, from: nil, environment), environment, Digest(of: []), log: [],
        table: FlatLog(), events: nil)
    }
    try folder.checkIsUnused()
    try folder.write(start.parents, start.configuration)
    return try await open(folder, start, environment)
  }

  /// Goes on with a run.
  ///
  /// - Parameters:
  ///   - folder: where it is.
  ///   - environment: where and how it works.
  /// - Throws: ``PadawannError`` `unsupported` for a run of another kind or algorithm, `missing` for a file that is gone, `data` for
  ///   one that is damaged or does not belong to the run, also when a dataset has other images now.
  package static func resume(_ folder: RunFolder, _ environment: RunEnvironment) async throws -> Run {
    let configuration = try RunConfiguration<Job.Settings>.read(Job.kind, in: folder.path).configuration
    guard configuration.members == nil else {
      throw PadawannError(.usage, "the folder has several runs in it", at: folder.path)
    }
    return try await open(folder, RunStart(configuration, in: folder.path, environment), environment)
  }

  /// Goes on with the run of a folder if it was begun with the same; begins one where there is none.
  ///
  /// - Throws: as ``begin(_:in:_:)`` and ``resume(_:_:)``; ``PadawannError`` `cannotCreate` when the folder has another run in it.
  package static func join(
    _ start: RunStart<Job.Settings>, in folder: RunFolder, _ environment: RunEnvironment
  ) async throws -> Run {
    guard RunFolder.isRun(folder.path) else { return try await begin(start, in: folder, environment) }
    try checkJoin(start.configuration, folder.path)
    return try await open(folder, start, environment)
  }

  /// Refuses a folder that has another run in it.
  static func checkJoin(_ configuration: RunConfiguration<Job.Settings>, _ path: String)
    throws(PadawannError)
  {
    let stored = try RunConfiguration<Job.Settings>.read(Job.kind, in: path).configuration
    guard stored.decides(as: configuration) else {
      throw PadawannError(
        .cannotCreate, "the folder has a run with another configuration in it", at: path,
        remedy: "Choose another folder, or go on with what the run was begun with")
    }
  }

  /// Goes on from what the folder has, or begins.
  private static func open(
    _ folder: RunFolder, _ start: RunStart<Job.Settings>, _ environment: RunEnvironment
  ) async throws -> Run {
    let digest = try RunConfiguration<Job.Settings>.read(Job.kind, in: folder.path).digest
    let checkpoint = try folder.checkpoint(Job.kind, digest)
    let job = try await Self.job(start, checkpoint, folder, environment)
    try environment.sharing?.begin(start.sent)
    var log: [UInt8] = []
    if let checkpoint {
      log = try folder.log(of: checkpoint, steps: job.step, Job.LogLine.self)
      // Whatever was not written any more after the checkpoint.
      try folder.write(log, to: RunFolder.log)
    }
    let table = try FlatLog(log)
    if checkpoint != nil { try folder.write(table.csv, to: RunFolder.table) }
    let writesEvents = environment.writesEvents || folder.has(RunFolder.events)
    let events =
      writesEvents
      ? try GrowingFile(folder.file(RunFolder.events), beginningWith: table.events) : nil
    let run = Run(folder, start, job, environment, digest, log: log, table: table, events: events)
    if run.job.result != nil, !run.isFinished { try await run.storeResult() }
    return run
  }

  private static func job(
    _ start: RunStart<Job.Settings>, _ checkpoint: RunCheckpoint?, _ folder: RunFolder,
    _ environment: RunEnvironment
  ) async throws -> Job {
    do {
      return try await Job(start, from: checkpoint?.state, environment)
    } catch let error as PadawannError {
      throw checkpoint != nil && error.kind == .data
        ? error.inside(folder.file(RunFolder.checkpoint)) : error
    }
  }

  private init(
    _ folder: RunFolder?, _ start: RunStart<Job.Settings>, _ job: consuming Job,
    _ environment: RunEnvironment, _ digest: Digest, log: [UInt8], table: FlatLog, events: GrowingFile?
  ) {
    self.folder = folder
    self.start = start
    self.job = job
    self.environment = environment
    self.digest = digest
    self.log = log
    self.table = table
    self.events = events
  }

  /// Goes one step on, and stores it before anything else.
  ///
  /// - Returns: its line of the log.
  /// - Throws: whatever the job or writing throws, `CancellationError`; the run can then be resumed.
  @discardableResult
  package mutating func advance() async throws -> Job.LogLine {
    // There can be steps in which nothing is computed, and nothing else looks.
    try Task.checkCancellation()
    let before = job.result
    let line = try await job.advance()
    guard let folder else { return line }
    let logLine = try RunJSON.bytes(line, isPretty: false)
    log += logLine
    let checkpoint = RunCheckpoint(
      try job.state, configuration: digest, logLine: logLine, log: Digest(of: log))
    try folder.write(checkpoint.encoded(Job.kind), to: RunFolder.checkpoint)
    try folder.write(log, to: RunFolder.log)
    try table.append(logLine)
    try folder.write(table.csv, to: RunFolder.table)
    try events?.append(table.lastEvent)
    if job.result != before, !job.isFinished { try await storeResult() }
    return line
  }

  /// Writes the result, measures it on test data, and stores what came of it. What was stored for the same result is taken over.
  ///
  /// - Returns: the model, and the report.
  /// - Throws: whatever loading, evaluating or writing throws.
  package func finish() async throws -> (model: Job.Product, report: RunReport<Job.Outcome>) {
    let model = try await storeResult()
    var report = try RunReport(
      start.configuration, model, steps: job.step, try await job.outcome(of: model), tests: [])
    if let folder, let known = folder.report(Job.Outcome.self), report.with(known.tests) == known,
      known.tests.map(\.dataset) == start.configuration.tests.map(\.dataset)
    {
      return (model, known)
    }
    report = report.with(try await measured(model))
    try folder?.write(RunJSON.bytes(report, isPretty: true), to: RunFolder.report)
    return (model, report)
  }

  /// Writes the result, unless the folder has it already, perhaps with heads that were added since.
  @discardableResult
  private func storeResult() async throws -> Job.Product {
    let model = try await job.model()
    guard let folder else { return model }
    let path = folder.file(Job.kind.resultFile)
    if let known = try? Job.Product.stored(at: path), known.extends(model) { return model }
    try model.store(at: path, as: start.configuration.storage ?? .plain)
    return model
  }

  private func measured(_ model: Job.Product) async throws -> [TestResult] {
    let data = start.configuration.tests.isEmpty ? nil : try start.configuration.data(environment)
    var results: [TestResult] = []
    for test in start.configuration.tests {
      guard let data else { break }
      let dataset = try DatasetSpec.parse(test.dataset).load(
        from: data, relativeTo: start.configuration.workingFolder,
        normalisedAs: start.parents.first?.statedNormalisation)
      results.append(try await model.measured(test, on: dataset, environment.inference))
    }
    return results
  }
}
