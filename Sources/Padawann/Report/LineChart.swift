/// Curves over one axis, with a band around some, and what each of them is.
struct LineChart {
  /// A point of a curve.
  struct Point: Sendable, Equatable {
    let x: Double
    let y: Double
  }

  /// One curve.
  struct Curve: Sendable {
    let points: [Point]
    /// The class of its colour.
    var colour: String
    var width = 1.5
    var opacity = 1.0
    /// How it is dashed, as SVG has it; empty for not at all.
    var dashes = ""
    /// Whether its points are marked.
    var hasMarks = false
  }

  /// An area between two lines.
  struct Band: Sendable {
    let points: [(x: Double, low: Double, high: Double)]
    let colour: String
  }

  /// What a colour stands for.
  struct Key: Sendable {
    let text: String
    let curve: Curve
  }

  let name: String
  var title: String
  let caption: String
  let xTitle: String
  let quantity: Quantity
  var curves: [Curve] = []
  var bands: [Band] = []
  var keys: [Key] = []
  /// The places of x, where they are no numbers.
  var places: [String]?

  private static let width = 460.0
  private static let left = 56.0
  private static let right = 14.0
  private static let top = 30.0
  private static let plot = 210.0
  /// More points than this are not told apart.
  private static let finest = 240

  /// The chart, drawn.
  var figure: Figure {
    let all = curves.flatMap(\.points)
    // A deviation can lead below 0, where what is drawn never is.
    let floor = all.allSatisfy { $0.y >= 0 } ? 0 : -Double.infinity
    let inBands = bands.flatMap { $0.points.flatMap { [max($0.low, floor), $0.high] } }
    let x = places.map { Axis(places: $0) } ?? Axis(all.map(\.x), .count, count: 6, isTight: true)
    let y = Axis(all.map(\.y) + inBands, quantity)
    let keys = keyMarkup(from: Self.top + Self.plot + 52)
    return Figure(
      name: name, title: title, caption: caption, width: Self.width, height: keys.end + 6,
      content: frame(x, y) + bands.map { area($0, x, y) } + curves.flatMap { drawn($0, x, y) } + keys.markup)
  }

  private func horizontal(_ value: Double, _ axis: Axis) -> Double {
    Self.left + axis.place(of: value) * (Self.width - Self.left - Self.right)
  }

  private func vertical(_ value: Double, _ axis: Axis) -> Double {
    Self.top + (1 - min(max(axis.place(of: value), 0), 1)) * Self.plot
  }

  private func frame(_ x: Axis, _ y: Axis) -> [Markup] {
    let (end, bottom) = (Self.width - Self.right, Self.top + Self.plot)
    var parts = [Draw.title(title, Self.left, room: Self.width - Self.left)]
    for tick in y.ticks {
      let place = vertical(tick.value, y)
      parts.append(Draw.line(Self.left, place, end, place, "grid"))
      parts.append(Draw.text(tick.label, Self.left - 6, place + 4, .end, "muted", size: 11))
    }
    for tick in x.ticks {
      let place = horizontal(tick.value, x)
      parts.append(Draw.line(place, bottom, place, bottom + 4, "axis"))
      parts.append(Draw.text(tick.label, place, bottom + 17, .middle, "muted", size: 11))
    }
    parts.append(Draw.line(Self.left, bottom, end, bottom, "axis"))
    parts.append(Draw.text(xTitle, (Self.left + end) / 2, bottom + 34, .middle, "muted", size: 11))
    return parts
  }

  private func drawn(_ curve: Curve, _ x: Axis, _ y: Axis) -> [Markup] {
    var path = ""
    var isDrawing = false
    for point in Self.thinned(curve.points) {
      guard point.y.isFinite else {
        isDrawing = false
        continue
      }
      path +=
        "\(isDrawing ? "L" : "M")\(horizontal(point.x, x).coordinate) \(vertical(point.y, y).coordinate)"
      isDrawing = true
    }
    var attributes = [
      ("class", curve.colour), ("fill", "none"), ("stroke-width", curve.width.coordinate),
      ("stroke-linejoin", "round"), ("d", path),
    ]
    if curve.opacity < 1 { attributes.append(("stroke-opacity", curve.opacity.coordinate)) }
    if !curve.dashes.isEmpty { attributes.append(("stroke-dasharray", curve.dashes)) }
    let line = Markup.element("path", list: attributes)
    // A single point is no line.
    let marked = curve.hasMarks || curve.points.count == 1 ? curve.points.filter(\.y.isFinite) : []
    return [line]
      + marked.map {
        .element(
          "circle",
          [
            "class": "\(curve.colour) ground", "stroke-width": "2", "r": "3.5",
            "cx": horizontal($0.x, x).coordinate, "cy": vertical($0.y, y).coordinate,
          ])
      }
  }

  private func area(_ band: Band, _ x: Axis, _ y: Axis) -> Markup {
    let points = Self.thinned(band.points.filter { $0.low.isFinite && $0.high.isFinite })
    let upper = points.map { "\(horizontal($0.x, x).coordinate) \(vertical($0.high, y).coordinate)" }
    let lower = points.reversed().map {
      "\(horizontal($0.x, x).coordinate) \(vertical($0.low, y).coordinate)"
    }
    let path = points.isEmpty ? "" : "M" + (upper + lower).joined(separator: "L") + "Z"
    return .element("path", ["class": band.colour, "fill-opacity": "0.18", "d": path])
  }

  /// As many of some points as can be told apart, the last among them.
  private static func thinned<Element>(_ points: [Element]) -> [Element] {
    let stride = (points.count + finest - 1) / finest
    guard stride > 1 else { return points }
    return points.indices.filter { $0 % stride == 0 || $0 == points.count - 1 }.map { points[$0] }
  }

  /// The keys in as many rows as they need.
  private func keyMarkup(from top: Double) -> (markup: [Markup], end: Double) {
    var (x, y) = (Self.left, top)
    var parts: [Markup] = []
    for key in keys {
      let text = Draw.shortened(key.text, to: 56)
      let width = 30 + Draw.width(text, size: 11) + 12
      if x > Self.left, x + width > Self.width { (x, y) = (Self.left, y + 17) }
      var sample = [
        ("class", key.curve.colour), ("fill", "none"), ("stroke-width", max(key.curve.width, 2).coordinate),
        ("d", "M\(x.coordinate) \((y - 4).coordinate)h24"),
      ]
      if !key.curve.dashes.isEmpty { sample.append(("stroke-dasharray", key.curve.dashes)) }
      parts.append(.element("path", list: sample))
      parts.append(Draw.text(text, x + 30, y, size: 11))
      x += width
    }
    return (parts, keys.isEmpty ? top - 12 : y)
  }
}
