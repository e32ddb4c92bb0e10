import Synchronization

/// The versions of the images that are learned from, with what the teachers answer to each, computed when they are first needed.
final class TeacherViews {
  private let images: TrainingImages
  private let teachers: [Teacher]
  private let settings: DistillationSettings
  private let seed: UInt64
  private let set: InstructionSet
  private let threadPool: ThreadPool
  private let architecture: Architecture
  /// What was answered, by version and task.
  private var known: [Int: [TeacherLogits]] = [:]

  /// - Throws: ``PadawannError`` `usage` when there is not one teacher for each task, or one does not fit.
  init(
    _ images: TrainingImages, _ teachers: [Teacher], for architecture: Architecture,
    _ settings: MaskLearningSettings, _ distillation: DistillationSettings, _ set: InstructionSet,
    _ threadPool: ThreadPool
  ) throws(PadawannError) {
    guard teachers.count == images.tasks.count else {
      throw PadawannError(
        .usage, "\(teachers.count) teachers do not fit \(images.tasks.count) tasks",
        remedy: "Name one teacher for each task")
    }
    let logits = architecture.shapes[architecture.logitsNode]
    for teacher in teachers {
      let theirs = teacher.network.architecture
      guard theirs.input == architecture.input, theirs.shapes[theirs.logitsNode] == logits else {
        throw PadawannError(
          .usage,
          "a teacher reads \(theirs.input) and gives \(theirs.shapes[theirs.logitsNode]), and what learns reads \(architecture.input) and gives \(logits)"
        )
      }
    }
    self.images = images
    self.teachers = teachers
    self.settings = distillation
    self.architecture = architecture
    seed = settings.seed
    (self.set, self.threadPool) = (set, threadPool)
  }

  /// The images of an epoch.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when there is not enough memory, `interrupted` when the task is cancelled.
  func images(epoch: Int) throws(PadawannError) -> TrainingImages {
    let view = settings.augmentation.changesImages ? epoch % settings.augmentation.views : 0
    var tasks: [TrainingTask] = []
    for task in images.tasks {
      let dataset = try settings.augmentation.view(view, of: task.dataset, seed: seed)
      tasks.append(TrainingTask(dataset, outputs: task.outputs))
    }
    var result = try TrainingImages(tasks, for: architecture)
    let answers = if let known = known[view] { known } else { try answers(to: tasks) }
    known[view] = answers
    result.teachers = answers
    return result
  }

  private func answers(to tasks: [TrainingTask]) throws(PadawannError) -> [TeacherLogits] {
    var answers: [TeacherLogits] = []
    for (task, teacher) in zip(tasks, teachers) {
      answers.append(try TeacherLogits(teacher, on: task.dataset, settings.loss, set, threadPool))
    }
    return answers
  }
}

extension TeacherLogits {
  /// One thread answers about so many images at a time.
  private static let chunk = 64
  /// After so many images it is asked whether to go on.
  private static let slice = 4096

  /// Asks a teacher about all images.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when there is not enough memory, `interrupted` when the task is cancelled.
  init(
    _ teacher: Teacher, on dataset: Dataset, _ loss: TeacherLoss, _ set: InstructionSet,
    _ threadPool: ThreadPool
  ) throws(PadawannError) {
    let dataset = try teacher.reading(dataset)
    let engine = try Engine(teacher.network, magnitudes: [teacher.magnitude], for: dataset, using: set)
    var logits: [Float] = []
    logits.reserveCapacity(dataset.count * engine.outputs)
    for first in stride(from: 0, to: dataset.count, by: Self.slice) {
      guard !Task.isCancelled else { throw PadawannError(.interrupted, "stopped") }
      let end = min(first + Self.slice, dataset.count)
      let starts = Array(stride(from: first, to: end, by: Self.chunk))
      let rows = Mutex([[Float]](repeating: [], count: starts.count))
      try threadPool.share(
        starts.count, making: { () throws(PadawannError) in try Engine.Workspace(engine) }
      ) { part, workspace in
        let range = starts[part]..<min(starts[part] + Self.chunk, end)
        let found = engine.logits(of: range, in: dataset, workspace)[0]
        rows.withLock { $0[part] = found }
      }
      logits += rows.withLock { $0 }.flatMap { $0 }
    }
    self.init(outputs: engine.outputs, logits: logits, loss: loss)
  }
}
