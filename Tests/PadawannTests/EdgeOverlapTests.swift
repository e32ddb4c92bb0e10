import Padawann
import Testing

@Suite("Edges pruned in common")
struct EdgeOverlapTests {
  private func mask(_ bits: String) -> Bitmask { Bitmask(bits.map { $0 == "1" }) }

  @Test("counts, percentages and Jaccard indices of a layer")
  func counts() throws {
    let overlap = try EdgeOverlap(of: [
      .init(name: "fc", first: mask("0000111111"), second: mask("0001101111"))
    ])
    let layer = overlap.layers[0]
    #expect(
      layer.edges == 10 && layer.prunedFirst == 4 && layer.prunedSecond == 4 && layer.prunedInCommon == 3)
    #expect(layer.expectedInCommon == 1.6)
    #expect(layer.percentOfFirst == 75 && layer.percentOfSecond == 75)
    #expect(layer.jaccardPruned == 3.0 / 5 && layer.jaccardKept == 5.0 / 7)
    // Of the 210 ways to prune 4 of 10 edges, 24 hit 3 of the first's 4 and one hits all.
    #expect(relativeError(layer.moreP, 25.0 / 210) < 1e-13)
    #expect(relativeError(layer.twoSidedP, 50.0 / 210) < 1e-13)
  }

  @Test("the total pools the layers")
  func total() throws {
    let overlap = try EdgeOverlap(of: [
      .init(name: "one", first: mask("0011"), second: mask("0101")),
      .init(name: "two", first: mask("01"), second: mask("01")),
    ])
    #expect(overlap.layers.map(\.name) == ["one", "two"])
    #expect(overlap.total.name == "total" && overlap.total.edges == 6)
    #expect(
      overlap.total.prunedFirst == 3 && overlap.total.prunedSecond == 3 && overlap.total.prunedInCommon == 2)
    #expect(overlap.total.expectedInCommon == 1.5)
  }

  @Test("shares of nothing do not exist")
  func emptyShares() throws {
    let dense = try EdgeOverlap(of: [.init(name: "a", first: mask("11"), second: mask("11"))]).total
    #expect(dense.percentOfFirst == nil && dense.percentOfSecond == nil && dense.jaccardPruned == nil)
    #expect(dense.jaccardKept == 1 && dense.moreP == 1 && dense.twoSidedP == 1)
    let bare = try EdgeOverlap(of: [.init(name: "a", first: mask("00"), second: mask("00"))]).total
    #expect(bare.jaccardKept == nil && bare.jaccardPruned == 1 && bare.percentOfFirst == 100)
    let none = try EdgeOverlap(of: [.init(name: "a", first: mask(""), second: mask(""))]).total
    #expect(none.edges == 0 && none.expectedInCommon == 0 && none.moreP == 1)
  }

  @Test("swapping the models swaps their columns and keeps the rest")
  func symmetry() throws {
    var generator = KeyedGenerator(5)
    let bits = (0..<2).map { _ in Bitmask((0..<500).map { _ in generator.uniform() < 0.4 }) }
    let one = try EdgeOverlap(of: [.init(name: "a", first: bits[0], second: bits[1])]).total
    let other = try EdgeOverlap(of: [.init(name: "a", first: bits[1], second: bits[0])]).total
    #expect(one.prunedFirst == other.prunedSecond && one.percentOfFirst == other.percentOfSecond)
    #expect(one.prunedInCommon == other.prunedInCommon && one.jaccardKept == other.jaccardKept)
    #expect(relativeError(one.moreP, other.moreP) < 1e-12)
    #expect(one.twoSidedP > 0 && one.twoSidedP <= 1)
  }

  @Test("the thesis' comparison with random pruning is what chance gives")
  func thesis() throws {
    // Table 6.8: half of 1,199,648 edges pruned by both, 304,148 (51%) in common; by L1 319,227 (53%).
    let random = try Hypergeometric(population: 1_199_648, marked: 599_188, drawn: 599_188)
    #expect(abs(random.mean - 299_277) < 1)
    #expect(random.atLeast(319_227) == 0)
    #expect(random.atLeast(299_277) > 0.49)
  }

  @Test("no layer, or masks of different lengths, are refused and the layer is named")
  func refusals() {
    #expect(throws: PadawannError.self) { try EdgeOverlap(of: []) }
    let error = #expect(throws: PadawannError.self) {
      try EdgeOverlap(of: [.init(name: "fc2", first: mask("01"), second: mask("011"))])
    }
    #expect(error?.kind == .data && error?.location == "layer fc2")
  }
}
