import Padawann

/// Takes learnings to their end, and shows how far they are.
struct LearningRunner {
  let data: DataFolder
  let inference: Inference
  private let line = ProgressLine()

  init(data: DataFolder, inference: Inference) {
    self.data = data
    self.inference = inference
  }

  /// Begins a learning and takes it to its end.
  ///
  /// - Parameter joins: whether to go on with a run of the same plan that is there already.
  func begin(_ start: LearningStart, in path: String, joins: Bool) async throws -> LearningReport {
    if joins, try LearningRun.isStored(start.plan, in: path) { return try await finish(path) }
    let folder = try RunFolder(path, creates: true)
    line.note(start.plan.settings.dropFirst().map { "\($0.name)=\($0.value)" }.joined(separator: " "))
    try LearningRun.begin(start, start.plan, in: folder)
    return try await finish(path, folder)
  }

  /// Goes on with a learning to its end.
  func finish(_ path: String) async throws -> LearningReport {
    try await finish(path, RunFolder(path, creates: false))
  }

  private func finish(_ path: String, _ folder: RunFolder) async throws -> LearningReport {
    defer { line.finish() }
    line.begin(ProgressBar("\(path), features", of: .things("per mille"), total: 1000))
    do {
      var run = try LearningRun.resume(
        folder, tool: Tool.name, data: data, threads: inference.threads,
        instructionSet: inference.instructionSet
      ) { line.reach(Int($0 * 1000), of: 1000) }
      line.begin(ProgressBar(path, of: .things("steps"), total: run.remainingSteps))
      while !run.isFinished {
        let pass = try run.advance { line.advance(1) }
        line.retitle(
          [
            "\(path), pass \(pass.pass) of \(run.plan.learning.passes)",
            "\(Format.percent(pass.accuracy))% right", "loss \(Format.decimal(pass.crossEntropy, 4))",
          ], remaining: run.remainingSteps)
      }
      return try await run.finish(data, inference)
    } catch is CancellationError {
      throw PadawannError(
        .interrupted, "stopped; nothing is lost of the passes that were done", at: path,
        remedy: "Go on with padawann learn --resume and this folder")
    }
  }
}
