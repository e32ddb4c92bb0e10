/// What a run does: a long computation cut into steps, after each of which all that it is can be stored (`Formats/runs.md`).
///
/// ``Run`` owns the folder, the log and the checkpoint; a job knows none of them. Its result is a function of what it was
/// started with alone, and from a stored state it goes on exactly as it would have.
package protocol RunJob: ~Copyable {
  /// What decides the result, besides parents and tasks.
  associatedtype Settings: RunSettings
  /// What a step came to: a line of the log.
  associatedtype LogLine: Codable & Sendable & Equatable
  /// The kind of model that it makes.
  associatedtype Product: RunResult = Model
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

  /// What computes the pieces of the job on another rank; `nil` for a job that is not cut into pieces.
  ///
  /// - Throws: as the initialiser.
  static func computer(_ start: RunStart<Settings>, _ environment: RunEnvironment) throws -> (
    any PieceComputer
  )?

  /// Whether there is a ``computer(_:_:)``.
  static var isCutIntoPieces: Bool { get }

  /// The number of steps that a whole run of so many tasks has at most; `nil` where it is not known beforehand.
  static func steps(of settings: Settings, tasks: Int) -> Int?

  /// How many ranks have enough to do with one run.
  static func usefulRanks(_ configuration: RunConfiguration<Settings>) -> Int

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
  func model() async throws -> Product

  /// What is reported of the result.
  ///
  /// - Parameter model: what ``model()`` gave.
  /// - Throws: ``PadawannError`` `usage` while there is none.
  func outcome(of model: Product) async throws -> Outcome
}

extension RunJob where Self: ~Copyable {
  package static func computer(_ start: RunStart<Settings>, _ environment: RunEnvironment) throws
    -> (any PieceComputer)?
  { nil }

  package static var isCutIntoPieces: Bool { false }

  package static func steps(of settings: Settings, tasks: Int) -> Int? { nil }

  package static func usefulRanks(_ configuration: RunConfiguration<Settings>) -> Int { 1 }
}
