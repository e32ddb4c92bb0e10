import Foundation

/// The bytes of a file that have arrived so far, on disk. Only one process at a time can have it.
final class PartialFile: Sendable {
  private let handle: FileHandle
  private let path: String

  init(_ path: String) throws(PadawannError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw PadawannError(
        .cannotCreate, "no file can be created here: \(String(cString: strerror(errno)))", at: path,
        remedy: "Choose a folder that you may write to", choice: .dataFolder)
    }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    self.path = path
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw PadawannError(
        .cannotCreate, "another process is downloading this file", at: path, remedy: "Wait for it to end")
    }
  }

  /// How many bytes are there.
  var byteCount: Int {
    var status = stat()
    return fstat(handle.fileDescriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// How many bytes a download can go on from; a file that is too long is emptied.
  func usable(of file: PublishedFile) throws(PadawannError) -> Int {
    if let expected = file.byteCount, byteCount > expected { try clear() }
    return byteCount
  }

  func clear() throws(PadawannError) {
    try attempt { try handle.truncate(atOffset: 0) }
  }

  func append(_ data: Data) throws(PadawannError) {
    try attempt {
      try handle.seekToEnd()
      try handle.write(contentsOf: data)
    }
  }

  func synchronize() throws(PadawannError) {
    try attempt { try handle.synchronize() }
  }

  func place(at target: String) throws(PadawannError) {
    guard rename(path, target) == 0 else {
      throw PadawannError(
        .cannotCreate, "the file cannot be put in place: \(String(cString: strerror(errno)))", at: target)
    }
  }

  /// Leaves nothing behind when nothing has arrived.
  func removeIfEmpty() {
    if byteCount == 0 { unlink(path) }
  }

  private func attempt(_ work: () throws -> Void) throws(PadawannError) {
    do { try work() } catch {
      throw PadawannError(
        .inputOutput, "writing failed: \(systemReason(of: error))", at: path,
        remedy: "Free some space; what has arrived is kept")
    }
  }
}

/// What happens during a download, for those who show it.
package enum DownloadEvent: Sendable {
  /// The file is there already and nothing is fetched.
  case present(path: String)
  /// An attempt begins; so many bytes are there from an earlier one.
  case started(file: String, address: String, present: Int)
  /// Bytes have arrived.
  case progress(file: String, received: Int, expected: Int?)
  /// An attempt failed; another one or another mirror may follow.
  case failed(address: String, reason: String)
  /// The file is in its place, and its checksum agrees.
  case finished(path: String, byteCount: Int)
  /// Files are being taken out of an archive.
  case unpacking(archive: String)

  /// Receives events, from any thread.
  package typealias Receiver = @Sendable (DownloadEvent) -> Void
}
