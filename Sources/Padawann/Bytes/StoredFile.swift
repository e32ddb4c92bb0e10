import Foundation

/// Whole files in and out of memory: reading with a cap, writing so that nothing is ever half there.
package enum StoredFile {
  /// Reads a whole regular file.
  ///
  /// - Parameters:
  ///   - path: the path of the file.
  ///   - limit: the largest size in bytes that is accepted; it is checked before anything is allocated.
  ///   - followsLinks: whether the path may be a symbolic link.
  /// - Throws: ``PadawannError`` `missing` when it is not there, is a folder or cannot be opened, `data` when it is too
  ///   large, `inputOutput` when reading fails.
  package static func read(_ path: String, limit: Int = 8 << 30, followsLinks: Bool = true)
    throws(PadawannError) -> [UInt8]
  {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW))
    guard descriptor >= 0 else { throw openingError(errno, path) }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    let status = FileStatus(descriptor: descriptor)
    guard status?.kind != .folder else {
      throw PadawannError(.missing, "this is a folder where a file is expected", at: path)
    }
    guard let status, status.kind == .plain else {
      throw PadawannError(.missing, "this is not a regular file", at: path)
    }
    guard status.byteCount <= limit else {
      throw PadawannError(
        .data, "the file has \(status.byteCount) bytes, more than the \(limit) that are accepted here",
        at: path
      )
    }
    do {
      let content = try handle.readToEnd().map { [UInt8]($0) } ?? []
      guard content.count <= limit else {
        throw PadawannError(.data, "the file grew beyond \(limit) bytes while it was read", at: path)
      }
      return content
    } catch let error as PadawannError {
      throw error
    } catch {
      throw PadawannError(.inputOutput, "reading failed: \(error.localizedDescription)", at: path)
    }
  }

  private static func openingError(_ code: Int32, _ path: String) -> PadawannError {
    switch code {
    case ENOENT, ENOTDIR:
      PadawannError(.missing, "there is no such file", at: path, remedy: "Check the path")
    case ELOOP:
      PadawannError(.missing, "this is a symbolic link where a plain file belongs", at: path)
    default: PadawannError(.missing, "the file cannot be opened: \(reason(code))", at: path)
    }
  }

  /// Writes a file as a whole: a temporary sibling is written, synced and renamed into place, and the folder is synced,
  /// so that whoever looks sees the old file or the new one and never anything between. The new file has the owner and
  /// the permissions of the one that it replaces. What writers that were killed have left in the folder is removed.
  ///
  /// - Parameters:
  ///   - bytes: the whole content.
  ///   - path: where the file shall be.
  ///   - followsLinks: whether the file that a symbolic link leads to is written; otherwise a link is refused.
  ///   - check: called with the temporary file's path before the rename; an error that it throws leaves the
  ///     target as it was.
  /// - Throws: ``PadawannError`` `cannotCreate`, also for a target that is write-protected, or `inputOutput`; whatever
  ///   `check` throws.
  package static func write(
    _ bytes: [UInt8], to path: String, followsLinks: Bool = true,
    check: (String) throws -> Void = { _ in }
  ) throws {
    let place = try OutputFile(path, followsLinks: followsLinks)
    TemporaryFile.removeDead(in: place.folder)
    // Nobody else may read in between what only the owner could.
    let sibling = try TemporaryFile(
      in: place.folder, permissions: place.previous == nil ? 0o666 : 0o600, for: path)
    do {
      if let previous = place.previous { try keepOwner(previous, of: sibling.descriptor, path) }
      do {
        let handle = FileHandle(fileDescriptor: sibling.descriptor, closeOnDealloc: false)
        try handle.write(contentsOf: bytes)
        try handle.synchronize()
      } catch {
        throw PadawannError(
          .inputOutput, "writing failed: \(reason(of: error))", at: path,
          remedy: "Free some space; the previous file, if any, is untouched")
      }
      try check(sibling.path)
      try sibling.move(to: place.target, of: path)
      synchronize(folder: place.folder)
    } catch {
      sibling.remove()
      throw error
    }
  }

  /// Writes a file that is read back before it takes its place.
  ///
  /// - Parameters:
  ///   - bytes: what is stored.
  ///   - path: where the file shall be.
  ///   - followsLinks: whether the file that a symbolic link leads to is written; otherwise a link is refused.
  ///   - read: reads a file.
  ///   - isSame: whether what was read is what was to be stored.
  /// - Returns: what was read back.
  /// - Throws: as ``write(_:to:followsLinks:check:)``, and ``PadawannError`` `inputOutput` when the file does not read back as the
  ///   same; the file that was there before is untouched then.
  static func write<Stored>(
    _ bytes: [UInt8], to path: String, followsLinks: Bool, readingBack read: (String) throws -> Stored,
    _ isSame: (Stored) -> Bool
  ) throws -> Stored {
    var stored: Stored?
    try write(bytes, to: path, followsLinks: followsLinks) { sibling in
      let back = try read(sibling)
      guard isSame(back) else {
        throw PadawannError(
          .inputOutput, "the file that was written does not read back as the same model", at: path,
          remedy: "Check the disk; the previous file, if any, is untouched")
      }
      stored = back
    }
    guard let stored else { throw PadawannError(.inputOutput, "the file was not read back", at: path) }
    return stored
  }

  /// Gives a new file the owner, the group and the permissions of the one that it replaces.
  private static func keepOwner(_ previous: FileStatus, of descriptor: Int32, _ path: String)
    throws(PadawannError)
  {
    let new = FileStatus(descriptor: descriptor)
    let isOurs = new?.owner == previous.owner && new?.group == previous.group
    guard isOurs || fchown(descriptor, previous.owner, previous.group) == 0 else {
      throw PadawannError(
        .cannotCreate, "the file belongs to another user or group, and a new one would not", at: path,
        remedy: "Choose another name")
    }
    guard new?.permissions == previous.permissions || fchmod(descriptor, previous.permissions) == 0 else {
      throw PadawannError(
        .cannotCreate, "the file's permissions cannot be kept: \(reason(errno))", at: path,
        remedy: "Choose another name")
    }
  }

  /// Asks the system to store a folder's entries. Some file systems cannot; the rename has happened all the same.
  private static func synchronize(folder: String) {
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

  private static func reason(of error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    let posix = [underlying, error as NSError].compactMap { $0 }.first { $0.domain == NSPOSIXErrorDomain }
    return posix.map { reason(Int32($0.code)) } ?? error.localizedDescription
  }
}
