import Padawann

/// What `padawann evolve` made: `padawann.evolve/1`.
struct EvolveReport: Encodable {
  let schema = "padawann.evolve/1"
  let folder: String
  /// One per evolution.
  let runs: [EvolutionReport]
  /// Over several evolutions.
  let summary: Summary?

  /// How the results of several evolutions lie.
  struct Summary: Encodable {
    let trials: Int
    let fitness: Spread?
    let edges: Spread?
    let tests: [Test]
    let thesisLoss: Spread?

    struct Test: Encodable {
      let dataset: String
      let accuracy: Spread?
      let crossEntropy: Spread?
    }
  }

  init(_ path: String, _ runs: [EvolutionReport]) {
    folder = path
    self.runs = runs
    summary = runs.count > 1 ? Summary(runs) : nil
  }

  var text: String {
    guard let summary, runs.count > 1 else { return runs.map { $0.text(folder) }.joined(separator: "\n\n") }
    return summary.text(folder, runs)
  }
}

extension EvolveReport.Summary {
  init(_ runs: [EvolutionReport]) {
    trials = runs.count
    fitness = Spread(runs.map(\.champion.fitness))
    edges = Spread(runs.map { Double($0.champion.edges) })
    thesisLoss = Spread(runs.compactMap(\.thesisLoss))
    tests = (runs.first?.tests ?? []).indices.map { index in
      let tests = runs.map { $0.tests[index] }
      return Test(
        dataset: tests[0].dataset, accuracy: Spread(tests.map(\.accuracy.value)),
        crossEntropy: Spread(tests.map(\.crossEntropy)))
    }
  }

  fileprivate func text(_ folder: String, _ runs: [EvolutionReport]) -> String {
    var rows = [["", "mean", "sd", "least", "most"]]
    func add(_ name: String, _ spread: Spread?, _ format: (Double) -> String) {
      guard let spread else { return }
      rows.append(
        [
          name, format(spread.mean), spread.deviation.map(format) ?? "", format(spread.least),
          format(spread.most),
        ])
    }
    for test in tests { add("\(test.dataset), accuracy in %", test.accuracy) { Format.percent($0) } }
    for test in tests { add("\(test.dataset), cross-entropy", test.crossEntropy) { Format.decimal($0, 4) } }
    add("loss in the thesis' unit", thesisLoss) { Format.decimal($0, 4) }
    add("edges", edges) { Format.count(Int($0.rounded())) }
    add("fitness", fitness) { Format.decimal($0, 4) }
    return "\(folder): \(trials) trials, measured on test data, which the evolutions never saw\n"
      + Table.text(rows)
  }
}

extension EvolutionReport {
  fileprivate func text(_ folder: String) -> String {
    let share = Format.percent(Double(champion.edges) / Double(edges))
    let head =
      "\(folder): \(generations) generations, the champion is of generation \(championGeneration)\n"
      + "champion.h5: \(Format.count(champion.edges)) of \(Format.count(edges)) edges (\(share)%), "
      + "\(Format.count(championBytes)) bytes, fitness \(Format.decimal(champion.fitness, 4))"
    var evolved = [["task", "weight", "accuracy", "cross-entropy"]]
    evolved += champion.tasks.map {
      [
        $0.name, Format.weight($0.sharedWeight), Format.percent($0.accuracy) + "%",
        Format.decimal($0.crossEntropy, 4),
      ]
    }
    var parts = [head, "on the training images that it was evolved on\n" + Table.text(evolved)]
    guard !tests.isEmpty else { return parts.joined(separator: "\n\n") }
    var tested = [["data", "images", "weight", "accuracy", "95% interval", "cross-entropy"]]
    tested += tests.map { test in
      [
        test.dataset, Format.count(test.images), Format.weight(test.sharedWeight),
        Format.percent(test.accuracy.value) + "%",
        "\(Format.percent(test.accuracy.interval.lower)) – \(Format.percent(test.accuracy.interval.upper))",
        Format.decimal(test.crossEntropy, 4),
      ]
    }
    parts.append("on test data, which the evolution never saw\n" + Table.text(tested))
    return parts.joined(separator: "\n\n")
  }
}
