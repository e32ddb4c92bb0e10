// Texts that come from files may have characters that a terminal obeys instead of showing.
extension String {
  /// The text in one line, without a character that moves the cursor, ends a line or turns the direction of writing: such a
  /// character becomes `\u{…}` with its code in hexadecimal digits.
  package var inOneLine: String { printable { _ in false } }

  /// The same, but line feeds stay.
  var inLines: String { printable { $0 == "\n" } }

  /// JSON with such characters as JSON's own escapes; they can only stand inside its texts.
  var asPrintableJSON: String {
    guard unicodeScalars.contains(where: { $0 != "\n" && $0.isObeyed }) else { return self }
    return unicodeScalars.map { scalar in
      guard scalar != "\n", scalar.isObeyed else { return String(scalar) }
      return String(scalar).utf16.map { "\\u" + Self.hexadecimal(UInt32($0), digits: 4) }.joined()
    }.joined()
  }

  private func printable(except isKept: (Unicode.Scalar) -> Bool) -> String {
    guard unicodeScalars.contains(where: { !isKept($0) && $0.isObeyed }) else { return self }
    return unicodeScalars.map { scalar in
      isKept(scalar) || !scalar.isObeyed
        ? String(scalar) : "\\u{\(Self.hexadecimal(scalar.value, digits: 2))}"
    }.joined()
  }

  private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: Swift.max(0, digits - text.count)) + text
  }
}

extension Unicode.Scalar {
  /// Whether a terminal or a reader's eye would obey it: C0, C1, line and paragraph separators, and what formats text (U+202E and
  /// its like), but not the joiners that scripts and pictographs are written with.
  fileprivate var isObeyed: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    case .format: value != 0x200C && value != 0x200D
    default: false
    }
  }
}
