/// One file of a zip archive.
public struct ZipEntry: Sendable, Equatable {
  /// The path inside the archive, relative and without `..`.
  public let name: String
  /// The size as it is stored, in bytes.
  public let compressedSize: Int
  /// The size of the content, in bytes.
  public let size: Int
  /// 0 for stored, 8 for deflated content.
  public let method: UInt16
  /// The CRC-32 of the content.
  public let crc: UInt32

  let flags: UInt16
  let headerOffset: Int
  var contentOffset = 0

  /// What to do about a damaged archive.
  static let fetchAgain = "Fetch or save the file again"

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
