/// What all systems come to, a row for each, with what their runs began with.
struct SystemTable {
  let table: ReportTable

  /// One row before it is written.
  private struct Row {
    let system: ReportedSystem
    let answers: [ReportedAnswer]
    let name: String
    let isUnpruned: Bool
  }

  init(_ systems: [ReportedSystem], _ answers: [ReportedAnswer]) {
    let tested = systems.flatMap { $0.runs.flatMap { $0.result?.tests.map(\.dataset) ?? [] } }
    let datasets = (tested + answers.map(\.dataset)).reduce(into: [String]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    var rows: [Row] = []
    for (place, system) in systems.enumerated() {
      let own = answers.filter { $0.system == place }
      for unpruned in [true, false] {
        let part = own.filter { $0.isUnpruned == unpruned }
        guard !unpruned || !part.isEmpty else { continue }
        rows.append(
          Row(
            system: system, answers: part, name: unpruned ? part[0].name : system.name, isUnpruned: unpruned))
      }
    }
    let samples = datasets.map { dataset in rows.map { Self.sample($0, dataset) } }
    table = ReportTable(
      name: "systems", title: "What the models come to",
      note: Self.note(datasets.isEmpty, rows.map(\.system)),
      columns: ["model", "kind", "runs", "edges left", "density in %", "bytes", "fitness"]
        + datasets.map { "\($0), accuracy in %" },
      rows: rows.enumerated().map { index, row in
        Self.facts(row)
          + samples.map { sample in
            var cell = ReportTable.Cell.spread(Spread(sample[index].values.map { 100 * $0 }), 2)
            cell.isBest = BestOfColumn(sample).includes(index)
            return cell
          }
      })
  }

  private static func note(_ hasNoData: Bool, _ systems: [ReportedSystem]) -> String {
    guard !hasNoData else { return "" }
    let mean = systems.contains { $0.runs.count > 1 } ? "Mean ± standard deviation over runs. " : ""
    return mean
      + "Accuracies are those with the weight that is best on each dataset. Bold: the highest, and what is not told from it "
      + "(p ≥ 0.05: McNemar's test of two models on the same images, the permutation test over runs)."
  }

  private static func facts(_ row: Row) -> [ReportTable.Cell] {
    let runs = row.isUnpruned ? [] : row.system.runs
    let results = runs.compactMap(\.result)
    let edges = runs.compactMap { $0.edges.map(Double.init) }
    let all = results.map { Double($0.edges) }
    let densities = zip(edges, all).map { 100 * $0 / $1 }
    var cells: [ReportTable.Cell] = [
      .text(row.name), .text(row.isUnpruned ? "model" : row.system.kind),
      .count(row.isUnpruned ? nil : max(runs.count, 1)), .spread(Spread(edges), 0),
      .spread(all.count == edges.count ? Spread(densities) : nil, 2),
      .spread(Spread(results.map { Double($0.modelBytes) }), 0),
      .spread(Spread(runs.compactMap(\.fitness)), 4),
    ]
    if !row.isUnpruned, case .model(let stored) = row.system.content {
      let network = AnsweringModel(stored).network
      cells[3] = .count(network.remainingEdges)
      cells[4] = .number(100 * Double(network.remainingEdges) / Double(max(network.edges, 1)), 2)
      cells[5] = .count(stored.byteCount)
    }
    return cells
  }

  /// The accuracies of a row on some data: of every run, or of the one model that was asked.
  private static func sample(_ row: Row, _ dataset: String) -> BestOfColumn.Sample {
    let answer = row.answers.first { $0.dataset == dataset }
    let ofRuns =
      row.isUnpruned
      ? []
      : row.system.runs.compactMap { run in
        run.result?.tests.first { $0.dataset == dataset }?.withBestWeight.accuracy.value
      }
    let values = ofRuns.isEmpty ? answer.map { [$0.scores.accuracy.value] } ?? [] : ofRuns
    return BestOfColumn.Sample(values: values, answer: values.count == 1 ? answer : nil)
  }
}
