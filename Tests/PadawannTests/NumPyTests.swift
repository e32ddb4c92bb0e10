import Padawann
import Testing

@Suite struct NumPyTests {
  static let types: [(String, ElementType)] = [
    ("f8", .f64), ("f4", .f32), ("f2", .f16), ("i8", .i64), ("i4", .i32), ("i2", .i16), ("i1", .i8),
    ("u8", .u64),
    ("u4", .u32), ("u2", .u16), ("u1", .u8),
  ]

  @Test(arguments: types)
  func readsEveryTypeInBothByteOrders(name: String, type: ElementType) throws {
    let little = try NumPyArray(npy: ImportFixture.bytes("little-\(name).npy"))
    #expect(little.shape == [2, 3])
    #expect(little.type == type)
    #expect(try little.floats() == [1, 2, 3, 100, 5, 6])
    #expect(try NumPyArray(npy: ImportFixture.bytes("big-\(name).npy")) == little)
    if type.isFloatingPoint {
      #expect(throws: PadawannError.self) { try little.integers() }
    } else {
      #expect(try little.integers() == [1, 2, 3, 100, 5, 6])
    }
  }

  @Test func readsShapesOfAllKinds() throws {
    #expect(try NumPyArray(npy: ImportFixture.bytes("scalar.npy")) == NumPyArray(shape: [], floats: [2.5]))
    #expect(try NumPyArray(npy: ImportFixture.bytes("empty.npy")) == NumPyArray(shape: [3, 0], floats: []))
    let truth = try NumPyArray(npy: ImportFixture.bytes("bool.npy"))
    #expect(truth.shape == [3])
    #expect(try truth.integers() == [1, 0, 1])
    let turned = try NumPyArray(npy: ImportFixture.bytes("fortran.npy"))
    #expect(turned.shape == [2, 3, 4])
    #expect(try turned.integers() == Array(0..<24))
  }

  @Test(arguments: [2, 3])
  func readsEveryVersion(version: Int) throws {
    let array = try NumPyArray(npy: ImportFixture.bytes("version-\(version).npy"))
    #expect(try array == NumPyArray(npy: ImportFixture.bytes("little-f4.npy")))
  }

  @Test(arguments: [
    "little-f8.npy", "little-f4.npy", "little-i8.npy", "little-u1.npy", "bool.npy", "scalar.npy", "empty.npy",
  ])
  func writesTheBytesOfNumPy(name: String) throws {
    let bytes = try ImportFixture.bytes(name)
    #expect(try NumPyArray(npy: bytes).npy == bytes)
  }

  @Test(arguments: [
    ("object.npy", "Python objects"), ("record.npy", "records"), ("complex.npy", "complex"),
    ("text.npy", "text"),
  ])
  func refusesOtherElementsByName(name: String, word: String) throws {
    #expect { try NumPyArray(npy: ImportFixture.bytes(name)) } throws: {
      ($0 as? PadawannError)?.kind == .unsupported && "\($0)".contains(word)
    }
  }

  static func file(header: String, content: [UInt8] = []) -> [UInt8] {
    let text = Array(header.utf8)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count % 256), UInt8(text.count / 256)] + text
      + content
  }

  @Test(arguments: [
    "", "{", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False, 'shape': (1)}",
    "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'extra': 1}",
    "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '=f4', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 4)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
    "__import__('os').system('true')", "{'descr': '<f4', 'fortran_order': False, 'shape': (0,)}",
  ])
  func refusesHostileHeaders(header: String) {
    #expect { try NumPyArray(npy: Self.file(header: header, content: [0, 0, 128, 63])) } throws: {
      $0 is PadawannError
    }
  }

  @Test func acceptsHeadersOfOtherWriters() throws {
    let header = "{\"shape\": (1L,), \"fortran_order\": False, \"descr\": \">f4\"}\n"
    let array = try NumPyArray(npy: Self.file(header: header, content: [63, 128, 0, 0]))
    #expect(try array.floats() == [1])
  }

  @Test func checksTheShapeOfNewArrays() {
    #expect(throws: PadawannError.self) { try NumPyArray(shape: [2, 2], floats: [1]) }
    #expect(throws: PadawannError.self) { try NumPyArray(shape: [-1, -1], floats: [1]) }
    #expect(throws: PadawannError.self) { try NumPyArray(shape: [.max, .max, 0], floats: []) }
    #expect(throws: PadawannError.self) { try NumPyArray(shape: [1], type: .bf16, bytes: [0, 0]) }
  }

  @Test func readsAndWritesArchives() throws {
    let archive = try NumPyArchive(ImportFixture.bytes("plain.npz"))
    #expect(archive.names == ["weight", "bias"])
    #expect(try archive.array("weight").floats() == [1, 2, 3, 100, 5, 6])
    #expect(try archive.array("bias").floats() == [0.5, -1])
    #expect { try archive.array("mask") } throws: { "\($0)".contains("weight, bias") }
    let items = try archive.names.map { NumPyArchive.Item(name: $0, array: try archive.array($0)) }
    let written = try NumPyArchive.file(of: items)
    let again = try NumPyArchive(written)
    #expect(again.names == archive.names)
    for item in items { #expect(try again.array(item.name) == item.array) }
    #expect(try NumPyArchive.file(of: items) == written)
  }

  @Test func readsDeflatedArchivesWithinTheLimit() throws {
    let archive = try NumPyArchive(ImportFixture.bytes("deflated.npz"))
    #expect(try archive.array("zeros").floats() == [Float](repeating: 0, count: 400))
    #expect(throws: PadawannError.self) { try archive.array("zeros", limit: 1000) }
  }

  @Test(arguments: ["plain.npz", "deflated.npz"])
  func everyFlippedBitOfAnArchiveIsHarmlessOrAnError(name: String) throws {
    func items(_ bytes: [UInt8]) throws -> [NumPyArchive.Item] {
      let archive = try NumPyArchive(bytes)
      return try archive.names.map {
        NumPyArchive.Item(name: $0, array: try archive.array($0, limit: 1 << 20))
      }
    }
    let bytes = try ImportFixture.bytes(name)
    let expected = try items(bytes)
    var harmless = 0
    for (bit, damaged) in ImportFixture.flips(of: bytes) {
      if case .success(let changed) = outcome({ try items(damaged) }) {
        #expect(changed == expected, "bit \(bit)")
        harmless += 1
      }
    }
    #expect(harmless >= 640 && harmless < bytes.count * 4, "\(harmless) of \(8 * bytes.count)")
    for count in bytes.indices {
      #expect(throws: PadawannError.self) { try items(Array(bytes[..<count])) }
    }
  }

  @Test func halfPrecisionIsExact() throws {
    let cases: [(UInt16, Float)] = [
      (0x0000, 0), (0x0001, 0x1p-24), (0x03ff, 1023 * 0x1p-24), (0x0400, 0x1p-14), (0x3c00, 1), (0xc000, -2),
      (0x7bff, 65504), (0x7c00, .infinity), (0xfc00, -.infinity),
    ]
    for (bits, value) in cases {
      let bytes = [UInt8(bits & 255), UInt8(bits >> 8)]
      #expect(try ElementType.f16.floats(bytes[...]) == [value])
      #expect(try ElementType.f16.floats([bytes[1], bytes[0]][...], bigEndian: true) == [value])
    }
    #expect(try ElementType.f16.floats([0x01, 0x7e][...])[0].isNaN)
    #expect(try ElementType.f16.floats([0x00, 0x80][...])[0].sign == .minus)
    #expect(try ElementType.bf16.floats([0x80, 0x3f, 0xc0, 0xbf][...]) == [1, -1.5])
    #expect { try ElementType.bool.floats([0, 1, 2][...]) } throws: { "\($0)".contains("element 2") }
    #expect { try ElementType.u64.integers([UInt8](repeating: 255, count: 8)[...]) } throws: {
      $0 is PadawannError
    }
  }
}
