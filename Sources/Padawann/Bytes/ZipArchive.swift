/// A zip archive (PKWARE's APPNOTE 6.3, with ZIP64), read strictly.
///
/// The central directory is what counts, because writers such as PyTorch's leave sizes and checksums out of the local
/// headers. Whatever both say must agree, and every content is checked against its CRC-32, so that a damaged archive
/// gives an error and no archive can look different to two readers.
package struct ZipArchive: Sendable {
  /// The entries in the order of the central directory.
  package let entries: [ZipEntry]
  private let places: [String: Int]
  private let bytes: any RandomAccess

  /// Reads the directory and checks it against every local header.
  ///
  /// - Throws: ``PadawannError`` `data` when the archive is truncated, damaged or ambiguous: names that appear twice,
  ///   are absolute or leave the archive, entries that overlap, headers that contradict each other; `unsupported` when
  ///   it is encrypted, spread over several disks or uses another compression than deflate.
  package init(_ bytes: any RandomAccess) throws(PadawannError) {
    let directory = try ZipDirectory(bytes)
    var entries: [ZipEntry] = []
    for record in try directory.entries(of: bytes) {
      do { entries.append(try Self.located(record, in: bytes, before: directory.offset)) } catch {
        throw error.inside("entry \(record.name)")
      }
    }
    places = try Self.places(of: entries)
    self.entries = entries
    self.bytes = bytes
  }

  /// The entry of a name.
  package func entry(named name: String) -> ZipEntry? { places[name].map { entries[$0] } }

  /// The content of an entry, inflated when needed and checked against its size and CRC-32.
  ///
  /// - Parameters:
  ///   - entry: one of ``entries``.
  ///   - limit: the largest size in bytes that is accepted.
  /// - Throws: ``PadawannError`` `data` when the content is larger than `limit` or damaged.
  package func content(of entry: ZipEntry, limit: Int) throws(PadawannError) -> [UInt8] {
    do { return try checkedContent(of: entry, limit: limit) } catch {
      throw error.inside("entry \(entry.name)")
    }
  }

  private func checkedContent(of entry: ZipEntry, limit: Int) throws(PadawannError) -> [UInt8] {
    guard entry.size <= limit else {
      throw PadawannError(
        .data, "\(entry.size) bytes are announced and \(limit) are accepted",
        remedy: "Store it without compression, if this is no attack")
    }
    return try entry.content(of: bytes.bytes(at: entry.contentOffset, count: entry.compressedSize))
  }

  /// The entry with the place of its content, once its local header agrees with the directory.
  private static func located(_ entry: ZipEntry, in bytes: any RandomAccess, before end: Int)
    throws(PadawannError)
    -> ZipEntry
  {
    let disagreement = PadawannError(
      .data, "the local header and the central directory disagree", remedy: ZipEntry.fetchAgain)
    var reader = ByteReader(try bytes.bytes(at: entry.headerOffset, count: 30))
    guard try reader.integer(UInt32.self) == 0x0403_4b50 else { throw disagreement }
    try reader.skip(2)
    let flags = try reader.integer(UInt16.self)
    let method = try reader.integer(UInt16.self)
    try reader.skip(4)
    let crc = try reader.integer(UInt32.self)
    let sizes = [try reader.integer(UInt32.self), try reader.integer(UInt32.self)]
    let lengths = [Int(try reader.integer(UInt16.self)), Int(try reader.integer(UInt16.self))]
    let name = try bytes.bytes(at: entry.headerOffset + 30, count: lengths[0])
    guard method == entry.method, flags == entry.flags, name.elementsEqual(entry.name.utf8) else {
      throw disagreement
    }
    if flags & 8 == 0 {
      // Without the flag for sizes that follow the content, the local header must have them.
      let expected = [entry.compressedSize, entry.size]
      guard crc == entry.crc, zip(sizes, expected).allSatisfy({ $0 == .max || Int($0) == $1 }) else {
        throw disagreement
      }
    }
    var located = entry
    located.contentOffset = entry.headerOffset + 30 + lengths[0] + lengths[1]
    guard located.contentOffset <= end, entry.compressedSize <= end - located.contentOffset else {
      throw PadawannError(
        .data, "its content reaches into the archive's directory", remedy: ZipEntry.fetchAgain)
    }
    return located
  }

  /// The index of each name, once it is sure that names differ and contents do not overlap.
  private static func places(of entries: [ZipEntry]) throws(PadawannError) -> [String: Int] {
    var places: [String: Int] = [:]
    for (index, entry) in entries.enumerated() where places.updateValue(index, forKey: entry.name) != nil {
      throw PadawannError(.data, "two entries have the same name", at: "entry \(entry.name)")
    }
    let byPlace = entries.sorted { $0.headerOffset < $1.headerOffset }
    for (entry, next) in zip(byPlace, byPlace.dropFirst())
    where entry.contentOffset + entry.compressedSize > next.headerOffset {
      throw PadawannError(.data, "it overlaps the entry \(next.name)", at: "entry \(entry.name)")
    }
    return places
  }
}
