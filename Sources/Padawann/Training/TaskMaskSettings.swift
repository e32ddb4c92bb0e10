/// How every task gets a mask of its own after one for all tasks was learned.
///
/// All masks are over the same signs. That of a task begins with the scores and magnitudes to which the learning for all tasks came,
/// so that it differs from the mask of all tasks in few edges (compare Mallya et al., 2018, where each mask begins anew).
public struct TaskMaskSettings: Sendable, Hashable, Codable {
  /// Of all epochs, those in which the images of each task are seen for its own mask; those before are for the mask of all tasks.
  public var epochs: Int
  /// Adam's learning rate of the scores in these epochs; it falls to 0 along half a cosine.
  public var rate: Double

  /// The share of all epochs, and the rate, with which the method was measured.
  ///
  /// - Parameter all: the epochs of the whole learning.
  public init(of all: Int, rate: Double = 0.02) {
    epochs = all / 2
    self.rate = rate
  }

  /// Refuses to give a single task a mask besides that of all tasks.
  ///
  /// - Throws: ``PadawannError`` `usage`.
  static func check(tasks: Int) throws(PadawannError) {
    guard tasks > 1 else {
      throw PadawannError(
        .usage, "a single task needs no mask besides that of all tasks", remedy: "Name two tasks or more")
    }
  }

  /// - Throws: ``PadawannError`` `usage` that names the setting.
  func validate(in settings: MaskLearningSettings) throws(PadawannError) {
    guard settings.distillation == nil else {
      throw PadawannError(
        .usage, "masks per task are learned from labels, not from teachers",
        remedy: "Leave out either the teachers or the masks per task")
    }
    guard (1..<max(settings.epochs, 1)).contains(epochs) else {
      throw PadawannError(
        .usage,
        "of \(settings.epochs) epochs \(epochs) cannot be for the masks of tasks: "
          + "one or more is for them, and one or more for the mask of all tasks before")
    }
    guard rate > 0, rate.isFinite else {
      throw PadawannError(.usage, "the rate of the masks of tasks: \(rate) is not a finite number above 0")
    }
  }
}

extension MaskLearningSettings {
  /// The settings of one part of a learning: part 0 is the mask of all tasks, part k that of task k alone, counted from 1.
  func ofPart(_ part: Int) -> MaskLearningSettings {
    guard let taskMasks else { return self }
    var settings = self
    settings.taskMasks = nil
    settings.epochs = part == 0 ? epochs - taskMasks.epochs : taskMasks.epochs
    guard part > 0 else { return settings }
    settings.rate = taskMasks.rate
    // Biases that are everybody's were learned; those of the task are all that there are in its part.
    settings.biases = biases == .perTask ? .shared : .keep
    var generator = KeyedGenerator(seed, TrainingDraw.taskMasks.rawValue, UInt64(part))
    settings.seed = generator.next()
    return settings
  }
}
