import Padawann

/// How far runs are: `padawann.status/1`.
struct StatusReport: Encodable {
  let schema = "padawann.status/1"
  let folder: String
  let runs: [Entry]

  /// One run.
  struct Entry: Encodable {
    let folder: String
    let steps: Int
    let plannedSteps: Int?
    let isFinished: Bool
    let secondsPerStep: Double?
    let secondsSinceStep: Double?
    let secondsLeft: Double?
    /// What the last step came to.
    fileprivate let summary: [String]

    enum CodingKeys: CodingKey {
      case folder, steps, plannedSteps, isFinished, secondsPerStep, secondsSinceStep, secondsLeft
    }
  }

  /// - Throws: as ``RunJob/status(of:)``.
  init<Job: DisplayedJob & ~Copyable>(_: Job.Type, of path: String) throws(PadawannError) {
    folder = path
    runs = try Job.status(of: path).map { settings, status in
      Entry(
        folder: status.folder, steps: status.steps, plannedSteps: status.plannedSteps,
        isFinished: status.isFinished, secondsPerStep: status.secondsPerStep,
        secondsSinceStep: status.secondsSinceStep, secondsLeft: status.secondsLeft,
        summary: status.log.last.map { Job.summary($0, settings, history: status.log) } ?? [])
    }
  }

  var text: String { runs.map(\.text).joined(separator: "\n") }
}

extension StatusReport.Entry {
  fileprivate var text: String {
    var parts = [
      "\(folder): \(Format.count(steps))" + (plannedSteps.map { " of \(Format.count($0))" } ?? "") + " steps"
    ]
    if isFinished { parts.append("finished") }
    if let secondsPerStep { parts.append("\(Format.decimal(secondsPerStep, 1)) s each") }
    if let secondsSinceStep { parts.append("the last \(Format.decimal(secondsSinceStep, 0)) s ago") }
    if let secondsLeft { parts.append("about \(Format.decimal(secondsLeft / 60, 0)) min left") }
    return (parts + summary).joined(separator: "; ")
  }
}
