import Foundation
import Padawann
import Testing

/// Files of which whole blocks are lost or change places, as disks and copies damage them.
@Suite struct BlockDamageTests {
  /// Every copy of `bytes` with one block of 512 bytes zeroed, or two swapped, that differs from it.
  private static func damaged(_ bytes: [UInt8]) -> [[UInt8]] {
    let blocks = stride(from: 0, to: bytes.count, by: 512).map { $0..<min($0 + 512, bytes.count) }
    var copies: [[UInt8]] = []
    for block in blocks {
      var zeroed = bytes
      zeroed.replaceSubrange(block, with: repeatElement(0, count: block.count))
      copies.append(zeroed)
      for other in blocks where other.lowerBound > block.lowerBound && other.count == block.count {
        var swapped = bytes
        swapped.replaceSubrange(block, with: bytes[other])
        swapped.replaceSubrange(other, with: bytes[block])
        copies.append(swapped)
      }
    }
    return copies.filter { $0 != bytes }
  }

  /// Unoptimised code takes thirty times as long per case; of a large file it sees some, optimised code all.
  #if DEBUG
    private static let step = 29
  #else
    private static let step = 1
  #endif

  private static func numbers(_ count: Int) -> [Float] {
    var generator = KeyedGenerator(23)
    return (0..<count).map { _ in generator.uniform() - 0.5 }
  }

  /// Counts the copies that are refused; every other must read as the whole file does.
  private static func refusals<Content: Equatable>(_ bytes: [UInt8], _ read: ([UInt8]) throws -> Content)
    throws
    -> (refused: Int, all: Int)
  {
    let whole = try read(bytes)
    var refused = 0
    let every = damaged(bytes)
    let copies = stride(from: 0, to: every.count, by: every.count > 1000 ? step : 1).map { every[$0] }
    for copy in copies {
      do {
        #expect(try read(copy) == whole)
      } catch {
        #expect(error is PadawannError)
        refused += 1
      }
    }
    return (refused, copies.count)
  }

  @Test func aPyTorchArchiveIsRefusedOrTheSame() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../tools/demo-net.pt")
    // The head has the pickle and the tail the directory; the blocks of the large tensor between are alike.
    let bytes = [UInt8](try Data(contentsOf: file))
    #expect(bytes.count > 60_000)
    let (refused, all) = try Self.refusals(bytes) { try TensorContents($0) }
    #expect(refused > all * 9 / 10)
  }

  @Test(arguments: [false, true])
  func anArrayArchiveIsRefusedOrTheSame(deflated: Bool) throws {
    let bytes = try NumPyArchive.file(
      of: [
        .init(name: "fc1.weight", array: NumPyArray(shape: [30, 50], floats: Self.numbers(1500))),
        .init(name: "fc1.bias", array: NumPyArray(shape: [30], floats: Self.numbers(30))),
      ], deflated: deflated)
    let (refused, all) = try Self.refusals(bytes) { try TensorContents($0) }
    #expect(refused > all * 9 / 10)
  }

  @Test func aCompressedIDXFileIsRefused() throws {
    let pixels = DataFixture.pixels(40, of: 100)
    let bytes = try DataFixture.gzip(DataFixture.idx(sizes: [40, 10, 10], pixels))
    let folder = try TemporaryFolder()
    let labels = try folder.write(
      DataFixture.idx(sizes: [40], (0..<40).map { UInt8($0 % 10) }), to: "labels")
    let (refused, all) = try Self.refusals(bytes) { copy in
      try DataFixture.load("\(try folder.write(copy, to: "images")),labels-file=\(labels)").digest
    }
    #expect(refused == all && all >= 29, "\(refused) of \(all)")
  }

  /// Neither format has a checksum, so that numbers may change; names, shapes and counts may not, and nothing crashes.
  @Test func filesWithoutChecksumsKeepTheirStructure() throws {
    let header = #"{"a":{"dtype":"F32","shape":[40,25],"data_offsets":[0,4000]}}"#
    var tensors =
      (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) } + Array(header.utf8)
    tensors += Self.numbers(1000).flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    var read = 0
    for copy in Self.damaged(tensors) {
      guard let contents = try? TensorContents(copy) else { continue }
      #expect(contents.tensors.map(\.name) == ["a"])
      #expect(contents.tensors.map(\.shape) == [[40, 25]])
      read += 1
    }
    #expect(read >= 22, "\(read)")
    read = 0
    let images = DataFixture.idx(sizes: [40, 10, 10], DataFixture.pixels(40, of: 100))
    for copy in Self.damaged(images) {
      guard let array = try? StoredArray(idx: copy) else { continue }
      #expect(array.sizes == [40, 10, 10])
      read += 1
    }
    #expect(read >= 22, "\(read)")
  }
}
