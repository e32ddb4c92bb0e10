import Foundation
import Padawann

/// The files of `Goldens/onnx`, which `make.py` there makes.
enum ONNXFixture {
  static var folder: String { (Bundle.module.resourcePath ?? "") + "/Goldens/onnx" }

  static func path(_ name: String) -> String { "\(folder)/\(name).onnx" }

  static func bytes(_ name: String) throws -> [UInt8] { try StoredFile.read(path(name)) }

  /// What ONNX Runtime answers to some images.
  struct Answers: Decodable {
    let input: [Int]
    let images: [[Float]]
    let answers: [[Float]]
    let nodes: [String]
    /// Operations that the network has, among others, in this order.
    let operations: [String]?
  }

  struct Expectations: Decodable {
    let networks: [String: Answers]
    let refused: [String: [String]]
  }

  static let networks = [
    "bounds", "channels-last", "export-mobile-dynamo", "export-mobile-script", "export-option-a-dynamo",
    "export-option-a-script", "export-swish-dynamo", "export-swish-script", "external", "gelus", "option-a",
    "padding", "pooling", "reshaped-image", "residual", "scaling", "shapes", "swishes", "vectors", "windows",
  ]
  static let refused = ["attention", "gate", "opset", "outputs", "pad", "parts", "unknown"]

  static func expectations() throws -> Expectations {
    try JSONDecoder().decode(Expectations.self, from: Data(StoredFile.read("\(folder)/expected.json")))
  }

  /// The network of a file, with its own weights.
  static func network(_ file: TensorFile) throws -> Network? {
    guard let graph = try ONNXNetwork(file) else { return nil }
    return try NetworkImport(weights: .keep).network(graph.parameters, graph.architecture)
  }

  // MARK: Models by hand

  /// A field with bytes.
  static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    var length: [UInt8] = []
    var rest = content.count
    repeat {
      length.append(UInt8(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
    return [number << 3 | 2] + length + content
  }

  static func field(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

  static func node(_ operation: String, _ inputs: [String], _ outputs: [String], _ attributes: [[UInt8]] = [])
    -> [UInt8]
  {
    let names = inputs.flatMap { field(1, $0) } + outputs.flatMap { field(2, $0) }
    return field(
      1, names + field(3, "n-\(operation)") + field(4, operation) + attributes.flatMap { field(5, $0) })
  }

  /// An initialiser of floats; `bytes` may disagree with the sizes.
  static func tensor(_ name: String, _ sizes: [[UInt8]], type: UInt8 = 1, bytes: Int, external: String? = nil)
    -> [UInt8]
  {
    let head = sizes.flatMap { [8] + $0 } + [0x10, type] + field(8, name)
    guard let external else { return field(5, head + field(9, [UInt8](repeating: 1, count: bytes))) }
    return field(5, head + field(13, field(1, "location") + field(2, external)) + [14 << 3, 1])
  }

  /// An input or output of these sizes below 128.
  static func value(_ number: UInt8, _ name: String, _ sizes: [UInt8]) -> [UInt8] {
    let shape = sizes.flatMap { field(1, [8, $0]) }
    return field(number, field(1, name) + field(2, field(1, [8, 1] + field(2, shape))))
  }

  /// A model of opset 13.
  static func model(_ graph: [[UInt8]], input: [UInt8] = [1, 4], output: String = "y") -> [UInt8] {
    let ends = value(11, "x", input) + value(12, output, [1, 2])
    return [8, 8] + field(7, graph.flatMap { $0 } + ends) + field(8, [0x10, 13])
  }
}
