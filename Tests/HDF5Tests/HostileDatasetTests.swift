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
      return false
    }
  }

  private func refusal(_ bytes: [UInt8], _ path: String? = nil) -> HDF5Error? {
    #expect(throws: HDF5Error.self) {
      let file = try HDFFile(bytes: bytes, limits: ReadLimits(payloadBytes: 1 << 40))
      for listing in try file.datasets() where path == nil || listing.path == path {
        _ = try file.readFloats(listing.path)
      }
    }
  }

  @Test(arguments: LayoutTests.files)
  func changedBytesNeverCrash(_ name: String) throws {
    var mutants = Mutants(of: try Golden.bytes(name))
    let rounds = Mutants.rounds(60)
    let accepted = (0..<rounds).count { _ in readsAll(mutants.next()) }
    #expect(accepted > 0 && accepted < rounds)
  }

  /// An attacker computes the checksums anew.
  @Test(arguments: LayoutTests.files.filter { $0 != "layouts-earliest" })
  func changedNumbersWithNewChecksumsNeverCrash(_ name: String) throws {
    var mutants = Mutants(of: try Golden.bytes(name))
    #expect(mutants.sealedParts.count > 30)
    let rounds = Mutants.rounds(80)
    let accepted = (0..<rounds).count { _ in readsAll(mutants.nextSealed()) }
    #expect(accepted > 0 && accepted < rounds)
  }

  // MARK: - Circles

  /// The B-tree of a group, or of chunks, whose only child is itself.
  @Test func aTreeInACircleEnds() throws {
    let bytes = try Golden.bytes("layouts-earliest")
    let trees = bytes.indices.dropLast(64).filter { bytes[$0..<$0 + 4].elementsEqual("TREE".utf8) }
    #expect(trees.count > 5)
    var refused = 0
    for tree in trees {
      var hostile = bytes
      hostile[tree + 5] = 1
      // The first child is behind two siblings and the first key, whose size depends on the tree.
      for place in stride(from: tree + 32, through: tree + 64, by: 8) { hostile.set(tree, at: place) }
      if !readsAll(hostile) { refused += 1 }
    }
    // Some trees are those of objects that were deleted.
    #expect(refused > 5)
  }

  @Test func aHeaderThatGoesOnInItselfEnds() throws {
    var hostile = try Golden.bytes("layouts-earliest")
    // The root's only message, which names its table of links, becomes one that says where the header goes on.
    let message = try #require(
      hostile.indices.dropLast(4).first { hostile[$0..<$0 + 4].elementsEqual([0x11, 0, 0x10, 0]) })
    hostile[message] = 0x10
    hostile.set(message, at: message + 8)
    hostile.set(24, at: message + 16)
    #expect(refusal(hostile)?.message.contains("run in circles") == true)
  }

  // MARK: - Budgets

  /// A dataset of 35 elements is said to have 7,000,000,000, of which six are stored; the others have the fill value.
  @Test func aHugeShapeOfFillValuesOverATinyFileIsRefused() throws {
    var hostile = try Golden.bytes("layouts-earliest")
    let shape: [UInt8] = [7, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]
    let found = hostile.indices.dropLast(32).filter {
      hostile[$0..<$0 + 16].elementsEqual(shape) && hostile[$0 + 16..<$0 + 32].elementsEqual(shape)
    }
    #expect(!found.isEmpty)
    for place in found {
      hostile.set(1_000_000_000, at: place)
      hostile.set(1_000_000_000, at: place + 16)
    }
    let error = refusal(hostile, "/partly")
    #expect(error?.kind == .tooLarge)
    #expect(error?.message.contains("ever written") == true, "\(error?.description ?? "")")
  }

  @Test func aNameThatIsNotUTF8IsRefused() throws {
    var hostile = try Golden.bytes("layouts-v108")
    let signature = Array("a dataset with the number ".utf8)
    let name = try #require(
      hostile.indices.dropLast(40).first { hostile[$0..<$0 + signature.count].elementsEqual(signature) })
    hostile[name] = 0xff
    #expect(refusal(hostile) != nil)
  }
}

extension [UInt8] {
  /// Writes a number of 8 bytes, the lowest first.
  fileprivate mutating func set(_ value: Int, at place: Int) {
    for byte in 0..<8 { self[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
  }
}
