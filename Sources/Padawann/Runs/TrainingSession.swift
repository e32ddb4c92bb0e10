import Foundation

/// What one pass of a training showed: the mean over its images, each seen before the step of its batch.
public struct TrainingPass: Codable, Sendable, Equatable {
  /// The cross-entropy, in nats.
  public private(set) var crossEntropy = 0.0
  /// The share of right answers.
  public private(set) var accuracy = 0.0
  /// The number of images.
  public private(set) var images = 0

  init() {}

  init(crossEntropy: Double, accuracy: Double, images: Int) {
    self.crossEntropy = crossEntropy
    self.accuracy = accuracy
    self.images = images
  }

  /// Counts a batch.
  mutating func add(_ batch: BatchResult) {
    let all = Double(images + batch.images)
    crossEntropy = (crossEntropy * Double(images) + batch.loss * Double(batch.images)) / all
    accuracy = (accuracy * Double(images) + Double(batch.right)) / all
    images += batch.images
  }
}

/// A training from the first step to the last, which can store how far it is after every pass, and go on from there.
public struct TrainingSession: ~Copyable {
  /// The passes that were begun.
  public private(set) var passes: [TrainingPass]
  private var trainer: Trainer
  private let checkpoint: (path: String, plan: Digest)?

  /// Begins, or goes on from the checkpoint if it is there.
  ///
  /// - Parameters:
  ///   - network: what is trained, with weights of its own.
  ///   - tasks: what it learns.
  ///   - scope: what of it is trained.
  ///   - settings: how.
  ///   - checkpoint: the path of the checkpoint; `nil` for none.
  ///   - tool: the program and its version, which must be the one that wrote the checkpoint.
  ///   - threads: how many compute.
  ///   - instructionSet: which vector instructions are used.
  /// - Throws: as ``Trainer``; ``PadawannError`` `data` for a checkpoint that is damaged or of another training.
  public init(
    _ network: Network, on tasks: [TrainingTask], scope: TrainingScope, settings: TrainingSettings,
    checkpoint: String?, tool: String, threads: Int, instructionSet: InstructionSet
  ) throws {
    let plan = try checkpoint.map { _ in try Self.plan(network, tasks, scope, settings, tool) }
    let stored = try checkpoint.flatMap { path in try plan.flatMap { try Self.stored(path, $0) } }
    let trainer: Trainer
    do throws(PadawannError) {
      trainer = try Trainer(
        network, .own, tasks, scope, settings, threads, instructionSet, from: stored?.snapshot)
    } catch {
      throw error.kind == .data && stored != nil ? error.inside(checkpoint ?? "") : error
    }
    self.trainer = trainer
    self.checkpoint = checkpoint.flatMap { path in plan.map { (path, $0) } }
    passes = stored?.passes ?? []
  }

  private static func stored(_ path: String, _ plan: Digest) throws -> TrainingCheckpoint? {
    guard FileManager.default.fileExists(atPath: path) else {
      // Better now than after the first pass.
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      guard FileManager.default.isWritableFile(atPath: folder) else {
        throw PadawannError(.cannotCreate, "no checkpoint can be written here", at: path)
      }
      return nil
    }
    let image = try StoredFile.read(path, limit: TrainingCheckpoint.sizeLimit, followsLinks: false)
    do throws(PadawannError) {
      let checkpoint = try TrainingCheckpoint(image: image)
      guard checkpoint.plan == plan else {
        throw PadawannError(
          .data, "the checkpoint is of a training with other settings or data, or of another version",
          remedy: "Give the command that began it, or remove the checkpoint to begin anew")
      }
      return checkpoint
    } catch {
      throw error.inside(path)
    }
  }

  /// Everything that decides the result.
  private struct Plan: Encodable {
    let tool: String
    let network: String
    let tasks: [Task]
    let weights: [Int]
    let biases: [Int]
    let dropsOut: Bool
    let usesBatchStatistics: Bool
    let settings: TrainingSettings

    struct Task: Encodable {
      let dataset: String
      let outputs: [Int]
    }
  }

  private static func plan(
    _ network: Network, _ tasks: [TrainingTask], _ scope: TrainingScope, _ settings: TrainingSettings,
    _ tool: String
  ) throws -> Digest {
    let plan = Plan(
      tool: tool, network: try Model(network: network).storedDigest.description,
      tasks: tasks.map { Plan.Task(dataset: $0.dataset.digest.description, outputs: $0.outputs) },
      weights: scope.weights.sorted(), biases: scope.biases.sorted(), dropsOut: scope.dropsOut,
      usesBatchStatistics: scope.usesBatchStatistics, settings: settings)
    return Digest(of: try RunJSON.bytes(plan, isPretty: false))
  }

  /// The number of steps in all.
  public var steps: Int { trainer.steps }

  /// The number of steps that were done.
  public var step: Int { trainer.step }

  /// Whether all passes are done.
  public var isFinished: Bool { trainer.isFinished }

  /// One step; the last of a pass stores how far the training is.
  ///
  /// - Throws: as ``Trainer/advance()``; whatever writing throws.
  public mutating func advance() throws {
    if trainer.step % trainer.stepsPerPass == 0 { passes.append(TrainingPass()) }
    passes[passes.count - 1].add(try trainer.advance())
    guard let checkpoint, trainer.step % trainer.stepsPerPass == 0 else { return }
    let stored = TrainingCheckpoint(trainer.snapshot, passes, plan: checkpoint.plan)
    try StoredFile.write(stored.image(), to: checkpoint.path, followsLinks: false)
  }

  /// The network as it is now.
  ///
  /// - Throws: as ``Trainer/network()``.
  public func network() throws(PadawannError) -> Network { try trainer.network() }
}
