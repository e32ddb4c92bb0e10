import Padawann

/// Takes evolutions to their end, and shows how far they are.
struct EvolutionRunner {
  let data: DataFolder
  let inference: Inference
  let display: EvolutionDisplay

  init(data: DataFolder, inference: Inference, _ display: EvolutionDisplay) {
    self.data = data
    self.inference = inference
    self.display = display
  }

  /// Begins an evolution and takes it to its end.
  func begin(_ start: EvolutionStart, in path: String) async throws -> EvolutionReport {
    let folder = try RunFolder(path, creates: true)
    return try await finish(EvolutionRun.begin(start, start.plan, in: folder), path)
  }

  /// Goes on with an evolution to its end.
  func resume(_ path: String) async throws -> EvolutionReport {
    let folder = try RunFolder(path, creates: false)
    let run = try EvolutionRun.resume(folder, tool: Tool.name, data: data, inference: inference)
    return try await finish(run, path)
  }

  /// Takes trials to their end, or one of them.
  func finish(_ trials: EvolutionTrials, only number: Int?) async throws -> [EvolutionReport] {
    var reports: [EvolutionReport] = []
    for trial in number.map({ $0...$0 }) ?? 1...trials.count {
      let run = try trials.run(trial, data: data, inference: inference)
      reports.append(try await finish(run, "trial \(trial) of \(trials.count)"))
    }
    return reports
  }

  private func finish(_ begun: EvolutionRun, _ title: String) async throws -> EvolutionReport {
    var run = begun
    display.begin(title, run)
    defer { display.finish() }
    do {
      while !run.isFinished { display.show(try await run.advance(), run) }
      return try await run.report(data)
    } catch is CancellationError {
      let done =
        run.evolution.champion == nil
        ? "before the first generation" : "after generation \(run.evolution.generation)"
      throw PadawannError(
        .interrupted, "stopped \(done); nothing is lost", at: run.folder.path,
        remedy: "Go on with padawann evolve --resume and this folder")
    }
  }
}
