import HDF5
import Testing

@Suite struct RefusalTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var file: String
    var path: String
    var message: String
    var testDescription: String { file }
  }

  @Test(arguments: [
    Case(file: "soft-link", path: "/elsewhere", message: "soft link"),
    Case(file: "external-link", path: "/elsewhere", message: "external link"),
    Case(file: "external-storage", path: "/stolen", message: "external storage"),
    Case(file: "virtual", path: "/virtual", message: "virtual dataset"),
    Case(file: "text-of-any-length", path: "/group, attribute \"note\"", message: "type is not read"),
    Case(file: "opaque-attribute", path: "/group, attribute \"note\"", message: "type is not read"),
    Case(file: "null-attribute", path: "/group, attribute \"note\"", message: "shape"),
    Case(file: "two-axes-attribute", path: "/group, attribute \"note\"", message: "2 axes"),
    Case(file: "chunked", path: "/data", message: "filters"),
    Case(file: "growing", path: "/data", message: "not fixed"),
    Case(file: "compound", path: "/data", message: "element type"),
    Case(file: "enumerated", path: "/data", message: "element type"),
    Case(file: "big-endian", path: "/data", message: "little-endian"),
    Case(file: "null-shape", path: "/data", message: "shape"),
    Case(file: "huge", path: "/huge", message: "more than"),
    Case(file: "cycle", path: "/", message: "more than one link"),
    Case(file: "two-links", path: "/first", message: "more than one link"),
    Case(file: "named-type", path: "/type", message: "named data type"),
    Case(file: "shared-type", path: "/data", message: "shared"),
    Case(file: "many-links", path: "/", message: "index outside"),
    Case(file: "many-attributes", path: "/", message: "index outside"),
    Case(file: "old-superblock", path: "/", message: "superblock version 0"),
    Case(file: "user-block", path: "/", message: "signature"),
  ])
  func hostileFile(_ item: Case) throws {
    let error = #expect(throws: HDF5Error.self) { try HDFGroup(encoded: Golden.bytes(item.file)) }
    #expect(error?.path == item.path)
    #expect(error?.message.contains(item.message) == true, "\(error?.description ?? "")")
    #expect(error?.reasons.isEmpty == true, "the library saw the file")
  }

  @Test func aShapeWithoutValues() throws {
    let limits = ReadLimits(payloadBytes: .max)
    let error = #expect(throws: HDF5Error.self) {
      try HDFGroup(encoded: Golden.bytes("huge"), limits: limits)
    }
    #expect(error?.message.contains("no values are stored") == true)
  }

  @Test func unknownAttributesCanBeSkipped() throws {
    let limits = ReadLimits(unknownAttributes: .skipped)
    for name in ["text-of-any-length", "opaque-attribute", "null-attribute", "two-axes-attribute"] {
      let tree = try HDFGroup(encoded: Golden.bytes(name), limits: limits)
      #expect(tree == HDFGroup(groups: ["group": HDFGroup()]), "\(name)")
    }
  }

  @Test func unusedBytesHaveALimit() throws {
    let image = try Golden.bytes("dead-space")
    #expect(try HDFGroup(encoded: image).dataset("kept")?.elements == .uint8([0, 0, 0, 0]))
    let error = #expect(throws: HDF5Error.self) {
      try HDFGroup(encoded: image, limits: ReadLimits(unusedBytes: 1000))
    }
    #expect(error?.kind == .tooLarge)
    #expect(throws: Never.self) {
      try HDFGroup(encoded: Samples.everything.encoded(), limits: ReadLimits(unusedBytes: 0))
    }
  }

  @Test func foreignFilesInTheProfileAreRead() throws {
    #expect(try HDFGroup(encoded: Golden.bytes("profile-v108")) == Golden.profile(inOrder: false))
    #expect(try HDFGroup(encoded: Golden.bytes("profile-v110")) == Golden.profile(inOrder: true))
  }

  @Test func limitsAreExact() throws {
    let image = try Samples.model.encoded()
    let enough = ReadLimits(
      fileBytes: image.count, objects: 8, depth: 2, attributesPerObject: 2, payloadBytes: 96, unusedBytes: 0)
    #expect(try HDFGroup(encoded: image, limits: enough) == Samples.model)
    let changes: [(inout ReadLimits) -> Void] = [
      { $0.fileBytes -= 1 }, { $0.objects -= 1 }, { $0.depth -= 1 }, { $0.attributesPerObject -= 1 },
      { $0.payloadBytes -= 1 }, { $0.objects = -1 }, { $0.depth = .min }, { $0.payloadBytes = .min },
    ]
    for (number, change) in changes.enumerated() {
      var limits = enough
      change(&limits)
      let error = #expect(throws: HDF5Error.self, "\(number)") {
        try HDFGroup(encoded: image, limits: limits)
      }
      #expect(error?.kind == .tooLarge, "\(number)")
    }
  }
}

@Suite struct MisuseTests {
  private func refusal(_ tree: HDFGroup, at path: String) {
    let error = #expect(throws: HDF5Error.self) { try tree.encoded() }
    #expect(error?.kind == .misuse)
    #expect(error?.path == path)
  }

  @Test func namesThatHDF5CannotHave() {
    for name in ["", ".", "a/b", "a\0"] {
      refusal(HDFGroup(groups: ["g": HDFGroup(groups: [name: HDFGroup()])]), at: "/g")
      refusal(HDFGroup(datasets: [name: HDFDataset(shape: [1], .uint8([1]))]), at: "/")
    }
    refusal(HDFGroup(attributes: ["": .integer(1)]), at: "/")
    refusal(HDFGroup(attributes: ["a": .integer(1), "a": .integer(2)]), at: "/")
    refusal(
      HDFGroup(datasets: ["a": HDFDataset(shape: [1], .uint8([1]))], groups: ["a": HDFGroup()]), at: "/")
  }

  @Test func shapesThatDoNotFit() {
    for shape in [[2], [-1], [.max, 4], [], Array(repeating: 1, count: 33)] {
      refusal(HDFGroup(datasets: ["d": HDFDataset(shape: shape, .int32([1, 2, 3]))]), at: "/d")
    }
  }

  @Test func attributesAbove64KB() throws {
    let most = [UInt8](repeating: 3, count: 65_399)
    let tree = HDFGroup(attributes: ["a": .array(.uint8(most))])
    #expect(try HDFGroup(encoded: tree.encoded()) == tree)
    refusal(HDFGroup(attributes: ["a": .array(.uint8(most + [1]))]), at: "/, attribute \"a\"")
    refusal(
      HDFGroup(attributes: ["a": .texts([String(repeating: "x", count: 40_000), "y"])]),
      at: "/, attribute \"a\"")
    refusal(HDFGroup(attributes: ["a": .text("\0")]), at: "/, attribute \"a\"")
  }

  @Test func treesAreNotDeeperThanTheStack() {
    var tree = HDFGroup()
    for _ in 0..<65 { tree = HDFGroup(groups: ["g": tree]) }
    let error = #expect(throws: HDF5Error.self) { try tree.encoded() }
    #expect(error?.kind == .misuse)
  }
}
