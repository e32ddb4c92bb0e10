import HDF5

/// Groups and attributes in one list of bytes instead of in headers of HDF5, which take some hundred bytes for each group.
/// `Formats/padawann.md`, section "Packed groups".
enum PackedGroups {
  /// The vector that holds them.
  static let vector = "packed"
  /// How deep groups may be in each other: a task has nodes.
  private static let depth = 4
  private static let attributesPerGroup = 256
  private static let groupLimit = 12 * Architecture.Limits.nodes + 2 * ModelRules.maximumTasks

  /// The bytes of a group without its vectors.
  static func packed(_ group: HDFGroup) -> [UInt8] {
    var writer = PackedWriter()
    writer.append(group)
    return RepetitionCoder.encoded(writer.bytes)
  }

  /// The group of some bytes.
  ///
  /// - Throws: ``PadawannError`` `data` when they are none, or have a name twice.
  static func unpacked(_ bytes: [UInt8]) throws(PadawannError) -> HDFGroup {
    do throws(PadawannError) {
      var reader = PackedReader(try RepetitionCoder.decoded(bytes))
      var count = groupLimit
      let group = try group(&reader, depth: 0, &count)
      guard reader.isAtEnd else { throw PadawannError(.data, "there is more behind its last group") }
      return group
    } catch {
      throw PadawannError(.data, "the dataset \"\(vector)\" holds no groups: \(error.message)")
    }
  }

  private static func group(_ reader: inout PackedReader, depth: Int, _ left: inout Int)
    throws(PadawannError) -> HDFGroup
  {
    left -= 1
    guard depth <= Self.depth, left >= 0 else {
      throw PadawannError(
        .data, "there are more than \(groupLimit) groups, or they are deeper than \(Self.depth)")
    }
    var group = HDFGroup()
    let attributes = try reader.count(mostly: attributesPerGroup)
    for _ in 0..<attributes {
      let name = try reader.text()
      group.attributes.append(HDFEntry(name, try reader.value()))
    }
    for _ in 0..<(try reader.count(mostly: groupLimit)) {
      let name = try reader.text()
      group.groups.append(HDFEntry(name, try self.group(&reader, depth: depth + 1, &left)))
    }
    for names in [group.attributes.map(\.name), group.groups.map(\.name)] {
      guard Set(names.map { Array($0.utf8) }).count == names.count else {
        throw PadawannError(.data, "a group has a name twice")
      }
    }
    return group
  }
}

/// What a value is, as one letter.
private enum Letter {
  static let integer = UInt8(ascii: "i")
  static let float32 = UInt8(ascii: "f")
  static let float64 = UInt8(ascii: "d")
  static let text = UInt8(ascii: "t")
  static let texts = UInt8(ascii: "T")
  static let uint8s = UInt8(ascii: "B")
  static let int32s = UInt8(ascii: "I")
  static let int64s = UInt8(ascii: "L")
  static let float32s = UInt8(ascii: "F")
  static let float64s = UInt8(ascii: "D")
}

private struct PackedWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ group: HDFGroup) {
    append(group.attributes.count)
    for entry in group.attributes {
      append(entry.name)
      append(entry.value)
    }
    append(group.groups.count)
    for entry in group.groups {
      append(entry.name)
      append(entry.value)
    }
  }

  private mutating func append(_ value: HDFValue) {
    switch value {
    case .integer(let number):
      bytes.append(Letter.integer)
      append(signed: number)
    case .float32(let number): bytes += [Letter.float32] + HDFElements.float32([number]).littleEndianBytes
    case .float64(let number): bytes += [Letter.float64] + HDFElements.float64([number]).littleEndianBytes
    case .text(let text):
      bytes.append(Letter.text)
      append(text)
    case .texts(let texts):
      bytes.append(Letter.texts)
      append(texts.count)
      for text in texts { append(text) }
    case .array(let elements): append(elements)
    }
  }

  private mutating func append(_ elements: HDFElements) {
    func begin(_ letter: UInt8) {
      bytes.append(letter)
      append(elements.count)
    }
    switch elements {
    case .uint8: begin(Letter.uint8s)
    case .int32(let numbers):
      begin(Letter.int32s)
      for number in numbers { append(signed: Int64(number)) }
      return
    case .int64(let numbers):
      begin(Letter.int64s)
      for number in numbers { append(signed: number) }
      return
    case .float32: begin(Letter.float32s)
    case .float64: begin(Letter.float64s)
    // Attributes have no halves.
    case .float16: preconditionFailure("an attribute of halves")
    }
    bytes += elements.littleEndianBytes
  }

  private mutating func append(_ text: String) {
    append(text.utf8.count)
    bytes += text.utf8
  }

  private mutating func append(_ count: Int) { append(unsigned: UInt64(count)) }

  /// 0, -1, 1, -2 and so on become 0, 1, 2, 3.
  private mutating func append(signed number: Int64) {
    append(unsigned: UInt64(bitPattern: number << 1 ^ number >> 63))
  }

  /// Seven bits in each byte, the lowest first; the highest bit says that more follow.
  private mutating func append(unsigned number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

private struct PackedReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  /// A number of things, of which each takes a byte or more.
  mutating func count(mostly limit: Int = .max) throws(PadawannError) -> Int {
    let number = try unsigned()
    guard number <= UInt64(min(limit, rest.count)) else {
      throw PadawannError(.data, "a count of \(number) is more than there can be")
    }
    return Int(number)
  }

  mutating func text() throws(PadawannError) -> String {
    let bytes = try take(count())
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw PadawannError(.data, "a text is not UTF-8, or has U+0000")
    }
    return text
  }

  mutating func value() throws(PadawannError) -> HDFValue {
    switch try take(1).first {
    case Letter.integer: return .integer(try signed())
    case Letter.float32: return .float32(Float(bitPattern: UInt32(littleEndian(try take(4)))))
    case Letter.float64: return .float64(Double(bitPattern: littleEndian(try take(8))))
    case Letter.text: return .text(try text())
    case Letter.texts: return .texts(try list { reader throws(PadawannError) in try reader.text() })
    case Letter.uint8s: return .array(.uint8(Array(try take(count()))))
    case Letter.int32s:
      return .array(
        .int32(
          try list { reader throws(PadawannError) in
            guard let number = Int32(exactly: try reader.signed()) else {
              throw PadawannError(.data, "a number has more than 32 bits")
            }
            return number
          }))
    case Letter.int64s:
      return .array(.int64(try list { reader throws(PadawannError) in try reader.signed() }))
    case Letter.float32s:
      return .array(
        .float32(
          try list { reader throws(PadawannError) in
            Float(bitPattern: UInt32(littleEndian(try reader.take(4))))
          }))
    case Letter.float64s:
      return .array(
        .float64(
          try list { reader throws(PadawannError) in Double(bitPattern: littleEndian(try reader.take(8))) }))
    default: throw PadawannError(.data, "a value is of no known kind")
    }
  }

  private mutating func list<Element>(
    _ element: (inout PackedReader) throws(PadawannError) -> Element
  ) throws(PadawannError) -> [Element] {
    var elements: [Element] = []
    for _ in 0..<(try count()) { elements.append(try element(&self)) }
    return elements
  }

  private mutating func signed() throws(PadawannError) -> Int64 {
    let number = try unsigned()
    return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
  }

  private mutating func unsigned() throws(PadawannError) -> UInt64 {
    var (number, shift) = (UInt64(0), UInt64(0))
    while true {
      guard let byte = rest.popFirst() else { throw PadawannError(.data, "it is cut off") }
      guard shift < 63 || byte <= 1 else { throw PadawannError(.data, "a number has more than 64 bits") }
      number |= UInt64(byte & 0x7f) << shift
      // A number has one spelling.
      guard byte != 0 || shift == 0 else { throw PadawannError(.data, "a number has a byte too many") }
      if byte < 0x80 { return number }
      shift += 7
    }
  }

  private mutating func take(_ count: Int) throws(PadawannError) -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw PadawannError(.data, "it is cut off") }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}
