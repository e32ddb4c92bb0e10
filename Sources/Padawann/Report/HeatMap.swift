/// Counts of two kinds of classes as colours and numbers: a confusion matrix.
struct HeatMap {
  let name: String
  let title: String
  let caption: String
  /// Images by right class (row) and answer (column).
  let counts: [[Int]]
  /// What each class is called.
  let classes: [String]

  /// From this many classes on there is no room for numbers.
  private static let numbered = 40

  private var cell: Double { classes.count <= 12 ? 34 : classes.count <= Self.numbered ? 26 : 6 }

  /// The map, drawn. A row's colours are shares of its images.
  var figure: Figure {
    let names = classes.map { Draw.shortened($0, to: 14) }
    let longest = names.map { Draw.width($0, size: 11) }.max() ?? 0
    let isTurned = longest > cell - 4
    let left = 34 + longest
    let top = isTurned ? 48 + longest * 0.8 : 62
    let size = cell * Double(classes.count)
    let step = classes.count <= Self.numbered ? 1 : classes.count / 20
    let width = max(left + size + (isTurned ? longest * 0.64 : 0) + 8, 240)
    var parts = [
      Draw.title(title, 8, room: width - 8),
      Draw.text("answered", left + size / 2, 36, .middle, "muted", size: 11),
      Draw.text("is", 14, top + size / 2, .middle, "muted", size: 11, turned: -90),
    ]
    for index in classes.indices where index % step == 0 {
      let middle = (Double(index) + 0.5) * cell
      parts.append(Draw.text(names[index], left - 6, top + middle + 4, .end, size: 11))
      parts.append(
        isTurned
          ? Draw.text(names[index], left + middle + 3, top - 6, .start, size: 11, turned: -50)
          : Draw.text(names[index], left + middle, top - 6, .middle, size: 11))
    }
    parts += coloured(left, top) + [grid(left, top, size)]
    if classes.count <= Self.numbered { parts.append(numbers(left, top)) }
    return Figure(
      name: name, title: title, caption: caption, width: width,
      height: top + size + 8, content: parts)
  }

  /// How hot each cell is: its share of its row, in steps.
  private func step(_ row: Int, _ column: Int) -> Int {
    let total = counts[row].reduce(0, +)
    let share = total == 0 ? 0 : Double(counts[row][column]) / Double(total)
    return Int((share * Double(Palette.heatSteps - 1)).rounded())
  }

  /// All cells that a picture shows something in.
  private func places(where isShown: (_ row: Int, _ column: Int) -> Bool) -> [(row: Int, column: Int)] {
    counts.indices.flatMap { row in
      counts[row].indices.filter { isShown(row, $0) }.map { (row, $0) }
    }
  }

  private func coloured(_ left: Double, _ top: Double) -> [Markup] {
    places { step($0, $1) > 0 }.map { row, column in
      .element(
        "rect",
        [
          "class": "h\(step(row, column))", "x": (left + Double(column) * cell).coordinate,
          "y": (top + Double(row) * cell).coordinate, "width": cell.coordinate, "height": cell.coordinate,
        ])
    }
  }

  private func grid(_ left: Double, _ top: Double, _ size: Double) -> Markup {
    let lines = (0...classes.count).map { index in
      let offset = Double(index) * cell
      return "M\(left.coordinate) \((top + offset).coordinate)h\(size.coordinate)"
        + "M\((left + offset).coordinate) \(top.coordinate)v\(size.coordinate)"
    }
    return .element("path", ["class": "grid", "fill": "none", "d": lines.joined()])
  }

  private func numbers(_ left: Double, _ top: Double) -> Markup {
    let most = counts.joined().max() ?? 0
    let size = min(cell * (most < 1000 ? 0.36 : 0.30), 11)
    let texts = places { counts[$0][$1] > 0 }.map { row, column in
      Markup.element(
        "text",
        [
          "class": "t\(step(row, column))", "x": (left + (Double(column) + 0.5) * cell).coordinate,
          "y": (top + (Double(row) + 0.5) * cell + size * 0.36).coordinate,
        ], "\(counts[row][column])")
    }
    return .element("g", ["text-anchor": "middle", "font-size": size.coordinate], texts)
  }
}
