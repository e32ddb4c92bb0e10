import Padawann

/// What `padawann report` wrote: `padawann.report/1`.
struct WrittenReport: Encodable {
  let schema = "padawann.report/1"
  let systems: [ReportContent.Summary]
  let drawings: Int
  let tables: Int
  let notes: [String]
  let files: [ReportFiles.Written]

  init(_ report: ReportContent, _ files: [ReportFiles.Written]) {
    systems = report.systems
    drawings = report.figures.count
    tables = report.tables.count
    notes = report.notes
    self.files = files
  }

  var text: String {
    let about = "\(drawings) drawings and \(tables) tables of \(systems.map(\.name).joined(separator: "; "))"
    guard let first = files.first else { return about }
    let rest = files.dropFirst()
    let size = Format.count(rest.reduce(0) { $0 + $1.bytes })
    return "\(first.path): \(Format.count(first.bytes)) bytes; \(about)"
      + (rest.isEmpty ? "" : "\n\(Format.count(rest.count)) more files: \(size) bytes")
  }
}
