import HDF5
import Testing

/// What happens to a small file when its bytes change.
@Suite struct DamageTests {
  private let image: [UInt8]

  init() throws { image = try Samples.model.encoded() }

  /// The tree with every number of every dataset replaced by zero: what HDF5's own checksums cover.
  private func structure(_ group: HDFGroup) -> HDFGroup {
    var result = group
    for position in result.datasets.indices {
      let dataset = result.datasets[position].value
      result.datasets[position].value.elements =
        switch dataset.elements {
        case .uint8(let values): .uint8(values.map { _ in 0 })
        case .int32(let values): .int32(values.map { _ in 0 })
        case .int64(let values): .int64(values.map { _ in 0 })
        case .float16(let values): .float16(values.map { _ in 0 })
        case .float32(let values): .float32(values.map { _ in 0 })
        case .float64(let values): .float64(values.map { _ in 0 })
        }
    }
    for position in result.groups.indices {
      result.groups[position].value = structure(result.groups[position].value)
    }
    return result
  }

  @Test func everyFlippedBitIsSeenOrInAValue() throws {
    let expected = structure(Samples.model)
    var accepted = 0
    for position in image.indices {
      for bit in 0..<8 {
        var damaged = image
        damaged[position] ^= 1 << bit
        guard let tree = try? HDFGroup(encoded: damaged) else { continue }
        accepted += 1
        #expect(structure(tree) == expected, "byte \(position), bit \(bit)")
      }
    }
    #expect(accepted == 8 * (2 * 4 + 2 * 16))
  }

  @Test func everyTruncationIsSeen() {
    for count in 0..<image.count {
      #expect(throws: HDF5Error.self, "\(count)") { try HDFGroup(encoded: Array(image.prefix(count))) }
    }
    #expect(throws: HDF5Error.self) { try HDFGroup(encoded: image + [0]) }
  }

  @Test func everyBlockZeroedOrSwappedIsSeen() {
    let starts = Array(stride(from: 0, to: image.count - 512, by: 128))
    #expect(starts.count >= 14, "\(starts.count)")
    for start in starts {
      var damaged = image
      damaged.replaceSubrange(start..<start + 512, with: repeatElement(0, count: 512))
      #expect(throws: HDF5Error.self, "zeroed \(start)") { try HDFGroup(encoded: damaged) }
      for other in starts where other >= start + 512 {
        var swapped = image
        swapped.replaceSubrange(start..<start + 512, with: image[other..<other + 512])
        swapped.replaceSubrange(other..<other + 512, with: image[start..<start + 512])
        #expect(throws: HDF5Error.self, "\(start) and \(other)") { try HDFGroup(encoded: swapped) }
      }
    }
  }

  /// An attacker computes the checksums anew, so the checks behind them must hold on their own.
  @Test func changedHeadersWithNewChecksumsNeverCrash() throws {
    let parts = headerParts()
    #expect(parts.count > 8)
    let tight = ReadLimits(fileBytes: 1 << 14, payloadBytes: 1 << 14)
    let values: [UInt8] = [0, 1, 2, 0xff]
    var accepted = 0
    for part in parts {
      for position in part.dropLast(4) {
        for value in values + [image[position] ^ 1, image[position] ^ 0x10] where value != image[position] {
          var hostile = image
          hostile[position] = value
          seal(part, of: &hostile)
          guard let tree = try? HDFGroup(encoded: hostile, limits: tight) else { continue }
          accepted += 1
          #expect(tree.groups.count <= 2)
        }
      }
    }
    // Texts, numbers, and estimates of sizes may change.
    #expect(accepted > 0)
  }

  @Test func addressesWithNewChecksumsAreRefused() throws {
    let parts = headerParts()
    let targets: [UInt64] = [
      0, UInt64(image.count) - 1, .max - 3, UInt64(parts[1].lowerBound), UInt64(parts[4].lowerBound),
    ]
    let expected = structure(Samples.model)
    var checked = 0
    for part in parts.dropFirst() {
      for position in part.dropLast(12) where isAddress(at: position, among: parts) {
        for target in targets where target != littleEndian(image[position..<position + 8]) {
          var hostile = image
          for byte in 0..<8 {
            hostile[position + byte] = UInt8(truncatingIfNeeded: target >> UInt64(8 * byte))
          }
          seal(part, of: &hostile)
          let tree = try? HDFGroup(encoded: hostile)
          #expect(tree == nil || tree.map(structure) == expected, "\(target) at \(position)")
          checked += 1
        }
      }
    }
    #expect(checked >= 69, "\(checked)")
  }

  /// Whether eight bytes are the address of a part of the file or of a dataset's values.
  private func isAddress(at position: Int, among parts: [Range<Int>]) -> Bool {
    let value = littleEndian(image[position..<position + 8])
    return value >= 48 && value < UInt64(image.count)
      && (parts.contains { UInt64($0.lowerBound) == value } || !parts.contains { $0.contains(Int(value)) })
  }

  /// The superblock and all parts of headers: what begins with a signature and ends with its checksum.
  private func headerParts() -> [Range<Int>] {
    let signatures = [Array("OHDR".utf8), Array("OCHK".utf8)]
    var parts = [0..<48]
    for start in image.indices.dropLast(8) where signatures.contains(Array(image[start..<start + 4])) {
      if let end = (start + 8...image.count).first(where: { isSealed(start..<$0, of: image) }) {
        parts.append(start..<end)
      }
    }
    return parts
  }
}

@Suite struct Lookup3Tests {
  /// The values that the author's own test program prints.
  @Test func knownValues() {
    #expect(lookup3([]) == 0xdead_beef)
    #expect(lookup3(ArraySlice("Four score and seven years ago".utf8)) == 0x1777_0551)
  }
}
