/// A strict tokenizer for JSON of a known structure (RFC 8259): no comments, no trailing commas, only what is asked for.
struct JSONReader {
  let bytes: ArraySlice<UInt8>
  var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  func malformed(_ expected: String) -> PadawannError {
    PadawannError(.data, "malformed JSON: \(expected) is expected", at: "byte \(position)")
  }

  mutating func skipBlanks() {
    while position < bytes.endIndex, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) { position += 1 }
  }

  mutating func skip(_ mark: UInt8) -> Bool {
    skipBlanks()
    guard position < bytes.endIndex, bytes[position] == mark else { return false }
    position += 1
    return true
  }

  mutating func expect(_ mark: UInt8) throws(PadawannError) {
    guard skip(mark) else { throw malformed("'\(Character(UnicodeScalar(mark)))'") }
  }

  mutating func expectEnd() throws(PadawannError) {
    skipBlanks()
    guard position == bytes.endIndex else { throw malformed("the end") }
  }

  /// An object; `member` is called with each key and reads its value.
  mutating func object(
    _ member: (inout JSONReader, String) throws(PadawannError) -> Void
  ) throws(PadawannError) {
    try expect(UInt8(ascii: "{"))
    if skip(UInt8(ascii: "}")) { return }
    repeat {
      let key = try text()
      try expect(UInt8(ascii: ":"))
      try member(&self, key)
    } while skip(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
  }

  /// Checks a whole document of any structure for keys that an object has twice: readers differ in which one they take.
  ///
  /// - Throws: ``PadawannError`` `data` that names the key.
  static func checkKeys(_ bytes: [UInt8]) throws(PadawannError) {
    var reader = JSONReader(bytes[...])
    try reader.skipValue(depth: 0)
    try reader.expectEnd()
  }

  /// Skips a value; each level of nesting is a call, of which there are at most 512.
  mutating func skipValue(depth: Int) throws(PadawannError) {
    guard depth < 512 else { throw malformed("less nesting") }
    skipBlanks()
    guard position < bytes.endIndex else { throw malformed("a value") }
    switch bytes[position] {
    case UInt8(ascii: "{"):
      var keys = Set<String>()
      try object { json, key throws(PadawannError) in
        guard keys.insert(key).inserted else {
          throw PadawannError(
            .data, "the key \(printable(key)) appears twice in one object", at: "byte \(json.position)",
            remedy: "Keep the one that is meant")
        }
        try json.skipValue(depth: depth + 1)
      }
    case UInt8(ascii: "["):
      position += 1
      if skip(UInt8(ascii: "]")) { return }
      repeat { try skipValue(depth: depth + 1) } while skip(UInt8(ascii: ","))
      try expect(UInt8(ascii: "]"))
    case UInt8(ascii: "\""): _ = try text()
    default:
      // A number, true, false or null.
      let word = bytes[position...].prefix { !",]}".utf8.contains($0) && $0 > 0x20 }
      guard !word.isEmpty else { throw malformed("a value") }
      position = word.endIndex
    }
  }

  /// An array of integers that are not negative.
  mutating func integers() throws(PadawannError) -> [Int] {
    var numbers: [Int] = []
    try expect(UInt8(ascii: "["))
    if skip(UInt8(ascii: "]")) { return numbers }
    repeat { numbers.append(try integer()) } while skip(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
    return numbers
  }

  private mutating func integer() throws(PadawannError) -> Int {
    skipBlanks()
    let digits = bytes[position...].prefix { (0x30...0x39).contains($0) }
    guard digits.count == 1 || digits.first != 0x30, let value = Int(String(decoding: digits, as: UTF8.self))
    else {
      throw malformed("an integer")
    }
    position = digits.endIndex
    return value
  }

  /// A string.
  mutating func text() throws(PadawannError) -> String {
    try expect(UInt8(ascii: "\""))
    var content: [UInt8] = []
    while position < bytes.endIndex {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else { throw malformed("UTF-8") }
        return text
      case UInt8(ascii: "\\"): content += try escaped()
      case 0..<0x20: throw malformed("no control character")
      default: content.append(byte)
      }
    }
    throw malformed("a closing quote")
  }

  private static let escapes: [UInt8: UInt8] = [
    0x22: 0x22, 0x5c: 0x5c, 0x2f: 0x2f, 0x62: 0x08, 0x66: 0x0c, 0x6e: 0x0a, 0x72: 0x0d, 0x74: 0x09,
  ]

  private mutating func escaped() throws(PadawannError) -> [UInt8] {
    guard position < bytes.endIndex else { throw malformed("an escape") }
    let letter = bytes[position]
    position += 1
    if let plain = Self.escapes[letter] { return [plain] }
    guard letter == UInt8(ascii: "u") else { throw malformed("an escape") }
    var value = try hexadecimal()
    if (0xd800..<0xdc00).contains(value) {
      guard bytes[position...].starts(with: [0x5c, 0x75]) else { throw malformed("a second surrogate") }
      position += 2
      let low = try hexadecimal()
      guard (0xdc00..<0xe000).contains(low) else { throw malformed("a second surrogate") }
      value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
    }
    guard let scalar = UnicodeScalar(value) else { throw malformed("a Unicode character") }
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func hexadecimal() throws(PadawannError) -> UInt32 {
    let digits = bytes[position...].prefix(4)
    let value = digits.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
    guard digits.count == 4, value, let number = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else {
      throw malformed("four hexadecimal digits")
    }
    position = digits.endIndex
    return number
  }
}

/// Untrusted text for a message: printable ASCII, not too long.
func printable(_ text: String) -> String {
  let shown = text.unicodeScalars.prefix(120).map { (0x20..<0x7f).contains($0.value) ? Character($0) : "?" }
  return String(shown) + (text.unicodeScalars.count > 120 ? "…" : "")
}
