/// A message in Protocol Buffers' wire format in the making; ``ProtobufReader`` reads it.
///
/// Fields stand in the order in which they are written; who writes them by ascending number gets the bytes that other
/// programs give the same message.
struct ProtobufWriter {
  /// What has been written.
  private(set) var bytes: [UInt8] = []

  /// A signed integer; a negative one takes ten bytes.
  mutating func integer(_ field: UInt64, _ value: Int) {
    varint(field << 3)
    varint(UInt64(bitPattern: Int64(value)))
  }

  /// Integers one by one, as proto2 has them.
  mutating func integers(_ field: UInt64, _ values: [Int]) {
    for value in values { integer(field, value) }
  }

  /// A number of 32 bits.
  mutating func real(_ field: UInt64, _ value: Float) {
    varint(field << 3 | 5)
    bytes += [value].littleEndianBytes
  }

  /// A text in UTF-8.
  mutating func text(_ field: UInt64, _ text: String) { content(field, Array(text.utf8)) }

  /// Bytes with their length before them.
  mutating func content(_ field: UInt64, _ content: [UInt8]) {
    varint(field << 3 | 2)
    varint(UInt64(content.count))
    bytes += content
  }

  /// A message in this one.
  mutating func message(_ field: UInt64, _ write: (inout ProtobufWriter) -> Void) {
    var inner = ProtobufWriter()
    write(&inner)
    content(field, inner.bytes)
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest > 0x7f {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
