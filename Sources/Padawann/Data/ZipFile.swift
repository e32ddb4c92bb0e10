import Zlib

/// The files of a large zip archive on disk, of which only the wanted ones are read into memory. The archive's checksum has
/// been compared before, so this does not look for the tricks that a hostile archive could play.
struct ZipFile {
  private struct Entry {
    let method: UInt16
    let crc: UInt32
    let storedSize: Int
    let size: Int
    let headerOffset: Int
  }

  private let archive: RandomAccessFile
  private var entries: [String: Entry] = [:]

  /// Reads the directory at the archive's end.
  ///
  /// - Throws: ``PadawannError`` `data` when there is none, `unsupported` when it is one of the 64-bit kind.
  init(_ archive: RandomAccessFile) throws(PadawannError) {
    self.archive = archive
    let tail = try archive.bytes(
      at: max(0, archive.byteCount - 65_557), count: min(archive.byteCount, 65_557))
    guard let end = Self.endRecord(tail) else {
      throw PadawannError(.data, "the end of the zip archive is not there", remedy: "Get the archive again")
    }
    var record = try ByteReader(tail).part(at: end + 10, count: 10)
    let count = Int(try record.integer(UInt16.self))
    let size = Int(try record.integer(UInt32.self))
    let offset = Int(try record.integer(UInt32.self))
    guard count < 0xffff, size < 0xffff_ffff, offset < 0xffff_ffff else {
      throw PadawannError(.unsupported, "zip archives of the 64-bit kind are not supported here")
    }
    var directory = ByteReader(try archive.bytes(at: offset, count: size))
    for _ in 0..<count { try readEntry(&directory) }
  }

  private static func endRecord(_ tail: [UInt8]) -> Int? {
    guard tail.count >= 22 else { return nil }
    return (0...(tail.count - 22)).last { tail[$0...].starts(with: [0x50, 0x4b, 5, 6]) }
  }

  private mutating func readEntry(_ directory: inout ByteReader) throws(PadawannError) {
    guard try directory.integer(UInt32.self) == 0x0201_4b50 else {
      throw PadawannError(.data, "the zip archive’s directory is damaged", remedy: "Get the archive again")
    }
    try directory.skip(6)
    let method = try directory.integer(UInt16.self)
    try directory.skip(4)
    let crc = try directory.integer(UInt32.self)
    let storedSize = Int(try directory.integer(UInt32.self))
    let size = Int(try directory.integer(UInt32.self))
    let nameLength = Int(try directory.integer(UInt16.self))
    let extraLength = Int(try directory.integer(UInt16.self)) + Int(try directory.integer(UInt16.self))
    try directory.skip(8)
    let offset = Int(try directory.integer(UInt32.self))
    let name = String(decoding: try directory.take(nameLength), as: UTF8.self)
    try directory.skip(extraLength)
    // Folders inside the archive do not matter: the names that are looked for are unique.
    entries[String(name.split(separator: "/").last ?? "")] = Entry(
      method: method, crc: crc, storedSize: storedSize, size: size, headerOffset: offset)
  }

  /// Reads one file by its last path component.
  ///
  /// - Throws: ``PadawannError`` `data` when it is not there or is damaged.
  func file(named name: String) throws(PadawannError) -> [UInt8] {
    guard let entry = entries[name] else { throw PadawannError(.data, "the archive has no file \(name)") }
    var header = ByteReader(try archive.bytes(at: entry.headerOffset, count: 30))
    try header.skip(26)
    let lengths = Int(try header.integer(UInt16.self)) + Int(try header.integer(UInt16.self))
    let stored = try archive.bytes(at: entry.headerOffset + 30 + lengths, count: entry.storedSize)
    let content = try Self.content(stored, entry)
    guard content.count == entry.size, crc32(content[...]) == entry.crc else {
      throw PadawannError(.data, "\(name) is damaged inside the archive", remedy: "Get the archive again")
    }
    return content
  }

  private static func content(_ stored: [UInt8], _ entry: Entry) throws(PadawannError) -> [UInt8] {
    switch entry.method {
    case 0: return stored
    case 8:
      do { return try inflate(stored[...], .raw, limit: entry.size) } catch {
        throw PadawannError(.data, "a file of the archive cannot be inflated (\(error))")
      }
    default: throw PadawannError(.unsupported, "compression method \(entry.method) of zip is not supported")
    }
  }
}
