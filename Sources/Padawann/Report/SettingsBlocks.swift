/// What a system was made with, and the commands that make it again.
struct SettingsBlocks {
  let blocks: [ReportContent.Block]

  init(_ system: ReportedSystem) {
    var blocks: [ReportContent.Block] = [.heading(system.name)]
    switch system.content {
    case .runs(let runs): blocks += runs.first.map { Self.blocks(system, $0, count: runs.count) } ?? []
    case .model(.padawann(let stored)): blocks += Self.blocks(system, stored.model.provenance)
    case .model(.wann(let stored)): blocks += Self.blocks(system, stored.model.provenance)
    case .predictions(let file):
      blocks.append(
        .paragraph(
          "Answers of \(file.modelName) (SHA-256 \(file.model)) to \(file.datasetName), which were stored."))
    }
    self.blocks = blocks
  }

  private static func blocks(_ system: ReportedSystem, _ run: ReportedRun, count: Int) -> [ReportContent
    .Block]
  {
    let description = run.description
    let tasks = description.tasks.map {
      ("task \($0.name)", "\($0.dataset), \(Format.count($0.images)) images")
    }
    let tests = description.tests.map { ("test", $0.dataset) }
    let settings = description.settings.map { ($0.name.replacing("_", with: " "), $0.value) }
    let seeds = count > 1 ? " Of the runs' settings these are the first's; the others have other seeds." : ""
    return [
      .table(
        table(
          system,
          [("kind", description.kind.rawValue)] + tasks + tests + settings + [("program", description.tool)]
        )),
      .paragraph(again(description) + seeds),
    ] + (description.resumption.map { [.commands(commands(system, $0, description), of: system.name)] } ?? [])
  }

  private static func blocks(_ system: ReportedSystem, _ provenance: Provenance) -> [ReportContent.Block] {
    let source = provenance.sourceName.map { [("made from", $0)] } ?? []
    let seed = provenance.seed.map { [("seed", "\($0)")] } ?? []
    let tool = provenance.tool.map { [("program", $0)] } ?? []
    let rows = source + provenance.entries.map { ($0.name, $0.value) } + seed + tool
    return rows.isEmpty
      ? [.paragraph("The file does not say how it was made.")] : [.table(table(system, rows))]
  }

  private static func again(_ description: RunDescription) -> String {
    description.resumption == nil
      ? "The command that began it makes it again, with another folder."
      : "These commands make it again in another folder, byte for byte; the data must be where it was, or where --data-dir says."
  }

  /// A folder that has what a run begins with is one in which nothing was done yet.
  private static func commands(
    _ system: ReportedSystem, _ resumption: [String], _ description: RunDescription
  ) -> [String] {
    let files =
      [RunFolder.configuration] + description.parents.map(\.file)
    return [
      "mkdir again",
      Shell.command(["cp"] + files.map { "\(system.path)/\($0)" } + ["again"]),
      Shell.command(["padawann"] + resumption + ["again"]),
    ]
  }

  private static func table(_ system: ReportedSystem, _ rows: [(String, String)]) -> ReportTable {
    ReportTable(
      name: "settings-\(system.name.fileName)", title: "Settings of \(system.name)", note: "",
      columns: ["setting", "value"], rows: rows.map { [.text($0.0), .text($0.1)] })
  }
}
