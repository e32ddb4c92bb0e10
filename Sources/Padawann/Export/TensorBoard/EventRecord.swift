/// One record of a TensorBoard event file: an `Event` message of `event.proto` in the framing of TensorFlow's records, which is the
/// length (64 bits, little-endian), its masked ``CRC32C``, the message, and its masked CRC-32C.
struct EventRecord: Sendable, Equatable {
  /// The record, framed.
  let bytes: [UInt8]

  /// What every event file begins with.
  static let fileVersion = EventRecord(wallTime: 0, ProtobufMessage { $0.text(3, "brain.Event:2") })

  /// Scalars of one step.
  ///
  /// - Parameters:
  ///   - scalars: tags and values, which are stored in 32 bits.
  ///   - step: the step.
  ///   - wallTime: seconds, which TensorBoard counts from 1970.
  init(_ scalars: [FlatLine.Entry], step: Int, wallTime: Double) {
    let values = ProtobufMessage { summary in
      for scalar in scalars {
        summary.message(
          1,
          ProtobufMessage {
            $0.text(1, scalar.name)
            $0.float(2, Float(scalar.value))
          })
      }
    }
    self.init(
      wallTime: wallTime,
      ProtobufMessage {
        $0.varint(2, UInt64(bitPattern: Int64(step)))
        $0.message(5, values)
      })
  }

  private init(wallTime: Double, _ rest: ProtobufMessage) {
    let message = ProtobufMessage { $0.double(1, wallTime) }.bytes + rest.bytes
    let length = UInt64(message.count).littleEndianBytes
    bytes =
      length + CRC32C.masked(length).littleEndianBytes + message + CRC32C.masked(message).littleEndianBytes
  }
}

/// A message in the wire format of protocol buffers, of the few kinds of fields that events have. As version 3 has it, a field that is 0
/// is left out, unless it is one of several that exclude each other.
struct ProtobufMessage {
  private(set) var bytes: [UInt8] = []

  init(_ fields: (inout ProtobufMessage) -> Void) { fields(&self) }

  mutating func varint(_ field: Int, _ value: UInt64) {
    guard value != 0 else { return }
    append(UInt64(field << 3))
    append(value)
  }

  mutating func double(_ field: Int, _ value: Double) {
    guard value != 0 else { return }
    append(UInt64(field << 3 | 1))
    bytes += value.bitPattern.littleEndianBytes
  }

  /// A number of 32 bits that excludes others.
  mutating func float(_ field: Int, _ value: Float) {
    append(UInt64(field << 3 | 5))
    bytes += value.bitPattern.littleEndianBytes
  }

  mutating func text(_ field: Int, _ value: String) { append(field, Array(value.utf8)) }

  mutating func message(_ field: Int, _ value: ProtobufMessage) { append(field, value.bytes) }

  private mutating func append(_ field: Int, _ content: [UInt8]) {
    append(UInt64(field << 3 | 2))
    append(UInt64(content.count))
    bytes += content
  }

  private mutating func append(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

extension FixedWidthInteger {
  /// The bytes of the number, the least significant first.
  fileprivate var littleEndianBytes: [UInt8] {
    stride(from: 0, to: Self.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: self >> $0) }
  }
}
