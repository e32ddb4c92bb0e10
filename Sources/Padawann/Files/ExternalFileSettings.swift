extension Provenance {
  /// How many files beside the imported one are named one by one.
  private static let mostNamed = 32

  /// What the settings say of files beside the imported one: the digest, the bytes and the name of each, or of many one digest
  /// of all, which is that of the lines `DIGEST  NAME` that `sha256sum` prints of them, by name.
  package static func settings(of files: [ExternalFile]) -> [Entry] {
    let files = files.sorted { $0.name < $1.name }
    guard files.count > mostNamed else {
      return files.map { Entry("external", "\($0.digest) \($0.byteCount) \(printable($0.name))") }
    }
    let lines = files.map { "\($0.digest)  \($0.name)\n" }.joined()
    let bytes = files.reduce(0) { $0 + $1.byteCount }
    return [Entry("external", "\(Digest(of: Array(lines.utf8))) \(bytes) \(files.count) files")]
  }
}
