/// A section for each dataset that models answered: accuracy by shared weight, confusion matrices, differences, and what was wrong.
struct DatasetSections {
  let sections: [ReportContent.Section]

  /// How many pictures are shown of each model's mistakes.
  private static let mistakes = 24

  /// - Throws: as ``GreyPicture/png()``.
  init(_ answers: [ReportedAnswer]) throws(PadawannError) {
    var names: [String] = []
    for answer in answers where !names.contains(answer.dataset) { names.append(answer.dataset) }
    var sections: [ReportContent.Section] = []
    for (number, name) in names.enumerated() {
      let own = answers.filter { $0.dataset == name }
      sections.append(
        .init(title: "On \(name)", blocks: try Self.blocks(own, on: name, "data-\(number + 1)")))
    }
    self.sections = sections
  }

  private static func blocks(_ answers: [ReportedAnswer], on dataset: String, _ file: String)
    throws(PadawannError) -> [ReportContent.Block]
  {
    let images = answers.first.map { Format.count($0.best.count) } ?? ""
    var blocks: [ReportContent.Block] = [.paragraph("\(images) images.")]
    let matrices = answers.filter { $0.classes.count <= 256 }.enumerated().map { index, answer in
      confusion(answer, "\(file)-confusion-\(index + 1)")
    }
    let byWeight = answers.contains { $0.magnitudes.count > 1 } ? [weights(answers, dataset, file)] : []
    blocks.append(.figures(byWeight + matrices))
    if let pairs = ModelPairs(answers) {
      blocks.append(.table(pairs.table(name: "\(file)-differences", dataset: dataset)))
    }
    blocks.append(.table(weightTable(answers, dataset, file)))
    blocks.append(.table(classTable(answers, dataset, file)))
    var pictures: [Figure] = []
    for (index, answer) in answers.enumerated() {
      if let figure = try wrong(answer, "\(file)-wrong-\(index + 1)") { pictures.append(figure) }
    }
    blocks.append(.figures(pictures))
    return blocks.filter { if case .figures(let figures) = $0 { !figures.isEmpty } else { true } }
  }

  private static func confusion(_ answer: ReportedAnswer, _ file: String) -> Figure {
    HeatMap(
      name: file, title: "\(answer.name): \(Format.percent(answer.scores.accuracy.value))%",
      caption: "Images of each class (rows) by what was answered (columns); shared weight \(answer.weight).",
      counts: answer.scores.confusion, classes: answer.classes
    ).figure
  }

  private static func weights(_ answers: [ReportedAnswer], _ dataset: String, _ file: String) -> Figure {
    let all = Set(answers.flatMap { $0.magnitudes.compactMap(\.sharedWeight) }).sorted()
    let isFew = all.count <= 12
    var chart = LineChart(
      name: "\(file)-weights", title: "Accuracy by shared weight, \(dataset)",
      caption: "The areas are 95% intervals (Wilson).", xTitle: "shared weight", quantity: .share)
    if isFew { chart.places = all.map { Format.weight($0) } }
    for (index, answer) in answers.enumerated() where answer.magnitudes.count > 1 {
      let points = answer.sweep.points.compactMap { point -> (x: Double, scores: Scores)? in
        guard let weight = point.sharedWeight, let place = all.firstIndex(of: weight) else { return nil }
        return (isFew ? Double(place) : Double(weight), point.scores)
      }.sorted { $0.x < $1.x }
      let colour = index % 10
      let curve = LineChart.Curve(
        points: points.map { .init(x: $0.x, y: $0.scores.accuracy.value) }, colour: "s\(colour)", width: 2,
        hasMarks: isFew)
      chart.curves.append(curve)
      chart.bands.append(
        .init(
          points: points.map {
            ($0.x, $0.scores.accuracy.interval.lower, $0.scores.accuracy.interval.upper)
          }, colour: "f\(colour)"))
      chart.keys.append(.init(text: answer.name, curve: curve))
    }
    return chart.figure
  }

  private static func weightTable(_ answers: [ReportedAnswer], _ dataset: String, _ file: String)
    -> ReportTable
  {
    ReportTable(
      name: "\(file)-accuracy", title: "Accuracy and loss on \(dataset)",
      note: "Loss: mean cross-entropy in nats.",
      columns: ["model", "shared weight", "accuracy in %", "95% from", "to", "loss"],
      rows: answers.flatMap { answer in
        answer.sweep.points.enumerated().map { place, point in
          let accuracy = point.scores.accuracy
          var row: [ReportTable.Cell] = [
            .text(answer.name), .text(Format.weight(point.sharedWeight)), .number(100 * accuracy.value, 2),
            .number(100 * accuracy.interval.lower, 2), .number(100 * accuracy.interval.upper, 2),
            .number(point.scores.crossEntropy ?? .infinity, 4),
          ]
          row[2].isBest = answer.sweep.points.count > 1 && place == answer.sweep.best
          return row
        }
      })
  }

  private static func classTable(_ answers: [ReportedAnswer], _ dataset: String, _ file: String)
    -> ReportTable
  {
    let classes = answers[0].classes
    let alike = answers.filter { $0.classes == classes }
    return ReportTable(
      name: "\(file)-classes", title: "Images of each class of \(dataset) that are answered right, in %",
      note: "",
      columns: ["class", "images"] + alike.map(\.name),
      rows: classes.enumerated().map { index, name in
        [.text(name), .count(alike[0].scores.classes[index].support)]
          + alike.map { .number($0.scores.classes[index].recall.map { 100 * $0 }, 2) }
      })
  }

  private static func wrong(_ answer: ReportedAnswer, _ file: String) throws(PadawannError) -> Figure? {
    guard let images = answer.images, images.shape.count <= 1 << 14, !answer.isUnpruned else { return nil }
    let mistakes = answer.mistakes(Self.mistakes)
    guard !mistakes.isEmpty else { return nil }
    let total = answer.best.count - answer.scores.accuracy.count
    return try PictureGrid(
      name: file, title: "Wrong: \(answer.name)",
      caption:
        "\(Format.count(total)) pictures were answered wrong; these are the \(mistakes.count) of which the model is surest: answer, and what it is.",
      entries: mistakes.map { mistake in
        let (said, right) = (
          answer.classes[mistake.answer], answer.classes[answer.best.labels[mistake.image]]
        )
        return PictureGrid.Entry(
          picture: GreyPicture(images, mistake.image), text: "\(said), is \(right)")
      }
    ).figure()
  }
}
