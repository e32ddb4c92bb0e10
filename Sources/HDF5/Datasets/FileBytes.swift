import Foundation

/// The bytes of a file: on a disk, of which only the wanted ones are read, or in memory.
final class FileBytes: Sendable {
  private enum Source {
    case disk(descriptor: Int32)
    case memory([UInt8])
  }

  /// The size of the file when it was opened.
  let count: Int
  private let source: Source

  /// Bytes that are in memory.
  init(_ bytes: [UInt8]) {
    count = bytes.count
    source = .memory(bytes)
  }

  /// Opens a regular file for reading, without a lock.
  init(path: String) throws(HDF5Error) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    source = .disk(descriptor: descriptor)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      count = 0
      throw HDF5Error(
        .missing, "the file cannot be opened", at: path, reasons: [String(cString: strerror(errno))])
    }
    count = Int(status.st_size)
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw HDF5Error(.missing, "this is not a regular file", at: path)
    }
  }

  deinit {
    if case .disk(let descriptor) = source, descriptor >= 0 { close(descriptor) }
  }

  /// Reads exactly `length` bytes; nothing is allocated before it is certain that the file has them.
  func bytes(at address: UInt64, _ length: Int, for path: String) throws(HDF5Error) -> ArraySlice<UInt8> {
    guard length >= 0, address <= UInt64(count), length <= count - Int(address) else {
      throw HDF5Error(
        .damaged, "a part of it (\(length) bytes at \(address)) is beyond the end of the file", at: path)
    }
    switch source {
    case .memory(let bytes): return bytes[Int(address)..<Int(address) + length]
    case .disk(let descriptor):
      return try Self.read(descriptor, Int(address), length, for: path)[...]
    }
  }

  private static func read(
    _ descriptor: Int32, _ address: Int, _ length: Int, for path: String
  ) throws(HDF5Error) -> [UInt8] {
    var content = [UInt8](repeating: 0, count: length)
    var done = 0
    while done < length {
      let received = content.withUnsafeMutableBytes { room in
        pread(
          descriptor, room.baseAddress.map { $0 + done }, min(length - done, 1 << 30), off_t(address + done))
      }
      guard received > 0 else {
        let reason = received < 0 ? String(cString: strerror(errno)) : "it became shorter"
        throw HDF5Error(.library, "the file cannot be read", at: path, reasons: [reason])
      }
      done += received
    }
    return content
  }
}
