/// The header of a `.npy` file: a Python dictionary with three keys, read as data.
struct NumPyHeader {
  let shape: [Int]
  let type: ElementType
  let bigEndian: Bool
  let fortranOrder: Bool

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// Real headers have about a hundred bytes; NumPy itself refuses more than 10,000.
  private static let longest = 10_000

  /// Reads the header and leaves the reader at the first element.
  init(_ reader: inout ByteReader) throws(PadawannError) {
    guard reader.remaining >= 10, try reader.take(6).elementsEqual(Self.magic) else {
      throw PadawannError(.data, "this is not a .npy file", remedy: "Write it with numpy.save")
    }
    let version = try reader.byte()
    guard (1...3).contains(version), try reader.byte() == 0 else {
      throw PadawannError(.unsupported, "version \(version) of the .npy format is not known", at: "byte 6")
    }
    let wide = version > 1
    let length = wide ? Int(try reader.integer(UInt32.self)) : Int(try reader.integer(UInt16.self))
    guard length <= Self.longest else {
      throw PadawannError(.data, "a .npy header of \(length) bytes makes no sense", at: "byte 8")
    }
    let place = "header at byte \(reader.position)"
    do {
      var tokens = LiteralReader(try reader.text(length))
      self = try Self.parsed(&tokens)
    } catch { throw error.inside(place) }
  }

  private init(_ shape: [Int], _ layout: (type: ElementType, bigEndian: Bool), _ fortranOrder: Bool) {
    self.shape = shape
    type = layout.type
    bigEndian = layout.bigEndian
    self.fortranOrder = fortranOrder
  }

  private static func parsed(_ tokens: inout LiteralReader) throws(PadawannError) -> NumPyHeader {
    var descriptor: String?
    var order: Bool?
    var shape: [Int]?
    try tokens.expect("{")
    while try !tokens.skip("}") {
      let key = try tokens.quoted()
      try tokens.expect(":")
      switch key {
      case "descr" where descriptor == nil: descriptor = try elementName(&tokens)
      case "fortran_order" where order == nil: order = try tokens.truth()
      case "shape" where shape == nil: shape = try tokens.sizes()
      default: throw PadawannError(.data, "the header's key '\(key)' is unknown or repeated")
      }
      if try !tokens.skip(",") {
        try tokens.expect("}")
        break
      }
    }
    try tokens.expectEnd()
    guard let descriptor, let order, let shape else {
      throw PadawannError(.data, "the header lacks one of 'descr', 'fortran_order' and 'shape'")
    }
    return NumPyHeader(shape, try layout(descriptor), order)
  }

  private static func elementName(_ tokens: inout LiteralReader) throws(PadawannError) -> String {
    guard try !tokens.skip("[") else {
      throw PadawannError(
        .unsupported, "the elements are records (a structured dtype)",
        remedy: "Save each field as an array of its own")
    }
    return try tokens.quoted()
  }

  /// `<f4`, as NumPy names a type.
  static func name(of type: ElementType) -> String {
    if type == .bool { return "|b1" }
    let letter = type.isFloatingPoint ? "f" : String(type.name.prefix(1))
    return (type.byteCount == 1 ? "|" : "<") + letter + String(type.byteCount)
  }

  private static func layout(_ name: String) throws(PadawannError) -> (type: ElementType, bigEndian: Bool) {
    let known = ElementType.allCases.first {
      $0 != .bf16 && Self.name(of: $0).dropFirst() == name.dropFirst()
    }
    if let known, let order = name.first {
      switch order {
      case "<": return (known, false)
      case ">": return (known, true)
      case "|" where known.byteCount == 1: return (known, false)
      default: break
      }
    }
    let kinds: [Character: String] = [
      "O": "Python objects (a pickle)", "c": "complex numbers", "U": "text", "S": "text",
      "V": "records or raw bytes",
      "M": "dates", "m": "time spans", "f": "floating-point numbers of an unusual size",
    ]
    let kind = name.dropFirst().first.flatMap { kinds[$0] } ?? "of an unknown type"
    throw PadawannError(
      .unsupported, "the elements ('\(name)') are \(kind)",
      remedy: "Save plain numbers, for example as float32")
  }
}

/// A tokenizer for the few Python literals of a `.npy` header.
struct LiteralReader {
  private let text: [UInt8]
  private var position = 0

  init(_ text: String) { self.text = Array(text.utf8) }

  private mutating func skipBlanks() {
    while position < text.count, [0x20, 0x09, 0x0a, 0x0d].contains(text[position]) { position += 1 }
  }

  private func malformed(_ expected: String) -> PadawannError {
    PadawannError(.data, "the header is malformed: \(expected) is expected at character \(position)")
  }

  /// Whether the next character is `mark`; it is consumed then.
  mutating func skip(_ mark: Character) throws(PadawannError) -> Bool {
    skipBlanks()
    guard position < text.count else { throw malformed("'\(mark)'") }
    guard text[position] == mark.asciiValue else { return false }
    position += 1
    return true
  }

  mutating func expect(_ mark: Character) throws(PadawannError) {
    guard try skip(mark) else { throw malformed("'\(mark)'") }
  }

  mutating func expectEnd() throws(PadawannError) {
    skipBlanks()
    guard position == text.count else { throw malformed("the end") }
  }

  /// A quoted text without escapes.
  mutating func quoted() throws(PadawannError) -> String {
    skipBlanks()
    guard position < text.count, text[position] == 0x27 || text[position] == 0x22 else {
      throw malformed("a quote")
    }
    let start = position + 1
    guard let end = text[start...].firstIndex(of: text[position]), !text[start..<end].contains(0x5c) else {
      throw malformed("a closing quote")
    }
    position = end + 1
    return String(decoding: text[start..<end], as: UTF8.self)
  }

  mutating func truth() throws(PadawannError) -> Bool {
    skipBlanks()
    for (word, value) in [("True", true), ("False", false)] where text[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw malformed("True or False")
  }

  /// A tuple of sizes.
  mutating func sizes() throws(PadawannError) -> [Int] {
    try expect("(")
    var sizes: [Int] = []
    while try !skip(")") {
      sizes.append(try size())
      if try !skip(",") {
        guard sizes.count > 1 else { throw malformed("',' (a tuple of one)") }
        try expect(")")
        break
      }
    }
    return sizes
  }

  /// An unsigned decimal number; Python 2 wrote an `L` behind some.
  private mutating func size() throws(PadawannError) -> Int {
    skipBlanks()
    let digits = text[position...].prefix { (0x30...0x39).contains($0) }
    guard let value = Int(String(decoding: digits, as: UTF8.self)) else { throw malformed("a size") }
    position = digits.endIndex
    if position < text.count, text[position] == UInt8(ascii: "L") { position += 1 }
    return value
  }
}
