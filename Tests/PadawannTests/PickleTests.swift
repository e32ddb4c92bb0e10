import Padawann
import Testing

/// Pickles written opcode by opcode, inside the archive that `torch.save` would put them into.
@Suite struct PickleTests {
  static func text(_ text: String) -> [UInt8] { [0x58] + little(text.utf8.count, 4) + Array(text.utf8) }
  static func global(_ module: String, _ name: String) -> [UInt8] {
    [0x63] + Array("\(module)\n\(name)\n".utf8)
  }
  static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  static func integer(_ value: Int) -> [UInt8] { [0x8a, 8] + little(value, 8) }
  static func tuple(_ items: [UInt8]...) -> [UInt8] { [0x28] + items.flatMap { $0 } + [0x74] }

  static func repeated(_ opcodes: [UInt8], _ count: Int) -> [UInt8] {
    (0..<count).flatMap { _ in opcodes }
  }

  /// The opcodes of one tensor.
  static func tensor(
    key: String = "0", type: String = "FloatStorage", count: Int = 6, offset: Int = 0, shape: [Int] = [2, 3],
    strides: [Int] = [3, 1]
  ) -> [UInt8] {
    let storage =
      tuple(text("storage"), global("torch", type), text(key), text("cpu"), integer(count)) + [0x51]
    let sizes = [0x28] + shape.flatMap(integer) + [0x74]
    let steps = [0x28] + strides.flatMap(integer) + [0x74]
    let hooks = global("collections", "OrderedDict") + [0x29, 0x52]
    let arguments = [0x28] + storage + integer(offset) + sizes + steps + [0x89] + hooks + [0x74]
    return global("torch._utils", "_rebuild_tensor_v2") + arguments + [0x52]
  }

  /// A dictionary of one entry.
  static func dictionary(_ name: String, _ value: [UInt8]) -> [UInt8] { [0x7d] + text(name) + value + [0x73] }

  static func file(_ opcodes: [UInt8], storage: [UInt8] = (0..<24).map { $0 / 4 * 16 }) throws -> [UInt8] {
    try ZipWriter.archive([
      .init(name: "x/data.pkl", content: [0x80, 2] + opcodes + [0x2e]),
      .init(name: "x/data/0", content: storage),
    ])
  }

  static func read(_ opcodes: [UInt8]) throws -> TensorFile {
    try TensorFile(bytes: file(opcodes), path: "x.pt")
  }

  @Test func readsAHandWrittenTensor() throws {
    let tensor = try Self.read(Self.dictionary("w", Self.tensor())).tensors[0]
    #expect(tensor.name == "w")
    #expect(tensor.shape == [2, 3])
    let stored = (0..<6).map { Float(bitPattern: UInt32($0) * 0x1010_1010) }
    #expect(try tensor.floats() == stored)
    let turned = try Self.read(Self.dictionary("w", Self.tensor(shape: [3, 2], strides: [1, 3]))).tensors[0]
    #expect(try turned.floats() == [0, 3, 1, 4, 2, 5].map { stored[$0] })
  }

  @Test func unknownClassesAndFunctionsAreNamedAndNeverCalled() throws {
    let calls: [(String, String)] = [
      ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("builtins", "exec"),
      ("subprocess", "Popen"),
      ("builtins", "getattr"), ("__main__", "Net"), ("torch.nn.modules.linear", "Linear"),
      ("torch.hub", "load"),
      ("torch", "load"), ("collections", "namedtuple"), ("webbrowser", "open"),
    ]
    for (module, name) in calls {
      let call = Self.global(module, name) + Self.text("touch /tmp/owned") + [0x85, 0x52]
      #expect { try Self.read(Self.dictionary("w", call)) } throws: {
        ($0 as? PadawannError)?.kind == .unsupported && "\($0)".contains("\(module).\(name)")
          && "\($0)".contains("torch.save(model.state_dict(), 'weights.pt')")
      }
      let stacked = Self.text(module) + Self.text(name) + [0x93, 0x29, 0x52]
      #expect { try Self.read(Self.dictionary("w", stacked)) } throws: {
        "\($0)".contains("\(module).\(name)")
      }
    }
  }

  @Test func namesInMessagesArePrintable() {
    let name = "\u{1b}[2J" + String(repeating: "x", count: 500)
    #expect { try Self.read(Self.global("os", name)) } throws: {
      let text = "\($0)"
      return text.count < 500 && !text.unicodeScalars.contains("\u{1b}")
    }
  }

  static let malformed: [(String, [UInt8], String)] = [
    ("nothing", [], "never made"),
    ("two values", [0x4e, 0x4e], "never made"),
    ("an open mark", [0x28, 0x4e], "never made"),
    ("pop of nothing", [0x30], "never made"),
    ("tuple without mark", [0x4e, 0x74], "never made"),
    ("values below a mark", [0x4e, 0x28, 0x85], "never made"),
    ("set item of a list", [0x5d, 0x4e, 0x4e, 0x73], "no dictionary"),
    ("set item of a tensor", PickleTests.tensor() + [0x4e, 0x4e, 0x73], "no dictionary"),
    ("set items of a tuple", [0x29, 0x28, 0x4e, 0x4e, 0x75], "no dictionary"),
    ("append to a dictionary", [0x7d, 0x4e, 0x61], "no list"),
    ("appends to a number", [0x4b, 1, 0x28, 0x4e, 0x65], "no list"),
    ("a key without a value", [0x7d, 0x28, 0x4e, 0x75], "without a value"),
    ("attributes of a number", [0x4b, 1, 0x7d, 0x62], "attributes"),
    ("a call of a number", [0x4b, 1, 0x29, 0x52], "no function"),
    ("a call without tuple", global("collections", "OrderedDict") + [0x4e, 0x52], "tuple of arguments"),
    (
      "a dictionary of numbers", global("collections", "OrderedDict") + [0x5d, 0x4e, 0x61, 0x85, 0x52],
      "pairs"
    ),
    ("memory that is empty", [0x68, 7], "recalls"),
    ("far memory that is empty", [0x6a, 255, 255, 255, 255], "recalls"),
    ("a huge text", [0x58, 255, 255, 255, 255], "ends too early"),
    ("a huge text of 64 bits", [0x8d] + [UInt8](repeating: 255, count: 8), "exceeds"),
    ("a long text of 63 bits", [0x8d] + [UInt8](repeating: 255, count: 7) + [127], "ends too early"),
    ("huge bytes", [0x8e, 0, 0, 0, 0, 255, 0, 0, 0], "ends too early"),
    ("a negative long", [0x8b, 255, 255, 255, 255], "ends too early"),
    ("a negative string", [0x54, 255, 255, 255, 255], "ends too early"),
    ("a huge frame", [0x95, 255, 255, 255, 255, 255, 255, 255, 127], "frame"),
    ("no UTF-8", [0x58, 1, 0, 0, 0, 255], "UTF-8"),
    ("an unknown opcode", [0xff], "opcode"),
    ("an instance of protocol 0", [0x69], "opcode"),
    ("an extension", [0x82, 1], "opcode"),
    ("a class that is no text", [0x4e, 0x4e, 0x93], "not text"),
    ("a class without end", [0x63] + [UInt8](repeating: 0x61, count: 2000), "too long"),
    ("a number", [0x4b, 1], "no named tensors"),
  ]

  @Test(arguments: malformed)
  func malformedPicklesAreRefused(name: String, opcodes: [UInt8], word: String) {
    #expect { try Self.read(opcodes) } throws: {
      ($0 as? PadawannError)?.kind == .data && "\($0)".contains(word)
    }
  }

  static let impossible: [(String, [UInt8], String)] = [
    ("a negative offset", tensor(offset: -1), "does not fit"),
    ("a negative stride", tensor(strides: [-3, 1]), "does not fit"),
    ("a negative size", tensor(shape: [-2, 3]), "not possible"),
    ("a storage that is too short", tensor(offset: 1), "does not fit"),
    ("a huge offset", tensor(offset: .max), "does not fit"),
    ("a huge stride", tensor(strides: [.max, .max]), "does not fit"),
    ("a huge shape", tensor(shape: [.max, .max], strides: [0, 0]), "not possible"),
    ("a shape beyond the limit", tensor(shape: [1 << 16, 1 << 16], strides: [0, 0]), "not possible"),
    ("more strides than sizes", tensor(strides: [3, 1, 1]), "does not fit"),
    ("a bomb of stride 0", tensor(shape: [1 << 20], strides: [0]), "16 times"),
    ("a count that is too small", tensor(count: 5), "24 bytes"),
    ("a count that overflows", tensor(count: .max), "24 bytes"),
    ("a count of another type", tensor(type: "DoubleStorage"), "24 bytes"),
    ("a negative count", tensor(count: -1), "malformed"),
    ("a storage that is not there", tensor(key: "1"), "lacks"),
    ("a storage elsewhere", tensor(key: "../data.pkl"), "lacks"),
    ("too many sizes", tensor(shape: [Int](repeating: 1, count: 65), strides: []), "malformed"),
    ("no arguments", global("torch._utils", "_rebuild_tensor_v2") + [0x29, 0x52], "malformed"),
    ("a type", global("torch", "FloatTensor") + [0x29, 0x52], "special class"),
  ]

  @Test(arguments: impossible)
  func impossibleTensorsAreRefused(name: String, opcodes: [UInt8], word: String) {
    #expect { try Self.read(Self.dictionary("w", opcodes)) } throws: {
      $0 is PadawannError && "\($0)".contains(word) && "\($0)".contains("tensor w")
    }
  }

  @Test func storagesThatAreDamagedOrDoubtfulAreRefused() throws {
    let opcodes = Self.dictionary("w", Self.tensor())
    #expect { try TensorFile(bytes: Self.file(opcodes, storage: [1]), path: "x") } throws: {
      "\($0)".contains("1 bytes")
    }
    #expect { try Self.read(opcodes + [0x2e, 0x4e]) } throws: { "\($0)".contains("follows the pickle") }
    #expect {
      try Self.read(
        [0x7d] + Self.text("w") + Self.tensor() + [0x73] + Self.text("w") + Self.tensor() + [0x73])
    } throws: { "\($0)".contains("same name") }
    let control = Self.dictionary("a\u{7}b", Self.tensor())
    #expect { try Self.read(control) } throws: { "\($0)".contains("control characters") }
  }

  @Test(arguments: [0, 1, 6, 255])
  func otherProtocolsAreNamed(version: UInt8) throws {
    let pickle = [0x80, version, 0x4e, 0x2e]
    let bytes = try ZipWriter.archive([.init(name: "x/data.pkl", content: pickle)])
    #expect { try TensorFile(bytes: bytes, path: "x") } throws: { "\($0)".contains("protocol \(version)") }
  }

  // MARK: Small files that would grow

  @Test func nestingCostsNoStack() throws {
    let deep = [0x29] + [UInt8](repeating: 0x85, count: 1_000_000)
    let file = try Self.read(
      [0x7d] + Self.text("deep") + deep + [0x73] + Self.text("w") + Self.tensor() + [0x73])
    #expect(file.tensors.map(\.name) == ["w"])
    #expect(file.notes == ["left aside, no weights: deep"])
  }

  @Test func nestedDictionariesEnd() throws {
    var opcodes: [UInt8] = Self.dictionary("w", Self.tensor())
    for _ in 0..<50 { opcodes = Self.dictionary("model", opcodes) }
    #expect(throws: PadawannError.self) { try Self.read(opcodes) }
    // A dictionary that contains itself.
    #expect(throws: PadawannError.self) {
      try Self.read([0x7d, 0x71, 0] + Self.text("model") + [0x68, 0, 0x73])
    }
  }

  @Test func sharedValuesAreThereOnce() throws {
    // Each tuple has the previous one twice: 2^10,000 values, were they copied.
    var bomb: [UInt8] = [0x29]
    for _ in 0..<10_000 { bomb += [0x71, 0, 0x68, 0, 0x86] }
    let file = try Self.read(
      [0x7d] + Self.text("bomb") + bomb + [0x73] + Self.text("w") + Self.tensor() + [0x73])
    #expect(file.tensors.count == 1)
  }

  @Test func copiesAreCounted() throws {
    // One list of 20,000 pairs becomes 20,000 dictionaries.
    let pair: [UInt8] = [0x4e, 0x4e, 0x86]
    let list =
      [0x5d, 0x28] + Self.repeated(pair, 20_000) + [0x65, 0x85, 0x71, 0]
    let again: [UInt8] = [0x68, 1, 0x68, 0, 0x52, 0x30]
    let opcodes =
      Self.global("collections", "OrderedDict") + [0x71, 1] + list
      + Self.repeated(again, 20_000)
    #expect { try Self.read(opcodes) } throws: { "\($0)".contains("copies more than") }
  }

  @Test func oneDictionaryUnderManyKeysIsReadOnce() throws {
    let entries = Self.repeated([0x4b, 1, 0x4e], 100_000)
    var opcodes: [UInt8] = [0x7d, 0x28] + entries + [0x75, 0x71, 0, 0x30, 0x7d, 0x28]
    for index in 0..<20_000 { opcodes += Self.text("k\(index)") + [0x68, 0] }
    #expect { try Self.read(opcodes + [0x75]) } throws: { "\($0)".contains("no named tensors") }
  }

  @Test func valuesAreCounted() throws {
    let opcodes = [UInt8](repeating: 0x4e, count: (1 << 22) + 1)
    #expect { try Self.read(opcodes) } throws: { "\($0)".contains("more than 4194304 values") }
  }
}
