import Padawann

/// What `padawann evolve` or `padawann learn` made, `padawann.evolve/3`, `padawann.learn/3`; or several runs of a command whose
/// single runs have a report of their own: `padawann.train-trials/1`, `padawann.finetune-trials/1`.
struct RunsReport<Outcome: RunOutcome>: Encodable {
  let schema: String
  let folder: String
  /// One per run.
  let runs: [RunReport<Outcome>]
  /// Over several runs.
  let summary: Summary?

  /// How the results of several runs lie.
  struct Summary: Encodable {
    let runs: Int
    let fitness: Spread?
    let edges: Spread?
    let tests: [Test]
    let thesisLoss: Spread?
    /// On the images that were trained on, in the last epoch, where nothing else is measured.
    let trainingAccuracy: Spread?

    struct Test: Encodable {
      let dataset: String
      let accuracy: Spread?
      let crossEntropy: Spread?
    }
  }

  init(_ kind: RunKind, _ folder: String, _ runs: [RunReport<Outcome>]) {
    let reportsFiles = kind == .train || kind == .finetune
    schema = "padawann.\(kind.rawValue)" + (reportsFiles ? "-trials/1" : "/3")
    self.folder = folder
    self.runs = runs
    summary = runs.count > 1 ? Summary(runs) : nil
  }

  /// The report of one run, or the table of several.
  ///
  /// - Parameter one: what is said of a single run.
  func text(_ one: (RunReport<Outcome>) -> String) -> String {
    guard let summary else { return runs.map(one).joined(separator: "\n\n") }
    let isMeasured = runs.contains { !$0.tests.isEmpty }
    return "\(folder): \(runs.count) runs\(isMeasured ? ", measured on data that they never saw" : "")\n"
      + RunTables.runs(runs) + "\n\n" + summary.text
  }
}

extension RunsReport.Summary {
  init(_ runs: [RunReport<Outcome>]) {
    self.runs = runs.count
    fitness = Spread(runs.compactMap(\.outcome.fitness))
    edges = Spread(runs.map { Double($0.remainingEdges) })
    thesisLoss = Spread(runs.compactMap(\.thesisLoss))
    trainingAccuracy = Spread(runs.compactMap(\.outcome.trainingAccuracy))
    tests = (runs.first?.tests ?? []).indices.map { index in
      let tests = runs.map { $0.tests[index] }
      return Test(
        dataset: tests[0].dataset, accuracy: Spread(tests.map(\.accuracy.value)),
        crossEntropy: Spread(tests.map(\.crossEntropy)))
    }
  }

  fileprivate var text: String {
    var rows = [["", "mean", "sd", "least", "most"]]
    func add(_ name: String, _ spread: Spread?, _ format: (Double) -> String) {
      guard let spread else { return }
      rows.append(
        [
          name, format(spread.mean), spread.deviation.map(format) ?? "", format(spread.least),
          format(spread.most),
        ])
    }
    add("training images, accuracy in %", trainingAccuracy) { Format.percent($0) }
    for test in tests { add("\(test.dataset), accuracy in %", test.accuracy) { Format.percent($0) } }
    for test in tests { add("\(test.dataset), cross-entropy", test.crossEntropy) { Format.decimal($0, 4) } }
    add("loss in the thesis' unit", thesisLoss) { Format.decimal($0, 4) }
    add("edges", edges) { Format.count(Int($0.rounded())) }
    add("fitness", fitness) { Format.decimal($0, 4) }
    return Table.text(rows)
  }
}

/// Tables of what runs came to.
enum RunTables {
  /// A row for each of several runs.
  static func runs<Outcome>(_ runs: [RunReport<Outcome>]) -> String {
    var rows = [["density", "edges", "bytes"] + (runs.first?.tests ?? []).map(\.dataset)]
    rows += runs.map { run in
      [
        Format.decimal(Double(run.remainingEdges) / Double(max(run.edges, 1)), 4),
        Format.count(run.remainingEdges), Format.count(run.modelBytes),
      ] + run.tests.map { Format.percent($0.accuracy.value) + "%" }
    }
    return Table.text(rows)
  }

  /// A row for each set of test data.
  static func tests(_ tests: [TestResult]) -> String {
    let areSeveral = tests.contains { $0.best != nil }
    var rows = [["data", "images", "weight", "accuracy", "95% interval", "cross-entropy"]]
    if areSeveral { rows[0].append("best weight on this data") }
    rows += tests.map { test in
      [
        test.dataset, Format.count(test.images),
        test.chosenOnData ? "best" : Format.weight(test.sharedWeight),
        Format.percent(test.accuracy.value) + "%",
        "\(Format.percent(test.accuracy.interval.lower)) – \(Format.percent(test.accuracy.interval.upper))",
        Format.decimal(test.crossEntropy, 4),
      ] + (areSeveral ? [test.best.map(best) ?? ""] : [])
    }
    return Table.text(rows)
  }

  private static func best(_ figures: TestResult.Best) -> String {
    "\(Format.weight(figures.sharedWeight)): \(Format.percent(figures.accuracy.value))%"
  }

  /// The edges and the size of a result.
  static func size<Outcome>(_ report: RunReport<Outcome>) -> String {
    let share = Format.percent(Double(report.remainingEdges) / Double(max(report.edges, 1)))
    return
      "\(Format.count(report.remainingEdges)) of \(Format.count(report.edges)) edges (\(share)%), "
      + "\(Format.count(report.modelBytes)) bytes"
  }
}

extension RunReport<EvolutionJob.Outcome> {
  /// A single evolution.
  func text(_ folder: String) -> String {
    let head =
      "\(folder): \(outcome.generations) generations, the champion is of generation \(outcome.championGeneration)\n"
      + "champion.h5: \(RunTables.size(self)), fitness \(Format.decimal(outcome.champion.fitness, 4))"
    var evolved = [["task", "weight", "accuracy", "cross-entropy"]]
    evolved += outcome.champion.tasks.map {
      [
        $0.name, Format.weight($0.sharedWeight), Format.percent($0.accuracy) + "%",
        Format.decimal($0.crossEntropy, 4),
      ]
    }
    var parts = [head, "on the training images that it was evolved on\n" + Table.text(evolved)]
    if !tests.isEmpty {
      parts.append("on test data, which the evolution never saw\n" + RunTables.tests(tests))
    }
    return parts.joined(separator: "\n\n")
  }
}

extension RunReport<MaskLearningJob.Outcome> {
  /// A single learning.
  func text(_ folder: String) -> String {
    var learned = [["task", "outputs", "accuracy"]]
    learned += tasks.map {
      [
        $0.name, $0.outputs.map(String.init).joined(separator: ","),
        Format.percent($0.trainingAccuracy ?? 0) + "%",
      ]
    }
    var parts = ["\(folder)/model.h5: \(RunTables.size(self))"]
    if !tasks.isEmpty {
      parts.append("on the training images that it was learned from\n" + Table.text(learned))
    }
    if let masks = outcome.masks {
      parts.append("each task's own mask beside that of all tasks\n" + TaskMaskFigures.table(masks))
    }
    if let stages = outcome.stages {
      parts.append(
        "the trained network on its way, and how often each answers as it did\n"
          + ConversionStage.table(stages))
    }
    if !tests.isEmpty {
      parts.append("on data that the learning never saw\n" + RunTables.tests(tests))
    }
    return parts.joined(separator: "\n\n")
  }
}

extension ConversionStage {
  /// What became of a network on its way, a row for each stage.
  static func table(_ stages: [ConversionStage]) -> String {
    let looks = stages.first?.results ?? []
    var rows = [["", "bytes", "edges"]]
    for look in looks {
      rows[0] += look.accuracy == nil ? ["\(look.dataset): agrees"] : [look.dataset, "agrees"]
    }
    rows += stages.map { stage in
      [stage.name.rawValue, Format.count(stage.bytes), Format.count(stage.remainingEdges)]
        + stage.results.flatMap { result in
          (result.accuracy.map { [Format.percent($0.value) + "%"] } ?? [])
            + [Format.percent(result.agreement.value) + "%"]
        }
    }
    return Table.text(rows)
  }
}
