/// A report, put together: what its page shows in order, and what can be written of it for other programs.
package struct ReportContent: Sendable {
  /// The heading.
  package let title: String
  /// What it is about.
  package let systems: [Summary]
  /// What could not be shown, and why.
  package let notes: [String]
  let sections: [Section]

  /// One of the things that it is about.
  package struct Summary: Encodable, Sendable, Equatable {
    /// What the report calls it.
    package let name: String
    /// The kind of run, or `model`, `WANN` or `predictions`.
    package let kind: String
    /// How many runs it has.
    package let runs: Int
  }

  /// A part of the page.
  struct Section: Sendable {
    let title: String
    let blocks: [Block]
  }

  /// What stands in a section.
  enum Block: Sendable {
    /// Drawings, side by side where there is room.
    case figures([Figure])
    case table(ReportTable)
    case paragraph(String)
    /// A heading of less weight.
    case heading(String)
    /// Lines for a shell, and what they are about.
    case commands([String], of: String)
  }

  init(_ title: String, _ systems: [ReportedSystem], _ evaluation: ReportEvaluation) throws {
    self.title = title
    self.systems = systems.map { Summary(name: $0.name, kind: $0.kind, runs: $0.runs.count) }
    notes = evaluation.notes
    let answers = evaluation.answers
    let overview = [
      Section("Comparison", [.table(try SystemTable(systems, evaluation.models, answers).table)]),
      Section("Over the steps", [.figures(CurveCharts(systems: systems, starts: evaluation.starts).figures)]),
    ]
    let details = [
      Section("Networks", try NetworkBlocks(evaluation.models).blocks),
      Section(
        "Runs",
        systems.enumerated().compactMap { place, system in
          RunTable(system, number: place + 1).map { .table($0.table) }
        }),
      Section(
        "Settings, and how to run it again",
        systems.enumerated().flatMap { SettingsBlocks(system: $1, number: $0 + 1).blocks }),
    ]
    let measured = try DatasetSections(answers).sections
    sections = overview.compactMap(\.self) + measured + details.compactMap(\.self)
  }

  /// All drawings, in the order of the page.
  package var figures: [Figure] {
    blocks.flatMap { block -> [Figure] in if case .figures(let figures) = block { figures } else { [] } }
  }

  /// All tables, in the order of the page.
  package var tables: [ReportTable] {
    blocks.compactMap { block -> ReportTable? in if case .table(let table) = block { table } else { nil } }
  }

  private var blocks: [Block] { sections.flatMap(\.blocks) }
}

extension ReportContent.Section {
  /// A section; `nil` when there is nothing in it.
  fileprivate init?(_ title: String, _ blocks: [ReportContent.Block]) {
    let full = blocks.filter { block in
      switch block {
      case .figures(let figures): !figures.isEmpty
      case .table(let table): !table.rows.isEmpty
      case .paragraph, .heading, .commands: true
      }
    }
    guard !full.isEmpty else { return nil }
    self.title = title
    self.blocks = full
  }
}
