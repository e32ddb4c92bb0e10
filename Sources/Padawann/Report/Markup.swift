/// An element of HTML or SVG, or text in one. What is written is well-formed as both: everything is escaped, and every element but those
/// that HTML knows as empty is closed.
package indirect enum Markup: Sendable, Equatable {
  /// An element with attributes, in their order, and what is in it.
  case element(String, [Attribute], [Markup])
  /// Text.
  case text(String)
  /// Text of a style sheet, which may have no `<` and no `&`.
  case style(String)

  /// An attribute.
  package struct Attribute: Sendable, Equatable {
    let name: String
    let value: String
  }

  /// An element.
  static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: [Markup] = []
  ) -> Markup {
    .element(name, attributes.map { Attribute(name: $0, value: $1) }, content)
  }

  /// An element with attributes that depend on something.
  static func element(_ name: String, list: [(String, String)], _ content: [Markup] = []) -> Markup {
    .element(name, list.map { Attribute(name: $0, value: $1) }, content)
  }

  /// An element with nothing but text in it.
  static func element(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ text: String)
    -> Markup
  {
    element(name, attributes, [.text(text)])
  }

  /// The elements of HTML that have no end.
  private static let empty: Set<String> = ["meta", "br"]

  /// The markup as text.
  package var rendered: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .text(let content): text += content.escaped
    case .style(let content): text += content
    case .element(let name, let attributes, let content):
      text += "<\(name)"
      for attribute in attributes { text += " \(attribute.name)=\"\(attribute.value.escaped)\"" }
      text += ">"
      for child in content { child.write(to: &text) }
      if !Self.empty.contains(name) { text += "</\(name)>" }
    }
  }
}

extension String {
  /// The text with what markup would obey as entities, and without what no document may have.
  fileprivate var escaped: String {
    guard unicodeScalars.contains(where: { "&<>\"".unicodeScalars.contains($0) || !$0.isInDocuments }) else {
      return self
    }
    return unicodeScalars.map { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      default: scalar.isInDocuments ? String(scalar) : "\u{fffd}"
      }
    }.joined()
  }
}

extension Unicode.Scalar {
  /// Whether XML 1.0 allows the character.
  fileprivate var isInDocuments: Bool {
    value >= 0x20 && value != 0xFFFE && value != 0xFFFF || value == 0x0A || value == 0x09
  }
}
