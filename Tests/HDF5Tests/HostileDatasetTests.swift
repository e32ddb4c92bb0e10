import HDF5
import Testing

/// Files of others in which bytes were changed: once each such file reached libhdf5, one of fifty-seven ended the
/// program. A reader may refuse them or read other values; it ends, and takes no more memory than its limits.
@Suite struct HostileDatasetTests {
  private static let limits = ReadLimits(objects: 64, payloadBytes: 1 << 16)

  /// Reads all that a file has.
  ///
  /// - Returns: whether nothing was refused.
  private func readsAll(_ bytes: [UInt8]) -> Bool {
    do {
      let file = try HDFFile(bytes: bytes, limits: Self.limits)
      for listing in try file.datasets() {
        let (shape, values) = try file.readFloats(listing.path)
        #expect(shape.reduce(1, *) == values.count)
        #expect(values.count <= 1 << 14)
      }
      return true
    } catch {
      #expect(error is HDF5Error)
      return false
    }
  }

  /// Parts with a checksum behind them, and the superblock.
  private func sealedParts(_ bytes: [UInt8]) -> [Range<Int>] {
    let signatures = [
      "OHDR", "OCHK", "BTHD", "BTLF", "BTIN", "FRHP", "FHIB", "FAHD", "FADB", "EAHD", "EAIB", "EASB", "EADB",
    ].map { Array($0.utf8) }
    var parts: [Range<Int>] = []
    for start in bytes.indices.dropLast(8) where signatures.contains(Array(bytes[start..<start + 4])) {
      if let end = (start + 8..<min(bytes.count, start + 1200)).first(where: {
        isSealed(start..<$0, of: bytes)
      }) {
        parts.append(start..<end)
      }
    }
    return parts
  }

  @Test(arguments: LayoutTests.files)
  func changedBytesNeverCrash(_ name: String) throws {
    let bytes = try Golden.bytes(name)
    var generator = Lehmer(seed: 10)
    var accepted = 0
    for _ in 0..<400 {
      var hostile = bytes
      for _ in 0...generator.below(2) {
        hostile[generator.below(bytes.count)] = [0, 1, 0x7f, 0x80, 0xff][generator.below(5)]
      }
      if readsAll(hostile) { accepted += 1 }
    }
    #expect(accepted > 0 && accepted < 400)
  }

  /// An attacker computes the checksums anew.
  @Test(arguments: ["layouts-v108", "layouts-latest"])
  func changedNumbersWithNewChecksumsNeverCrash(_ name: String) throws {
    let bytes = try Golden.bytes(name)
    let parts = sealedParts(bytes)
    #expect(parts.count > 30)
    var generator = Lehmer(seed: 11)
    var accepted = 0
    for _ in 0..<800 {
      var hostile = bytes
      let part = parts[generator.below(parts.count)]
      let place = part.lowerBound + 4 + generator.below(part.count - 8)
      let values: [UInt64] = [
        0, 1, .max, .max - 1, 1 << 31, 1 << 32, 1 << 63, UInt64(bytes.count), UInt64(part.lowerBound),
        UInt64(generator.below(bytes.count)),
      ]
      let value = values[generator.below(values.count)]
      for byte in 0..<[1, 2, 4, 8][generator.below(4)] where place + byte < part.upperBound - 4 {
        hostile[place + byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))
      }
      seal(part, of: &hostile)
      if readsAll(hostile) { accepted += 1 }
    }
    #expect(accepted > 0 && accepted < 800)
  }

  /// The B-tree of a group whose only child is itself, and a header that goes on in itself.
  @Test func circlesEnd() throws {
    let bytes = try Golden.bytes("layouts-earliest")
    let trees = bytes.indices.dropLast(64).filter { bytes[$0...].starts(with: Array("TREE".utf8)) }
    #expect(trees.count > 5)
    for tree in trees {
      var hostile = bytes
      hostile[tree + 5] = 1
      for byte in 0..<8 {
        // The first child: behind two siblings and the first key, which has 8 bytes in a group's tree.
        hostile[tree + 32 + byte] = UInt8(truncatingIfNeeded: tree >> (8 * byte))
      }
      #expect(!readsAll(hostile))
    }
    let header = try #require(bytes.indices.first { bytes[$0...].starts(with: [0x10, 0, 0x10, 0]) })
    var hostile = bytes
    for byte in 0..<8 { hostile[header + 8 + byte] = UInt8(truncatingIfNeeded: header >> (8 * byte)) }
    #expect(!readsAll(hostile))
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
