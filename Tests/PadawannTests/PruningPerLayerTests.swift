import Padawann
import Testing

@Suite struct PruningPerLayerTests {
  private static let layers: [[Float]] = [
    [0.25, -0.5, 0.75, -1, 1.25], [1, -1, 1, 2], [0, 7, -8, 0, 9, 10, 11, 12],
  ]

  private static func kept(
    _ method: Pruning, _ amount: Pruning.Amount? = nil, _ layers: [[Float]] = layers
  )
    throws -> [[Int]]
  {
    WeightedLayers.kept(try method.apply(to: WeightedLayers.network(layers), amount))
  }

  @Test func eachLayerLosesItsPartOfTheSmallest() throws {
    // 5, 4 and 6 edges are left; of equals the first goes.
    #expect(try Self.kept(.smallestPerLayer, .share(0.4)) == [[2, 3, 4], [2, 3], [4, 5, 6, 7]])
    #expect(try Self.kept(.smallestPerLayer, .share(0)) == Self.kept(.smallest, .share(0)))
    #expect(try Self.kept(.smallestPerLayer, .share(1)) == [[], [], []])
    #expect(
      try Self.kept(.smallestPerLayer, .leaving(14)) == [[0, 1, 2, 3, 4], [0, 1, 2, 3], [2, 4, 5, 6, 7]])
  }

  @Test(arguments: 0...15) func theAmountIsExactAndThePartsAreEqual(left: Int) throws {
    let kept = try Self.kept(.smallestPerLayer, .leaving(left)).map(\.count)
    #expect(kept.reduce(0, +) == left)
    for (count, size) in zip(kept, [5, 4, 6]) {
      #expect(abs(Double(count) - Double(size * left) / 15) < 1)
    }
  }

  @Test func theBestFitOfEachLayerIsLeft() throws {
    let kept = try Self.kept(.ternary)
    #expect(kept.map(\.count) == Self.layers.map { TernaryFit($0).best })
    for (edges, numbers) in zip(kept, Self.layers) {
      #expect(edges == Array(TernaryFit(numbers).mask(edges.count).indices))
    }
    // An amount that the fits already take away changes nothing; a larger one is kept to.
    #expect(try Self.kept(.ternary, .share(0)) == kept)
    #expect(try Self.kept(.ternary, .leaving(15)) == kept)
    for left in 3...10 {
      let fewer = try Self.kept(.ternary, .leaving(left))
      #expect(fewer.allSatisfy { !$0.isEmpty } && fewer.joined().count <= left)
    }
  }

  @Test func weightsBelowAMultipleOfTheMeanGo() throws {
    // The means are 0.75, 1.25 and 9.5.
    #expect(try Self.kept(.belowMean(times: 1)) == [[2, 3, 4], [3], [5, 6, 7]])
    #expect(try Self.kept(.belowMean(times: 0.79)) == [[2, 3, 4], [0, 1, 2, 3], [2, 4, 5, 6, 7]])
    #expect(try Self.kept(.belowMean(times: 0)) == Self.kept(.smallest, .share(0)))
    #expect(try Self.kept(.belowMean(times: 1), nil, [[0.1, -0.1, 0.1], [3]]) == [[0, 1, 2], [0]])
    let again = try Pruning.belowMean(times: 1).apply(
      to: Pruning.belowMean(times: 1).apply(to: WeightedLayers.network(Self.layers)))
    #expect(WeightedLayers.kept(again) == [[3, 4], [3], [6, 7]])
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    func refuses(
      _ method: Pruning, _ amount: Pruning.Amount?, _ says: String, _ choice: PadawannError.Choice?
    ) throws {
      let error = #expect(throws: PadawannError.self) { try Self.kept(method, amount) }
      #expect(error?.kind == .usage && error?.choice == choice)
      #expect(error?.message.contains(says) == true, "\(error?.description ?? "")")
    }
    for method in [Pruning.random(seed: 1), .smallest, .smallestPerLayer, .channels(layer: nil, seed: 1)] {
      try refuses(method, nil, "not said how much", .amount)
    }
    for share in [-0.01, 1.01, .nan] {
      try refuses(.smallestPerLayer, .share(share), "from 0 to 1", nil)
      try refuses(.ternary, .share(share), "from 0 to 1", nil)
    }
    try refuses(.smallestPerLayer, .leaving(16), "cannot be left", nil)
    try refuses(.ternary, .leaving(16), "cannot be left", nil)
    try refuses(.ternary, .leaving(2), "too few for 3 layers", nil)
    try refuses(.ternary, .share(0.9), "too few for 3 layers", .amount)
    try refuses(.belowMean(times: 1), .share(0.5), "a threshold says itself", .amount)
    for times in [-0.1, .nan, .infinity] {
      try refuses(.belowMean(times: times), nil, "number of times the mean", .threshold)
    }
    try refuses(.belowMean(times: 1.5), nil, "no edge of layer2", .threshold)
  }

  @Test func signsAloneAreRefused() throws {
    let signs = try WeightedLayers.network(Self.layers).mapWeights { layer throws(PadawannError) in
      layer.index == 0 ? layer.weights : try layer.weights.signsOnly()
    }
    for (method, amount) in [
      (.smallestPerLayer, .share(0.5)), (.ternary, nil), (.ternary, .share(0.5)),
      (.belowMean(times: 0.7), nil),
    ] as [(Pruning, Pruning.Amount?)] {
      let error = #expect(throws: PadawannError.self) { try method.apply(to: signs, amount) }
      #expect(error?.message.contains("keeps only signs") == true && error?.choice == .keptWeights)
    }
  }

  @Test func aNetworkWithoutEdgesStaysAsItIs() throws {
    let architecture = try Architecture(input: Shape(channels: 3), nodes: [Node("r", .relu, inputs: [-1])])
    let network = try Network(architecture: architecture, parameters: [.none])
    #expect(try Pruning.smallestPerLayer.apply(to: network, .leaving(0)) == network)
    #expect(try Pruning.ternary.apply(to: network) == network)
    #expect(try Pruning.belowMean(times: 2).apply(to: network) == network)
  }
}
