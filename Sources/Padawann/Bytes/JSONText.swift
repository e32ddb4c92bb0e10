/// Writes texts and lists as JSON (RFC 8259) has them.
enum JSONText {
  /// A text in quotation marks. Only what JSON demands is escaped.
  static func quoted(_ text: String) -> String {
    let characters = text.unicodeScalars.map { scalar -> String in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\0"..."\u{1f}":
        "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: String(scalar)
      }
    }
    return "\"\(characters.joined())\""
  }

  /// A list of values that are JSON already.
  static func list(_ values: [String]) -> String { "[\(values.joined(separator: ", "))]" }

  /// A list of numbers, all finite; each is the shortest text that reads as the same number.
  static func list(_ numbers: [Float]) -> String { list(numbers.map { "\($0)" }) }

  /// An object whose values are JSON already.
  static func object(_ members: [(key: String, value: String)]) -> String {
    "{\(members.map { "\(quoted($0.key)): \($0.value)" }.joined(separator: ", "))}"
  }
}
