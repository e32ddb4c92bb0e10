/// A cursor over untrusted bytes. Every read is checked against the end, and a failure names the byte offset.
package struct ByteReader: Sendable {
  /// The bytes of the whole file; sub-readers share them without a copy.
  package let bytes: [UInt8]
  /// The offset of the next byte to be read, from the start of the file.
  package private(set) var position: Int
  /// The offset at which this reader ends.
  package let end: Int

  /// Reads all of `bytes`.
  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = 0
    end = bytes.count
  }

  private init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// The number of bytes that are left.
  package var remaining: Int { end - position }
  /// Whether nothing is left.
  package var isAtEnd: Bool { position == end }

  /// A reader of `count` bytes from `offset`, both in bytes of the whole file.
  ///
  /// - Throws: ``PadawannError`` when the range is not inside this reader.
  package func part(at offset: Int, count: Int) throws(PadawannError) -> ByteReader {
    guard offset >= 0, count >= 0, offset <= end, count <= end - offset else {
      throw PadawannError(
        .data, "\(count) bytes are announced where the file has fewer", at: "byte \(offset)")
    }
    return ByteReader(bytes, offset..<(offset + count))
  }

  /// Takes the next `count` bytes without copying them.
  package mutating func take(_ count: Int) throws(PadawannError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else {
      throw PadawannError(
        .data, "the file ends too early: \(count) bytes are needed and \(remaining) are left",
        at: "byte \(position)")
    }
    defer { position += count }
    return bytes[position..<(position + count)]
  }

  /// Skips `count` bytes.
  package mutating func skip(_ count: Int) throws(PadawannError) { _ = try take(count) }

  /// Moves to an offset of the whole file.
  package mutating func move(to offset: Int) throws(PadawannError) {
    guard offset >= 0, offset <= end else {
      throw PadawannError(.data, "an offset points outside the file", at: "byte \(offset)")
    }
    position = offset
  }

  /// Reads one byte.
  package mutating func byte() throws(PadawannError) -> UInt8 {
    guard position < end else {
      throw PadawannError(.data, "the file ends too early", at: "byte \(position)")
    }
    defer { position += 1 }
    return bytes[position]
  }

  /// Reads an integer of any width, little-endian unless told.
  package mutating func integer<I: FixedWidthInteger>(_: I.Type = I.self, bigEndian: Bool = false)
    throws(PadawannError) -> I
  {
    var value: I = 0
    let slice = try take(I.bitWidth / 8)
    if bigEndian {
      for byte in slice { value = (value << 8) | I(truncatingIfNeeded: byte) }
    } else {
      for byte in slice.reversed() { value = (value << 8) | I(truncatingIfNeeded: byte) }
    }
    return value
  }

  /// Reads UTF-8 text of `count` bytes.
  package mutating func text(_ count: Int) throws(PadawannError) -> String {
    let start = position
    let slice = try take(count)
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw PadawannError(.data, "text is not valid UTF-8", at: "byte \(start)")
    }
    return text
  }
}
