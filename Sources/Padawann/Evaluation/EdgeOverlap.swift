/// How far two models pruned the same edges, layer by layer and in total.
///
/// Two models that each prune half of the edges at random share half of their pruned edges, so that a bare count (as in
/// the thesis' Table 6.8) says nothing before it is held against chance.
public struct EdgeOverlap: Codable, Sendable, Equatable {
  /// The masks of one layer in both models; a set bit is an edge that is kept.
  public struct Masks: Sendable {
    /// The layer's name.
    public var name: String
    /// The first model's mask.
    public var first: Bitmask
    /// The second model's mask.
    public var second: Bitmask

    /// Pairs the masks of a layer.
    public init(name: String, first: Bitmask, second: Bitmask) {
      self.name = name
      self.first = first
      self.second = second
    }
  }

  /// The overlap of one layer, or of all.
  public struct Layer: Codable, Sendable, Equatable {
    /// The layer's name; `total` for all of them.
    public let name: String
    /// The number of edges that could be pruned.
    public let edges: Int
    /// The edges that the first model pruned.
    public let prunedFirst: Int
    /// The edges that the second model pruned.
    public let prunedSecond: Int
    /// The edges that both pruned.
    public let prunedInCommon: Int
    /// The number that chance would give: `prunedFirst × prunedSecond / edges`.
    public let expectedInCommon: Double
    /// ``prunedInCommon`` in percent of ``prunedFirst``; `nil` when that is 0.
    public let percentOfFirst: Double?
    /// ``prunedInCommon`` in percent of ``prunedSecond``; `nil` when that is 0.
    public let percentOfSecond: Double?
    /// Edges pruned by both over edges pruned by either, 0...1; `nil` when neither pruned any.
    public let jaccardPruned: Double?
    /// Edges kept by both over edges kept by either, 0...1; `nil` when neither kept any.
    public let jaccardKept: Double?
    /// The probability that chance prunes as many in common, or more.
    public let moreP: Double
    /// The two-sided probability: twice the smaller tail, at most 1.
    public let twoSidedP: Double
  }

  /// One entry per layer, in the order in which they were given.
  public let layers: [Layer]
  /// All layers as one. Its chance draws from all edges alike, as pruning of the whole network does; when two methods
  /// prune the layers to different degrees, that alone makes them overlap, and ``layers`` says more.
  public let total: Layer

  /// Compares two models' masks.
  ///
  /// - Throws: ``PadawannError`` `usage` without layers, `data` naming the first layer whose masks differ in length;
  ///   `unsupported` beyond 2⁴⁰ edges.
  public init(of masks: [Masks]) throws(PadawannError) {
    guard !masks.isEmpty else { throw PadawannError(.usage, "there is no layer to compare") }
    var layers: [Layer] = []
    for layer in masks {
      guard layer.first.count == layer.second.count else {
        throw PadawannError(
          .data, "the masks have \(layer.first.count) and \(layer.second.count) edges",
          at: "layer \(layer.name)",
          remedy: "Compare models of one architecture")
      }
      let kept = layer.first.intersection(layer.second).popcount
      layers.append(
        try Layer(
          name: layer.name, edges: layer.first.count, keptFirst: layer.first.popcount,
          keptSecond: layer.second.popcount, keptInCommon: kept))
    }
    self.layers = layers
    total = try Layer(sumOf: layers)
  }
}

extension EdgeOverlap.Layer {
  init(name: String, edges: Int, keptFirst: Int, keptSecond: Int, keptInCommon: Int) throws(PadawannError) {
    try self.init(
      name: name, edges: edges, prunedFirst: edges - keptFirst, prunedSecond: edges - keptSecond,
      prunedInCommon: edges - keptFirst - (keptSecond - keptInCommon))
  }

  init(sumOf layers: [EdgeOverlap.Layer]) throws(PadawannError) {
    // Each count is that of bits in memory, so that the sums are far from overflow.
    func sum(_ count: (EdgeOverlap.Layer) -> Int) -> Int { layers.reduce(0) { $0 + count($1) } }
    try self.init(
      name: "total", edges: sum(\.edges), prunedFirst: sum(\.prunedFirst), prunedSecond: sum(\.prunedSecond),
      prunedInCommon: sum(\.prunedInCommon))
  }

  private init(name: String, edges: Int, prunedFirst: Int, prunedSecond: Int, prunedInCommon common: Int)
    throws(PadawannError)
  {
    let chance = try Hypergeometric(population: edges, marked: prunedFirst, drawn: prunedSecond)
    let prunedByEither = prunedFirst + prunedSecond - common
    func share(_ count: Int, of total: Int) -> Double? { total == 0 ? nil : Double(count) / Double(total) }
    self.name = name
    self.edges = edges
    self.prunedFirst = prunedFirst
    self.prunedSecond = prunedSecond
    prunedInCommon = common
    expectedInCommon = chance.mean
    percentOfFirst = share(common, of: prunedFirst).map { 100 * $0 }
    percentOfSecond = share(common, of: prunedSecond).map { 100 * $0 }
    jaccardPruned = share(common, of: prunedByEither)
    jaccardKept = share(edges - prunedByEither, of: edges - common)
    moreP = chance.atLeast(common)
    twoSidedP = chance.twoSided(common)
  }
}
