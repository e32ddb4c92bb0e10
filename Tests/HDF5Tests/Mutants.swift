import Foundation
import HDF5

/// Files of others in which bytes were changed by chance.
///
/// `PADAWANN_CAMPAIGN=20000` makes so many of each file and kind, `PADAWANN_SEED=7` other ones.
struct Mutants {
  private let bytes: [UInt8]
  /// Parts with a checksum behind them, and the superblock.
  let sealedParts: [Range<Int>]
  private var generator: Lehmer

  static func rounds(_ usual: Int) -> Int { setting("PADAWANN_CAMPAIGN") ?? usual }

  private static func setting(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap(Int.init)
  }

  init(of bytes: [UInt8]) {
    self.bytes = bytes
    sealedParts = Self.sealedParts(of: bytes)
    generator = Lehmer(seed: UInt64(Self.setting("PADAWANN_SEED") ?? 10))
  }

  /// One to three bytes changed, checksums or not.
  mutating func next() -> [UInt8] {
    var hostile = bytes
    for _ in 0...generator.below(3) {
      let place = generator.below(bytes.count)
      let near = [hostile[place] &+ 1, hostile[place] &- 1, hostile[place] ^ 0x10]
      hostile[place] = ([0, 1, 0x7f, 0x80, 0xff] + near)[generator.below(8)]
    }
    return hostile
  }

  /// One to three numbers changed in parts with a checksum, which an attacker computes anew.
  mutating func nextSealed() -> [UInt8] {
    var hostile = bytes
    for _ in 0...generator.below(3) {
      let part = sealedParts[generator.below(sealedParts.count)]
      let place = part.lowerBound + 4 + generator.below(part.count - 8)
      overwrite(&hostile, at: place, before: part.upperBound - 4)
      seal(part, of: &hostile)
    }
    return hostile
  }

  private mutating func overwrite(_ hostile: inout [UInt8], at place: Int, before end: Int) {
    let values: [UInt64] = [
      0, 1, .max, .max - 1, 1 << 31, 1 << 32, 1 << 40, 1 << 63, UInt64(bytes.count), UInt64(place),
      UInt64(generator.below(bytes.count)), UInt64(generator.below(256)),
    ]
    let value = values[generator.below(values.count)]
    for byte in 0..<[1, 2, 4, 8][generator.below(4)] where place + byte < end {
      hostile[place + byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))
    }
  }

  private static func sealedParts(of bytes: [UInt8]) -> [Range<Int>] {
    let signatures = Set(
      [
        "OHDR", "OCHK", "BTHD", "BTLF", "BTIN", "FRHP", "FHIB", "FAHD", "FADB", "EAHD", "EAIB", "EASB",
        "EADB",
      ].map { Array($0.utf8) })
    var parts: [Range<Int>] = []
    let start = [0, 512].first { bytes[$0...].starts(with: [0x89, 0x48, 0x44, 0x46]) } ?? 0
    if bytes[start + 8] >= 2 { parts.append(start..<start + 48) }
    for start in bytes.indices.dropLast(8) where signatures.contains(Array(bytes[start..<start + 4])) {
      let ends = start + 9..<min(bytes.count, start + 1200)
      if let end = ends.first(where: { isSealed(start..<$0, of: bytes) }) { parts.append(start..<end) }
    }
    return parts
  }
}

/// A generator of Lehmer's, so that a seed gives the same changes everywhere.
private struct Lehmer {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func below(_ limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % limit
  }
}
