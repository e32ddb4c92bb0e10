/// Text in which every character remembers whether it was quoted, so that separators inside quotes do not separate.
///
/// A backslash takes the next character as it is; double quotes take all up to the next double quote as they are, except
/// that a backslash works inside them too.
struct MarkedText {
  /// A character, and whether it was quoted.
  struct Mark {
    let character: Character
    let isQuoted: Bool
  }

  let marks: [Mark]

  private init(marks: [Mark]) { self.marks = marks }

  /// Reads quotes and backslashes.
  ///
  /// - Throws: ``PadawannError`` `usage` when a quote does not end or a backslash is last.
  init(_ text: String) throws(PadawannError) {
    var marks: [Mark] = []
    var (inQuotes, afterBackslash) = (false, false)
    for character in text {
      if afterBackslash {
        marks.append(Mark(character: character, isQuoted: true))
        afterBackslash = false
      } else if character == "\\" {
        afterBackslash = true
      } else if character == "\"" {
        inQuotes.toggle()
      } else {
        marks.append(Mark(character: character, isQuoted: inQuotes))
      }
    }
    guard !inQuotes, !afterBackslash else {
      let what = inQuotes ? "a double quote is not closed" : "a backslash is followed by nothing"
      throw PadawannError(.usage, what, at: text, remedy: "Write \\\" or \\\\ for the character itself")
    }
    self.marks = marks
  }

  /// The characters alone.
  var text: String { String(marks.map(\.character)) }

  /// Whether any character was quoted.
  var hasQuotes: Bool { marks.contains { $0.isQuoted } }

  /// The parts between the unquoted separators; at least one.
  func split(on separator: Character) -> [MarkedText] {
    marks.split(omittingEmptySubsequences: false) { $0.character == separator && !$0.isQuoted }
      .map { MarkedText(marks: Array($0)) }
  }

  /// What is before the first unquoted separator, and what is after it; `nil` when there is none.
  func divided(at separator: Character) -> (MarkedText, MarkedText)? {
    guard let place = marks.firstIndex(where: { $0.character == separator && !$0.isQuoted }) else {
      return nil
    }
    return (MarkedText(marks: Array(marks[..<place])), MarkedText(marks: Array(marks[(place + 1)...])))
  }

  /// The shortest way to write `text` so that none of the separators separates.
  static func quoted(_ text: String, separators: String) -> String {
    guard text.contains(where: { "\"\\".contains($0) || separators.contains($0) }) else { return text }
    let escaped = text.map { "\"\\".contains($0) ? "\\\($0)" : String($0) }.joined()
    return "\"\(escaped)\""
  }
}
