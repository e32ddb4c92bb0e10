/// The runs of a system, a row for each, and how they lie.
struct RunTable {
  let table: ReportTable

  /// `nil` for what has no runs.
  ///
  /// - Parameter number: that of the system, from 1.
  init?(_ system: ReportedSystem, number: Int) {
    guard !system.runs.isEmpty else { return nil }
    let runs = system.runs
    let datasets = runs.compactMap(\.result).first?.tests.map(\.dataset) ?? []
    let columns = Self.steps + datasets.flatMap(Self.measured)
    var rows = runs.map { run -> [ReportTable.Cell] in
      let head: [ReportTable.Cell] = [
        .text(run.name), .text(run.result.map { "\($0.seed)" } ?? "still running"),
      ]
      return head + columns.map { .number($0.value(run), $0.decimals) }
    }
    if runs.count > 1 { rows += Self.summary(runs, columns) }
    table = ReportTable(
      name: "runs-\(number)", title: "The runs of \(system.name)",
      note: datasets.isEmpty
        ? ""
        : "Accuracy and loss (cross-entropy in nats) are those with the weight that is best on each dataset.",
      columns: ["run", "seed"] + columns.map(\.name), rows: rows)
  }

  /// A number that each run has.
  private struct Column {
    let name: String
    let decimals: Int
    let value: (ReportedRun) -> Double?
  }

  private static var steps: [Column] {
    [
      Column(name: "steps", decimals: 0) { Double($0.log.count) },
      Column(name: "edges left", decimals: 0) { $0.edges.map(Double.init) },
      Column(name: "fitness", decimals: 4) { $0.fitness },
    ]
  }

  private static func measured(_ dataset: String) -> [Column] {
    [
      Column(name: "\(dataset), accuracy in %", decimals: 2) { run in
        run.test(dataset).map { 100 * $0.accuracy.value }
      },
      Column(name: "\(dataset), loss", decimals: 4) { $0.test(dataset)?.crossEntropy },
    ]
  }

  private static func summary(_ runs: [ReportedRun], _ columns: [Column]) -> [[ReportTable.Cell]] {
    let spreads = columns.map { Spread(runs.compactMap($0.value)) }
    let lines: [(String, (Spread) -> Double?)] = [
      ("mean", { $0.mean }), ("standard deviation", { $0.deviation }), ("least", { $0.least }),
      ("most", { $0.most }),
    ]
    return lines.map { name, value in
      let cells: [ReportTable.Cell] = zip(columns, spreads).map { column, spread in
        .number(spread.flatMap(value), column.decimals)
      }
      return [.text(name), .text("")] + cells
    }
  }
}

extension ReportedRun {
  fileprivate func test(_ dataset: String) -> TestResult.Best? {
    result?.tests.first { $0.dataset == dataset }?.withBestWeight
  }
}
