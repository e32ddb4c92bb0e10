import Padawann

/// What `padawann evaluate` found: `padawann.evaluate/3`.
struct EvaluateReport: Encodable {
  let schema = "padawann.evaluate/3"
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
    /// How many classes the data has.
    let classCount: Int
    /// What each output stands for that could be answered.
    let classNames: [String]
    /// Those outputs.
    let outputs: [Int]
    /// How classes came to their outputs.
    let outputsBy: AnswerSpace.Rule
    /// Whether the classes have names that the model does not know, although it knows those of its outputs.
    let namesDiffer: Bool
    let normalisation: NormalisationEntry
    let normalisationFrom: NormalisationOrigin
    /// Whether the model was made with images of this dataset.
    let madeWithIt: Bool
    /// The shared weight that the task was made for or had before.
    let taskSharedWeight: Float?
    /// How the task's own mask differs from the network's; absent where it has none.
    let mask: TaskMaskFigures?
    let sweep: WeightSweep

    init(_ subject: EvaluationSubject, _ sweep: WeightSweep, _ mask: TaskMaskFigures?) {
      self.mask = mask
      let dataset = subject.dataset
      task = subject.task?.name
      self.dataset = dataset.name
      datasetSha256 = dataset.digest.description
      images = dataset.count
      classCount = dataset.classNames.count
      classNames = subject.answers.names
      outputs = subject.answers.outputs
      (outputsBy, namesDiffer) = (subject.answers.rule, subject.answers.namesDiffer)
      normalisation = NormalisationEntry(dataset.normalisation)
      normalisationFrom = subject.normalisation
      madeWithIt = subject.wasMadeWithIt
      taskSharedWeight = subject.task?.bestSharedWeight
      self.sweep = sweep
    }
  }

  init(_ path: String, _ stored: StoredContent, _ datasets: [Entry]) {
    file = path
    sha256 = stored.digest.description
    let network = AnsweringModel(stored).network
    edges = network.edges
    remainingEdges = network.remainingEdges
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
    var parts = [(head + [Table.text(rows)] + weightLines).joined(separator: "\n")]
    let best = sweep.points[sweep.best]
    if details { parts += [classTable(best.scores), confusionTable(best.scores)] }
    return parts.joined(separator: "\n\n")
  }

  /// What was measured, and all that must be known to read the figures.
  private var head: [String] {
    let counted =
      classCount == outputs.count
      ? "\(classCount) classes" : "\(classCount) classes, \(outputs.count) outputs"
    var lines = [
      "\(task.map { "task \($0), " } ?? "")\(dataset.inOneLine): \(Format.count(images)) images, \(counted)",
      "  input \(normalisation.text), \(normalisationFrom.text)",
    ]
    if let mask { lines.append("  \(mask.text)") }
    if namesDiffer {
      lines.append("  the classes have other names than the model's: they stand for its outputs in order")
    }
    if madeWithIt { lines.append("  the model was made with these images: this says nothing about others") }
    return lines
  }

  /// The weight that was chosen elsewhere comes before the one that was chosen here.
  private var weightLines: [String] {
    guard sweep.points.count > 1 else { return [] }
    func accuracy(_ point: WeightSweep.Point) -> String { Format.percent(point.scores.accuracy.value) }
    let chosen = taskSharedWeight.flatMap { weight in sweep.points.first { $0.sharedWeight == weight } }
    let best = sweep.points[sweep.best]
    return [
      chosen.map { "  weight of the task \(Format.weight($0.sharedWeight)): \(accuracy($0))%" },
      "  best weight \(Format.weight(best.sharedWeight)): \(accuracy(best))%, chosen on these images",
    ].compactMap { $0 }
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
    let rows = shown(scores).map { index in
      let entry = scores.classes[index]
      return [
        classNames[index], Format.count(entry.support), share(entry.recall), share(entry.precision),
        share(entry.f1),
      ]
    }
    return Table.text([["class", "images", "recall", "precision", "F1"]] + rows)
  }

  private func confusionTable(_ scores: Scores) -> String {
    let shown = shown(scores)
    let rows = shown.filter { scores.classes[$0].support > 0 || outputs.count == classCount }.map { row in
      [classNames[row]] + shown.map { "\(scores.confusion[row][$0])" }
    }
    return "  right class by row, answer by column\n"
      + Table.text([[""] + shown.map { classNames[$0] }] + rows)
  }

  /// All classes, or, where the network has more outputs, those that occur among labels or answers.
  private func shown(_ scores: Scores) -> [Int] {
    scores.classes.indices.filter {
      outputs.count == classCount || scores.classes[$0].support + scores.classes[$0].predicted > 0
    }
  }
}
