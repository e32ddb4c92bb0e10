/// A tar archive in memory (POSIX.1-1988 `ustar`; long names are not needed by any published set).
struct TarArchive {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The regular files whose last path component is one of `names`, by that component.
  ///
  /// - Throws: ``PadawannError`` `data` when a header is damaged, a size does not fit, or a file is not there.
  func files(named names: [String]) throws(PadawannError) -> [String: [UInt8]] {
    var (reader, found) = (ByteReader(bytes), [String: [UInt8]]())
    while reader.remaining >= 512 {
      let start = reader.position
      let header = Array(try reader.take(512))
      if header.allSatisfy({ $0 == 0 }) { break }
      guard Self.checksumAgrees(header), let size = Self.octal(header[124..<136]) else {
        throw PadawannError(.data, "a header of the tar archive is damaged", at: "byte \(start)")
      }
      let content = try reader.take(size)
      try reader.skip(min(reader.remaining, (512 - size % 512) % 512))
      let name = String(decoding: header[..<100].prefix { $0 != 0 }, as: UTF8.self)
      let last = String(name.split(separator: "/").last ?? "")
      if names.contains(last), header[156] == 48 || header[156] == 0 { found[last] = Array(content) }
    }
    if let missing = names.first(where: { found[$0] == nil }) {
      throw PadawannError(.data, "the archive has no file \(missing)")
    }
    return found
  }

  private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
    let digits = field.drop { $0 == 32 }.prefix { $0 != 0 && $0 != 32 }
    guard !digits.isEmpty, digits.allSatisfy({ (48...55).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 << 3 | Int($1 - 48) }
  }

  /// The sum of all header bytes, its own field counting as spaces.
  private static func checksumAgrees(_ header: [UInt8]) -> Bool {
    let sum = header.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(header[$1])) }
    return octal(header[148..<156]) == sum
  }
}
