import ArgumentParser

/// What else is written of a run's log.
struct EventOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Write the log as TensorBoard reads it too, into the run's folder: tensorboard --logdir FOLDER."))
  var tensorboard = false

  /// Refuses events where nothing is kept.
  ///
  /// - Parameter folder: the run's.
  /// - Throws: `ValidationError`.
  func check(folder: String?) throws {
    guard !tensorboard || folder != nil else {
      throw ValidationError("--tensorboard writes into the folder of a run: add --run FOLDER")
    }
  }
}
