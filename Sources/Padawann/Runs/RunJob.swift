package import HDF5

/// What a run does: a long computation cut into steps, after each of which all that it is can be stored (`Formats/runs.md`).
///
/// ``Run`` owns the folder, the log and the checkpoint; a job knows none of them. Its result is a function of what it was
/// started with alone, and from a stored state it goes on exactly as it would have.
package protocol RunJob: ~Copyable {
  /// What decides the result, besides parents and tasks.
  associatedtype Settings: RunSettings
  /// What a step came to: a line of the log.
  associatedtype LogLine: Codable & Sendable & Equatable
  /// What came of the whole job, besides its model.
  associatedtype Outcome: RunOutcome

  /// Which job it is.
  static var kind: RunKind { get }

  /// Begins, or goes on.
  ///
  /// - Parameters:
  ///   - start: what the run was begun with.
  ///   - state: what an equal job's ``state`` was; `nil` to begin.
  ///   - environment: where and how it works, which never changes the result.
  /// - Throws: ``PadawannError`` `data` for a state that does not fit; whatever loading and computing throw.
  init(_ start: RunStart<Settings>, from state: RunState?, _ environment: RunEnvironment) async throws

  /// The number of steps that were done.
  var step: Int { get }
  /// Whether there is nothing left to do.
  var isFinished: Bool { get }
  /// What is left to do in units of ``RunEnvironment/progress``; `nil` when it cannot be counted.
  var remaining: Int? { get }

  /// Goes one step on.
  ///
  /// - Throws: `CancellationError`, whatever computing throws; the job then is not used any more.
  mutating func advance() async throws -> LogLine

  /// All that it is between two steps, apart from what it was started with.
  var state: RunState { get throws }

  /// Which result there is, another number for another one; `nil` while there is none.
  var result: Int? { get }

  /// The result so far, as a model that says where it comes from.
  ///
  /// - Throws: ``PadawannError`` `usage` while there is none.
  func model() async throws -> Model

  /// What is reported of the result.
  ///
  /// - Throws: ``PadawannError`` `usage` while there is none.
  func outcome() async throws -> Outcome
}

/// The jobs that a run can have.
package enum RunKind: String, Codable, Sendable, CaseIterable {
  /// ``EvolutionJob``.
  case evolve
  /// ``MaskLearningJob``.
  case learn
  /// ``TrainingJob``.
  case train
  /// ``FineTuningJob``.
  case finetune

  /// The version of what the job computes: raised whenever the same start gives another result, so that no run is gone on
  /// with by another algorithm.
  var algorithm: Int { 1 }

  /// The name of the result in the run's folder.
  var resultFile: String {
    switch self {
    case .evolve: "champion.h5"
    case .learn, .train, .finetune: "model.h5"
    }
  }
}

/// What decides the result of a job.
package protocol RunSettings: Codable, Hashable, Sendable {
  /// The key of every random number.
  var seed: UInt64 { get set }

  /// Checks settings that were read from a file or asked for.
  ///
  /// - Throws: ``PadawannError`` that names what makes no sense.
  func validate() throws(PadawannError)
}

/// What came of a job, besides its model.
package protocol RunOutcome: Codable, Sendable, Equatable {
  /// How good it is by the measure that was optimised, where there is one.
  var fitness: Double? { get }
}

extension RunOutcome {
  package var fitness: Double? { nil }
}

/// What a job is between two steps: the part of a checkpoint that is its own.
package struct RunState: Sendable {
  package var tree: HDFGroup

  package init(_ tree: HDFGroup) { self.tree = tree }

  static let broken = PadawannError(
    .data, "the checkpoint's parts do not fit together: it is damaged")
}

/// Where and how runs work. It never changes a result.
package struct RunEnvironment: Sendable {
  /// Where named datasets are; `nil` for where they were when the run began.
  package var data: DataFolder?
  /// How networks are evaluated; its threads and instructions are also those of training.
  package var inference: Inference
  /// The program and its version, for the record.
  package var tool: String
  /// Told of units that are done, from any thread.
  package var progress: (@Sendable (Int) -> Void)?
  /// Told the share of what is computed once before the first step.
  package var preparation: (@Sendable (Double) -> Void)?

  /// Puts an environment together.
  package init(
    data: DataFolder?, inference: Inference, tool: String, progress: (@Sendable (Int) -> Void)? = nil,
    preparation: (@Sendable (Double) -> Void)? = nil
  ) {
    self.data = data
    self.inference = inference
    self.tool = tool
    self.progress = progress
    self.preparation = preparation
  }
}
