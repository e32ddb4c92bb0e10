import Foundation
import Padawann
import Testing

/// Small files that would fill the memory: each once grew a thousandfold before anything was refused.
@Suite struct ExpansionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func refusal(_ bytes: [UInt8], _ name: String, _ options: String = "") throws -> PadawannError {
    let path = try folder.write(bytes, to: name)
    #expect(bytes.count < 1 << 20)
    let error = try #require(DataFixture.error { try DataFixture.load(path + options) })
    #expect(error.kind == .data && error.remedy != nil, "\(error)")
    return error
  }

  /// 400 kB of compressed table took 4.7 GB.
  @Test func aTableThatInflatesAThousandfoldIsRefused() throws {
    let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: 100 << 20)
    let error = try refusal(DataFixture.gzip(zeros), "t.csv.gz")
    #expect(error.message.contains("inflates to more than the limit"), "\(error)")
  }

  @Test func compressedImagesThatInflateAThousandfoldAreRefused() throws {
    let labels = try folder.write(DataFixture.idx(sizes: [100], [UInt8](repeating: 0, count: 100)), to: "y")
    let images = DataFixture.idx(sizes: [100, 1000, 1000], [UInt8](repeating: 0, count: 100_000_000))
    let error = try refusal(DataFixture.gzip(images), "x.gz", ",labels-file=\(labels)")
    #expect(error.message.contains("inflates to more than the limit"), "\(error)")
  }

  /// Signed bytes become integers of eight.
  @Test func compressedSignedBytesThatBecomeWideAreRefused() throws {
    let labels = try folder.write(DataFixture.idx(sizes: [10], [UInt8](repeating: 0, count: 10)), to: "y")
    let images = DataFixture.idx(type: 9, sizes: [10, 1000, 1000], [UInt8](repeating: 0, count: 10_000_000))
    let error = try refusal(DataFixture.gzip(images), "x.gz", ",labels-file=\(labels)")
    #expect(error.message.contains("10000000 numbers"), "\(error)")
  }

  @Test func aMemberOfAnArchiveThatInflatesAThousandfoldIsRefused() throws {
    let bytes = [UInt8](repeating: 0, count: 100_000_000)
    let images = try NumPyArray(shape: [100, 1000, 1000], bytes: bytes)
    let labels = try NumPyArray(shape: [100], bytes: [UInt8](repeating: 0, count: 100))
    let file = try NumPyArchive.file(of: [.init(name: "x", array: images), .init(name: "y", array: labels)])
    #expect(try refusal(file, "set.npz").message.contains("are accepted"))
    let error = try #require(DataFixture.error { try TensorFile(bytes: file, path: "set.npz") })
    #expect(error.message.contains("more than the limit"), "\(error)")
  }

  /// What compresses well and is not large stays welcome.
  @Test func manyEqualImagesAreRead() throws {
    let images = try NumPyArray(shape: [10_000, 28, 28], bytes: [UInt8](repeating: 7, count: 7_840_000))
    let labels = try NumPyArray(shape: [10_000], bytes: [UInt8](repeating: 1, count: 10_000))
    let file = try NumPyArchive.file(of: [.init(name: "x", array: images), .init(name: "y", array: labels)])
    #expect(file.count < 30_000)
    #expect(try DataFixture.load(folder.write(file, to: "set.npz")).labels.count == 10_000)
  }
}
