import Hashing

/// A SHA-256 digest (FIPS 180-4).
public struct Digest: Hashable, Sendable, CustomStringConvertible {
  /// The 32 bytes of the digest.
  public let bytes: [UInt8]

  /// The digest of `content`.
  public init<Content: Sequence<UInt8>>(of content: Content) {
    var hasher = DigestBuilder()
    hasher.append(content)
    self = hasher.digest()
  }

  fileprivate init(bytes: [UInt8]) { self.bytes = bytes }

  /// Reads 64 hexadecimal digits, in either case; `nil` when the text is anything else.
  public init?(hex: String) {
    let digits = hex.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue.map(UInt8.init) }
    guard digits.count == 64, hex.utf8.count == 64 else { return nil }
    bytes = stride(from: 0, to: 64, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  /// 64 lower-case hexadecimal digits.
  public var description: String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}

/// Builds a ``Digest`` piece by piece.
package struct DigestBuilder: Sendable {
  private var hasher = Hashing.Hasher(.sha256)

  /// Begins an empty message.
  package init() {}

  /// Appends bytes to the message.
  package mutating func append<Content: Sequence<UInt8>>(_ content: Content) {
    hasher.update(contentsOf: content)
  }

  /// Appends the bytes of an integer, little-endian.
  package mutating func append<I: FixedWidthInteger>(littleEndian value: I) {
    append((0..<I.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
  }

  /// The digest of everything appended so far.
  package func digest() -> Digest { Digest(bytes: hasher.digest()) }
}
