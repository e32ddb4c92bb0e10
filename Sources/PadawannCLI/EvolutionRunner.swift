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
    return try await finish(path) { try EvolutionRun.begin(start, start.plan, in: folder) }
  }

  /// Goes on with an evolution to its end.
  func resume(_ path: String) async throws -> EvolutionReport {
    let folder = try RunFolder(path, creates: false)
    return try await finish(path) {
      try EvolutionRun.resume(folder, tool: Tool.name, data: data, inference: inference)
    }
  }

  /// Takes trials to their end, or one of them.
  func finish(_ trials: EvolutionTrials, only number: Int?) async throws -> [EvolutionReport] {
    var reports: [EvolutionReport] = []
    for trial in number.map({ $0...$0 }) ?? 1...trials.count {
      reports.append(
        try await finish("trial \(trial) of \(trials.count)") {
          try trials.run(trial, data: data, inference: inference)
        })
    }
    return reports
  }

  /// The run is made here, because a copy in the hands of a caller would keep its first population in memory to the end.
  private func finish(_ title: String, _ begin: () throws -> EvolutionRun) async throws -> EvolutionReport {
    var run = try begin()
    display.begin(title, run)
    defer { display.finish() }
    do {
      while !run.isFinished { display.show(try await run.advance(), run) }
      display.measure(title)
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
