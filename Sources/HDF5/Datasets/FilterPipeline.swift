import Zlib

/// What the values of a chunk went through before they were stored.
///
/// Source: HDF5 File Format Specification, section IV.A.2.l "The Data Storage - Filter Pipeline Message".
struct FilterPipeline {
  private enum Filter {
    case deflate
    case shuffle
    case fletcher32
  }

  private var filters: [Filter] = []
  private let elementBytes: Int
  private let path: String

  /// Values that went through nothing.
  init(elementBytes: Int, at path: String) {
    self.elementBytes = elementBytes
    self.path = path
  }

  /// Reads the message about filters and refuses those that are not known.
  init(_ message: ByteCursor, elementBytes: Int, at path: String) throws(HDF5Error) {
    self.init(elementBytes: elementBytes, at: path)
    var cursor = message
    let (version, count) = (try cursor.byte(), try cursor.byte())
    guard version == 1 || version == 2, count <= 32 else {
      throw HDF5Error(.unsupported, "its list of filters has format version \(version)", at: path)
    }
    if version == 1 { _ = try cursor.take(6) }
    for _ in 0..<count {
      let identifier = try cursor.count(2)
      let nameBytes = version == 1 || identifier >= 256 ? try cursor.count(2) : 0
      _ = try cursor.take(2)
      let values = try cursor.count(2)
      _ = try cursor.take(nameBytes)
      // The only parameter that matters here, the size of an element, is known.
      _ = try cursor.take(4 * (version == 1 ? values + values % 2 : values))
      filters.append(try Self.filter(identifier, path))
    }
  }

  private static func filter(_ identifier: Int, _ path: String) throws(HDF5Error) -> Filter {
    switch identifier {
    case 1: return .deflate
    case 2: return .shuffle
    case 3: return .fletcher32
    default:
      let names = [
        4: "szip", 5: "n-bit", 6: "scale-offset", 307: "bzip2", 32_000: "LZF", 32_001: "Blosc", 32_004: "LZ4",
        32_008: "bitshuffle", 32_015: "Zstandard",
      ]
      let name = names[identifier].map { " (\($0))" } ?? ""
      throw HDF5Error(
        .unsupported,
        "its values went through filter \(identifier)\(name); deflate, shuffle and fletcher32 are read",
        at: path)
    }
  }

  /// The values of a chunk, undone from the last filter to the first.
  ///
  /// - Parameters:
  ///   - skipped: the filters that the chunk did not go through, one bit each.
  ///   - byteCount: the size that the values must have; hardly more is ever allocated.
  func values(of stored: ArraySlice<UInt8>, skipped: UInt32, byteCount: Int) throws(HDF5Error) -> [UInt8] {
    var bytes = stored
    for (position, filter) in filters.enumerated().reversed() where skipped >> UInt32(position) & 1 == 0 {
      switch filter {
      case .deflate: bytes = try inflated(bytes, limit: byteCount + byteCount / 64 + 256)
      case .shuffle: bytes = unshuffled(bytes)
      case .fletcher32: bytes = try checked(bytes)
      }
    }
    guard bytes.count == byteCount else {
      throw HDF5Error(.damaged, "a chunk has \(bytes.count) bytes of values, not \(byteCount)", at: path)
    }
    return Array(bytes)
  }

  private func inflated(_ bytes: ArraySlice<UInt8>, limit: Int) throws(HDF5Error) -> ArraySlice<UInt8> {
    do {
      return try inflate(bytes, .zlib, limit: limit)[...]
    } catch .unavailable(let code) {
      throw HDF5Error(.library, "zlib has no memory (code \(code))", at: path)
    } catch {
      throw HDF5Error(.damaged, "a chunk cannot be inflated (\(error))", at: path)
    }
  }

  /// First the first bytes of all elements, then the second ones, and so on; what fills no element comes at the end.
  private func unshuffled(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let (size, count) = (elementBytes, bytes.count / elementBytes)
    guard size > 1, count > 1 else { return bytes }
    var result = Array(bytes)
    bytes.withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer { target in
        for byte in 0..<size {
          for element in 0..<count { target[element * size + byte] = source[byte * count + element] }
        }
      }
    }
    return result[...]
  }

  private func checked(_ bytes: ArraySlice<UInt8>) throws(HDF5Error) -> ArraySlice<UInt8> {
    let content = bytes.dropLast(4)
    guard bytes.count >= 4, UInt64(Self.fletcher32(content)) == littleEndian(bytes.suffix(4)) else {
      throw HDF5Error(.damaged, "a chunk does not fit its checksum (fletcher32)", at: path)
    }
    return content
  }

  /// Fletcher's checksum as HDF5 has it: sums modulo 65,535 of words of two bytes, the higher byte first.
  private static func fletcher32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var (first, second): (UInt32, UInt32) = (0, 0)
    func fold(_ sum: UInt32) -> UInt32 { sum & 0xffff + sum >> 16 }
    bytes.withUnsafeBufferPointer { raw in
      var position = 0
      while position + 1 < raw.count {
        // So many words cannot overflow the sums.
        let end = min(raw.count & ~1, position + 720)
        while position < end {
          first &+= UInt32(raw[position]) << 8 | UInt32(raw[position + 1])
          second &+= first
          position += 2
        }
        (first, second) = (fold(first), fold(second))
      }
      if position < raw.count {
        first &+= UInt32(raw[position]) << 8
        second &+= first
        (first, second) = (fold(first), fold(second))
      }
    }
    return fold(second) << 16 | fold(first)
  }
}
