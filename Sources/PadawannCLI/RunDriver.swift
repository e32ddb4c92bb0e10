import Foundation
import Padawann

/// What a terminal shows of a job while it runs.
protocol DisplayedJob: RunJob, SendableMetatype, ~Copyable {
  /// What the bar counts.
  static var unit: String { get }

  /// What a step came to, the most important first.
  ///
  /// - Parameters:
  ///   - line: the step's line of the log.
  ///   - history: those that came before it in this process, and itself.
  static func summary(_ line: LogLine, _ settings: Settings, history: [LogLine]) -> [String]
}

/// Takes runs to their end, and shows how far they are: the one driver of all commands that run for long.
struct RunDriver<Job: DisplayedJob & ~Copyable>: Sendable {
  /// What came of a run.
  typealias Finished = (model: Job.Product, report: RunReport<Job.Outcome>)

  var environment: RunEnvironment
  let line: ProgressLine
  /// The other ranks, where there are some.
  var link: RankLink?
  /// The command that goes on with the run in a folder, as a shell reads it; `nil` where nothing is kept.
  private let continuing: @Sendable (String) -> String

  /// - Parameters:
  ///   - data: where named datasets are; `nil` for where they were when the run began.
  ///   - threads: how many compute.
  ///   - writesEvents: whether TensorBoard gets a file.
  ///   - continuing: the command that goes on with the run in a folder.
  /// - Throws: ``PadawannError`` `usage` for vector instructions that do not exist.
  init(
    data: DataFolder?, threads: ComputeOptions, writesEvents: Bool = false,
    continuing: @escaping @Sendable (String) -> String
  ) throws {
    let line = ProgressLine()
    self.line = line
    self.continuing = continuing
    var environment = RunEnvironment(
      data: data, inference: try threads.inference(), tool: Tool.name, progress: { line.advance($0) },
      preparation: { line.reach(Int($0 * 100), of: 100) })
    environment.writesEvents = writesEvents
    self.environment = environment
  }

  /// Tells what a run is about to do, one line for all, and how pixels become inputs.
  func announce(_ start: RunStart<Job.Settings>, _ settings: [Provenance.Entry]) {
    let texts = settings.dropFirst().map { "\($0.name)=\($0.value)" }
    line.note((texts + ["seed=\(start.configuration.settings.seed)"]).joined(separator: " "))
    announceInputs(of: start)
  }

  private func announceInputs(of start: RunStart<Job.Settings>) {
    let isStated = start.parents.first?.statedNormalisation != nil
    for task in start.tasks {
      let asks = (try? DatasetSpec.parse(task.dataset.name))?.normalisation != nil
      let origin: NormalisationOrigin = asks ? .option : isStated ? .model : .guess
      line.note(origin.text(for: task.dataset))
    }
  }

  /// Begins a run in an unused folder and takes it to its end.
  func begin(_ start: RunStart<Job.Settings>, in path: String) async throws -> Finished {
    let folder = try RunFolder(path, creates: true)
    return try await finish(path) { try await Run<Job>.begin(start, in: folder, environment) }
  }

  /// Takes a run to its end that is kept in a folder, where it may have been begun already, or nowhere.
  func join(_ start: RunStart<Job.Settings>, in path: String?) async throws -> Finished {
    announceInputs(of: start)
    guard let path else {
      return try await finish(nil) { try await Run<Job>.begin(start, in: nil, environment) }
    }
    let folder = try RunFolder(path, creates: true)
    return try await finish(path) { try await Run<Job>.join(start, in: folder, environment) }
  }

  /// Goes on with what a folder has, one run or a group, to the end.
  ///
  /// - Parameter number: the only one of a group that is gone on with, from 1.
  func resume(_ path: String, only number: Int?) async throws -> [Finished] {
    if let group = try RunGroup<Job>.stored(in: path) { return try await finish(group, only: number) }
    guard number == nil else {
      throw PadawannError(.usage, "--trial: the folder has a single run in it", at: path)
    }
    let folder = try RunFolder(path, creates: false)
    return [try await finish(path) { try await Run<Job>.resume(folder, environment) }]
  }

  /// Takes the runs of a group to their end, or one of them.
  func finish(_ group: RunGroup<Job>, only number: Int?) async throws -> [Finished] {
    if let number, !(1...group.members.count).contains(number) {
      throw PadawannError(
        .usage, "there is no trial \(number): the folder has 1 to \(group.members.count)", at: group.path)
    }
    if number == nil { try await finishSideBySide(group) }
    var finished: [Finished] = []
    for index in number.map({ [$0 - 1] }) ?? Array(group.members.indices) {
      finished.append(try await finish(group, index: index))
    }
    return finished
  }

  /// Takes one run of a group to its end.
  func finish(_ group: RunGroup<Job>, index: Int) async throws -> Finished {
    try await finish(group.path, group.members[index].folder) { try await group.run(index, environment) }
  }

  private static func isInterruption(_ error: any Error) -> Bool {
    error is CancellationError || (error as? PadawannError)?.kind == .interrupted
  }

  /// The run is made here, because a copy in the hands of a caller would keep its first population in memory to the end.
  private func finish(
    _ path: String?, _ member: String? = nil, _ make: () async throws -> Run<Job>
  ) async throws -> Finished {
    let title = [path, member].compactMap { $0 }.joined(separator: "/")
    let name = title.isEmpty ? Job.kind.rawValue : title
    defer { line.finish() }
    line.begin(ProgressBar("\(name), preparing", of: .share, total: 100))
    do {
      var run = try await make()
      if run.job.step > 0, !run.isFinished { line.note("\(name): going on after step \(run.job.step)") }
      if let link, link.count > 1, !Job.isCutIntoPieces {
        line.note(
          "\(name): rank 0 alone computes, because a single run of \(Job.kind.rawValue) is not cut into pieces"
        )
      }
      line.begin(ProgressBar(name, of: .things(Job.unit), total: run.job.remaining))
      var history: [Job.LogLine] = []
      while !run.isFinished {
        let step = try await run.advance()
        history = history.suffix(15) + [step]
        let parts = Job.summary(step, run.start.configuration.settings, history: history)
        // As much of it as a terminal has room for.
        let titles = stride(from: parts.count, to: 0, by: -1).map {
          ([name] + parts.prefix($0)).joined(separator: "  ")
        }
        line.retitle(titles + [parts[0]], remaining: run.job.remaining)
      }
      line.begin(ProgressBar("\(name): measuring the result", of: .things("images")))
      return try await run.finish()
    } catch let error where Self.isInterruption(error) {
      guard let path else { throw PadawannError(.interrupted, "stopped; nothing was kept") }
      throw PadawannError(
        .interrupted, "stopped; nothing is lost of the steps that were done", at: title,
        remedy: "Go on with: \(continuing(path))")
    }
  }
}

// MARK: - what each job shows

extension EvolutionJob: DisplayedJob {
  static var unit: String { "images" }

  static func summary(
    _ line: EvolutionLogLine, _ settings: EvolutionRunSettings, history: [EvolutionLogLine]
  ) -> [String] {
    [
      "generation \(line.generation) of \(settings.evolution.generations)",
      "fitness \(Format.decimal(line.best.fitness, 4)) \(Sparkline.text(history.map(\.best.fitness)))",
    ] + line.best.tasks.map { "\($0.name) \(Format.percent($0.accuracy))%" } + [
      "\(Format.count(line.best.edges)) edges"
    ]
  }
}

extension MaskLearningJob: DisplayedJob {
  static var unit: String { "batches" }

  static func summary(_ line: LogLine, _ settings: MaskLearningSettings, history: [LogLine]) -> [String] {
    [
      settings.taskMasks == nil
        ? "epoch \(line.epoch) of \(settings.epochs)" : "epoch \(line.epoch), \(line.task ?? "all tasks")",
      "\(Format.percent(line.accuracy))% right", "loss \(Format.decimal(line.crossEntropy, 4))",
    ]
  }
}

extension TrainingJob: DisplayedJob {
  static var unit: String { "batches" }

  static func summary(_ line: LogLine, _ settings: Settings, history: [LogLine]) -> [String] {
    [
      "epoch \(line.epoch) of \(settings.training.epochs)", "\(Format.percent(line.accuracy))% right",
      "loss \(Format.decimal(line.crossEntropy, 4))",
    ]
  }
}

extension FineTuningJob: DisplayedJob {
  static var unit: String { "batches" }

  static func summary(_ line: LogLine, _ settings: Settings, history: [LogLine]) -> [String] {
    [
      "repetition \(line.repetition) of \(settings.tuning.repetitions), epoch \(line.epoch) of "
        + "\(settings.tuning.training.epochs)",
      "\(Format.percent(line.accuracy))% right", "loss \(Format.decimal(line.crossEntropy, 4))",
    ]
  }
}

extension WannJob: DisplayedJob {
  static var unit: String { "images" }

  static func summary(_ line: LogLine, _ settings: WannRunSettings, history: [LogLine]) -> [String] {
    let best = line.best.tasks.map { task in
      "\(task.name) \(Format.percent(task.accuracies.reduce(0, +) / Double(max(task.accuracies.count, 1))))%"
    }
    return [
      "generation \(line.generation) of \(settings.search.generations)",
      "reward \(Format.decimal(line.best.reward, 4)) \(Sparkline.text(history.map(\.best.reward)))",
    ] + best + ["\(Format.count(line.best.connections)) connections"]
  }
}

/// Numbers as bars of one to eight eighths.
package enum Sparkline {
  /// The last sixteen numbers.
  package static func text(_ values: [Double]) -> String {
    // The difference of the largest and the smallest must be finite too.
    let last = values.suffix(16).map { min(max($0, -1e300), 1e300) }
    guard let least = last.min(), let most = last.max() else { return "" }
    let bars = Array("▁▂▃▄▅▆▇█")
    return String(last.map { bars[most > least ? Int(($0 - least) / (most - least) * 7.99) : 0] })
  }
}
