import Foundation
import Padawann
import Testing

/// ONNX files that are damaged or made to harm.
@Suite struct ONNXHostileTests {
  private typealias File = ONNXFixture

  /// What a file becomes, all the way to a network.
  private static func network(_ bytes: [UInt8]) throws -> Network? {
    try ONNXFixture.network(TensorFile(bytes: bytes, path: "\(ONNXFixture.folder)/net.onnx"))
  }

  private static let linear = File.node("MatMul", ["x", "w"], ["y"])
  private static let weights = File.tensor("w", [[4], [2]], bytes: 32)

  @Test func theModelsByHandAreRight() throws {
    let network = try #require(try Self.network(File.model([Self.linear, Self.weights])))
    #expect(network.edgeCount == 8)
  }

  static let hostile: [(what: String, bytes: [UInt8], word: String)] = [
    (
      "a cycle", File.model([File.node("Relu", ["b"], ["a"]), File.node("Tanh", ["a"], ["b"])], output: "b"),
      "reads"
    ),
    ("a node that reads itself", File.model([File.node("Relu", ["y"], ["y"])]), "reads"),
    ("a missing input", File.model([File.node("Relu", ["z"], ["y"])]), "reads z"),
    ("a missing output", File.model([Self.linear, Self.weights], output: "z"), "reads z"),
    ("no node", File.model([], output: "x"), "nodes"),
    ("a constant output", File.model([Self.weights], output: "w"), "does not depend"),
    (
      "two results of one name",
      File.model([Self.linear, Self.weights, File.node("Relu", ["x"], ["y"])]), "exists already"
    ),
    (
      "a result like an initialiser",
      File.model([Self.weights, File.node("Relu", ["x"], ["w"])], output: "w"), "exists"
    ),
    (
      "two initialisers of one name", File.model([Self.linear, Self.weights, Self.weights]),
      "two initialisers"
    ),
    ("too few bytes", File.model([Self.linear, File.tensor("w", [[4], [2]], bytes: 31)]), "does not fit"),
    ("too many bytes", File.model([Self.linear, File.tensor("w", [[4], [2]], bytes: 33)]), "does not fit"),
    (
      "huge sizes",
      File.model([Self.linear, File.tensor("w", [huge, huge], bytes: 32)]), "does not fit"
    ),
    (
      "an empty huge tensor", File.model([Self.linear, File.tensor("w", [huge, [0], huge], bytes: 0)]),
      "not possible"
    ),
    (
      "a negative size", File.model([Self.linear, File.tensor("w", [negative, [2]], bytes: 32)]),
      "does not fit"
    ),
    (
      "an unknown type", File.model([Self.linear, File.tensor("w", [[4], [2]], type: 99, bytes: 32)]),
      "type 99"
    ),
    (
      "weights for others", File.model([Self.linear, File.tensor("w", [[5], [2]], bytes: 40)]),
      "for 5 numbers"
    ),
    ("no attributes", File.model([File.node("MaxPool", ["x"], ["y"])], input: [1, 1, 4, 4]), "window"),
    ("no inputs", File.model([File.node("Relu", [], ["y"])]), "not possible"),
    ("an open image", File.model([Self.linear, Self.weights], input: [1, 0]), "not fixed"),
    ("a number", File.model([Self.linear, Self.weights], input: [1]), "no batch"),
    ("no graph", [8, 8] + File.field(2, "pytorch"), "graph"),
    (
      "a file elsewhere",
      File.model([Self.linear, File.tensor("w", [[4], [2]], bytes: 0, external: "../../secret")]),
      "not a plain path"
    ),
    (
      "an absolute file",
      File.model([Self.linear, File.tensor("w", [[4], [2]], bytes: 0, external: "/etc/passwd")]),
      "not a plain path"
    ),
    (
      "a part of another size",
      File.model([Self.linear, File.tensor("w", [[4], [2]], bytes: 0, external: "external.onnx.data")]),
      "does not fit"
    ),
    (
      "numbers without end",
      File.model([File.node("ConstantOfShape", ["s"], ["w"]), Self.linear, sizes]), "limit"
    ),
    ("an endless integer", [8, 8] + [UInt8](repeating: 0xff, count: 12), "known here"),
    (
      "deep messages", File.model([(0..<200).reduce(into: []) { bytes, _ in bytes = File.field(6, bytes) }]),
      "reads y"
    ),
  ]

  private static let huge: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f]
  private static let negative: [UInt8] = [UInt8](repeating: 0xff, count: 9) + [1]
  /// The shape 2^30.
  private static let sizes: [UInt8] = File.field(
    5, [8, 1, 0x10, 7] + File.field(8, "s") + File.field(9, [0, 0, 0, 0x40, 0, 0, 0, 0]))

  @Test(arguments: hostile)
  func refuses(what: String, bytes: [UInt8], word: String) throws {
    let error = try #require(DataFixture.error { try Self.network(bytes) }, "\(what)")
    #expect("\(error)".contains(word), "\(error)")
    #expect(error.location?.contains("net.onnx") == true)
  }

  /// Unoptimised code sees every seventh bit.
  #if DEBUG
    private static let step = 7
  #else
    private static let step = 1
  #endif

  @Test(arguments: ONNXFixture.networks)
  func everyFlippedBitIsAnErrorOrHarmless(name: String) throws {
    let bytes = try File.bytes(name)
    let whole = try #require(try Self.network(bytes))
    var refused = 0
    for (_, damaged) in ImportFixture.flips(of: bytes, step: Self.step) {
      do {
        // A weight has no checksum, and a flipped bit of a name or a number makes another network of about that size.
        let network = try Self.network(damaged)
        #expect((network?.edgeCount ?? 0) <= whole.edgeCount * 8)
      } catch {
        #expect(error is PadawannError, "\(error)")
        refused += 1
      }
    }
    #expect(refused > bytes.count / Self.step)
  }

  @Test(arguments: ["vectors", "padding"])
  func everyTruncationIsAnError(name: String) throws {
    let bytes = try File.bytes(name)
    for count in bytes.indices {
      let error = DataFixture.error { try Self.network(Array(bytes[..<count])) }
      #expect(error != nil, "\(count) bytes")
    }
  }
}
