import HDF5
import Testing

/// Datasets that h5py wrote with its usual settings.
@Suite struct ForeignFileTests {
  private let images: [UInt8] = Array(0..<24)

  private func refusal(_ path: String, _ message: String, limits: ReadLimits = ReadLimits()) throws {
    let file = try HDFFile(path: Golden.path("training"), limits: limits)
    let error = #expect(throws: HDF5Error.self, "\(path)") { try file.readFloats(path) }
    #expect(error?.message.contains(message) == true, "\(path): \(error?.description ?? "")")
  }

  @Test func datasetsAreListed() throws {
    let listings = try HDFFile(path: Golden.path("training")).datasets()
    let first = try #require(listings.first)
    #expect(first.path == "/big" && first.shape == [2] && first.type == "float64 (big-endian)")
    #expect(listings.contains { $0.path == "/plain/images" && $0.shape == [2, 4, 3] && $0.type == "uint8" })
    #expect(listings.contains { $0.path == "/words" && $0.type == "variable-length text" })
    #expect(
      listings.contains { $0.path == "/logical" && $0.type == "int8 (enumerated)" && $0.family == .integers })
    #expect(listings.contains { $0.path == "/records" && $0.type == "compound" && $0.family == .other })
    #expect(!listings.contains { $0.path.hasPrefix("/soft") || $0.path.hasPrefix("/folder") })
    #expect(listings.map(\.path) == listings.map(\.path).sorted())
  }

  @Test(arguments: ["/plain/images", "/chunked", "/checked", "plain/images"])
  func bytes(_ path: String) throws {
    let file = try HDFFile(path: Golden.path("training"))
    let (shape, values) = try file.readBytes(path)
    #expect(shape == [2, 4, 3])
    #expect(values == images)
    #expect(try file.readFloats(path).values == images.map { Float($0) })
    #expect(try file.readIntegers(path).values == images.map { Int64($0) })
  }

  @Test func numbersOfOtherTypesAreConverted() throws {
    let file = try HDFFile(path: Golden.path("training"))
    #expect(try file.readFloats("/big").values == [0.5, -2])
    #expect(try file.readFloats("/half").values == [0.5, -2])
    #expect(try file.readIntegers("/plain/labels").values == [1, 300, -4])
    #expect(try file.readFloats("/large").values == [1, 18_446_744_073_709_551_616])
    #expect(try file.readIntegers("/growing").values == [0, 1, 2])
    #expect(try file.readBytes("/growing").values == [0, 1, 2])
    let scalar = try file.readIntegers("/scalar")
    #expect(scalar.shape == [] && scalar.values == [5])
    let none = try file.readFloats("/none")
    #expect(none.shape == [0, 3] && none.values == [])
    let logical = try file.readIntegers("/logical")
    #expect(logical.shape == [2] && logical.values == [1, 0])
  }

  @Test func whatCannotBeReadIsNamed() throws {
    try refusal("/lzf", "filter 32000")
    try refusal("/words", "variable-length text")
    try refusal("/records", "compound")
    try refusal("/stolen", "external storage")
    try refusal("/virtual", "virtual dataset")
    try refusal("/soft", "link")
    try refusal("/folder/images", "link")
    try refusal("/nowhere", "no object")
    try refusal("/plain", "no dataset")
    try refusal("/null", "null data space")
    try refusal("/unwritten", "limit")
    try refusal("/unwritten", "no values are stored", limits: ReadLimits(payloadBytes: 1 << 50))
    try refusal("/chunked", "limit", limits: ReadLimits(payloadBytes: 95))
  }

  @Test func integersThatDoNotFitAreRefused() throws {
    let file = try HDFFile(path: Golden.path("training"))
    #expect(throws: HDF5Error.self) { try file.readIntegers("/large") }
    #expect(throws: HDF5Error.self) { try file.readIntegers("/half") }
    #expect(throws: HDF5Error.self) { try file.readBytes("/plain/labels") }
  }

  @Test func filesThatCannotBeOpened() throws {
    let error = #expect(throws: HDF5Error.self) { _ = try HDFFile(path: "/nowhere/at/all.h5") }
    #expect(error?.kind == .missing)
    #expect(error?.reasons.isEmpty == false)
  }

  @Test func aCircleOfGroupsEnds() throws {
    let file = try HDFFile(path: Golden.path("cycle"))
    let error = #expect(throws: HDF5Error.self) { try file.datasets() }
    #expect(error?.kind == .tooLarge)
  }
}
