/// Bob Jenkins' lookup3 hash with initial value 0: the checksum of HDF5's metadata.
///
/// Source: http://burtleburtle.net/bob/c/lookup3.c (public domain), function `hashlittle`.
package func lookup3(_ bytes: ArraySlice<UInt8>) -> UInt32 {
  bytes.withUnsafeBytes { raw in
    let start = 0xdead_beef &+ UInt32(truncatingIfNeeded: raw.count)
    var state = Lookup3State(a: start, b: start, c: start)
    var position = 0
    while raw.count - position > 12 {
      state.add {
        UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: position + 4 * $0, as: UInt32.self))
      }
      state.mix()
      position += 12
    }
    guard position < raw.count else { return state.c }
    let tail = Array(raw[position...]) + Array(repeating: 0, count: 12 - (raw.count - position))
    state.add { UInt32(truncatingIfNeeded: littleEndian(tail[4 * $0..<4 * $0 + 4])) }
    state.finish()
    return state.c
  }
}

/// Whether a part of a file ends with the checksum of what is before.
package func isSealed(_ part: Range<Int>, of image: [UInt8]) -> Bool {
  UInt64(lookup3(image[part].dropLast(4))) == littleEndian(image[part].suffix(4))
}

/// Writes the checksum of a part of a file into its last four bytes.
package func seal(_ part: Range<Int>, of image: inout [UInt8]) {
  let checksum = lookup3(image[part].dropLast(4))
  for byte in 0..<4 {
    image[part.upperBound - 4 + byte] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * byte))
  }
}

private struct Lookup3State {
  var a: UInt32
  var b: UInt32
  var c: UInt32

  /// Adds the next three words.
  mutating func add(_ word: (Int) -> UInt32) {
    a &+= word(0)
    b &+= word(1)
    c &+= word(2)
  }

  mutating func mix() {
    Self.mixStep(&a, &c, b, 4)
    Self.mixStep(&b, &a, c, 6)
    Self.mixStep(&c, &b, a, 8)
    Self.mixStep(&a, &c, b, 16)
    Self.mixStep(&b, &a, c, 19)
    Self.mixStep(&c, &b, a, 4)
  }

  mutating func finish() {
    Self.finishStep(&c, b, 14)
    Self.finishStep(&a, c, 11)
    Self.finishStep(&b, a, 25)
    Self.finishStep(&c, b, 16)
    Self.finishStep(&a, c, 4)
    Self.finishStep(&b, a, 14)
    Self.finishStep(&c, b, 24)
  }

  private static func mixStep(_ first: inout UInt32, _ second: inout UInt32, _ third: UInt32, _ bits: UInt32)
  {
    first &-= second
    first ^= rotated(second, bits)
    second &+= third
  }

  private static func finishStep(_ first: inout UInt32, _ second: UInt32, _ bits: UInt32) {
    first ^= second
    first &-= rotated(second, bits)
  }

  private static func rotated(_ value: UInt32, _ bits: UInt32) -> UInt32 {
    value << bits | value >> (32 - bits)
  }
}
