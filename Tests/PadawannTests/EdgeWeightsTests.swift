import Padawann
import Testing

@Suite struct EdgeWeightsTests {
  private static let mask = Bitmask([true, false, true, true])
  private static let numbers: [Float] = [0.5, -3, -2, 0.25]

  private static func weights(retainsPruned: Bool) throws -> EdgeWeights {
    try EdgeWeights(shape: [2, 2], mask: mask, values: .own(numbers), retainsPruned: retainsPruned)
  }

  @Test func everyMagnitudeGivesItsNumbers() throws {
    let own = try Self.weights(retainsPruned: true)
    let signs = try own.signsOnly()
    #expect(own.numbers(.own) == [0.5, 0, -2, 0.25])
    #expect(own.numbers(.shared(0.7)) == [0.5, 0, -2, 0.25])
    #expect(own.numbers(.shared(0.7), overridesOwn: true) == [0.7, 0, -0.7, 0.7])
    #expect(signs.numbers(.shared(0.7)) == [0.7, 0, -0.7, 0.7])
    #expect(signs.numbers(.own) == [1, 0, -1, 1])
    #expect(signs.numbers(.shared(-1)) == [-1, 0, 1, -1])
  }

  @Test func prunedEdgesComeBackOnlyWhenTheyWereRetained() throws {
    let all = Bitmask(repeating: true, count: 4)
    #expect(try Self.weights(retainsPruned: true).masked(by: all).numbers(.own) == Self.numbers)
    #expect(throws: PadawannError.self) { try Self.weights(retainsPruned: false).masked(by: all) }
    #expect(throws: PadawannError.self) {
      try Self.weights(retainsPruned: true).masked(by: Bitmask(repeating: true, count: 5))
    }
    #expect(try Self.weights(retainsPruned: false).values == .own([0.5, 0, -2, 0.25]))
    #expect(try Self.weights(retainsPruned: true).signs.packed == [0x60])
    #expect(try Self.weights(retainsPruned: false).signs.packed == [0x20])
  }

  @Test(
    arguments: [[], [4, 1, 1, 2], [-2, -2], [0, 4], [.max, 2], [.max, .max], [.min, .min], [2]] as [[Int]])
  func shapesThatAreNotTheShapeOfFourEdgesAreRefused(shape: [Int]) {
    #expect(throws: PadawannError.self) {
      try EdgeWeights(shape: shape, mask: Self.mask, values: .own(Self.numbers))
    }
  }

  @Test func numbersThatAreNoWeightsAreRefused() {
    for values in [[0, 1, 1, 1], [1, .nan, 1, 1], [1, 1, .infinity, 1], [1, 1, 1]] as [[Float]] {
      #expect(throws: PadawannError.self) {
        try EdgeWeights(shape: [4, 1], mask: Self.mask, values: .own(values))
      }
    }
    #expect(throws: PadawannError.self) {
      try EdgeWeights(shape: [4, 1], mask: Self.mask, values: .signs(Bitmask(repeating: true, count: 3)))
    }
  }
}
