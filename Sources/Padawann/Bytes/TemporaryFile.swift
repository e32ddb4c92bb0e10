import Foundation

/// A file beside the one that it will replace. It is locked for as long as its writer lives, so that everybody can tell what
/// a process that was ended has left from what is being written.
struct TemporaryFile: ~Copyable {
  let path: String
  let descriptor: Int32
  private let folder: String

  /// Makes an empty file that nobody else writes.
  ///
  /// - Parameters:
  ///   - folder: where it is made.
  ///   - permissions: of the new file, less what the process never gives.
  ///   - target: the path that messages name.
  /// - Throws: ``PadawannError`` `cannotCreate`.
  init(in folder: String, permissions: mode_t = 0o666, for target: String) throws(PadawannError) {
    while true {
      // Not made from the target's name, which may be as long as a name can be.
      let name = "\(Self.prefix)\(getpid()).\(UInt32.random(in: 0 ... .max))\(Self.suffix)"
      let path = "\(folder)/\(name)"
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, permissions)
      guard descriptor >= 0 else {
        throw PadawannError(
          .cannotCreate, "no file can be created in \(folder): \(String(cString: strerror(errno)))",
          at: target,
          remedy: "Choose a folder that you may write to")
      }
      // Where a file system has no locks, nobody can take this one for dead either.
      flock(descriptor, LOCK_EX | LOCK_NB)
      // Between the two calls it looked dead, and another writer may have removed it.
      if Self.isStill(descriptor, at: path) {
        (self.path, self.descriptor, self.folder) = (path, descriptor, folder)
        return
      }
      close(descriptor)
    }
  }

  /// Puts the file in the place of another one.
  ///
  /// - Throws: ``PadawannError`` `cannotCreate`.
  func move(to target: String, of name: String) throws(PadawannError) {
    guard rename(path, target) == 0 else {
      throw PadawannError(
        .cannotCreate, "the new file cannot be put in place: \(String(cString: strerror(errno)))", at: name)
    }
  }

  /// Removes the file if it is still where it was made.
  func remove() { unlink(path) }

  deinit { close(descriptor) }

  // MARK: - What others have left

  private static let prefix = ".padawann."
  private static let suffix = ".tmp"

  /// Whether a name is that of a temporary file: `.padawann.NUMBER.NUMBER.tmp`.
  static func isName(_ name: String) -> Bool {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return false }
    let parts = name.dropFirst(prefix.count).dropLast(suffix.count).split(
      separator: ".", omittingEmptySubsequences: false)
    return parts.count == 2
      && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
  }

  /// Removes the temporary files whose writers are no more; those of living ones are left alone.
  static func removeDead(in folder: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where isName(name) {
      let path = "\(folder)/\(name)"
      let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      guard FileStatus(descriptor: descriptor)?.kind == .plain, flock(descriptor, LOCK_EX | LOCK_NB) == 0,
        isStill(descriptor, at: path)
      else { continue }
      unlink(path)
    }
  }

  /// Whether an open file still has its path.
  private static func isStill(_ descriptor: Int32, at path: String) -> Bool {
    guard let open = FileStatus(descriptor: descriptor) else { return false }
    return FileStatus(path, followsLinks: false)?.identity == open.identity
  }
}
