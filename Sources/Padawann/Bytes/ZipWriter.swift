import Zlib

/// Writes zip archives whose bytes depend on names and contents alone: no clock, no platform.
package enum ZipWriter {
  /// One file to be written.
  package struct Entry: Sendable, Equatable {
    /// The relative path inside the archive.
    package var name: String
    /// The content.
    package var content: [UInt8]

    /// Makes an entry.
    package init(name: String, content: [UInt8]) {
      self.name = name
      self.content = content
    }
  }

  /// An archive of entries in their order, dated 1980-01-01.
  ///
  /// - Parameters:
  ///   - entries: the files, in order.
  ///   - deflated: whether contents are compressed; one that compression would not shrink is stored.
  /// - Throws: ``PadawannError`` `usage` when a name is absolute, leaves the archive or appears twice, `unsupported` when
  ///   the archive would exceed 4 GiB or 65,534 entries.
  package static func archive(_ entries: [Entry], deflated: Bool = false) throws(PadawannError) -> [UInt8] {
    var output: [UInt8] = []
    var directory: [UInt8] = []
    var names = Set<String>()
    for entry in entries {
      if let objection = ZipEntry.objection(toName: entry.name) { throw PadawannError(.usage, objection) }
      guard names.insert(entry.name).inserted else {
        throw PadawannError(.usage, "two entries are named \(entry.name)")
      }
      guard entry.content.count < limit - output.count, entry.name.utf8.count < 0xffff else { throw tooLarge }
      let (stored, method) = try packed(entry.content, deflated: deflated)
      let common = header(of: entry, storedCount: stored.count, method: method)
      directory += [0x50, 0x4b, 1, 2] + little(20, 2) + common + little(0, 10) + little(output.count, 4)
      directory += Array(entry.name.utf8)
      output += [0x50, 0x4b, 3, 4] + common + Array(entry.name.utf8) + stored
    }
    guard entries.count < 0xffff, output.count < limit - directory.count else { throw tooLarge }
    let counts = little(entries.count, 2) + little(entries.count, 2)
    let place = little(directory.count, 4) + little(output.count, 4)
    return output + directory + [0x50, 0x4b, 5, 6] + little(0, 4) + counts + place + little(0, 2)
  }

  private static let limit = Int(UInt32.max) - 22
  private static let tooLarge = PadawannError(
    .unsupported, "the archive would exceed 4 GiB or 65,534 entries", remedy: "Write several archives")

  private static func packed(_ content: [UInt8], deflated: Bool) throws(PadawannError) -> (
    [UInt8], method: Int
  ) {
    guard deflated else { return (content, 0) }
    do {
      let compressed = try deflate(content, .raw)
      return compressed.count < content.count ? (compressed, 8) : (content, 0)
    } catch {
      throw PadawannError(.inputOutput, "compression failed: \(error)")
    }
  }

  /// The fields that local and central headers share, from the version that is needed to the length of the extra field.
  private static func header(of entry: Entry, storedCount: Int, method: Int) -> [UInt8] {
    // Names are UTF-8 (bit 11). The date's only fields are month 1 and day 1.
    let start = little(20, 2) + little(0x800, 2) + little(method, 2) + little(0, 2) + little(1 << 5 | 1, 2)
    let sizes = little(storedCount, 4) + little(entry.content.count, 4)
    return start + little(Int(crc32(entry.content[...])), 4) + sizes + little(entry.name.utf8.count, 2)
      + little(0, 2)
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
  }
}
