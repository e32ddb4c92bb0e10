import Foundation
import Padawann
import Testing

/// Digests of messages whose digests are published.
@Suite struct HashingTests {
  /// FIPS 180-4's examples (NIST's "SHA-256" and "SHA256 additional" documents).
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func sha256(_ message: String, _ expected: String) {
    let bytes = Array(message.utf8)
    #expect(Digest(of: bytes).description == expected)
    #expect(Digest(of: AnySequence(bytes)).description == expected)
    for size in [1, 63, 64, 65, 1000] where bytes.count / size < 20_000 {
      var builder = DigestBuilder()
      for start in stride(from: 0, to: bytes.count, by: size) {
        builder.append(bytes[start..<min(start + size, bytes.count)])
      }
      #expect(builder.digest().description == expected, "in pieces of \(size)")
    }
  }

  /// RFC 1321, appendix A.5.
  @Test(arguments: [
    ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
    ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    (
      "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
      "57edf4a22be3c955ac49da2e2107b67a"
    ),
  ])
  func md5(_ message: String, _ expected: String) {
    #expect(MD5Digest(of: Array(message.utf8)).description == expected)
  }

  /// A builder is a value: its digest ends nothing, and a copy goes on by itself.
  @Test func copiesGoOnByThemselves() {
    var one = DigestBuilder()
    one.append(Array("ab".utf8))
    var other = one
    #expect(one.digest() == Digest(of: Array("ab".utf8)))
    one.append(Array("c".utf8))
    other.append(Array("d".utf8))
    #expect(one.digest() == Digest(of: Array("abc".utf8)))
    #expect(other.digest() == Digest(of: Array("abd".utf8)))
  }

  /// A file is read in pieces of a mebibyte.
  @Test func checksumsOfAFileOfSeveralPieces() throws {
    let bytes = (0..<(2 << 20 | 17)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    let url = FileManager.default.temporaryDirectory.appending(path: "padawann-\(UUID()).bin")
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    #expect(try Checksums(ofFile: url.path) == Checksums(of: bytes))
  }
}
