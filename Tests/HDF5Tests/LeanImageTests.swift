import HDF5
import Testing

/// Files in as few bytes as the format allows.
@Suite struct LeanImageTests {
  /// Of datasets and attributes the order is not kept.
  private static func inNameOrder(_ group: HDFGroup) -> HDFGroup {
    func sorted<Value>(_ entries: [HDFEntry<Value>]) -> [HDFEntry<Value>] {
      entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
    var result = group
    result.attributes = sorted(group.attributes)
    result.datasets = sorted(group.datasets)
    for index in result.datasets.indices {
      result.datasets[index].value.attributes = sorted(result.datasets[index].value.attributes)
    }
    for index in result.groups.indices { result.groups[index].value = inNameOrder(group.groups[index].value) }
    return result
  }

  private static func check(_ tree: HDFGroup, _ limits: ReadLimits = ReadLimits(unusedBytes: 0)) throws {
    let image = try tree.encodedLean()
    #expect(try HDFGroup(encoded: image, limits: limits) == inNameOrder(tree))
    #expect(try tree.encodedLean() == image)
  }

  @Test func everyTypeComesBack() throws {
    try Self.check(Samples.everything)
    try Self.check(Samples.model)
    try Self.check(HDFGroup())
    for tree in [Samples.everything, Samples.model, HDFGroup()] {
      #expect(try tree.encodedLean().count < tree.encoded().count)
    }
  }

  @Test func groupsKeepTheirOrder() throws {
    var tree = HDFGroup()
    for name in ["z", "a", "m", "10", "9"] {
      tree.attributes.append(HDFEntry(name, .integer(1)))
      tree.datasets.append(HDFEntry("d" + name, HDFDataset(shape: [1], .uint8([7]))))
      tree.groups.append(HDFEntry("g" + name, HDFGroup()))
    }
    let back = try HDFGroup(encoded: tree.encodedLean())
    #expect(back.groups.map(\.name) == tree.groups.map(\.name))
    try Self.check(tree)
  }

  @Test func namesAndTextsAreUTF8() throws {
    try Self.check(
      HDFGroup(
        attributes: ["größe": .text("μ = 0,5 — ok"), "empty": .text(""), "none": .texts([])],
        datasets: ["é": HDFDataset(shape: [1], .uint8([1]))], groups: ["ß": HDFGroup(), "naïve": HDFGroup()]))
  }

  /// Sizes of headers and names have 1, 2 or 4 bytes.
  @Test(arguments: [1, 3, 40, 300, 3000]) func headersOfEverySize(count: Int) throws {
    var tree = HDFGroup()
    for number in 0..<count {
      tree.groups.append(HDFEntry("group \(count - number)", HDFGroup()))
      if number < 250 { tree.attributes.append(HDFEntry("attribute \(number)", .integer(Int64(number)))) }
    }
    tree.datasets = [
      HDFEntry(
        String(repeating: "n", count: count),
        HDFDataset(shape: [count], .uint8(.init(repeating: 7, count: count))))
    ]
    try Self.check(tree, ReadLimits(objects: 4000, unusedBytes: 0))
  }

  @Test func whatCannotBeStoredIsRefused() {
    for tree in [
      HDFGroup(datasets: ["a/b": HDFDataset(shape: [1], .uint8([1]))]),
      HDFGroup(attributes: ["a": .text("\u{0}")]),
      HDFGroup(attributes: ["a": .array(.uint8([UInt8](repeating: 0, count: 70_000)))]),
      HDFGroup(attributes: ["a": .array(.float16([1]))]),
      HDFGroup(datasets: ["a": HDFDataset(shape: [2], .uint8([1]))]),
    ] {
      let error = #expect(throws: HDF5Error.self) { try tree.encodedLean() }
      #expect(error?.kind == .misuse)
    }
  }

  /// The reader of other programs' files reads it as well, and nothing but the data is without a checksum.
  @Test func everyBitThatIsNotDataIsChecked() throws {
    let image = try Samples.model.encodedLean()
    let file = try HDFFile(bytes: image)
    #expect(try file.readBytes("layers/0/signs").values == [7, 1, 255, 0])
    #expect(try file.readFloats("layers/1/biases").values == [1, -1, 3, 0])
    let dataBits = 2 * (4 + 16) * 8
    var silent = 0
    for bit in 0..<(image.count * 8) {
      var damaged = image
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      if (try? HDFGroup(encoded: damaged)) != nil { silent += 1 }
    }
    #expect(silent == dataBits)
  }

  @Test func halvesComeBack() throws {
    let all = (0...UInt16.max).map { $0 }
    let tree = HDFGroup(datasets: ["halves": HDFDataset(shape: [256, 256], .float16(all))])
    try Self.check(tree)
    #expect(try HDFGroup(encoded: tree.encoded()) == tree)
    let widened = try HDFFile(bytes: tree.encodedLean()).readFloats("halves").values
    #expect(widened.elementsEqual(all) { $0.bitPattern == Float(half: $1).bitPattern })
  }
}
