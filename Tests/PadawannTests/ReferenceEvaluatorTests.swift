import Foundation
import Padawann
import Testing

/// The reference evaluator against outputs that PyTorch computed (`Goldens/network/make.py`).
@Suite struct ReferenceEvaluatorTests {
  struct Case: Decodable, CustomTestStringConvertible {
    struct Tensor: Decodable {
      var shape: [Int]
      var values: [Float]
    }
    struct Raw: Decodable {
      var name: String
      var shared: Float?
      var parameters: [String: Tensor]
      var inputs: [[Float]]
      var outputs: [[Float]]
    }
    var raw: Raw
    var architecture: Architecture
    var testDescription: String { raw.name }

    init(from decoder: any Decoder) throws {
      raw = try Raw(from: decoder)
      architecture = try Fixtures.architecture(named: raw.name)
    }
  }

  static var cases: [Case] {
    get throws {
      try JSONDecoder().decode([Case].self, from: Data(try Fixtures.bytes("network/cases.json")))
    }
  }

  @Test func everyOperationAgreesWithPyTorch() throws {
    let cases = try Self.cases
    #expect(cases.count >= 25)
    for golden in cases {
      let network = try Self.network(golden)
      let magnitude: Magnitude = Magnitude(sharedWeight: golden.raw.shared)
      let outputs = ReferenceEvaluator(network, magnitude: magnitude).activations(
        golden.raw.inputs, of: network.architecture.nodes.count - 1)
      let largest = golden.raw.outputs.joined().map(abs).max() ?? 0
      #expect(outputs.count == golden.raw.outputs.count)
      for (ours, theirs) in zip(outputs, golden.raw.outputs) {
        #expect(ours.count == theirs.count, "\(golden.raw.name)")
        let difference = zip(ours, theirs).map { abs($0 - $1) }.max() ?? 0
        #expect(difference <= 2e-6 * max(largest, 1), "\(golden.raw.name): \(difference)")
      }
    }
  }

  @Test func everyOperationIsCovered() throws {
    let names = Set(try Self.cases.flatMap { $0.architecture.nodes.map(\.operation.name) })
    #expect(names.count == 22)
  }

  @Test func anImageDoesNotDependOnItsNeighbours() throws {
    let network = try Fixtures.network()
    let evaluator = ReferenceEvaluator(network, magnitude: .shared(0.5))
    var generator = KeyedGenerator(3)
    let images = (0..<37).map { _ in (0..<36).map { _ in generator.uniform() } }
    let together = evaluator.logits(images)
    for (index, image) in images.enumerated() {
      #expect(evaluator.logits([image])[0].map(\.bitPattern) == together[index].map(\.bitPattern))
    }
  }

  @Test func signsAndOwnNumbersAgreeWhenEveryNumberIsASignTimesTheSharedWeight() throws {
    let signs = try Fixtures.network(seed: 9)
    let own = try signs.mapWeights { layer throws(PadawannError) in
      try EdgeWeights(
        shape: layer.weights.shape, mask: layer.weights.mask,
        values: .own(layer.weights.numbers(.shared(0.7))))
    }
    let image = [(0..<36).map { Float($0) / 36 }]
    #expect(
      ReferenceEvaluator(signs, magnitude: .shared(0.7)).logits(image)
        == ReferenceEvaluator(own, magnitude: .own).logits(image))
  }

  private static func network(_ golden: Case) throws -> Network {
    let architecture = golden.architecture
    let tensors = golden.raw.parameters
    let parameters = try architecture.nodes.indices.map { index -> NodeParameters in
      let name = architecture.nodes[index].name
      if let shape = architecture.weightShape(of: index) {
        let weight = try #require(tensors[name + ".weight"])
        #expect(weight.shape == shape)
        let mask = Bitmask(weight.values.map { $0 != 0 })
        let edges = try EdgeWeights(shape: shape, mask: mask, values: .own(weight.values))
        return .weighted(edges, bias: tensors[name + ".bias"]?.values)
      }
      guard case .batchNormalisation = architecture.nodes[index].operation else { return .none }
      func values(_ key: String) throws -> [Float] { try #require(tensors["\(name).\(key)"]).values }
      return .normalisation(
        BatchNormalisation(
          scale: try values("weight"), shift: try values("bias"), mean: try values("running_mean"),
          variance: try values("running_var")))
    }
    return try Network(architecture: architecture, parameters: parameters)
  }
}

extension Fixtures {
  /// The architecture of one golden case, read by our own reader.
  static func architecture(named name: String) throws -> Architecture {
    let document = try JSONSerialization.jsonObject(with: Data(try bytes("network/cases.json")))
    let cases = document as? [[String: Any]] ?? []
    let found = cases.first { $0["name"] as? String == name }?["architecture"] ?? [String: Any]()
    return try ArchitectureFile.architecture(json: [UInt8](try JSONSerialization.data(withJSONObject: found)))
  }
}
