import Foundation

/// What the system knows about a file: which one it is, of what kind, and whose.
struct FileStatus: Hashable, Sendable {
  /// What a path can lead to.
  enum Kind: Sendable {
    case plain, folder, link, other
  }

  /// Which file it is, however its path is spelled: the numbers of its device and of itself.
  struct Identity: Hashable, Sendable {
    let device: UInt64
    let number: UInt64
  }

  let identity: Identity
  let kind: Kind
  let byteCount: Int
  /// Who may read, write and execute it.
  let permissions: mode_t
  let owner: uid_t
  let group: gid_t

  /// Looks at what a path leads to; `nil`, with the reason in `errno`, when that is nothing.
  init?(_ path: String, followsLinks: Bool = true) {
    var status = stat()
    guard (followsLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
    self.init(status)
  }

  /// Looks at an open file.
  init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  private init(_ status: stat) {
    identity = Identity(
      device: UInt64(truncatingIfNeeded: status.st_dev), number: UInt64(truncatingIfNeeded: status.st_ino))
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .plain
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .other
      }
    byteCount = Int(status.st_size)
    permissions = status.st_mode & 0o777
    owner = status.st_uid
    group = status.st_gid
  }
}
