import Padawann
import Testing

/// Files of tensors that are datasets; `Goldens/tensors/make.py` makes them.
@Suite struct TensorDatasetTests {
  private func load(_ name: String, _ options: String = "") throws -> Dataset {
    try DataFixture.load(Fixtures.path("tensors/\(name)") + options)
  }

  private let images = (0..<24).map { UInt8($0) }

  @Test(arguments: ["tuple.pt", "tuple-legacy.pt", "named.safetensors"])
  func readsImagesAndLabels(name: String) throws {
    let dataset = try load(name)
    #expect(dataset.shape == Shape(channels: 1, height: 3, width: 4))
    #expect(dataset.pixels == .bytes(images))
    #expect(dataset.labels == [4, 0])
    #expect(dataset.classNames.count == 5)
  }

  @Test func readsOtherTypesAndViews() throws {
    let list = try load("list.pt")
    #expect(list.pixels == .floats(images.map { Float($0) / 2 }))
    #expect(list.labels == [4, 0])
    let dictionary = try load("dictionary.pt")
    #expect(dictionary.shape == Shape(channels: 1, height: 3, width: 3))
    let first = [0, 2, 4, 6, 8, 10, 12, 14, 16]
    #expect(dictionary.pixels == .bytes((first + first.map { $0 + 24 }).map { UInt8($0) }))
  }

  @Test func takesKeysAndParts() throws {
    #expect(try load("parts.pt", ",split=test").labels == [4])
    #expect(try load("parts.pt", ",images-key=x_test,labels-key=y_test").count == 1)
    let inverted = try load("tuple.pt", ",images-key=0,labels-key=1,invert")
    #expect(inverted.pixels == .bytes(images.map { 255 - $0 }))
    let none = try #require(DataFixture.error { try load("tuple.pt", ",split=train") })
    #expect(none.remedy?.contains("the file has: 0, 1") == true, "\(none)")
    let undecided = try #require(DataFixture.error { try load("parts.pt") })
    #expect(undecided.remedy?.contains("split=train or split=test") == true, "\(undecided)")
  }

  @Test func takesLabelsOfAnotherFile() throws {
    let folder = try TemporaryFolder()
    let labels = try folder.write(NumPyArray(shape: [2], integers: [1, 2]).npy, to: "y.npy")
    #expect(try load("single.pt", ",images-key=0,labels-file=\(labels)").labels == [1, 2])
  }

  @Test func refusesWhatIsNoListOfTensors() throws {
    let mixed = try #require(DataFixture.error { try load("mixed.pt") })
    #expect(mixed.kind == .data)
    #expect(mixed.remedy?.contains("torch.save((images, labels)") == true)
    // Weights are tensors too, and none is called as images are.
    let weights = try #require(
      DataFixture.error { try DataFixture.load(Fixtures.path("import/legacy-2.pt")) })
    #expect(weights.kind == .data)
  }

  @Test(arguments: ["tuple.pt", "tuple-legacy.pt", "named.safetensors"])
  func refusesEveryTruncation(name: String) throws {
    let bytes = try Fixtures.bytes("tensors/\(name)")
    let folder = try TemporaryFolder()
    for count in stride(from: 0, to: bytes.count, by: 7) {
      let path = try folder.write(Array(bytes[..<count]), to: "cut.pt")
      #expect(DataFixture.error { try DataFixture.load(path) } != nil, "\(count) bytes")
    }
  }
}
