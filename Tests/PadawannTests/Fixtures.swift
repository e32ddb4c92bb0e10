import Foundation
import Padawann

/// Where the tests find their goldens.
enum Fixtures {
  static func path(_ name: String) throws -> String {
    guard let folder = Bundle.module.resourcePath else { throw CocoaError(.fileNoSuchFile) }
    return folder + "/Goldens/" + name
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: try path(name))))
  }

  /// A small network of every kind of stored parameter: a masked convolution, a batch normalisation, and a linear layer.
  static func network(seed: UInt64 = 1, own: Bool = false, retainsPruned: Bool = false, density: Float = 0.6)
    throws
    -> Network
  {
    let architecture = try Architecture(
      input: Shape(channels: 1, height: 6, width: 6),
      nodes: [
        Node("conv", .convolution(Convolution(outputs: 3, kernel: Extent(3))), inputs: [-1]),
        Node("norm", .batchNormalisation(epsilon: 1e-5), inputs: [0]),
        Node("relu", .relu, inputs: [1]),
        Node("pool", .maxPool(Pool(kernel: Extent(2))), inputs: [2]),
        Node("flatten", .flatten, inputs: [3]),
        Node("fc", .linear(Linear(outputs: 5)), inputs: [4]),
      ])
    var generator = KeyedGenerator(seed)
    func floats(_ count: Int) -> [Float] { (0..<count).map { _ in generator.uniform() + 0.1 } }
    func weights(_ shape: [Int]) throws -> EdgeWeights {
      let count = shape.reduce(1, *)
      let mask = Bitmask((0..<count).map { _ in generator.uniform() < density })
      let signs = Bitmask((0..<count).map { _ in generator.uniform() < 0.5 })
      let values = floats(count).enumerated().map { signs[$0] ? -$1 : $1 }
      return try EdgeWeights(
        shape: shape, mask: mask, values: own ? .own(values) : .signs(signs), retainsPruned: retainsPruned)
    }
    return try Network(
      architecture: architecture,
      parameters: [
        .weighted(try weights([3, 1, 3, 3]), bias: floats(3)),
        .normalisation(
          BatchNormalisation(scale: floats(3), shift: floats(3), mean: floats(3), variance: floats(3))),
        .none, .none, .none,
        .weighted(try weights([5, 12]), bias: floats(5)),
      ])
  }
}

extension ModelFile {
  /// The bytes in one of the forms that every program reads.
  static func encoded(_ model: Model, compact: Bool) throws -> [UInt8] {
    try encoded(model, as: compact ? .compact : .plain)
  }

  /// Writes a file in one of the forms that every program reads.
  @discardableResult
  static func write(_ model: Model, to path: String, compact: Bool) throws -> StoredModel {
    try write(model, to: path, as: compact ? .compact : .plain)
  }
}
