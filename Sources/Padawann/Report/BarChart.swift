/// Shares as bars to the right, in groups.
struct BarChart {
  /// What has a bar for each of the systems.
  struct Group: Sendable {
    let name: String
    /// One share for each system; `nil` where it has none.
    let shares: [Double?]
  }

  let name: String
  let title: String
  let caption: String
  let systems: [String]
  let groups: [Group]

  private static let width = 460.0

  /// The chart, drawn.
  var figure: Figure {
    let names = groups.map { Draw.shortened($0.name, to: 22) }
    let left = 16 + (names.map { Draw.width($0, size: 11) }.max() ?? 0)
    let span = Self.width - left - 58
    let bar = systems.count > 3 ? 9.0 : 13.0
    var y = 34.0
    var parts = [Draw.title(title, 8, room: Self.width - 8)]
    for (group, name) in zip(groups, names) {
      let height = bar * Double(systems.count)
      parts.append(Draw.text(name, left - 6, y + height / 2 + 4, .end, size: 11))
      for (system, share) in group.shares.enumerated() {
        guard let share else { continue }
        parts += drawn(share, system, left, y + Double(system) * bar, span, bar)
      }
      y += height + 9
    }
    if systems.count > 1 {
      for (index, system) in systems.enumerated() {
        parts.append(
          .element(
            "rect",
            [
              "class": "f\(index % 10)", "x": left.coordinate, "y": (y + 2).coordinate, "width": "11",
              "height": "11",
            ]))
        parts.append(Draw.text(Draw.shortened(system, to: 50), left + 17, y + 12, size: 11))
        y += 17
      }
    }
    return Figure(
      name: name, title: title, caption: caption, width: Self.width, height: y + 6, content: parts)
  }

  private func drawn(
    _ share: Double, _ system: Int, _ left: Double, _ top: Double, _ span: Double, _ bar: Double
  ) -> [Markup] {
    [
      .element(
        "rect",
        [
          "class": "grid", "fill": "none", "x": left.coordinate, "y": top.coordinate,
          "width": span.coordinate, "height": (bar - 2).coordinate,
        ]),
      .element(
        "rect",
        [
          "class": "f\(system % 10)", "x": left.coordinate, "y": top.coordinate,
          "width": (span * share).coordinate, "height": (bar - 2).coordinate,
        ]),
      Draw.text(
        Format.percent(share, 1) + "%", left + span + 6, top + bar - 3, size: min(bar, 11)),
    ]
  }
}
