/// Bob Jenkins' lookup3 hash with initial value 0: the checksum of HDF5's metadata.
///
/// Source: http://burtleburtle.net/bob/c/lookup3.c (public domain), function `hashlittle`.
func lookup3(_ bytes: ArraySlice<UInt8>) -> UInt32 {
  let start = 0xdead_beef &+ UInt32(truncatingIfNeeded: bytes.count)
  var state = Lookup3State(a: start, b: start, c: start)
  var rest = bytes
  while rest.count > 12 {
    state.add(rest.prefix(12))
    state.mix()
    rest = rest.dropFirst(12)
  }
  guard !rest.isEmpty else { return state.c }
  state.add(rest)
  state.finish()
  return state.c
}

private struct Lookup3State {
  var a: UInt32
  var b: UInt32
  var c: UInt32

  /// Adds up to 12 bytes; missing ones count as zero.
  mutating func add(_ bytes: ArraySlice<UInt8>) {
    a &+= UInt32(littleEndian(bytes.prefix(4)))
    b &+= UInt32(littleEndian(bytes.dropFirst(4).prefix(4)))
    c &+= UInt32(littleEndian(bytes.dropFirst(8).prefix(4)))
  }

  mutating func mix() {
    a &-= c; a ^= rotated(c, 4); c &+= b
    b &-= a; b ^= rotated(a, 6); a &+= c
    c &-= b; c ^= rotated(b, 8); b &+= a
    a &-= c; a ^= rotated(c, 16); c &+= b
    b &-= a; b ^= rotated(a, 19); a &+= c
    c &-= b; c ^= rotated(b, 4); b &+= a
  }

  mutating func finish() {
    c ^= b; c &-= rotated(b, 14)
    a ^= c; a &-= rotated(c, 11)
    b ^= a; b &-= rotated(a, 25)
    c ^= b; c &-= rotated(b, 16)
    a ^= c; a &-= rotated(c, 4)
    b ^= a; b &-= rotated(a, 14)
    c ^= b; c &-= rotated(b, 24)
  }

  private func rotated(_ value: UInt32, _ bits: UInt32) -> UInt32 {
    value << bits | value >> (32 - bits)
  }
}
