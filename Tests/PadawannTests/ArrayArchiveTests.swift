import Foundation
import HDF5
import Padawann
import Testing

@Suite struct ArrayArchiveTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func npz(_ items: [(String, NumPyArray)], _ options: String = "") throws -> Dataset {
    let bytes = try NumPyArchive.file(of: items.map { NumPyArchive.Item(name: $0.0, array: $0.1) })
    return try DataFixture.load(folder.write(bytes, to: "set.npz") + options)
  }

  private let images = DataFixture.pixels(2, of: 12)

  @Test(arguments: [("images", "labels"), ("x", "y"), ("data", "label")])
  func findsArraysByUsualNames(_ imageName: String, _ labelName: String) throws {
    let dataset = try npz([
      (labelName, NumPyArray(shape: [2], integers: [4, 0])),
      (imageName, NumPyArray(shape: [2, 3, 4], bytes: images)),
    ])
    #expect(dataset.shape == Shape(channels: 1, height: 3, width: 4))
    #expect(dataset.labels == [4, 0])
    #expect(dataset.pixels == .bytes(images))
  }

  @Test func takesKeysAndListsThemWhenNoneFits() throws {
    let items = [
      ("x_test", try NumPyArray(shape: [1, 2, 2], floats: [0, 0.5, 1, 2])),
      ("y_test", try NumPyArray(shape: [1, 1], floats: [3])),
    ]
    let dataset = try npz(items, ",images-key=x_test,labels-key=y_test")
    #expect(dataset.pixels == .floats([0, 0.5, 1, 2]))
    #expect(dataset.labels == [3])
    #expect(dataset.normalisation == .none(divisor: 1))
    let error = try #require(DataFixture.error { try npz(items) })
    #expect(error.remedy?.contains("x_test, y_test") == true, "\(error)")
    let both = items + [("x", items[0].1), ("data", items[0].1)]
    #expect(try #require(DataFixture.error { try npz(both) }).message.contains("several"))
  }

  @Test func movesChannelsToTheFrontOnlyWhenTold() throws {
    let last = try NumPyArray(shape: [1, 5, 1, 2], bytes: [1, 11, 2, 12, 3, 13, 4, 14, 5, 15])
    let items = [("x", last), ("y", try NumPyArray(shape: [1], integers: [0]))]
    #expect(try #require(DataFixture.error { try npz(items) }).remedy?.contains("channels=last") == true)
    let moved = try npz(items, ",channels=last")
    #expect(moved.shape == Shape(channels: 2, height: 5, width: 1))
    #expect(moved.pixels == .bytes([1, 2, 3, 4, 5, 11, 12, 13, 14, 15]))
    #expect(try npz(items, ",channels=first").shape == Shape(channels: 5, height: 1, width: 2))
  }

  @Test func readsPairsOfNpyFiles() throws {
    let x = try folder.write(NumPyArray(shape: [2, 12], integers: images.map { Int($0) }).npy, to: "x.npy")
    let y = try folder.write(NumPyArray(shape: [2], integers: [1, 0]).npy, to: "y.npy")
    let dataset = try DataFixture.load("\(x),labels-file=\(y),shape=1x3x4")
    #expect(dataset.pixels == .bytes(images))
    #expect(dataset.shape == Shape(channels: 1, height: 3, width: 4))
  }

  @Test func refusesLabelsThatAreNoClassNumbers() throws {
    for labels in [[0.5, 1], [Float.nan, 0], [1e30, 0]] {
      let items = [
        ("x", try NumPyArray(shape: [2, 12], bytes: images)),
        ("y", try NumPyArray(shape: [2], floats: labels)),
      ]
      let error = try #require(DataFixture.error { try npz(items) })
      #expect(error.kind == .data)
      #expect(error.message.contains("not a class number"), "\(error)")
    }
    let infinite = [
      ("x", try NumPyArray(shape: [1, 2], floats: [1, .infinity])),
      ("y", try NumPyArray(shape: [1], integers: [0])),
    ]
    #expect(try #require(DataFixture.error { try npz(infinite) }).message.contains("finite"))
  }

  @Test func exportIsReadBack() throws {
    let dataset = try DataFixture.load("strokes:test,per-class=2")
    let path = folder.path + "/out.npz"
    try dataset.export(to: path)
    let copy = try DataFixture.load(path)
    #expect(copy.digest == dataset.digest)
    #expect(copy.normalisation == dataset.normalisation)
  }

  @Test func readsHDF5() throws {
    let group = HDFGroup(
      datasets: [
        "images": HDFDataset(shape: [2, 3, 4], .uint8(images)),
        "labels": HDFDataset(shape: [2], .int64([1, 5])),
        "reals": HDFDataset(shape: [2, 2], .float32([0.25, 1, 2, 3])),
      ])
    let path = try folder.write(group.encoded(), to: "set.h5")
    let dataset = try DataFixture.load(path)
    #expect(dataset.pixels == .bytes(images))
    #expect(dataset.labels == [1, 5])
    #expect(dataset.shape == Shape(channels: 1, height: 3, width: 4))
    #expect(try DataFixture.load("\(path),images-key=reals").pixels == .floats([0.25, 1, 2, 3]))
    let error = try #require(DataFixture.error { try DataFixture.load("\(path),images-key=none") })
    #expect(error.remedy?.contains("/images, /labels, /reals") == true, "\(error)")
    let cut = try folder.write(Array(StoredFile.read(path).dropLast(200)), to: "cut.h5")
    #expect(try #require(DataFixture.error { try DataFixture.load(cut) }).kind == .data)
  }
}
