import Padawann
import Testing

@Suite struct LayerBudgetTests {
  /// The most that any way to share exactly so many edges out explains, at least one edge a layer.
  private static func most(_ fits: [TernaryFit]) -> [Int: Double] {
    var most = [0: 0.0]
    for fit in fits {
      var next: [Int: Double] = [:]
      for (edges, worth) in most {
        for k in 1...fit.count {
          next[edges + k] = max(next[edges + k] ?? 0, worth + fit.explained(k))
        }
      }
      most = next
    }
    return most
  }

  private static func budget(_ weights: [[Float]], _ density: Double) throws -> [Int] {
    let kept = try LayerBudget(WeightedLayers.network(weights), density: density).kept
    return weights.indices.map { kept[$0] ?? -1 }
  }

  @Test func noOtherSharingExplainsMore() throws {
    var generator = KeyedGenerator(11, 2)
    var exact = 0
    for _ in 0..<40 {
      let layers = (0..<(2 + generator.next(below: 2))).map { _ in
        [0.5] + WeightedLayers.random(1 + generator.next(below: 9), &generator)
      }
      let fits = layers.map(TernaryFit.init)
      let most = Self.most(fits)
      let total = layers.reduce(0) { $0 + $1.count }
      let own = fits.reduce(0) { $0 + $1.best }
      for edges in layers.count...total {
        let kept = try Self.budget(layers, (Double(edges) + 0.5) / (Double(total) + 0.5))
        #expect(zip(kept, fits).allSatisfy { $0 >= 1 && $0 <= $1.best })
        let sum = kept.reduce(0, +)
        #expect(sum <= edges)
        if edges >= own { #expect(kept == fits.map(\.best)) }
        let worth = zip(kept, fits).reduce(0) { $0 + $1.1.explained($1.0) }
        // Where the most that can be explained is concave in the number of edges, a price finds it; elsewhere it finds the last
        // such number before.
        let concave = (layers.count...edges).last { Self.isCorner(most, $0, layers.count...total) }
        let reachable = try #require(concave.flatMap { most[$0] })
        #expect(worth > reachable - 1e-9)
        if sum == edges, let best = most[edges], abs(best - worth) < 1e-9 { exact += 1 }
      }
    }
    #expect(exact > 100)
  }

  /// Whether a line with a price as its slope touches the curve there alone.
  private static func isCorner(_ most: [Int: Double], _ edges: Int, _ range: ClosedRange<Int>) -> Bool {
    guard let here = most[edges] else { return false }
    let before = most.filter { range.contains($0.key) && $0.key < edges }
      .map { (here - $0.value) / Double(edges - $0.key) }
    let after = most.filter { $0.key > edges }.map { ($0.value - here) / Double($0.key - edges) }
    return (before.min() ?? .infinity) > max(after.max() ?? -.infinity, 0) + 1e-9
  }

  @Test func aLayerOfFewLargeWeightsGivesItsEdgesAway() throws {
    let few = (0..<50).map { Float($0 < 3 ? 5 : 0.01) }
    let many = (0..<50).map { Float($0 % 2 == 0 ? 1 : -1) * (1 + Float($0) / 100) }
    #expect(try Self.budget([few, many], 0.5) == [3, 47])
    #expect(try Self.budget([few, many], 1) == [3, 50])
  }

  @Test func equalWeightsFillTheBudget() throws {
    #expect(try Self.budget([[Float](repeating: 0.1, count: 100)], 0.5) == [50])
    #expect(try Self.budget([[Float](repeating: 0.1, count: 100)], 1) == [100])
    // Each edge of the smaller layer explains more of it.
    #expect(
      try Self.budget([[Float](repeating: 3, count: 60), [Float](repeating: 1, count: 40)], 0.5) == [10, 40])
  }

  @Test func everyLayerKeepsAnEdge() throws {
    #expect(try Self.budget([[1], [2], [3, 1, 2]], 0.6) == [1, 1, 1])
    let error = #expect(throws: PadawannError.self) { try Self.budget([[1], [2], [3, 1, 2]], 0.59) }
    #expect(error?.message.contains("2 edges are too few for 3 layers") == true)
    #expect(error?.kind == .usage && error?.choice == .density)
    #expect(try Self.budget([[0, 0], [1, 2]], 0.25) == [0, 1])
  }

  @Test func onlyLayersThatAreNamedShare() throws {
    let network = try WeightedLayers.network([[1, 1], [4, 3, 2, 1], [1, 1]])
    let budget = try LayerBudget(network, density: 0.5, layers: [1])
    #expect(budget.kept == [1: 2])
    #expect(budget.masks.mapValues { Array($0.indices) } == [1: [0, 1]])
    let error = #expect(throws: PadawannError.self) { try LayerBudget(network, density: 0.5, layers: [3]) }
    #expect(error?.message.contains("node 3 is no layer") == true)
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    let network = try WeightedLayers.network([[1, 2], [3, 4]])
    for density in [0, -1, 1.001, .nan, .infinity] {
      let error = #expect(throws: PadawannError.self) { try LayerBudget(network, density: density) }
      #expect(error?.kind == .usage && error?.choice == .density)
    }
    let signs = try network.mapWeights { layer throws(PadawannError) in
      layer.index == 0 ? try layer.weights.signsOnly() : layer.weights
    }
    let error = #expect(throws: PadawannError.self) { try LayerBudget(signs, density: 0.5) }
    #expect(error?.message.contains("keeps only signs") == true)
    #expect(try LayerBudget(signs, density: 0.5, layers: [1]).kept == [1: 1])
  }
}
