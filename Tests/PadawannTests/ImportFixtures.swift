import Foundation
import Padawann

/// The files of `Goldens/import`.
enum ImportFixture {
  static var folder: String { (Bundle.module.resourcePath ?? "") + "/Goldens/import" }

  static func path(_ name: String) -> String { folder + "/" + name }

  static func bytes(_ name: String) throws -> [UInt8] { try StoredFile.read(path(name)) }

  /// Every copy of `bytes` with one bit flipped, `step` bits apart.
  static func flips(of bytes: [UInt8], step: Int = 1) -> some Sequence<(bit: Int, bytes: [UInt8])> {
    stride(from: 0, to: bytes.count * 8, by: step).lazy.map { bit in
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      return (bit, damaged)
    }
  }
}

/// What a call gave, with the error that a fuzz case may end in.
func outcome<Value>(_ body: () throws -> Value) -> Result<Value, any Error> { Result(catching: body) }
