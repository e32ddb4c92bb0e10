/// What a report is asked for.
package struct ReportRequest: Sendable {
  /// Run folders, models and files of predictions, each with what to call it, or `nil` for its path.
  package var sources: [(path: String, name: String?)]
  /// What everything is measured on; empty for what the runs were measured on, or the models' tasks.
  package var data: [DatasetSpec] = []
  /// The heading of the page.
  package var title = "padawann report"
  /// Whether models are asked about images; otherwise the report has what the files hold.
  package var evaluates = true
  /// Where named datasets are for models, and for runs whose folder is not there any more.
  package var standardData: DataFolder

  /// Names what a report is about.
  package init(_ sources: [(path: String, name: String?)], standardData: DataFolder) {
    self.sources = sources
    self.standardData = standardData
  }

  /// Splits `NAME=PATH`, unless there is something of the whole name.
  package static func source(_ text: String) -> (path: String, name: String?) {
    let parts = text.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, FileStatus(text) == nil else { return (text, nil) }
    return (String(parts[1]), String(parts[0]))
  }

  /// Reads everything, measures what can be measured, and puts the report together. What cannot be shown is said in
  /// ``ReportContent/notes``.
  ///
  /// - Throws: ``PadawannError`` for a source that cannot be read; `CancellationError`.
  package func report(_ environment: RunEnvironment) async throws -> ReportContent {
    let systems = try sources.flatMap { try ReportedSystem.read($0.path, named: $0.name) }
    guard Set(systems.map(\.name)).count == systems.count else {
      throw PadawannError(
        .usage, "two things of the report have the same name", remedy: "Name them: NAME=PATH")
    }
    var evaluation = ReportEvaluation(systems, self, environment)
    try await evaluation.run()
    return try ReportContent(title, systems, evaluation)
  }
}
