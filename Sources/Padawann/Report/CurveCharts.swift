/// The charts of all systems' runs: a chart for each number that their logs have, with all systems that have it.
struct CurveCharts {
  let systems: [ReportedSystem]
  /// What the evolutions of each system began with, by its place.
  let starts: [Int: UnprunedFigures]

  private static let dashes = ["", "7 3", "2 3", "9 3 2 3"]

  /// The charts, in the order in which the systems bring them.
  var figures: [Figure] {
    var panels: [CurvePanel] = []
    for run in systems.flatMap(\.runs) {
      panels += CurvePanel.all(of: run.description).filter { !panels.contains($0) }
    }
    return panels.enumerated().compactMap { chart($1, number: $0 + 1)?.figure }
  }

  private func chart(_ panel: CurvePanel, number: Int) -> LineChart? {
    let shown = systems.indices.compactMap { place -> (place: Int, curves: [[LineChart.Point]])? in
      let curves = systems[place].runs.map { panel.points(of: $0, from: starts[place]) }
      return curves.contains { !$0.isEmpty } ? (place, curves) : nil
    }
    guard !shown.isEmpty else { return nil }
    let isAlone = shown.count == 1
    let hidden = shown.flatMap(\.curves).joined().count { !$0.y.isFinite }
    var chart = LineChart(
      name: "curves-\(number)", title: panel.title,
      caption: caption(isAlone, shown.map(\.curves.count).max() ?? 1, hidden: hidden), xTitle: panel.xTitle,
      quantity: panel.quantity)
    for (number, system) in shown.enumerated() {
      add(system.curves, of: system.place, Self.dashes[number % 4], isAlone: isAlone, to: &chart)
    }
    return chart
  }

  private func caption(_ isAlone: Bool, _ trials: Int, hidden: Int) -> String {
    let lines = isAlone ? "Each colour is a run" : "Thin lines are runs"
    let mean = trials > 1 ? "\(lines); the thick line is their mean, the area one standard deviation." : ""
    let infinite = hidden > 0 ? " \(hidden) infinite values are not drawn." : ""
    return mean + infinite
  }

  private func add(
    _ curves: [[LineChart.Point]], of place: Int, _ dashes: String, isAlone: Bool, to chart: inout LineChart
  ) {
    let system = systems[place]
    let isSingle = curves.count == 1
    for (trial, points) in curves.enumerated() {
      var curve = LineChart.Curve(points: points, colour: "s\((isAlone ? trial : place) % 10)")
      if isSingle {
        curve.width = 2
        curve.dashes = dashes
        chart.keys.append(.init(text: system.name, curve: curve))
      } else if isAlone {
        chart.keys.append(.init(text: system.runs[trial].name, curve: curve))
      } else {
        curve.width = 1
        curve.opacity = 0.4
      }
      chart.curves.append(curve)
    }
    guard !isSingle else { return }
    let spreads = Self.spreads(curves)
    var mean = LineChart.Curve(
      points: spreads.map { .init(x: $0.x, y: $0.spread.mean) },
      colour: isAlone ? "line" : "s\(place % 10)", width: 2.5)
    mean.dashes = dashes
    chart.curves.append(mean)
    chart.bands.append(
      .init(
        points: spreads.compactMap { x, spread in
          spread.deviation.map { (x, spread.mean - $0, spread.mean + $0) }
        }, colour: isAlone ? "ink" : "f\(place % 10)"))
    chart.keys.append(.init(text: isAlone ? "mean ± sd" : "\(system.name), mean ± sd", curve: mean))
  }

  /// The means and deviations where all runs have a number.
  static func spreads(_ curves: [[LineChart.Point]]) -> [(x: Double, spread: Spread)] {
    let values = curves.map { Dictionary($0.map { ($0.x, $0.y) }) { first, _ in first } }
    return (curves.first ?? []).compactMap { point in
      let numbers = values.compactMap { $0[point.x] }
      guard numbers.count == curves.count else { return nil }
      return Spread(numbers).map { (point.x, $0) }
    }
  }
}
