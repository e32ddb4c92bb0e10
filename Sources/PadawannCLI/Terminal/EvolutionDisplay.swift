import Padawann
import Synchronization

/// Shows on standard error how an evolution goes on: the generation, the best fitness with its history, accuracies and edges,
/// and how fast images are evaluated.
package final class EvolutionDisplay: Sendable {
  private let line = ProgressLine()
  private let history = Mutex<[Double]>([])

  /// What counts images.
  var progress: @Sendable (Int) -> Void { { [line] in line.advance($0) } }

  /// Tells the resolved settings, one line for all.
  func tell(_ plan: EvolutionPlan) {
    let settings = plan.settings.dropFirst().map { "\($0.name)=\($0.value)" }
    line.note((settings + ["seed=\(plan.evolution.seed)"]).joined(separator: " "))
  }

  /// Begins a run, or goes on with one.
  func begin(_ title: String, _ run: EvolutionRun) {
    history.withLock { $0 = [] }
    if run.evolution.champion != nil {
      line.note("\(title): going on after generation \(run.evolution.generation)")
    }
    line.begin(ProgressBar(title, of: .things("images"), total: run.remainingImages))
  }

  /// Shows a generation that was just finished.
  func show(_ generation: EvolutionLogLine, _ run: EvolutionRun) {
    let values = history.withLock { history in
      history.append(generation.best.fitness)
      return history
    }
    let accuracies = generation.best.tasks.map { "\($0.name) \(Format.percent($0.accuracy))%" }
    let parts =
      [
        "generation \(generation.generation) of \(run.plan.evolution.generations)",
        "fitness \(Format.decimal(generation.best.fitness, 4)) \(Self.sparkline(values))",
      ] + accuracies + ["\(Format.count(generation.best.edges)) edges"]
    // As much of it as a terminal has room for.
    let titles = stride(from: parts.count, to: 0, by: -1).map { parts.prefix($0).joined(separator: "  ") }
    line.retitle(titles, remaining: run.remainingImages)
  }

  /// Tells that the champion is measured.
  func measure(_ title: String) {
    line.begin(ProgressBar("\(title): measuring the champion on test data", of: .things("images")))
  }

  /// Removes the bar.
  func finish() { line.finish() }

  /// The last values as bars of one to eight eighths.
  package static func sparkline(_ values: [Double]) -> String {
    // The difference of the largest and the smallest must be finite too.
    let last = values.suffix(16).map { min(max($0, -1e300), 1e300) }
    guard let least = last.min(), let most = last.max() else { return "" }
    let bars = Array("▁▂▃▄▅▆▇█")
    return String(last.map { bars[most > least ? Int(($0 - least) / (most - least) * 7.99) : 0] })
  }
}
