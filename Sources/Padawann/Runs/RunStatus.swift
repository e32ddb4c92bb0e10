import Foundation

/// How far the run of a folder is, as its files say; another process may work in it.
package struct RunStatus<LogLine: Codable & Sendable & Equatable>: Sendable {
  /// The folder.
  package let folder: String
  /// The steps that were done.
  package let steps: Int
  /// How many there will be at most; `nil` where that is not known.
  package let plannedSteps: Int?
  /// Whether the result was measured, which comes last.
  package let isFinished: Bool
  /// The last sixteen lines of the log.
  package let log: [LogLine]
  /// What a step took, the mean of the last ones; `nil` when there is nothing left or no step yet.
  package let secondsPerStep: Double?
  /// The time since the last step; `nil` when there is nothing left or no step yet.
  package let secondsSinceStep: Double?

  /// The steps that are left, in seconds, if they take as long as the last ones and none is left out.
  package var secondsLeft: Double? {
    guard let secondsPerStep, let plannedSteps else { return nil }
    return secondsPerStep * Double(plannedSteps - steps)
  }
}

extension RunStatus {
  private struct Time: Decodable { let seconds: Double }

  /// Reads the files of a folder without holding up who works in it.
  ///
  /// - Parameters:
  ///   - path: the run's folder.
  ///   - plannedSteps: how many steps it has.
  /// - Throws: ``PadawannError`` `data` for a line that makes no sense.
  init(_ path: String, plannedSteps: Int?) throws(PadawannError) {
    let place = "\(path)/\(RunFolder.log)"
    let bytes = RunFolder.has(RunFolder.log, in: path) ? try StoredFile.read(place, limit: 1 << 30) : []
    // A line that is being written has no end yet.
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
    let last = lines.suffix(16).map { Array($0) }
    folder = path
    steps = lines.count
    self.plannedSteps = plannedSteps
    isFinished = RunFolder.has(RunFolder.report, in: path)
    log = try last.map { line throws(PadawannError) in try RunJSON.value(LogLine.self, line, at: place) }
    let times = try last.map { line throws(PadawannError) in
      try RunJSON.value(Time.self, line, at: place).seconds
    }
    let isOver = isFinished || times.isEmpty
    secondsPerStep = isOver ? nil : times.reduce(0, +) / Double(times.count)
    let changed = try? FileManager.default.attributesOfItem(atPath: place)[.modificationDate] as? Date
    secondsSinceStep = isOver ? nil : changed.map { max(0, Date().timeIntervalSince($0)) }
  }
}

extension RunJob where Self: ~Copyable {
  /// How far a folder's runs are, one or all of a group.
  ///
  /// - Returns: the configuration of each, and how far it is.
  /// - Throws: as ``RunConfiguration/read(_:in:)``; ``PadawannError`` `data` for a log that makes no sense.
  package static func status(of path: String) throws(PadawannError) -> [(
    settings: Settings, status: RunStatus<LogLine>
  )] {
    let configuration = try RunConfiguration<Settings>.read(kind, in: path).configuration
    let tasks = configuration.tasks.count
    guard let members = configuration.members else {
      let planned = steps(of: configuration.settings, tasks: tasks)
      return [(configuration.settings, try RunStatus(path, plannedSteps: planned))]
    }
    return try members.map { member throws(PadawannError) in
      (
        member.settings,
        try RunStatus("\(path)/\(member.folder)", plannedSteps: steps(of: member.settings, tasks: tasks))
      )
    }
  }
}
