import Zlib

/// One file of a zip archive.
package struct ZipEntry: Sendable, Equatable {
  /// The path inside the archive, relative and without `..`.
  package let name: String
  /// The size as it is stored, in bytes.
  package let compressedSize: Int
  /// The size of the content, in bytes.
  package let size: Int
  /// 0 for stored, 8 for deflated content.
  package let method: UInt16
  /// The CRC-32 of the content.
  package let crc: UInt32

  let flags: UInt16
  let headerOffset: Int
  var contentOffset = 0

  /// What to do about a damaged archive.
  static let fetchAgain = "Fetch or save the file again"

  /// The content from what is stored, inflated when needed and checked against its size and CRC-32.
  func content(of stored: [UInt8]) throws(PadawannError) -> [UInt8] {
    var content = stored
    if method == 8 {
      do { content = try inflate(stored[...], .raw, limit: size) } catch {
        throw PadawannError(.data, "the compressed content is damaged (\(error))", remedy: Self.fetchAgain)
      }
    }
    guard content.count == size, crc32(content[...]) == crc else {
      throw PadawannError(
        .data, "the content does not match its size and CRC-32; the file is damaged", remedy: Self.fetchAgain)
    }
    return content
  }

  /// Why a path must not be in an archive; `nil` when it may.
  static func objection(toName name: String) -> String? {
    if name.isEmpty || name.utf8.contains(0) { return "an entry's name is empty or has a zero byte" }
    if name.utf8.contains(UInt8(ascii: "\\")) { return "the entry \(name) has a backslash in its name" }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let isDrive = name.utf8.dropFirst().first == UInt8(ascii: ":")
    return name.hasPrefix("/") || isDrive || parts.contains("..")
      ? "the entry \(name) points outside the archive" : nil
  }
}
