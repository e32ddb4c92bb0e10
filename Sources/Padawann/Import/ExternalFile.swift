/// A file beside another one that has a part of its content.
public struct ExternalFile: Hashable, Sendable {
  /// The path from the folder of the other file.
  public let name: String
  /// Its size in bytes.
  public let byteCount: Int
  /// Its SHA-256.
  public let digest: Digest

  /// How many files a provenance names one by one.
  static let mostNamed = 32

  /// What a model's provenance says of files: the digest, the bytes and the name of each, or of many one digest of all, which
  /// is that of the lines `DIGEST  NAME` that `sha256sum` prints of them, by name.
  package static func settings(of files: [ExternalFile]) -> [Provenance.Entry] {
    let files = files.sorted { $0.name < $1.name }
    guard files.count > mostNamed else {
      return files.map { Provenance.Entry("external", "\($0.digest) \($0.byteCount) \(printable($0.name))") }
    }
    let lines = files.map { "\($0.digest)  \($0.name)\n" }.joined()
    let bytes = files.reduce(0) { $0 + $1.byteCount }
    return [.init("external", "\(Digest(of: Array(lines.utf8))) \(bytes) \(files.count) files")]
  }
}
