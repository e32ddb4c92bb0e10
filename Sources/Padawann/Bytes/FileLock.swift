import Foundation

/// A file that nobody else who asks for the same lock changes as long as this lives. The system lets go of it whatever way
/// the process ends.
struct FileLock: ~Copyable {
  private let descriptor: Int32

  /// Waits for the file.
  ///
  /// - Parameter path: of a file that exists.
  /// - Throws: ``PadawannError`` `missing` when it does not exist, `cannotCreate` when it cannot be locked.
  init(_ path: String) throws(PadawannError) {
    while true {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      guard descriptor >= 0 else {
        throw PadawannError(
          .missing, "the file cannot be opened: \(String(cString: strerror(errno)))", at: path)
      }
      var result = flock(descriptor, LOCK_EX)
      while result != 0, errno == EINTR { result = flock(descriptor, LOCK_EX) }
      guard result == 0 else {
        let reason = String(cString: strerror(errno))
        close(descriptor)
        throw PadawannError(.cannotCreate, "the file cannot be locked: \(reason)", at: path)
      }
      // Whoever had it has replaced it by another file, which is the one to lock.
      if FileStatus(descriptor: descriptor)?.identity == FileStatus(path)?.identity {
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
  }

  deinit { close(descriptor) }
}
