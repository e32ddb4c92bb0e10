import Padawann

/// What `padawann learn` made: `padawann.learn/1`.
struct LearnReport: Encodable {
  let schema = "padawann.learn/1"
  let folder: String
  /// One per density.
  let runs: [LearningReport]

  init(_ path: String, _ runs: [LearningReport]) {
    folder = path
    self.runs = runs
  }

  var text: String {
    guard runs.count > 1 else { return runs.map { $0.text(folder) }.joined(separator: "\n\n") }
    var rows = [["density", "edges", "bytes"] + (runs.first?.tests ?? []).map(\.dataset)]
    rows += runs.map { run in
      ["\(run.density)", Format.count(run.survivors), Format.count(run.modelBytes)]
        + run.tests.map { Format.percent($0.accuracy.value) + "%" }
    }
    return "\(folder): accuracy on data that the learnings never saw\n" + Table.text(rows)
  }
}

extension LearningReport {
  fileprivate func text(_ folder: String) -> String {
    let share = Format.percent(Double(survivors) / Double(max(edges, 1)))
    let head =
      "\(folder)/model.h5: \(Format.count(survivors)) of \(Format.count(edges)) edges (\(share)%), "
      + "\(Format.count(modelBytes)) bytes"
    var learned = [["task", "outputs", "accuracy"]]
    learned += tasks.map {
      [
        $0.name, $0.outputs.map(String.init).joined(separator: ","),
        Format.percent($0.trainingAccuracy) + "%",
      ]
    }
    var parts = [head, "on the training images that it was learned from\n" + Table.text(learned)]
    guard !tests.isEmpty else { return parts.joined(separator: "\n\n") }
    var tested = [["data", "images", "accuracy", "95% interval", "cross-entropy"]]
    tested += tests.map { test in
      [
        test.dataset, Format.count(test.images), Format.percent(test.accuracy.value) + "%",
        "\(Format.percent(test.accuracy.interval.lower)) – \(Format.percent(test.accuracy.interval.upper))",
        Format.decimal(test.crossEntropy, 4),
      ]
    }
    parts.append("on data that the learning never saw\n" + Table.text(tested))
    return parts.joined(separator: "\n\n")
  }
}
