/// Pieces of C99.
enum CText {
  /// A text between quotation marks, whatever it is: only letters, digits and a few marks stand for themselves.
  ///
  /// Octal escapes have at most three digits, so that none takes the next character along as a hexadecimal one would; and no
  /// question mark can begin a trigraph.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "?"):
        result += "\\" + String(UnicodeScalar(byte))
      case 0x20..<0x7f: result += String(UnicodeScalar(byte))
      default:
        let digits = String(byte, radix: 8)
        result += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
      }
    }
    return result + "\""
  }

  /// A text inside a comment, which it cannot end.
  static func comment(_ text: String) -> String {
    let plain = text.unicodeScalars.map { (0x20..<0x7f).contains($0.value) && $0 != "?" ? String($0) : "_" }
    return plain.joined().replacing("*/", with: "*_").replacing("/*", with: "_*")
  }

  /// A number as exactly itself; it must be finite.
  static func number(_ value: Float) -> String { "\(value)f" }

  /// A name that C allows: letters, digits and underscores, not beginning with one of the last two.
  static func identifier(_ text: String) -> String {
    let characters = text.unicodeScalars.prefix(60).map { scalar -> Character in
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      return isPlain ? Character(scalar) : "_"
    }
    let name = String(characters)
    guard let first = name.first, first.isLetter else { return "n" + name }
    return name
  }

  /// A constant array, a few elements in each line.
  static func array(_ type: String, _ name: String, _ elements: [String], sizes: String? = nil) -> String {
    var lines: [String] = []
    var line = ""
    for element in elements {
      if line.utf8.count + element.utf8.count > 98 {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "    " : " ") + element + ","
    }
    if !line.isEmpty { lines.append(line) }
    return
      "static const \(type) \(name)\(sizes ?? "[\(elements.count)]") = {\n\(lines.joined(separator: "\n"))\n};\n"
  }

  static func bytes(_ name: String, _ bytes: [UInt8]) -> String {
    array("uint8_t", name, bytes.map { String($0) })
  }

  static func floats(_ name: String, _ numbers: [Float]) -> String {
    array("float", name, numbers.map(number))
  }
}
