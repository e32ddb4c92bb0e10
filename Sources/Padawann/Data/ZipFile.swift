/// The files of a large zip archive on disk, of which only the wanted ones are read into memory. The archive's checksum has
/// been compared before, so that local headers are not compared with the directory as ``ZipArchive`` does.
struct ZipFile {
  private let archive: RandomAccessFile
  private var entries: [String: ZipEntry] = [:]

  /// Reads the directory at the archive's end.
  ///
  /// - Throws: ``PadawannError`` `data` when there is none or it is damaged, `unsupported` when the archive is encrypted,
  ///   spread over several disks or uses another compression than deflate.
  init(_ archive: RandomAccessFile) throws(PadawannError) {
    self.archive = archive
    // Folders inside the archive do not matter: the names that are looked for are unique.
    for entry in try ZipDirectory(archive).entries(of: archive) {
      entries[String(entry.name.split(separator: "/").last ?? "")] = entry
    }
  }

  /// Reads one file by its last path component.
  ///
  /// - Throws: ``PadawannError`` `data` when it is not there or is damaged.
  func file(named name: String) throws(PadawannError) -> [UInt8] {
    guard let entry = entries[name] else { throw PadawannError(.data, "the archive has no file \(name)") }
    var header = ByteReader(try archive.bytes(at: entry.headerOffset, count: 30))
    try header.skip(26)
    let lengths = Int(try header.integer(UInt16.self)) + Int(try header.integer(UInt16.self))
    let stored = try archive.bytes(at: entry.headerOffset + 30 + lengths, count: entry.compressedSize)
    do { return try entry.content(of: stored[...]) } catch { throw error.inside("entry \(name)") }
  }
}
