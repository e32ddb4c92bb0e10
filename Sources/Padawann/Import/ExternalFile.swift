/// A file beside another one that has a part of its content.
public struct ExternalFile: Hashable, Sendable {
  /// The path from the folder of the other file.
  public let name: String
  /// Its size in bytes.
  public let byteCount: Int
  /// Its SHA-256.
  public let digest: Digest

  /// Names a file.
  package init(name: String, byteCount: Int, digest: Digest) {
    self.name = name
    self.byteCount = byteCount
    self.digest = digest
  }
}
