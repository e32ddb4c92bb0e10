import Padawann
import Testing

@Suite struct CSVTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func load(_ text: String, _ options: String = "") throws -> Dataset {
    try DataFixture.load(folder.write(text, to: "table.csv") + options)
  }

  private func refusal(_ text: String, _ options: String = "") throws -> PadawannError {
    try #require(DataFixture.error { try load(text, options) })
  }

  private static let sixteen = (0..<16).map { String($0 * 17) }.joined(separator: ",")

  @Test func readsALabelAndASquareImagePerRow() throws {
    let dataset = try load("3,\(Self.sixteen)\n1,\(Self.sixteen)\n")
    #expect(dataset.shape == Shape(channels: 1, height: 4, width: 4))
    #expect(dataset.labels == [3, 1])
    #expect(
      dataset.pixels == .bytes(Array(repeating: (0..<16).map { UInt8($0 * 17) }, count: 2).flatMap { $0 }))
    #expect(dataset.classNames.count == 4)
  }

  @Test(arguments: ["\n", "\r\n"])
  func skipsAHeaderAMarkAndFinalLines(_ end: String) throws {
    let text = "\u{feff}label,\"p,0\",p1\(end)1,2,3\(end)0,4,5\(end)\(end)"
    let dataset = try load(text)
    #expect(dataset.labels == [1, 0])
    #expect(dataset.shape == Shape(channels: 2))
    #expect(dataset.pixels == .bytes([2, 3, 4, 5]))
  }

  @Test func findsTheLabelsByNameByNumberAndAtTheEnd() throws {
    let text = "a,class,b\n10,1,20\n30,0,40\n"
    for column in ["class", "1"] {
      let dataset = try load(text, ",label-column=\(column)")
      #expect(dataset.labels == [1, 0])
      #expect(dataset.pixels == .bytes([10, 20, 30, 40]))
    }
    #expect(try load("5,6,1\n7,8,0\n", ",label-column=last").labels == [1, 0])
    #expect(try load("x,last\n7,1\n", ",label-column=\"last\"").labels == [1])
  }

  @Test func keepsNumbersThatAreNoBytes() throws {
    #expect(try load("0,0.5,-1e2\n1,255,256\n").pixels == .floats([0.5, -100, 255, 256]))
    #expect(try load("0, 1 ,2.0\n").pixels == .bytes([1, 2]))
    #expect(try load("0,300,2\n").normalisation.divisor == 1)
  }

  @Test func takesAShapeAndTextLabels() throws {
    let dataset = try load("dog,1,2,3,4\ncat,5,6,7,8\n", ",shape=2x1x2,class-names=cat+dog")
    #expect(dataset.shape == Shape(channels: 2, height: 1, width: 2))
    #expect(dataset.labels == [1, 0])
    #expect(dataset.classNames == ["cat", "dog"])
  }

  @Test(arguments: [
    ("", "empty"), ("1\n2\n", "one field"), ("a,b\n", "no rows"),
    ("1,2,3\n4,5\n", "line 2: this row has 2 fields"),
    ("1,2\n\n3,4\n", "empty line"), ("1,2\n1,x\n", "“x” in column 1"),
    ("1,2\n1.5,2\n", "“1.5” is not a class"),
    ("1,2\n1,nan\n", "“nan”"), ("1,2\n1,0x10\n", "“0x10”"), ("1,2\n1,1e99\n", "“1e99”"), ("1,2\n1,\n", "“”"),
    ("1,\"2\n", "does not end"), ("1,\"2\"3\n", "else than a comma"), ("1,2\n-1,2\n", "label -1 of image 1"),
    ("1,2\n70000,2\n", "70000"),
  ])
  func refusesWhatIsNoTable(_ text: String, _ reason: String) throws {
    let error = try refusal(text)
    #expect(error.kind == .data)
    #expect(error.location?.contains("table.csv") == true, "\(error)")
    #expect(error.description.contains(reason), "\(error)")
  }

  @Test func refusesColumnsAndShapesThatAreNotThere() throws {
    #expect(try refusal("a,b\n1,2\n", ",label-column=c").message.contains("“c”"))
    #expect(try refusal("1,2\n", ",label-column=7").message.contains("columns 0 to 1"))
    #expect(try refusal("1,2,3\n", ",shape=1x2x2").message.contains("1×2×2"))
    #expect(try refusal("2,2,3\n", ",classes-count=2").message.contains("label 2 of image 0"))
  }

  @Test func survivesRandomMutations() throws {
    let whole = Array("label,a,b\n1,2,3\n0,\"4\",5.5\n".utf8)
    var refused = 0
    for trial in 0..<300 {
      var random = KeyedGenerator(23, UInt64(trial))
      var bytes = whole
      for _ in 0...random.next(below: 3) {
        bytes[random.next(below: bytes.count)] = Array("\",\n\r9.-e\0\u{7f}x".utf8)[random.next(below: 11)]
      }
      do {
        let dataset = try DataFixture.load(folder.write(bytes, to: "mutant.csv"))
        #expect(dataset.pixels.count == dataset.count * dataset.shape.count)
      } catch let error as PadawannError {
        #expect(error.location?.contains("mutant.csv") == true)
        refused += 1
      }
    }
    #expect((1..<300).contains(refused))
  }

  @Test func readsCompressedTables() throws {
    let path = try folder.write(DataFixture.gzip(Array("1,2,3\n".utf8)), to: "t.csv.gz")
    #expect(try DataFixture.load(path).pixels == .bytes([2, 3]))
  }
}
