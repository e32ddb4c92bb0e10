import Hashing

/// An MD5 digest (RFC 1321), which is what the publishers of datasets give beside their files. It guards against damage,
/// not against an attacker; ``Digest`` is used wherever a SHA-256 is known.
package struct MD5Digest: Hashable, Sendable, CustomStringConvertible {
  /// The 16 bytes of the digest.
  package let bytes: [UInt8]

  /// The digest of bytes in memory.
  package init(of content: [UInt8]) {
    var hasher = Hashing.Hasher(.md5)
    content.withContiguousStorageIfAvailable { hasher.update($0) }
    bytes = hasher.digest()
  }

  /// Reads 32 hexadecimal digits, in either case; `nil` when the text is anything else.
  package init?(hex: String) {
    let digits = hex.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue.map(UInt8.init) }
    guard digits.count == 32, hex.utf8.count == 32 else { return nil }
    bytes = stride(from: 0, to: 32, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  fileprivate init(bytes: [UInt8]) { self.bytes = bytes }

  /// 32 lower-case hexadecimal digits.
  package var description: String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}

/// What a file is, as far as its publisher's checksums can tell.
package struct Checksums: Hashable, Sendable {
  /// The size in bytes.
  package let byteCount: Int
  /// The MD5 of the whole content.
  package let md5: MD5Digest
  /// The SHA-256 of the whole content.
  package let sha256: Digest

  /// Checksums of bytes in memory.
  package init(of content: [UInt8]) {
    byteCount = content.count
    md5 = MD5Digest(of: content)
    sha256 = Digest(of: content)
  }

  /// Checksums of a file, read piece by piece.
  ///
  /// - Throws: ``PadawannError`` `missing` when it cannot be opened, `inputOutput` when reading fails.
  package init(ofFile path: String) throws(PadawannError) {
    let file = try RandomAccessFile(path)
    var (offset, md5, sha256) = (0, Hashing.Hasher(.md5), DigestBuilder())
    while offset < file.byteCount {
      let piece = try file.bytes(at: offset, count: min(1 << 20, file.byteCount - offset))
      piece.withContiguousStorageIfAvailable { md5.update($0) }
      sha256.append(piece)
      offset += piece.count
    }
    byteCount = offset
    self.md5 = MD5Digest(bytes: md5.digest())
    self.sha256 = sha256.digest()
  }
}
