/// What all systems come to, a row for each, with what their runs began with.
struct SystemTable {
  let table: ReportTable

  /// One row before it is written.
  private struct Row {
    let system: ReportedSystem
    let answers: [ReportedAnswer]
    /// The one model that it is about; `nil` for runs.
    let model: ReportedModel?
    let isUnpruned: Bool

    var name: String { isUnpruned ? model?.name ?? "" : system.name }
  }

  init(_ systems: [ReportedSystem], _ models: [ReportedModel], _ answers: [ReportedAnswer])
    throws(PadawannError)
  {
    let tested = systems.flatMap { $0.runs.flatMap { $0.result?.tests.map(\.dataset) ?? [] } }
    let datasets = (tested + answers.map(\.dataset)).reduce(into: [String]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    let rows = systems.enumerated().flatMap { Self.rows($1, at: $0, models, answers) }
    let samples = datasets.map { dataset in rows.map { Self.sample($0, dataset) } }
    table = ReportTable(
      name: "systems", title: "What the models come to",
      note: Self.note(datasets.isEmpty, rows.map(\.system)),
      columns: ["model", "kind", "runs", "edges left", "density in %", "bytes", "fitness"]
        + datasets.map { "\($0), accuracy in %" },
      rows: try rows.enumerated().map { index, row throws(PadawannError) in
        Self.facts(row)
          + (try samples.map { sample throws(PadawannError) in
            var cell = ReportTable.Cell.spread(Spread(sample[index].values.map { 100 * $0 }), 2)
            cell.isBest = try BestOfColumn(sample).includes(index)
            return cell
          })
      })
  }

  private static func note(_ hasNoData: Bool, _ systems: [ReportedSystem]) -> String {
    guard !hasNoData else { return "" }
    let mean = systems.contains { $0.runs.count > 1 } ? "Mean ± standard deviation over runs. " : ""
    return mean
      + "Accuracies are those with the weight that is best on each dataset. Bold: the highest, and what is not told from it "
      + "(p ≥ 0.05: McNemar's test of two models on the same images, Welch's t-test over runs)."
  }

  /// What runs began with, where that is known, and what came of them.
  private static func rows(
    _ system: ReportedSystem, at place: Int, _ models: [ReportedModel], _ answers: [ReportedAnswer]
  ) -> [Row] {
    let own = answers.filter { $0.system == place }
    let unpruned = models.first { $0.system == place && $0.isUnpruned }.map { model in
      Row(system: system, answers: own.filter(\.isUnpruned), model: model, isUnpruned: true)
    }
    let model = system.runs.isEmpty ? models.first { $0.system == place } : nil
    let result = Row(
      system: system, answers: own.filter { !$0.isUnpruned }, model: model, isUnpruned: false)
    return [unpruned, result].compactMap(\.self)
  }

  private static func facts(_ row: Row) -> [ReportTable.Cell] {
    let runs = row.isUnpruned ? [] : row.system.runs
    let head: [ReportTable.Cell] = [
      .text(row.name), .text(row.isUnpruned ? "model" : row.system.kind),
      .count(row.isUnpruned ? nil : max(runs.count, 1)),
    ]
    if let network = row.model?.network {
      let density = Double(network.remainingEdges) / Double(max(network.edges, 1))
      return head + [
        .count(network.remainingEdges), .number(100 * density, 2),
        .count(row.isUnpruned ? nil : row.system.byteCount), .number(nil, 4),
      ]
    }
    let results = runs.compactMap(\.result)
    let densities = results.map { 100 * Double($0.remainingEdges) / Double(max($0.edges, 1)) }
    return head + [
      .spread(Spread(runs.compactMap { $0.edges.map(Double.init) }), 0), .spread(Spread(densities), 2),
      .spread(Spread(results.map { Double($0.modelBytes) }), 0),
      .spread(Spread(runs.compactMap(\.fitness)), 4),
    ]
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
