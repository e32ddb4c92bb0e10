/// What a system was made with, and the commands that make it again.
struct SettingsBlocks {
  let system: ReportedSystem
  /// That of the system, from 1.
  let number: Int

  var blocks: [ReportContent.Block] {
    let content: [ReportContent.Block] =
      switch system.content {
      case .runs(let runs): runs.first.map { blocks(of: $0, count: runs.count) } ?? []
      case .model(.padawann(let stored)): blocks(of: stored.model.provenance)
      case .model(.wann(let stored)): blocks(of: stored.model.provenance)
      case .predictions(let file):
        [
          .paragraph(
            "Answers of \(file.modelName) (SHA-256 \(file.model)) to \(file.datasetName), which were stored.")
        ]
      }
    return [.heading(system.name)] + content
  }

  private func blocks(of run: ReportedRun, count: Int) -> [ReportContent.Block] {
    let description = run.description
    let tasks = description.tasks.map {
      ("task \($0.name)", "\($0.dataset), \(Format.count($0.images)) images")
    }
    let tests = description.tests.map { ("test", $0.dataset) }
    let settings = description.settings.map { ($0.name.replacing("_", with: " "), $0.value) }
    let seeds = count > 1 ? " Of the runs' settings these are the first's; the others have other seeds." : ""
    let head = [("kind", description.kind.rawValue)] + tasks + tests
    return [
      .table(table(head + settings + [("program", description.tool)])),
      .paragraph(Self.again(description) + seeds),
    ] + (description.resumption.map { [.commands(commands($0, description), of: system.name)] } ?? [])
  }

  private func blocks(of provenance: Provenance) -> [ReportContent.Block] {
    let source = provenance.sourceName.map { [("made from", $0)] } ?? []
    let seed = provenance.seed.map { [("seed", "\($0)")] } ?? []
    let tool = provenance.tool.map { [("program", $0)] } ?? []
    let rows = source + provenance.entries.map { ($0.name, $0.value) } + seed + tool
    return rows.isEmpty
      ? [.paragraph("The file does not say how it was made.")] : [.table(table(rows))]
  }

  private static func again(_ description: RunDescription) -> String {
    description.resumption == nil
      ? "The command that began it makes it again, with another folder."
      : "These commands make it again in another folder, byte for byte; the data must be where it was, or where --data-dir says."
  }

  /// A folder that has what a run begins with is one in which nothing was done yet.
  private func commands(_ resumption: [String], _ description: RunDescription) -> [String] {
    let files = [RunFolder.configuration] + description.parents.map(\.file)
    return [
      "mkdir again",
      Shell.command(["cp"] + files.map { "\(system.path)/\($0)" } + ["again"]),
      Shell.command(["padawann"] + resumption + ["again"]),
    ]
  }

  private func table(_ rows: [(String, String)]) -> ReportTable {
    ReportTable(
      name: "settings-\(number)", title: "Settings of \(system.name)", note: "",
      columns: ["setting", "value"], rows: rows.map { [.text($0.0), .text($0.1)] })
  }
}
