/// The fields of one message in Protocol Buffers' wire format, which is all of it that ONNX needs.
///
/// Every length is checked against the end of the message that it is in. Groups, which no current writer makes, are
/// refused; who reads a message skips the fields that it does not know.
struct ProtobufReader {
  /// The value of a field as the wire has it.
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes(ByteReader)
  }

  /// A field of a message.
  struct Field {
    let number: UInt64
    let value: Value
    /// Where it begins, for messages.
    let offset: Int
  }

  /// How deep messages may be in each other; a tensor of an attribute of a node is five deep.
  static let deepest = 16

  private var reader: ByteReader
  private let depth: Int

  /// Reads a whole file.
  init(_ bytes: [UInt8]) {
    reader = ByteReader(bytes)
    depth = 0
  }

  private init(_ reader: ByteReader, depth: Int) {
    self.reader = reader
    self.depth = depth
  }

  /// The next field; `nil` at the end of the message.
  mutating func next() throws(PadawannError) -> Field? {
    if reader.isAtEnd { return nil }
    let offset = reader.position
    let tag = try Self.varint(&reader)
    guard tag >> 3 > 0, tag >> 3 < 1 << 29 else {
      throw PadawannError(.data, "a field has the impossible number \(tag >> 3)", at: "byte \(offset)")
    }
    return Field(number: tag >> 3, value: try value(of: tag & 7, offset), offset: offset)
  }

  /// The message that a field has.
  func message(_ field: Field) throws(PadawannError) -> ProtobufReader {
    guard depth < Self.deepest else {
      throw PadawannError(.data, "messages are nested too deeply", at: "byte \(field.offset)")
    }
    return ProtobufReader(try field.content, depth: depth + 1)
  }

  private mutating func value(of wireType: UInt64, _ offset: Int) throws(PadawannError) -> Value {
    switch wireType {
    case 0: return .varint(try Self.varint(&reader))
    case 1: return .fixed64(try reader.integer())
    case 2:
      let count = try Self.varint(&reader)
      guard count <= UInt64(reader.remaining) else {
        throw PadawannError(
          .data, "a field of \(count) bytes is announced where \(reader.remaining) are left",
          at: "byte \(offset)", remedy: ZipEntry.fetchAgain)
      }
      let content = try reader.part(at: reader.position, count: Int(count))
      try reader.skip(Int(count))
      return .bytes(content)
    case 5: return .fixed32(try reader.integer())
    default:
      throw PadawannError(.data, "a field has the wire type \(wireType)", at: "byte \(offset)")
    }
  }

  /// An integer of 1 to 10 bytes, seven bits each.
  static func varint(_ reader: inout ByteReader) throws(PadawannError) -> UInt64 {
    let offset = reader.position
    var value: UInt64 = 0
    for position in 0..<10 {
      let byte = try reader.byte()
      guard position < 9 || byte <= 1 else { break }
      value |= UInt64(byte & 0x7f) << (7 * UInt64(position))
      if byte < 0x80 { return value }
    }
    throw PadawannError(.data, "an integer has more than 64 bits", at: "byte \(offset)")
  }
}

extension ProtobufReader.Field {
  /// The bytes of a field with a length.
  var content: ByteReader {
    get throws(PadawannError) {
      guard case .bytes(let reader) = value else { throw mismatch }
      return reader
    }
  }

  /// The field as text.
  var text: String {
    get throws(PadawannError) {
      var reader = try content
      return try reader.text(reader.remaining)
    }
  }

  /// The field as a signed integer.
  var integer: Int {
    get throws(PadawannError) {
      guard case .varint(let value) = value else { throw mismatch }
      return Int(truncatingIfNeeded: value)
    }
  }

  /// The field as a number of 32 bits.
  var real: Float {
    get throws(PadawannError) {
      guard case .fixed32(let bits) = value else { throw mismatch }
      return Float(bitPattern: bits)
    }
  }

  /// One element of a repeated integer field, or several that are packed.
  var integers: [Int] {
    get throws(PadawannError) {
      guard case .bytes(var reader) = value else { return [try integer] }
      var integers: [Int] = []
      while !reader.isAtEnd { integers.append(Int(truncatingIfNeeded: try ProtobufReader.varint(&reader))) }
      return integers
    }
  }

  /// The little-endian bytes of one element of a repeated field of numbers of fixed size, or of several that are packed.
  var numberBytes: ArraySlice<UInt8> {
    get throws(PadawannError) {
      switch value {
      case .fixed32(let bits): return ArraySlice((0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) })
      case .fixed64(let bits): return ArraySlice((0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) })
      case .bytes(var reader): return try reader.take(reader.remaining)
      case .varint: throw mismatch
      }
    }
  }

  private var mismatch: PadawannError {
    PadawannError(.data, "the field \(number) has a value of the wrong kind", at: "byte \(offset)")
  }
}
