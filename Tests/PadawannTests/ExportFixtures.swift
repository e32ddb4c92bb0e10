import Foundation
import Padawann

/// Models to be exported, and what comes back.
enum ExportFixture {
  /// A network that has every operation at least once, of small sizes.
  static func everyOperation() throws -> Network {
    let json = try StoredFile.read(Fixtures.path("export/every-operation.json"))
    let architecture = try ArchitectureFile.architecture(json: json)
    var generator = KeyedGenerator(7)
    func numbers(_ count: Int, from low: Float = -0.5) -> [Float] {
      (0..<count).map { _ in generator.uniform() + low }
    }
    let parameters = try architecture.nodes.indices.map { index -> NodeParameters in
      let channels = architecture.shapes[index].channels
      if case .batchNormalisation = architecture.nodes[index].operation {
        return .normalisation(
          BatchNormalisation(
            scale: numbers(channels), shift: numbers(channels), mean: numbers(channels),
            variance: numbers(channels, from: 0.1)))
      }
      guard let shape = architecture.weightShape(of: index) else { return .none }
      let count = shape.reduce(1, *)
      let mask = Bitmask((0..<count).map { _ in generator.uniform() < 0.7 })
      let signs = Bitmask((0..<count).map { _ in generator.uniform() < 0.5 })
      let hasBias =
        switch architecture.nodes[index].operation {
        case .convolution(let layer): layer.hasBias
        case .linear(let layer): layer.hasBias
        default: false
        }
      return .weighted(
        try EdgeWeights(shape: shape, mask: mask, values: .signs(signs)),
        bias: hasBias ? numbers(shape[0]) : nil)
    }
    return try Network(architecture: architecture, parameters: parameters)
  }

  static func stored(_ model: Model) throws -> StoredModel {
    try ModelFile.model(encoded: ModelFile.encoded(model))
  }

  /// A model of a network that is read as one, with all that can go along.
  static func model(_ network: Network, weight: Float = 0.5) throws -> StoredModel {
    var model = Model(network: network, sharedWeights: [weight])
    model.normalisation = Normalisation(mean: [0.1307], deviation: [0.3081])
    model.classNames = (0..<network.architecture.outputs).map { "class \($0) */ \"\\\n\u{1} é" }
    return try stored(model)
  }

  /// The model that an exported file gives, without its provenance, as `padawann import` makes it.
  static func imported(_ bytes: [UInt8]) throws -> Model {
    let file = try TensorFile(bytes: bytes, path: "exported")
    guard let record = file.record else { throw CocoaError(.fileReadCorruptFile) }
    let graph = try ONNXNetwork(file)
    var importing = NetworkImport()
    importing.keptLayers = record.ownLayers
    importing.negatedLayers = record.negatedLayers
    importing.multipliers = record.multipliers
    let network = try importing.network(
      graph?.parameters ?? ImportedParameters(file).parameters, graph?.architecture ?? record.architecture)
    var model = Model(network: network, sharedWeights: record.sharedWeights)
    model.normalisation = record.normalisation
    model.classNames = record.classNames
    return model
  }

  /// An ONNX file without what it says about itself: fields 14 of the model.
  static func withoutRecord(_ bytes: [UInt8]) -> [UInt8] {
    var rest = bytes[...]
    var kept: [UInt8] = []
    func varint() -> Int {
      var (value, shift) = (0, 0)
      while let byte = rest.popFirst() {
        value |= Int(byte & 0x7f) << shift
        shift += 7
        if byte < 0x80 { break }
      }
      return value
    }
    while !rest.isEmpty {
      let start = rest.startIndex
      let tag = varint()
      let value = varint()
      if tag & 7 == 2 { rest = rest.dropFirst(value) }
      if tag >> 3 != 14 { kept += bytes[start..<rest.startIndex] }
    }
    return kept
  }

  /// The largest difference of two lists of numbers, as a share of the largest number.
  static func difference(_ some: [[Float]], _ others: [[Float]]) -> Float {
    var (worst, largest) = (Float(0), Float.leastNormalMagnitude)
    for (x, y) in zip(some.joined(), others.joined()) {
      if x == y || (x.isNaN && y.isNaN) { continue }
      worst = max(worst, x.isFinite && y.isFinite ? abs(x - y) : .infinity)
    }
    for x in some.joined() where x.isFinite { largest = max(largest, abs(x)) }
    return worst / largest
  }
}
