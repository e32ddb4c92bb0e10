import Padawann
import Testing

@Suite struct PruningTests {
  private static func masks(_ network: Network) -> [Bitmask] { network.layers.map(\.weights.mask) }

  /// 27 and 60 edges, all kept, with numbers that are all different but for two equal pairs.
  private static func dense() throws -> Network {
    let network = try Fixtures.network(seed: 4, own: true, density: 2)
    return try network.mapWeights { layer throws(PadawannError) in
      guard layer.name == "fc" else { return layer.weights }
      var numbers = layer.weights.numbers(.own)
      (numbers[3], numbers[50]) = (-0.001, 0.001)
      (numbers[10], numbers[20]) = (0.002, -0.002)
      return try EdgeWeights(shape: layer.weights.shape, mask: layer.weights.mask, values: .own(numbers))
    }
  }

  @Test(arguments: [0, 0.1, 0.5, 0.333, 0.994, 1])
  func aShareIsExact(share: Double) throws {
    let network = try Self.dense()
    for method in [Pruning.random(seed: 1), .smallest] {
      let pruned = try method.apply(to: network, .share(share))
      #expect(pruned.remainingEdges == 87 - Int((share * 87).rounded()))
      let twice = try method.apply(to: pruned, .share(share))
      #expect(
        twice.remainingEdges == pruned.remainingEdges - Int((share * Double(pruned.remainingEdges)).rounded())
      )
      for (before, after) in zip(Self.masks(network), Self.masks(pruned)) {
        #expect(after.intersection(before) == after)
      }
    }
  }

  @Test(arguments: [0, 1, 43, 86, 87])
  func aNumberOfEdgesIsLeftExactly(left: Int) throws {
    for method in [Pruning.random(seed: 9), .smallest] {
      #expect(try method.apply(to: try Self.dense(), .leaving(left)).remainingEdges == left)
    }
  }

  @Test func theSmallestGoFirstAndOfEqualsTheFirst() throws {
    let network = try Self.dense()
    func pruned(_ left: Int) throws -> [Int] {
      let mask = try Pruning.smallest.apply(to: network, .leaving(left)).layers[1].weights.mask
      return Array(mask.inverted().indices)
    }
    #expect(try pruned(86) == [3])
    #expect(try pruned(85) == [3, 50])
    #expect(try pruned(84) == [3, 10, 50])
    #expect(try pruned(83) == [3, 10, 20, 50])
  }

  @Test func theSmallestOfAllLayersTogetherAreTaken() throws {
    let network = try Self.dense()
    let pruned = try Pruning.smallest.apply(to: network, .share(0.4))
    func magnitudes(_ network: Network) -> [Float] {
      network.layers.flatMap { $0.weights.numbers(.own).filter { $0 != 0 }.map(abs) }
    }
    #expect(magnitudes(pruned).sorted() == magnitudes(network).sorted().suffix(pruned.remainingEdges))
  }

  @Test func everyEdgeIsDrawnEquallyOften() throws {
    let network = try Self.dense()
    var counts = [Int](repeating: 0, count: 87)
    for seed in 0..<1000 {
      let masks = Self.masks(try Pruning.random(seed: UInt64(seed)).apply(to: network, .leaving(57)))
      for edge in masks[0].inverted().indices { counts[edge] += 1 }
      for edge in masks[1].inverted().indices { counts[27 + edge] += 1 }
    }
    let expected = 1000.0 * 30 / 87
    let variance = 1000.0 * (30.0 / 87) * (57.0 / 87)
    #expect(counts.allSatisfy { abs(Double($0) - expected) < 5 * variance.squareRoot() })
  }

  @Test func aSeedDecidesAndOnlyTheSeed() throws {
    let network = try Self.dense()
    func masks(_ seed: UInt64) throws -> [Bitmask] {
      Self.masks(try Pruning.random(seed: seed).apply(to: network, .share(0.5)))
    }
    #expect(try masks(1) == masks(1))
    #expect(try masks(1) != masks(2))
    let signs = try network.mapWeights { layer throws(PadawannError) in try layer.weights.signsOnly() }
    #expect(try Self.masks(Pruning.random(seed: 1).apply(to: signs, .share(0.5))) == masks(1))
  }

  @Test func wholeChannelsOfOneLayerGo() throws {
    let network = try Self.dense()
    for (name, channels, edges) in [("conv", 3, 9), ("fc", 5, 12)] {
      let pruned = try Pruning.channels(layer: name, seed: 3).apply(to: network, .share(0.4))
      for layer in pruned.layers {
        let mask = layer.weights.mask
        let left = (0..<layer.weights.shape[0]).map { channel in
          (0..<mask.count / layer.weights.shape[0]).count {
            mask[channel * mask.count / layer.weights.shape[0] + $0]
          }
        }
        guard layer.name == name else {
          #expect(mask.popcount == mask.count)
          continue
        }
        #expect(left.allSatisfy { $0 == 0 || $0 == edges })
        #expect(left.count { $0 == 0 } == Int((0.4 * Double(channels)).rounded()))
      }
    }
    let drawn = try (0..<20).map { seed in
      try Pruning.channels(layer: nil, seed: seed).apply(to: network, .share(0.4)).layers.map {
        $0.weights.remainingEdges
      }
    }
    #expect(Set(drawn) == [[18, 60], [27, 36]])
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    let network = try Self.dense()
    func refuses(_ method: Pruning, _ amount: Pruning.Amount, _ says: String) throws {
      let error = #expect(throws: PadawannError.self) { try method.apply(to: network, amount) }
      #expect(error?.kind == .usage)
      #expect(error?.message.contains(says) == true, "\(error?.description ?? "")")
    }
    for share in [-0.01, 1.01, .nan, .infinity, -.infinity] {
      try refuses(.random(seed: 1), .share(share), "from 0 to 1")
      try refuses(.channels(layer: nil, seed: 1), .share(share), "from 0 to 1")
    }
    for left in [-1, 88, .max, .min] { try refuses(.random(seed: 1), .leaving(left), "cannot be left") }
    try refuses(.channels(layer: "fc", seed: 1), .leaving(3), "whole channels")
    try refuses(.channels(layer: "relu", seed: 1), .share(0.5), "no layer is named")
    let signs = try network.mapWeights { layer throws(PadawannError) in try layer.weights.signsOnly() }
    let error = #expect(throws: PadawannError.self) { try Pruning.smallest.apply(to: signs, .share(0.5)) }
    #expect(error?.message.contains("keeps only signs") == true)
  }

  @Test func aNetworkWithoutEdgesIsPrunedToNothing() throws {
    let architecture = try Architecture(input: Shape(channels: 3), nodes: [Node("r", .relu, inputs: [-1])])
    let network = try Network(architecture: architecture, parameters: [.none])
    #expect(try Pruning.random(seed: 1).apply(to: network, .share(1)) == network)
    #expect(try Pruning.smallest.apply(to: network, .leaving(0)) == network)
    #expect(throws: PadawannError.self) {
      try Pruning.channels(layer: nil, seed: 1).apply(to: network, .share(0.5))
    }
    #expect(Compression(of: network).density == 0)
  }
}
