import Padawann
import Testing

@Suite struct StrokesTests {
  private func pixels(_ dataset: Dataset) -> [UInt8] {
    if case .bytes(let bytes) = dataset.pixels { return bytes }
    return []
  }

  private func images(_ dataset: Dataset) -> [ArraySlice<UInt8>] {
    let all = pixels(dataset)
    return (0..<dataset.count).map { all[($0 * 784)..<(($0 + 1) * 784)] }
  }

  @Test(arguments: [
    (
      Strokes.Alphabet.digits, Strokes.Split.train, UInt64(0),
      "cd5be14ac9862cac19652f243489c5da5d8fc988667f351752a8eb0bd6889678"
    ),
    (.digits, .test, 0, "9cf58dca35dd2bb25e8fd9123f2fc1d124586f9d69a1bea420e8839963ac489c"),
    (.letters, .train, 0, "ad5f01701e48743240ff25f45576422e90c6582676bde693d0b0217548c7b62c"),
    (.letters, .test, 7, "a55158db543c2e834e067e083fe4f4146fb49efc85d8f104daee46606611e25b"),
  ])
  func `every machine draws the same bytes`(
    alphabet: Strokes.Alphabet, split: Strokes.Split, seed: UInt64, digest: String
  ) throws {
    let dataset = try Strokes.dataset(alphabet, split: split, perClass: 20, seed: seed)
    #expect(dataset.digest.description == digest)
  }

  @Test(arguments: Strokes.Alphabet.allCases)
  func `classes are interleaved and named`(alphabet: Strokes.Alphabet) throws {
    let dataset = try Strokes.dataset(alphabet, split: .test, perClass: 3)
    #expect(dataset.count == 30)
    #expect(dataset.labels == (0..<30).map { $0 % 10 })
    #expect(dataset.shape == Shape(channels: 1, height: 28, width: 28))
    #expect(dataset.name == "\(alphabet.rawValue):test")
    #expect(dataset.classNames.joined() == (alphabet == .digits ? "0123456789" : "abcdefghij"))
    #expect(dataset.normalisation == .mnist)
  }

  @Test func `fewer images are a prefix of more`() throws {
    let few = try Strokes.dataset(.letters, split: .train, perClass: 4, seed: 3)
    let many = try Strokes.dataset(.letters, split: .train, perClass: 9, seed: 3)
    #expect(pixels(many).starts(with: pixels(few)))
  }

  @Test func `no image comes twice in either split or for another seed`() throws {
    let datasets = [
      try Strokes.dataset(.digits, split: .train, perClass: 40),
      try Strokes.dataset(.digits, split: .test, perClass: 40),
      try Strokes.dataset(.digits, split: .train, perClass: 40, seed: 1),
      try Strokes.dataset(.letters, split: .train, perClass: 40),
    ]
    #expect(Set(datasets.flatMap(images)).count == 1_600)
  }

  @Test(arguments: Strokes.Alphabet.allCases)
  func `every image has ink, soft edges and a dark ground`(alphabet: Strokes.Alphabet) throws {
    for image in images(try Strokes.dataset(alphabet, split: .train, perClass: 50)) {
      let full = image.count { $0 == 255 }
      let soft = image.count { (1...254).contains($0) }
      #expect((4...300).contains(full + soft / 2))
      #expect(soft >= 15)
      #expect(image.count { $0 == 0 } >= 392)
    }
  }

  @Test(arguments: Strokes.Alphabet.allCases)
  func `the task can be learned and is not trivial`(alphabet: Strokes.Alphabet) throws {
    let train = images(try Strokes.dataset(alphabet, split: .train, perClass: 50))
    let means = (0..<10).map { label in
      (0..<784).map { pixel in
        stride(from: label, to: train.count, by: 10).reduce(0) {
          $0 + Float(train[$1][train[$1].startIndex + pixel])
        } / 50
      }
    }
    let test = images(try Strokes.dataset(alphabet, split: .test, perClass: 20))
    let right = test.indices.count { index in
      let distances = means.map {
        zip($0, test[index]).reduce(0) { $0 + ($1.0 - Float($1.1)) * ($1.0 - Float($1.1)) }
      }
      return distances.firstIndex(of: distances.min() ?? 0) == index % 10
    }
    #expect((110...180).contains(right), "the nearest mean answers \(right) of 200")
  }

  @Test(arguments: [0, -1, Int.min, Int.max, Strokes.maximumPerClass + 1])
  func `a count that cannot be drawn is refused`(perClass: Int) {
    let error = #expect(throws: PadawannError.self) {
      try Strokes.dataset(.digits, split: .train, perClass: perClass)
    }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains("\(perClass)") == true)
  }
}
