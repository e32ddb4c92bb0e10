/// The cyclic redundancy check of Castagnoli's polynomial, reflected (0x82F63B78), as RFC 3720 (iSCSI) and TensorFlow's records have
/// it.
enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
  }

  /// The check of some bytes.
  static func of(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
  }

  /// The check as records store it: turned by 15 bits, plus a constant, so that the check of bytes with a check among them is no
  /// special case (TensorFlow, `crc32c.h`).
  static func masked(_ bytes: [UInt8]) -> UInt32 {
    let check = of(bytes)
    return (check >> 15 | check << 17) &+ 0xA282_EAD8
  }
}
