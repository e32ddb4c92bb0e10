/// Reads numbers one after the other from a part of a file, never beyond its end.
struct ByteCursor {
  private var rest: ArraySlice<UInt8>
  private let path: String

  init(_ bytes: ArraySlice<UInt8>, at path: String) {
    rest = bytes
    self.path = path
  }

  /// How many bytes are left.
  var count: Int { rest.count }

  mutating func take(_ count: Int) throws(HDF5Error) -> ArraySlice<UInt8> {
    guard count >= 0, count <= rest.count else {
      throw HDF5Error(.damaged, "a header message at byte \(rest.startIndex) is cut off", at: path)
    }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// A little-endian number of 1 to 8 bytes.
  mutating func number(_ byteCount: Int) throws(HDF5Error) -> UInt64 {
    littleEndian(try take(byteCount))
  }

  mutating func byte() throws(HDF5Error) -> UInt8 {
    UInt8(truncatingIfNeeded: try number(1))
  }

  /// A little-endian number that counts something in memory.
  mutating func count(_ byteCount: Int) throws(HDF5Error) -> Int {
    let value = try number(byteCount)
    guard let count = Int(exactly: value) else {
      throw HDF5Error(.damaged, "a count of \(value) is impossible", at: path)
    }
    return count
  }
}
