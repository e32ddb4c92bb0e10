import Foundation
import Testing

@testable import Padawann

/// One shared weight in the place of a multiplier per layer.
@Suite struct ScaleFoldingTests {
  /// A network of signs whose layers have multipliers of very different sizes.
  private static func layered(_ network: Network, _ seed: UInt64) throws -> Network {
    var generator = KeyedGenerator(seed, 77)
    return try network.mapWeights { layer throws(PadawannError) in
      guard !layer.weights.hasOwnValues else { return layer.weights }
      return try layer.weights.multiplied(by: [0.01, 0.3, 1, 2.5][generator.next(below: 4)])
    }
  }

  private static func network(_ nodes: [(String, NodeOperation, [Int])], seed: UInt64 = 3) throws -> Network {
    let architecture = try Architecture(
      input: Shape(channels: 2, height: 6, width: 6),
      nodes: nodes.map { Node($0.0, $0.1, inputs: $0.2) })
    let trained = try Network.initialised(architecture, seed: seed)
    var generator = KeyedGenerator(seed, 78)
    let parameters: [NodeParameters] = try trained.parameters.map { parameters in
      switch parameters {
      case .none: return .none
      case .weighted(let weights, let bias): return .weighted(try weights.signsOnly(), bias: bias)
      case .normalisation(let numbers):
        func draw() -> [Float] { numbers.scale.map { _ in 0.2 + generator.uniform() } }
        return .normalisation(
          BatchNormalisation(scale: draw(), shift: draw(), mean: draw(), variance: draw()))
      }
    }
    return try layered(Network(architecture: architecture, parameters: parameters), seed)
  }

  private static func images(of network: Network, _ count: Int = 8) -> [[Float]] {
    var generator = KeyedGenerator(9)
    let size = network.architecture.input.count
    return (0..<count).map { _ in (0..<size).map { _ in 2 * generator.uniform() - 0.5 } }
  }

  /// The largest difference of the logits, as a share of the largest.
  private static func difference(_ network: Network) throws -> Double {
    let folded = try network.folded()
    let images = images(of: network)
    let before = ReferenceEvaluator(network, magnitude: .shared(1)).logits(images)
    let after = ReferenceEvaluator(folded.network, magnitude: .shared(folded.sharedWeight)).logits(images)
    let most = before.joined().map(abs).max() ?? 0
    let worst = zip(before.joined(), after.joined()).map { abs($0 - $1) }.max() ?? 0
    return most > 0 ? Double(worst / most) : 0
  }

  /// The layers that keep a multiplier.
  private static func multiplied(_ network: Network) throws -> [String] {
    try network.folded().network.layers.filter { $0.weights.multiplier != 1 }.map(\.name)
  }

  private static let convolution = NodeOperation.convolution(
    Convolution(outputs: 4, kernel: Extent(3), padding: Padding(1, 1)))

  @Test func aHomogeneousNetworkNeedsNoMultiplier() throws {
    let network = try Self.network([
      ("c1", Self.convolution, [-1]), ("r1", .leakyRelu(slope: 0.1), [0]),
      ("p", .averagePool(Pool(kernel: Extent(2)), countsPadding: true), [1]),
      ("c2", Self.convolution, [2]), ("r2", .clip(minimum: 0, maximum: .infinity), [3]),
      ("flat", .flatten, [4]),
      ("fc", .linear(Linear(outputs: 5)), [5]), ("softmax", .softmax, [6]),
    ])
    let folded = try network.folded()
    #expect(folded.network.layers.allSatisfy { $0.weights.multiplier == 1 })
    #expect(try Self.difference(network) < 2e-6)
    // The logits keep their size, because the weight is the geometric mean.
    let scales = network.layers.map { Double($0.weights.multiplier) }
    #expect(abs(log(Double(folded.sharedWeight)) - scales.map(log).reduce(0, +) / 3) < 1e-6)
  }

  @Test func normalisationsTakeEveryFactorOut() throws {
    let network = try Self.network([
      ("c1", Self.convolution, [-1]), ("b1", .batchNormalisation(epsilon: 1e-2), [0]), ("r1", .relu, [1]),
      ("c2", Self.convolution, [2]), ("b2", .batchNormalisation(epsilon: 1e-5), [3]),
      ("sum", .add, [2, 4]), ("r2", .relu, [5]), ("mean", .globalAveragePool, [6]),
      ("fc", .linear(Linear(outputs: 5)), [7]),
    ])
    let folded = try network.folded()
    #expect(folded.network.layers.allSatisfy { $0.weights.multiplier == 1 })
    // Behind the last factor that is known there is one layer.
    #expect(folded.sharedWeight == network.layers[2].weights.multiplier)
    #expect(try Self.difference(network) < 2e-6)
  }

  @Test(arguments: [
    NodeOperation.tanh, .sigmoid, .silu, .gelu(.exact), .hardSwish, .hardSigmoid(alpha: 0.2, beta: 0.5),
    .clip(minimum: 0, maximum: 6), .softmax,
  ])
  func whatIsNotHomogeneousKeepsItsSize(_ operation: NodeOperation) throws {
    let network = try Self.network([
      ("c1", Self.convolution, [-1]), ("p", .maxPool(Pool(kernel: Extent(2))), [0]),
      ("curve", operation, [1]),
      ("c2", Self.convolution, [2]), ("r", .relu, [3]), ("flat", .flatten, [4]),
      ("fc", .linear(Linear(outputs: 5)), [5]),
    ])
    #expect(try Self.multiplied(network) == ["c1"])
    #expect(try Self.difference(network) < 2e-6)
  }

  @Test func sumsAndConcatenationsKeepTheirSize() throws {
    let network = try Self.network([
      ("c1", Self.convolution, [-1]), ("r1", .relu, [0]), ("c2", Self.convolution, [1]),
      ("sum", .add, [1, 2]), ("c3", Self.convolution, [3]), ("r3", .relu, [4]),
      ("join", .concat, [3, 5]), ("flat", .flatten, [6]), ("fc", .linear(Linear(outputs: 5)), [7]),
    ])
    #expect(try Self.multiplied(network) == ["c1", "c2", "c3"])
    #expect(try Self.difference(network) < 2e-6)
  }

  @Test func numbersOfALayersOwnPassFactorsOn() throws {
    var network = try Self.network([
      ("c1", Self.convolution, [-1]), ("r1", .relu, [0]), ("c2", Self.convolution, [1]),
      ("curve", .tanh, [2]), ("flat", .flatten, [3]), ("fc", .linear(Linear(outputs: 5)), [4]),
    ])
    network = try network.mapWeights { layer throws(PadawannError) in
      guard layer.name == "c2" else { return layer.weights }
      return try EdgeWeights(
        shape: layer.weights.shape, mask: layer.weights.mask,
        values: .own(layer.weights.numbers(.shared(0.7))))
    }
    #expect(try Self.difference(network) < 2e-6)
  }

  @Test func everyRandomNetworkKeepsItsAnswers() throws {
    var folded = 0
    for seed in 0..<150 as Range<UInt64> {
      let network = try Self.layered(RandomNetworks.make(seed).network, seed)
      let difference = try Self.difference(network)
      #expect(difference < 2e-4, "seed \(seed)")
      folded += network.layers.contains { $0.weights.multiplier != 1 } ? 1 : 0
    }
    #expect(folded > 50)
  }

  @Test func theScaleOfALayerIsTheMeanOfWhatIsLeft() throws {
    let weights = try EdgeWeights(
      shape: [2, 3], mask: Bitmask([true, false, true, true, false, false]),
      values: .own([0.5, 9, -1, 3, 9, 0]),
      retainsPruned: true)
    let scaled = try weights.scaledSigns()
    #expect(scaled.multiplier == 1.5)
    #expect(scaled.mask == weights.mask && scaled.signs == weights.signs && !scaled.hasOwnValues)
  }
}
