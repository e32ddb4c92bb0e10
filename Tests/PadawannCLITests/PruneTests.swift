import Foundation
import Padawann
import Testing

/// `padawann prune` by the sizes of weights, layer by layer.
@Suite struct PruneTests {
  private let place: Workplace

  init() throws { place = try Workplace(models: true) }

  private func model(_ name: String) throws -> Model {
    try ModelFile.read(place.folder.appendingPathComponent(name).path).model
  }

  private func masks(_ name: String) throws -> [Bitmask] {
    try model(name).network.layers.map(\.weights.mask)
  }

  private func settings(_ name: String) throws -> [String] {
    try model(name).provenance.entries.map { "\($0.name)=\($0.value)" }
  }

  /// What a report says of each layer, and that it is true of the model.
  private func left(_ report: [String: Any], of name: String) throws -> [Int] {
    let layers = try #require(report["layers"] as? [[String: Any]])
    let network = try model(name).network
    let left = layers.compactMap { $0["remaining_edges"] as? Int }
    #expect(layers.compactMap { $0["name"] as? String } == network.layers.map(\.name))
    #expect(layers.compactMap { $0["edges"] as? Int } == network.layers.map(\.weights.count))
    #expect(layers.compactMap { $0["remaining_edges_before"] as? Int } == [144, 2304, 12_800, 320])
    #expect(left == network.layers.map(\.weights.remainingEdges))
    #expect(report["remaining_edges"] as? Int == left.reduce(0, +))
    for (layer, count) in zip(layers, left) {
      let edges = try #require(layer["edges"] as? Int)
      let density = try #require(layer["density"] as? Double)
      #expect(abs(density * Double(edges) - Double(count)) < 1e-9)
    }
    return left
  }

  @Test func ternaryNeedsNoAmount() throws {
    let fits = try model("trained.h5").network.layers.map { TernaryFit($0.weights) }
    let report = try place.run("prune trained.h5 --method ternary -o ternary.h5 --json").check().json()
    #expect(report["method"] as? String == "ternary")
    #expect(try left(report, of: "ternary.h5") == fits.map(\.best))
    #expect(try masks("ternary.h5") == fits.map { $0.mask($0.best) })
    #expect(try settings("ternary.h5") == ["command=prune", "method=ternary", "to=keep"])
    #expect(try model("ternary.h5").provenance.seed == nil)
    #expect(try model("ternary.h5").network.hasOwnValuesOnly)
    try place.run("prune trained.h5 --method ternary --to sign -o signs.h5").check()
    #expect(try masks("signs.h5") == masks("ternary.h5"))
    #expect(try !model("signs.h5").network.hasOwnValues)
  }

  @Test func ternaryKeepsToAnAmount() throws {
    let network = try model("trained.h5").network
    let report = try place.run("prune trained.h5 --method ternary --amount 0.9 -o few.h5 --json").check()
      .json()
    // 14,011 of 15,568 edges are nine tenths.
    let budget = try LayerBudget(network, density: 1557.5 / 15_568)
    #expect(try left(report, of: "few.h5") == network.layers.map { budget.kept[$0.index] })
    let count = try model("few.h5").network.remainingEdges
    #expect(count <= 1557 && count > 1540)
    #expect(try settings("few.h5") == ["command=prune", "method=ternary", "amount=0.9", "to=keep"])
    try place.run("prune trained.h5 --method ternary --like few.h5 -o like.h5").check()
    #expect(try masks("like.h5") == masks("few.h5"))
  }

  @Test func aThresholdCountsInMeansOfEachLayer() throws {
    let report = try place.run(
      "prune trained.h5 --method threshold --times-mean 0.7 --to sign -o above.h5 --json"
    ).check().json()
    _ = try left(report, of: "above.h5")
    for (layer, mask) in zip(try model("trained.h5").network.layers, try masks("above.h5")) {
      let sizes = layer.weights.numbers(.own).map { Double(abs($0)) }
      let mean = sizes.reduce(0, +) / Double(sizes.count { $0 > 0 })
      #expect(mask == Bitmask(sizes.map { $0 > 0 && $0 >= 0.7 * mean }))
    }
    #expect(try settings("above.h5") == ["command=prune", "method=threshold", "times-mean=0.7", "to=sign"])
  }

  @Test func eachLayerLosesTheSameShare() throws {
    let report = try place.run(
      "prune trained.h5 --method l1 --per-layer --amount 0.5 -o half.h5 --json"
    ).check().json()
    #expect(try left(report, of: "half.h5") == [72, 1152, 6400, 160])
    for (layer, mask) in zip(try model("trained.h5").network.layers, try masks("half.h5")) {
      let sizes = layer.weights.numbers(.own).map(abs)
      let kept = mask.indices.map { sizes[$0] }.min() ?? 0
      #expect(mask.inverted().indices.allSatisfy { sizes[$0] <= kept })
    }
    #expect(
      try settings("half.h5") == ["command=prune", "method=l1", "amount=0.5", "per-layer=true", "to=keep"])
    try place.run("prune trained.h5 --method l1 --amount 0.5 -o all.h5").check()
    #expect(try masks("all.h5") != masks("half.h5"))
    #expect(try settings("all.h5") == ["command=prune", "method=l1", "amount=0.5", "to=keep"])
  }

  @Test func theTableSaysWhatIsLeftOfEachLayer() throws {
    let text = try place.run("prune trained.h5 --method l1 --per-layer --amount 0.25 -o x.h5").check().output
    #expect(
      text == """
        x.h5: 11,676 of 15,568 edges are left (75.00%), 3,892 were taken away
          layer   edges  before   left  density
          conv1     144     144    108   75.00%
          conv2   2,304   2,304  1,728   75.00%
          fc1    12,800  12,800  9,600   75.00%
          fc2       320     320    240   75.00%

        """)
  }
}
