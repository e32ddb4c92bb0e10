import Foundation

/// A file that is added to while others read it, who keep it open. Nothing in it depends on its being whole: what a killed writer left
/// half there is found when it is opened again.
struct GrowingFile {
  private let path: String
  private let handle: FileHandle

  /// Opens a file that shall begin with some bytes, and ends with them.
  ///
  /// What is there already is kept where it is a beginning of them, so that readers go on; anything else is replaced.
  ///
  /// - Throws: ``PadawannError`` `cannotCreate` or `inputOutput`; a symbolic link is refused.
  init(_ path: String, beginningWith bytes: [UInt8]) throws {
    var written = 0
    if FileStatus(path, followsLinks: false) != nil {
      let there = try StoredFile.read(path, followsLinks: false)
      written = bytes.starts(with: there) ? there.count : 0
    }
    if written == 0 { try StoredFile.write(bytes, to: path, followsLinks: false) }
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else {
      throw PadawannError(
        .cannotCreate, "the file cannot be added to: \(String(cString: strerror(errno)))", at: path)
    }
    self.path = path
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    if written > 0 { try append(Array(bytes[written...])) }
  }

  /// Adds to its end.
  ///
  /// - Throws: ``PadawannError`` `inputOutput`.
  func append(_ bytes: [UInt8]) throws(PadawannError) {
    do {
      try handle.write(contentsOf: bytes)
    } catch {
      throw PadawannError(
        .inputOutput, "writing failed: \(systemReason(of: error))", at: path, remedy: "Free some space")
    }
  }
}
