import Padawann
import Testing

@Suite struct TernaryFitTests {
  /// 1 minus the squared error of the best magnitude over the sum of squares, for edges that are chosen.
  private static func explained(_ weights: [Float], _ chosen: [Int]) -> Double {
    let squares = weights.reduce(0) { $0 + Double($1) * Double($1) }
    guard !chosen.isEmpty else { return 0 }
    let magnitude = chosen.reduce(0) { $0 + Double(abs(weights[$1])) } / Double(chosen.count)
    var error = squares
    for edge in chosen {
      let weight = Double(abs(weights[edge]))
      error += (weight - magnitude) * (weight - magnitude) - weight * weight
    }
    return 1 - error / squares
  }

  @Test func noChoiceOfEdgesExplainsMore() throws {
    var generator = KeyedGenerator(7, 1)
    for round in 0..<60 {
      let weights = WeightedLayers.random(1 + round % 11, &generator)
      let fit = TernaryFit(weights)
      #expect(fit.count == weights.count { $0 != 0 } && fit.edgeCount == weights.count)
      var most = [Double](repeating: 0, count: fit.count + 1)
      for subset in 1..<(1 << weights.count) {
        let chosen = weights.indices.filter { subset >> $0 & 1 == 1 }
        guard chosen.allSatisfy({ weights[$0] != 0 }) else { continue }
        most[chosen.count] = max(most[chosen.count], Self.explained(weights, chosen))
      }
      for k in 0...fit.count {
        #expect(abs(fit.explained(k) - most[k]) < 1e-12)
        let chosen = Array(fit.mask(k).indices)
        #expect(chosen.count == k && abs(Self.explained(weights, chosen) - most[k]) < 1e-12)
        let sum = chosen.reduce(0) { $0 + Double(abs(weights[$1])) }
        #expect(abs(fit.magnitude(k) * Double(k) - sum) < 1e-12 * (1 + sum))
      }
      let top = most.max() ?? 0
      #expect(abs(fit.explained(fit.best) - top) < 1e-12)
      #expect(!(0..<fit.best).contains { fit.explained($0) >= fit.explained(fit.best) })
    }
  }

  @Test func ofEqualsTheFirstEdgesAreChosen() {
    let fit = TernaryFit([1, -2, 0, 2, 1, -2])
    #expect(
      (0...5).map { Array(fit.mask($0).indices) } == [
        [], [1], [1, 3], [1, 3, 5], [0, 1, 3, 5], [0, 1, 3, 4, 5],
      ])
  }

  @Test(arguments: [.leastNonzeroMagnitude, 1e-8, 0.1, 1, 3e38] as [Float])
  func equalWeightsAreExplainedWhole(size: Float) {
    for count in [1, 2, 3, 64, 1000] {
      let fit = TernaryFit((0..<count).map { $0 % 3 == 0 ? -size : size })
      #expect(fit.best == count)
      #expect(abs(fit.explained(count) - 1) < 1e-12 && fit.explained(count) <= 1)
      #expect(abs(fit.magnitude(count) / Double(size) - 1) < 1e-12)
    }
  }

  @Test func oneLargeWeightStandsAlone() {
    // 10² / 1 = 100, 14² / 2 = 98, but 18² / 3 = 108: the share falls and rises again.
    #expect(TernaryFit([4, -10]).best == 1)
    let fit = TernaryFit([4, -10, 4])
    #expect(fit.best == 3)
    #expect(fit.explained(2) < fit.explained(1) && fit.explained(1) < fit.explained(3))
  }

  @Test func withoutWeightsNothingIsChosen() {
    for numbers in [[], [0], [0, -0.0, 0]] as [[Float]] {
      let fit = TernaryFit(numbers)
      #expect(fit.count == 0 && fit.best == 0 && fit.explained(0) == 0 && fit.magnitude(0) == 0)
      #expect(fit.mask(0) == Bitmask(repeating: false, count: numbers.count))
    }
  }

  @Test func prunedEdgesStayAwayThoughTheirNumbersAreKept() throws {
    let weights = try EdgeWeights(
      shape: [4, 1], mask: Bitmask([true, false, true, true]), values: .own([1, 9, -2, 0.5]),
      retainsPruned: true)
    let fit = TernaryFit(weights)
    #expect(fit.count == 3 && Array(fit.mask(2).indices) == [0, 2])
  }
}
