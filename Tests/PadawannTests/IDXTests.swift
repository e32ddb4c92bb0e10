import Padawann
import Testing

@Suite struct IDXTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func readsImagesAndLabelsByTheirOfficialNames() throws {
    let images = try folder.write(
      DataFixture.idx(sizes: [2, 2, 3], Array(1...12)), to: "train-images-idx3-ubyte")
    try folder.write(DataFixture.idx(sizes: [2], [1, 0]), to: "train-labels-idx1-ubyte")
    let dataset = try DataFixture.load(images)
    #expect(dataset.shape == Shape(channels: 1, height: 2, width: 3))
    #expect(dataset.pixels == .bytes(Array(1...12)))
    #expect(dataset.labels == [1, 0])
    #expect(dataset.classNames == ["0", "1"])
    #expect(dataset.normalisation == .none(divisor: 255))
    #expect(dataset.name == images)
  }

  @Test func readsCompressedFilesOfAnyName() throws {
    let images = try folder.write(
      DataFixture.gzip(DataFixture.idx(sizes: [1, 2, 1, 2], [1, 2, 3, 4])), to: "a.gz")
    let labels = try folder.write(DataFixture.gzip(DataFixture.idx(sizes: [1], [3])), to: "b.gz")
    let dataset = try DataFixture.load("\(images),labels-file=\(labels)")
    #expect(dataset.shape == Shape(channels: 2, height: 1, width: 2))
    #expect(dataset.labels == [3])
    #expect(dataset.classNames.count == 4)
  }

  @Test func readsEveryElementTypeBigEndian() throws {
    func values(_ type: UInt8, _ bytes: [UInt8], size: Int) throws -> StoredArray.Values {
      try StoredArray(idx: DataFixture.idx(type: type, sizes: [bytes.count / size], bytes)).values
    }
    #expect(try values(0x08, [0, 255], size: 1) == .bytes([0, 255]))
    #expect(try values(0x09, [1, 255, 128], size: 1) == .integers([1, -1, -128]))
    #expect(try values(0x0b, [1, 0, 255, 254], size: 2) == .integers([256, -2]))
    #expect(try values(0x0c, [0, 1, 0, 0, 255, 255, 255, 255], size: 4) == .integers([65_536, -1]))
    #expect(try values(0x0d, [0x3f, 0xc0, 0, 0], size: 4) == .floats([1.5]))
    #expect(try values(0x0e, [0xc0, 0x04, 0, 0, 0, 0, 0, 0], size: 8) == .floats([-2.5]))
  }

  @Test(
    arguments: [
      ([0, 0], "early"), ([1, 0, 8, 1, 0, 0, 0, 0], "two zero bytes"),
      ([0, 0, 10, 1, 0, 0, 0, 0], "element type"),
      ([0, 0, 8, 0], "dimensions"), ([0, 0, 8, 5] + [UInt8](repeating: 0, count: 20), "dimensions"),
      ([0, 0, 8, 1, 0, 0, 0, 2, 7], "2 bytes of values"), ([0, 0, 8, 1, 0, 0, 0, 1, 7, 7], "2 follow"),
      ([0, 0, 8, 4] + [UInt8](repeating: 255, count: 16), "impossible"),
      ([0, 0, 14, 2, 255, 255, 255, 255, 0, 0, 0, 255], "announces"),
    ] as [([UInt8], String)])
  func refusesWrongSizes(_ bytes: [UInt8], _ reason: String) throws {
    let error = try #require(DataFixture.error { try StoredArray(idx: bytes) })
    #expect(error.kind == .data)
    #expect(error.description.contains(reason), "\(error)")
  }

  @Test func namesTheFileThatDisagrees() throws {
    let images = try folder.write(
      DataFixture.idx(sizes: [2, 1, 2], [1, 2, 3, 4]), to: "a-images-idx3-ubyte")
    let labels = try folder.write(DataFixture.idx(sizes: [3], [0, 1, 2]), to: "a-labels-idx1-ubyte")
    let counts = try #require(DataFixture.error { try DataFixture.load(images) })
    #expect(counts.location == images)
    #expect(counts.message.contains("2 images and 3 labels"))
    try folder.write(DataFixture.idx(sizes: [1, 2], [0, 1]), to: "a-labels-idx1-ubyte")
    #expect(try #require(DataFixture.error { try DataFixture.load(images) }).message.contains("[1, 2]"))
    try folder.write([0, 0, 8], to: "a-labels-idx1-ubyte")
    #expect(
      try #require(DataFixture.error { try DataFixture.load(images) }).location?.hasPrefix(labels) == true)
  }

  @Test func asksForLabels() throws {
    let images = try folder.write(DataFixture.idx(sizes: [1, 1, 1], [1]), to: "pictures.idx")
    let error = try #require(DataFixture.error { try DataFixture.load(images) })
    #expect(error.kind == .usage)
    #expect(error.remedy?.contains("labels-file=") == true)
  }

  @Test func refusesATruncatedGzipFile() throws {
    let whole = try DataFixture.gzip(DataFixture.idx(sizes: [1, 1, 1], [1]))
    let labels = try folder.write(DataFixture.idx(sizes: [1], [0]), to: "labels")
    for (bytes, reason) in [(Array(whole.dropLast(3)), "too early"), (whole + [1], "follow the end")] {
      let images = try folder.write(bytes, to: "images.gz")
      let error = try #require(DataFixture.error { try DataFixture.load("\(images),labels-file=\(labels)") })
      #expect(error.kind == .data)
      #expect(error.location == images)
      #expect(error.message.contains(reason), "\(error)")
    }
  }

  @Test func survivesEveryFlippedBit() throws {
    let plain = DataFixture.idx(sizes: [3, 2, 2], DataFixture.pixels(3, of: 4))
    let labels = try folder.write(DataFixture.idx(sizes: [3], [0, 1, 2]), to: "labels")
    var accepted = 0
    for whole in [plain, try DataFixture.gzip(plain)] {
      for bit in 0..<(whole.count * 8) {
        var bytes = whole
        bytes[bit / 8] ^= 1 << (bit % 8)
        if try isWellFormed(bytes, labels: labels) { accepted += 1 }
      }
    }
    // Every bit of the pixels themselves may flip; gzip's header has a few that mean nothing.
    #expect(accepted >= 12 * 8)
  }

  @Test func survivesRandomMutations() throws {
    let labels = try folder.write(DataFixture.idx(sizes: [3], [0, 1, 2]), to: "labels")
    let plain = DataFixture.idx(sizes: [3, 2, 2], DataFixture.pixels(3, of: 4))
    let compressed = try DataFixture.gzip(plain)
    var refused = 0
    for trial in 0..<400 {
      var random = KeyedGenerator(17, UInt64(trial))
      var bytes = trial % 2 == 0 ? plain : compressed
      for _ in 0...random.next(below: 4) where !bytes.isEmpty {
        let place = random.next(below: bytes.count)
        switch random.next(below: 4) {
        case 0: bytes[place] = UInt8(random.next(below: 256))
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(UInt8(random.next(below: 256)), at: place)
        default: bytes = Array(bytes.prefix(max(1, place)))
        }
      }
      if try !isWellFormed(bytes, labels: labels) { refused += 1 }
    }
    #expect(refused > 200)
  }

  /// Whether the bytes give a dataset; it must then be one that makes sense. Anything but a `PadawannError` fails.
  private func isWellFormed(_ bytes: [UInt8], labels: String) throws -> Bool {
    let images = try folder.write(bytes, to: "mutant-idx3-ubyte")
    do {
      let dataset = try DataFixture.load("\(images),labels-file=\(labels)")
      #expect(dataset.count == 3)
      #expect(dataset.pixels.count == 3 * dataset.shape.count)
      return true
    } catch let error as PadawannError {
      #expect(!error.message.isEmpty)
      return false
    }
  }
}
