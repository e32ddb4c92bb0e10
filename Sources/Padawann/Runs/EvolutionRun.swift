/// An evolution in a folder, which can be left at any time and gone on with (`Formats/runs.md`).
///
/// After every generation the checkpoint is written, then the log, then, when there is a new one, the champion. Each is
/// replaced as a whole, so that a run that was ended at any moment goes on from its last checkpoint to the same end.
public struct EvolutionRun: Sendable {
  /// Where the run is.
  public let folder: RunFolder
  /// What decides its result.
  public let plan: EvolutionPlan
  /// How individuals are judged.
  public let judge: PopulationJudge
  /// How far it is.
  public internal(set) var evolution: Evolution<[TaskScore]>
  private let settings: Digest
  private var log: [UInt8]

  /// Begins a run in an unused folder, or goes on with the one that has the same plan.
  ///
  /// - Parameters:
  ///   - start: what it begins with.
  ///   - plan: the start's own, or that of a trial of it.
  ///   - folder: where it is to be.
  /// - Throws: ``PadawannError`` `cannotCreate` when the folder has another run in it; whatever writing throws.
  public static func begin(_ start: EvolutionStart, _ plan: EvolutionPlan, in folder: RunFolder) throws
    -> EvolutionRun
  {
    try folder.checkIsUnused()
    try write(start.parents, plan, to: folder)
    return try EvolutionRun(folder, StoredEvolution(path: folder.path), start.judge)
  }

  /// Writes what a run begins with; the settings last, because they make a folder a run's.
  static func write(_ parents: [Model], _ plan: EvolutionPlan, to folder: RunFolder) throws {
    try folder.write(parents: parents, as: plan.parents)
    try folder.write(RunJSON.bytes(plan, isPretty: true), to: RunFile.settings)
  }

  /// Goes on with a run.
  ///
  /// - Parameters:
  ///   - folder: where it is.
  ///   - tool: the program and its version, which must be the one that began the run.
  ///   - data: where named datasets are.
  ///   - inference: how networks are evaluated.
  /// - Throws: ``PadawannError`` `unsupported` for a run of another version, `missing` for a file that is gone, `data` for one
  ///   that is damaged or does not belong to the run, also when a dataset has other images now.
  public static func resume(_ folder: RunFolder, tool: String, data: DataFolder, inference: Inference) throws
    -> EvolutionRun
  {
    let stored = try StoredEvolution(path: folder.path)
    try check(stored.plan, tool, at: folder.path)
    guard stored.plan.trials == nil else {
      throw PadawannError(.usage, "the folder has several trials in it", at: folder.path)
    }
    let judge = try PopulationJudge(
      body: stored.body(), tasks: stored.plan.tasks.loaded(from: data), values: stored.plan.edgeValues(),
      fitness: stored.plan.fitness, inference: inference)
    return try EvolutionRun(folder, stored, judge)
  }

  static func check(_ plan: EvolutionPlan, _ tool: String, at path: String) throws(PadawannError) {
    guard plan.tool == tool else {
      throw PadawannError(
        .unsupported, "the run was begun by \(plan.tool), and this is \(tool)", at: path,
        remedy: "Go on with the program that began it")
    }
  }

  private init(_ folder: RunFolder, _ stored: StoredEvolution, _ judge: PopulationJudge) throws {
    self.folder = folder
    plan = stored.plan
    settings = stored.settings
    self.judge = judge
    guard let checkpoint = try stored.checkpoint(judge.body.genomes[0].layout) else {
      evolution = try Evolution(parents: judge.body.genomes, settings: plan.evolution)
      log = []
      return
    }
    do throws(PadawannError) {
      evolution = try Evolution(resuming: checkpoint.snapshot)
    } catch {
      throw error.inside(folder.file(RunFile.checkpoint))
    }
    log = try stored.log(of: checkpoint)
    // Whatever was not written any more after the checkpoint.
    try folder.write(log, to: RunFile.log)
    try writeChampion()
  }

  /// Whether there is nothing left to do.
  public var isFinished: Bool { evolution.isFinished }

  /// Evaluates the next generation, and stores it before anything else.
  ///
  /// - Returns: its line of the log.
  /// - Throws: whatever evaluating or writing throws, `CancellationError`; the run can then be resumed.
  @discardableResult
  public mutating func advance() async throws -> EvolutionLogLine {
    // There can be generations in which nothing has to be evaluated, and nothing else looks.
    try Task.checkCancellation()
    let start = ContinuousClock.now
    let before = evolution.champion?.generation
    let gradients = try prune()
    let candidates = evolution.ask()
    try evolution.tell(try await judge.scores(of: candidates))
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    guard let snapshot = evolution.snapshot,
      let line = EvolutionLogLine(evolution, judge, evaluated: candidates.count, gradients, seconds: seconds)
    else { throw PadawannError(.usage, "a generation without individuals cannot be stored") }
    let logLine = try RunJSON.bytes(line, isPretty: false)
    log += logLine
    let checkpoint = EvolutionCheckpoint(
      snapshot, settings: settings, logLine: logLine, log: Digest(of: log))
    try folder.write(checkpoint.image(), to: RunFile.checkpoint)
    try folder.write(log, to: RunFile.log)
    if evolution.champion?.generation != before { try writeChampion() }
    return line
  }

  /// The images that are left to evaluate, counted once per setting of the weights, if no two children are equal; `nil` when
  /// they are too many to count.
  public var remainingImages: Int? {
    guard !isFinished else { return 0 }
    let children = Double(plan.evolution.population - plan.evolution.elites)
    let generations = Double(plan.evolution.generations - evolution.generation)
    let initial = Double(evolution.champion == nil ? plan.evolution.population : 0)
    let images = (initial + children * generations) * Double(judge.imagesPerCandidate)
    return images < 1e15 ? Int(images) : nil
  }

  // MARK: - the champion

  /// The fittest individual so far as a model.
  ///
  /// - Throws: ``PadawannError`` `usage` before the initial population was evaluated.
  public func champion() throws(PadawannError) -> Model {
    guard let champion = evolution.champion else {
      throw PadawannError(.usage, "the run has no champion yet", at: folder.path)
    }
    return try judge.model(of: champion, plan)
  }

  private func writeChampion() throws {
    try ModelFile.write(champion(), to: folder.file(RunFile.champion), followsLinks: false)
  }
}
