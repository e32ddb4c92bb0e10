import Foundation

/// Bytes that are read in ranges, in memory or on disk.
package protocol RandomAccess: Sendable {
  /// How many there are.
  var byteCount: Int { get }
  /// Exactly `count` bytes from `offset`.
  ///
  /// - Throws: ``PadawannError`` `data` when the range is not inside.
  func bytes(at offset: Int, count: Int) throws(PadawannError) -> [UInt8]
}

extension [UInt8]: RandomAccess {
  package var byteCount: Int { count }

  package func bytes(at offset: Int, count: Int) throws(PadawannError) -> [UInt8] {
    var reader = try ByteReader(self).part(at: offset, count: count)
    return Array(try reader.take(count))
  }
}

/// A regular file that is read in ranges, for files that are too large to hold.
package final class RandomAccessFile: RandomAccess {
  /// Where it is.
  package let path: String
  /// Its size in bytes when it was opened.
  package let byteCount: Int
  private let descriptor: Int32

  /// Opens a regular file for reading.
  ///
  /// - Throws: ``PadawannError`` `missing` when it is not there, is not a regular file or cannot be opened.
  package init(_ path: String) throws(PadawannError) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    self.path = path
    guard descriptor >= 0 else {
      throw PadawannError(
        .missing, "the file cannot be opened: \(String(cString: strerror(errno)))", at: path,
        remedy: "Check the path")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      byteCount = 0
      throw PadawannError(.missing, "this is not a regular file", at: path)
    }
    byteCount = Int(status.st_size)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Reads exactly `count` bytes from `offset`.
  ///
  /// - Throws: ``PadawannError`` `data` when the range is not inside the file, `inputOutput` when reading fails.
  package func bytes(at offset: Int, count: Int) throws(PadawannError) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount - offset else {
      throw PadawannError(.data, "\(count) bytes are announced at byte \(offset) of \(byteCount)", at: path)
    }
    var content: [UInt8] = []
    content.reserveCapacity(count)
    while content.count < count {
      // A read of its own position each, so that threads do not disturb one another; the system caps one read at 2 GiB.
      var piece = [UInt8](repeating: 0, count: min(count - content.count, 1 << 24))
      let received = pread(descriptor, &piece, piece.count, off_t(offset + content.count))
      guard received >= 0 else {
        throw PadawannError(.inputOutput, "reading failed: \(String(cString: strerror(errno)))", at: path)
      }
      guard received > 0 else {
        throw PadawannError(.inputOutput, "the file became shorter while it was read", at: path)
      }
      content.append(contentsOf: piece[..<received])
    }
    return content
  }

  /// Up to `count` bytes from the start.
  func prefix(_ count: Int) throws(PadawannError) -> [UInt8] {
    try bytes(at: 0, count: min(count, byteCount))
  }
}
