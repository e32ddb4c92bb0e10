/// A learning in a folder, which can be left at any time and gone on with (`Formats/runs.md`).
///
/// After every pass the checkpoint is written, which has the log in it, then the log; at the end the model. Each is replaced
/// as a whole, so that a learning that was ended at any moment goes on from its last pass to the same end.
public struct LearningRun: ~Copyable {
  /// Where it is.
  public let folder: RunFolder
  /// What decides its result.
  public let plan: LearningPlan
  private var learning: MaskLearning
  private let tasks: [EvolutionTask]
  private let settings: Digest
  private var log: [UInt8]

  /// A pass over all images: a line of `log.jsonl`.
  public struct LogLine: Codable, Sendable, Equatable {
    /// The pass, from 1.
    public let pass: Int
    /// The steps that were done.
    public let step: Int
    /// The mean cross-entropy of the batches, in nats, before each step.
    public let crossEntropy: Double
    /// The share of images that were answered right, before each step.
    public let accuracy: Double
    /// The time that the pass took, which is all in this line that differs between two runs.
    public let seconds: Double
  }

  /// Writes what a learning begins with.
  ///
  /// - Throws: ``PadawannError`` `cannotCreate` when the folder has a run in it; whatever writing throws.
  public static func begin(_ start: LearningStart, _ plan: LearningPlan, in folder: RunFolder) throws {
    try folder.checkIsUnused()
    try folder.write(parents: [start.parent], as: [plan.parent])
    try folder.write(RunJSON.bytes(plan, isPretty: true), to: RunFile.settings)
  }

  /// Whether a folder has a learning with a plan in it.
  ///
  /// - Throws: ``PadawannError`` `cannotCreate` when it has another run.
  public static func isStored(_ plan: LearningPlan, in path: String) throws(PadawannError) -> Bool {
    guard RunFolder.isRun(path) else { return false }
    let place = "\(path)/\(RunFile.settings)"
    let stored = try LearningPlan(stored: StoredFile.read(place, limit: 1 << 24), at: place, tool: plan.tool)
    guard stored == plan else {
      throw PadawannError(
        .cannotCreate, "the folder has a run with other settings in it", at: path,
        remedy: "Choose another folder")
    }
    return true
  }

  /// Goes on with a learning that was begun.
  ///
  /// - Parameters:
  ///   - folder: where it is.
  ///   - tool: the program and its version, which must be the one that began it.
  ///   - data: where named datasets are.
  ///   - threads: how many compute.
  ///   - instructionSet: which vector instructions are used.
  ///   - progress: told the share of the features that is computed.
  /// - Throws: ``PadawannError`` `unsupported` for a learning of another version, `missing` for a file that is gone, `data` for
  ///   one that is damaged or does not belong to it.
  public static func resume(
    _ folder: RunFolder, tool: String, data: DataFolder, threads: Int, instructionSet: InstructionSet,
    progress: ((Double) -> Void)? = nil
  ) throws -> LearningRun {
    let bytes = try StoredFile.read(folder.file(RunFile.settings), limit: 1 << 24)
    let plan = try LearningPlan(stored: bytes, at: folder.file(RunFile.settings), tool: tool)
    let parent = try ModelFile.read(folder.file(plan.parent.file))
    guard parent.digest.description == plan.parent.sha256 else {
      throw PadawannError(
        .data, "this is not the model that the run began with", at: folder.file(plan.parent.file))
    }
    let tasks = try plan.tasks.loaded(from: data)
    let training = tasks.map { TrainingTask($0.dataset, outputs: $0.outputs) }
    let network = parent.model.network
    guard let checkpoint = try Self.checkpoint(folder, plan, Digest(of: bytes)) else {
      return LearningRun(
        folder, plan, tasks, Digest(of: bytes), log: [],
        try MaskLearning(
          network, on: training, settings: plan.learning, threads: threads, instructionSet: instructionSet,
          progress: progress))
    }
    // Whatever was not written any more after the checkpoint.
    try folder.write(checkpoint.log, to: RunFile.log)
    return LearningRun(
      folder, plan, tasks, Digest(of: bytes), log: checkpoint.log,
      try MaskLearning(
        resuming: checkpoint.snapshot, network, on: training, threads: threads,
        instructionSet: instructionSet,
        progress: progress))
  }

  private init(
    _ folder: RunFolder, _ plan: LearningPlan, _ tasks: [EvolutionTask], _ settings: Digest, log: [UInt8],
    _ learning: consuming MaskLearning
  ) {
    self.folder = folder
    self.plan = plan
    self.tasks = tasks
    self.settings = settings
    self.log = log
    self.learning = learning
  }

  private static func checkpoint(_ folder: RunFolder, _ plan: LearningPlan, _ settings: Digest) throws
    -> LearningCheckpoint?
  {
    let path = folder.file(RunFile.checkpoint)
    guard let image = try folder.read(RunFile.checkpoint, limit: LearningCheckpoint.sizeLimit) else {
      guard !folder.has(RunFile.log) else {
        throw PadawannError(
          .missing, "the checkpoint is gone, although the log has passes", at: path,
          remedy: "Put it back, or begin anew in another folder")
      }
      return nil
    }
    do throws(PadawannError) {
      let checkpoint = try LearningCheckpoint(image: image, plan)
      guard checkpoint.settings == settings else {
        throw PadawannError(
          .data, "the checkpoint belongs to other settings", remedy: "Put back the settings.json of the run")
      }
      return checkpoint
    } catch {
      throw error.inside(path)
    }
  }

  /// The steps that are left.
  public var remainingSteps: Int { learning.steps - learning.step }

  /// Whether there is nothing left to do.
  public var isFinished: Bool { learning.isFinished }

  /// Goes over all images once, and stores what was learned before anything else.
  ///
  /// - Parameter progress: told after every step.
  /// - Throws: whatever learning or writing throws, `CancellationError`; the run can then be resumed.
  @discardableResult
  public mutating func advance(progress: () -> Void = {}) throws -> LogLine {
    let start = ContinuousClock.now
    let end = learning.step + learning.stepsPerPass
    var (loss, right, images) = (0.0, 0, 0)
    while learning.step < end {
      try Task.checkCancellation()
      let result = try learning.advance()
      loss += result.loss * Double(result.images)
      right += result.right
      images += result.images
      progress()
    }
    let line = LogLine(
      pass: end / learning.stepsPerPass, step: end, crossEntropy: loss / Double(images),
      accuracy: Double(right) / Double(images), seconds: (ContinuousClock.now - start) / .seconds(1))
    log += try RunJSON.bytes(line, isPretty: false)
    try folder.write(
      LearningCheckpoint(learning.snapshot, settings: settings, log: log).image(), to: RunFile.checkpoint)
    try folder.write(log, to: RunFile.log)
    return line
  }

  /// What was learned, as a model with its tasks: their outputs, their biases where every task has its own, and the accuracy on
  /// the images that were learned from.
  ///
  /// - Parameter inference: how the accuracies are found.
  public func model(_ inference: Inference) async throws -> Model {
    var model = Model(network: try learning.network(), sharedWeights: [plan.learning.sharedWeight])
    model.provenance.tool = plan.tool
    model.provenance.parent = Digest(hex: plan.parent.sha256)
    model.provenance.seed = plan.learning.seed
    model.provenance.settings = plan.settings
    for (index, task) in tasks.enumerated() {
      var record = TaskRecord(
        name: task.name, dataset: task.dataset.name, digest: task.dataset.digest,
        classNames: task.dataset.classNames, outputs: task.outputs, normalisation: task.dataset.normalisation,
        bestSharedWeight: plan.learning.sharedWeight)
      record.parameters = biases(task: index, of: model.network.architecture)
      let network = try model.network.replacing(record.parameters)
      let predictions = try await inference.predictions(
        of: network, on: task.dataset, weights: [plan.learning.sharedWeight])
      record.accuracy = try TaskScore(predictions, outputs: task.outputs).accuracy
      model.tasks.append(record)
    }
    return model
  }

  /// The biases that a task has of its own.
  private func biases(task: Int, of architecture: Architecture) -> [TaskParameters] {
    guard plan.learning.biases == .perTask else { return [] }
    return learning.biases(task: task).sorted { $0.key < $1.key }.map { node, bias in
      TaskParameters(node: architecture.nodes[node].name, .weighted(nil, bias: bias, .float32))
    }
  }

  /// Writes the model, measures it on test data, and stores what came of it.
  ///
  /// - Parameters:
  ///   - data: where named datasets are.
  ///   - inference: how it is measured.
  public func finish(_ data: DataFolder, _ inference: Inference) async throws -> LearningReport {
    let model = try await model(inference)
    let stored = try ModelFile.write(model, to: folder.file(RunFile.learned), followsLinks: false)
    var tests: [TestResult] = []
    for test in plan.tests {
      let dataset = try DatasetSpec.parse(test.dataset).load(from: data)
      let task = model.tasks.first { $0.name == test.task }
      let network = try model.network.replacing(task?.parameters ?? [])
      tests.append(try await TestResult(network, test, dataset, [plan.learning.sharedWeight], inference))
    }
    let report = LearningReport(
      stored, density: plan.learning.density, seed: plan.learning.seed, tests: tests)
    try folder.write(RunJSON.bytes(report, isPretty: true), to: RunFile.report)
    return report
  }
}

extension LearningPlan {
  /// Reads a settings file.
  ///
  /// - Throws: ``PadawannError`` `data` when it is damaged, `unsupported` when it is another kind of run, or another program's.
  init(stored bytes: [UInt8], at place: String, tool: String) throws(PadawannError) {
    self = try RunJSON.value(LearningPlan.self, bytes, at: place)
    guard schema == LearningPlan.schema else {
      throw PadawannError(.unsupported, "the run is of another kind or version: \(schema)", at: place)
    }
    guard self.tool == tool else {
      throw PadawannError(
        .unsupported, "the run was begun by \(self.tool), and this is \(tool)", at: place,
        remedy: "Go on with the program that began it")
    }
    try learning.validate()
  }
}
