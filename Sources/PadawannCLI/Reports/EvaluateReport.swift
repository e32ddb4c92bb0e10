import Padawann

/// What `padawann evaluate` found: `padawann.evaluate/2`.
struct EvaluateReport: Encodable {
  let schema = "padawann.evaluate/2"
  let file: String
  let sha256: String
  let edges: Int
  let remainingEdges: Int
  let datasets: [Entry]

  /// One dataset.
  struct Entry: Encodable {
    let task: String?
    let dataset: String
    let datasetSha256: String
    let images: Int
    let classNames: [String]
    let sweep: WeightSweep

    init(_ subject: EvaluationSubject, _ sweep: WeightSweep) {
      let dataset = subject.dataset
      task = subject.task?.name
      self.dataset = dataset.name
      datasetSha256 = dataset.digest.description
      images = dataset.count
      classNames = dataset.classNames
      self.sweep = sweep
    }
  }

  init(_ path: String, _ stored: StoredModel, _ datasets: [Entry]) {
    file = path
    sha256 = stored.digest.description
    edges = stored.model.network.edgeCount
    remainingEdges = stored.model.network.remainingEdges
    self.datasets = datasets
  }

  func text(details: Bool) -> String {
    let share = Format.percent(Double(remainingEdges) / Double(max(edges, 1)))
    let head =
      "\(file.inOneLine): \(Format.count(remainingEdges)) of \(Format.count(edges)) edges (\(share)%)"
    return ([head] + datasets.map { $0.text(details: details) }).joined(separator: "\n\n")
  }
}

extension EvaluateReport.Entry {
  fileprivate func text(details: Bool) -> String {
    var rows = [["weight", "accuracy", "95% interval", "cross-entropy"]]
    rows += sweep.points.map { Self.row(Format.weight($0.sharedWeight), $0.scores) }
    if sweep.points.count > 1 { rows.append(Self.row("ensemble", sweep.ensemble)) }
    let best = sweep.points[sweep.best]
    var parts = [
      "\(task.map { "task \($0), " } ?? "")\(dataset.inOneLine): \(Format.count(images)) images, \(classNames.count) classes\n"
        + Table.text(rows)
    ]
    if sweep.points.count > 1 {
      let accuracy = Format.percent(best.scores.accuracy.value)
      parts[0] += "\n  best weight \(Format.weight(best.sharedWeight)): \(accuracy)%"
    }
    if details { parts += [classTable(best.scores), confusionTable(best.scores)] }
    return parts.joined(separator: "\n\n")
  }

  private static func row(_ name: String, _ scores: Scores) -> [String] {
    let interval = scores.accuracy.interval
    return [
      name, Format.percent(scores.accuracy.value) + "%",
      "\(Format.percent(interval.lower)) – \(Format.percent(interval.upper))",
      scores.crossEntropy.map { Format.decimal($0, 4) } ?? "inf",
    ]
  }

  private func classTable(_ scores: Scores) -> String {
    func share(_ value: Double?) -> String { value.map { Format.percent($0) + "%" } ?? "-" }
    let rows = scores.classes.map { entry in
      [
        classNames[entry.index], Format.count(entry.support), share(entry.recall), share(entry.precision),
        share(entry.f1),
      ]
    }
    return Table.text([["class", "images", "recall", "precision", "F1"]] + rows)
  }

  private func confusionTable(_ scores: Scores) -> String {
    let rows = scores.confusion.enumerated().map { [classNames[$0]] + $1.map(String.init) }
    return "  right class by row, answer by column\n" + Table.text([[""] + classNames] + rows)
  }
}
