/// A drawing with what is said about it: one SVG.
package struct Figure: Sendable, Equatable {
  /// The name of its file, without an ending.
  package let name: String
  /// What it shows, in a few words.
  package let title: String
  /// What must be known to read it; empty for nothing.
  package let caption: String
  let width: Double
  let height: Double
  let content: [Markup]

  /// The drawing as part of a page whose style sheet has the colours.
  ///
  /// - Parameter number: one that no other drawing of the page has.
  package func markup(number: Int) -> Markup {
    svg(
      ["class": "drawing", "aria-labelledby": "d\(number)", "style": "max-width:\(Int(width * 1.3))px"],
      [.element("title", ["id": "d\(number)"], title)])
  }

  /// The drawing as a file of its own, in light colours.
  package var file: [UInt8] {
    let style = Markup.element("style", [:], [.style(Palette.light.rules(under: ""))])
    let ground = Markup.element(
      "rect", ["class": "ground", "width": width.coordinate, "height": height.coordinate])
    let drawing = svg(
      ["width": width.coordinate, "height": height.coordinate],
      [.element("title", [:], title), .element("desc", [:], caption), style, ground])
    return Array(("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + drawing.rendered + "\n").utf8)
  }

  private func svg(_ attributes: KeyValuePairs<String, String>, _ head: [Markup]) -> Markup {
    let own: KeyValuePairs = [
      "xmlns": "http://www.w3.org/2000/svg", "role": "img",
      "viewBox": "0 0 \(width.coordinate) \(height.coordinate)",
      "font-family": "system-ui, Helvetica, Arial, sans-serif", "font-size": "12",
    ]
    let all = (Array(own) + Array(attributes)).map { Markup.Attribute(name: $0.key, value: $0.value) }
    return .element("svg", all, head + content)
  }
}

extension Double {
  /// A coordinate of a drawing, to a tenth.
  var coordinate: String { (self * 10).rounded().isFinite ? ((self * 10).rounded() / 10).shortest : "0" }
}

/// What drawings are made of.
enum Draw {
  /// How text stands to its place.
  enum Anchor: String {
    case start, middle, end
  }

  /// Text whose baseline begins, ends or has its middle at a place.
  static func text(
    _ text: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, _ style: String = "ink",
    size: Double? = nil, isBold: Bool = false, turned: Double? = nil
  ) -> Markup {
    var attributes = [
      ("x", x.coordinate), ("y", y.coordinate), ("class", style), ("text-anchor", anchor.rawValue),
    ]
    if let size { attributes.append(("font-size", size.coordinate)) }
    if isBold { attributes.append(("font-weight", "600")) }
    if let turned {
      attributes.append(("transform", "rotate(\(turned.coordinate) \(x.coordinate) \(y.coordinate))"))
    }
    return .element("text", list: attributes, [.text(text)])
  }

  /// A straight line.
  static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) -> Markup {
    .element(
      "path",
      [
        "class": style, "fill": "none",
        "d": "M\(x1.coordinate) \(y1.coordinate)L\(x2.coordinate) \(y2.coordinate)",
      ])
  }

  /// The width of text, about, in the font of drawings.
  static func width(_ text: String, size: Double = 12) -> Double { Double(text.count) * size * 0.62 }

  /// The beginning of a text that is longer than there is room for.
  static func shortened(_ text: String, to count: Int) -> String {
    text.count <= count ? text : text.prefix(max(count - 1, 1)) + "…"
  }

  /// A title over a drawing, as much of it as there is room for; the figure has all of it for readers who do not see it.
  static func title(_ text: String, _ x: Double, room: Double) -> Markup {
    self.text(shortened(text, to: Int(room / width("m", size: 13))), x, 18, size: 13, isBold: true)
  }
}
