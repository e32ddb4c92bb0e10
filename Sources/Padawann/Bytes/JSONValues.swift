/// Values whose kind only the file tells.
extension JSONReader {
  /// What the next value is, by its first character.
  enum Kind {
    case object, array, text, truth, null, number
  }

  /// A number: an integer where it is written as one.
  enum Number: Equatable {
    case integer(Int)
    case real(Double)

    /// The number, perhaps rounded.
    var real: Double {
      switch self {
      case .integer(let integer): Double(integer)
      case .real(let real): real
      }
    }
  }

  /// The kind of the next value.
  mutating func kind() throws(PadawannError) -> Kind {
    skipBlanks()
    guard position < bytes.endIndex else { throw malformed("a value") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .text
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .truth
    case UInt8(ascii: "n"): return .null
    default: return .number
    }
  }

  /// Skips a value of any kind.
  mutating func skipValue() throws(PadawannError) { try skipValue(depth: 0) }

  /// An array; `element` reads each of its values.
  mutating func array(_ element: (inout JSONReader) throws(PadawannError) -> Void) throws(PadawannError) {
    try expect(UInt8(ascii: "["))
    if skip(UInt8(ascii: "]")) { return }
    repeat { try element(&self) } while skip(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
  }

  /// Takes `null` when it comes next.
  mutating func takeNull() throws(PadawannError) -> Bool {
    guard try kind() == .null else { return false }
    guard word() == "null" else { throw malformed("a value") }
    return true
  }

  /// `true` or `false`.
  mutating func truth() throws(PadawannError) -> Bool {
    skipBlanks()
    let start = position
    switch word() {
    case "true": return true
    case "false": return false
    default:
      position = start
      throw malformed("true or false")
    }
  }

  /// A number, or one of the words that Python writes for what is none.
  mutating func number() throws(PadawannError) -> Number {
    skipBlanks()
    let start = position
    let text = word()
    switch text {
    case "Infinity": return .real(.infinity)
    case "-Infinity": return .real(-.infinity)
    case "NaN": return .real(.nan)
    default: break
    }
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
    let isNumber =
      digits.count + 1 >= text.utf8.count && digits.first.map { (0x30...0x39).contains($0) } ?? false
      && digits.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
    if isNumber, let integer = Int(text) { return .integer(integer) }
    guard isNumber, let real = Double(text), real.isFinite else {
      position = start
      throw malformed("a number")
    }
    return .real(real)
  }

  /// A whole number.
  mutating func wholeNumber() throws(PadawannError) -> Int {
    let start = position
    guard case .integer(let integer) = try number() else {
      position = start
      throw malformed("a whole number")
    }
    return integer
  }

  /// What is left up to a mark or a blank.
  private mutating func word() -> String {
    let word = bytes[position...].prefix { !",]}:".utf8.contains($0) && $0 > 0x20 }
    position = word.endIndex
    return String(decoding: word, as: UTF8.self)
  }
}
