/// By how much the loss of a network falls when an edge is pruned, for each edge.
///
/// The pruning gain of an edge that is left is by how much the loss falls, to first order, when the edge is pruned: its weight times the
/// derivative by the weight, which is the derivative by the edge's bit of the mask. It is the opposite of the saliencies of the literature,
/// which are high for edges that should be kept (relevance: Mozer and Smolensky, 1988; optimal brain damage: LeCun et al., 1989; SNIP:
/// Lee et al., 2019). What the loss is, and on which images, the evolution does not know.
public struct PruningGains: Sendable, Equatable {
  /// One number per edge, layer by layer; those of pruned edges do not matter.
  public let layers: [[Float]]

  /// Takes over numbers.
  ///
  /// - Throws: ``PadawannError`` `data` when they are not one per edge of the layout, or one is not finite.
  public init(_ layers: [[Float]], of layout: EdgeLayout) throws(PadawannError) {
    guard layers.count == layout.shapes.count,
      layers.indices.allSatisfy({ layers[$0].count == layout.edges(of: $0).count })
    else { throw PadawannError(.data, "the pruning gains are not one number for each edge") }
    for (layer, numbers) in layers.enumerated() where !numbers.allSatisfy(\.isFinite) {
      throw PadawannError(.data, "the pruning gain of an edge is not a finite number", at: "layer \(layer)")
    }
    self.layers = layers
  }
}

/// How strongly a pruning step prefers edges of higher pruning gain: the exponent of the gain in an edge's probability.
///
/// Children take turns, so that a generation has cautious and greedy ones.
package enum GainPreference: Int, Sendable, CaseIterable {
  /// 0: every edge of positive pruning gain is equally likely.
  case none
  /// 1/2.
  case squareRoot
  /// 1.
  case proportional

  /// That of an individual.
  static func preference(of individual: Int) -> GainPreference {
    allCases[individual % allCases.count]
  }

  fileprivate func weight(_ gains: Double) -> Double {
    switch self {
    case .none: 1
    case .squareRoot: gains.squareRoot()
    case .proportional: gains
    }
  }
}

/// One pruning step by ``Mutation/gradient``: of every layer the same share of edges.
///
/// Edges that are left are drawn without replacement: first those whose pruning gain is not negative, each draw with probabilities
/// proportional to a power of the gain; when there are no more, those of negative gain, in inverse proportion to its size.
/// How many is ``prunedCount(_:of:)`` of what `pruningPool` says, all edges of the layer or those that are left, and at most those that are
/// left.
///
/// - Parameters:
///   - genome: what is pruned.
///   - pruning gain: of its edges.
///   - preference: the power.
///   - step: the share, from 0 to 1.
///   - pruningPool: what it is a share of.
///   - layers: those that lose edges; all when `nil`.
///   - generator: where the random numbers come from.
package func prunedChild(
  _ genome: Genome, by gains: PruningGains, preferring preference: GainPreference, step: Double,
  pruningPool: PruningPool, in layers: [Int]? = nil, using generator: inout KeyedGenerator
) -> Genome {
  var masks = genome.masks
  for layer in layers ?? Array(masks.indices) {
    let mask = masks[layer]
    let base = pruningPool == .all ? mask.count : mask.popcount
    let count = min(prunedCount(step, of: base), mask.popcount)
    masks[layer] = prunedLayer(mask, count, gains.layers[layer], preference, using: &generator)
  }
  return Genome(genome.layout, masks)
}

private func prunedLayer(
  _ mask: Bitmask, _ count: Int, _ gains: [Float], _ preference: GainPreference,
  using generator: inout KeyedGenerator
) -> Bitmask {
  guard count > 0 else { return mask }
  let left = Array(mask.indices)
  let mean = left.reduce(0) { $0 + Double(gains[$1].magnitude) } / Double(left.count)
  // An edge whose pruning gain is 0 is drawn last of those that do no good, and not never.
  let size = { (edge: Int) in max(Double(gains[edge].magnitude) / max(mean, 1e-300), 1e-20) }
  let harmful = left.filter { gains[$0] >= 0 }
  let first = min(count, harmful.count)
  var chosen = generator.distinct(first, weights: harmful.map { preference.weight(size($0)) })
    .map { harmful[$0] }
  if first < count {
    let useful = left.filter { gains[$0] < 0 }
    chosen += generator.distinct(count - first, weights: useful.map { 1 / size($0) }).map { useful[$0] }
  }
  var result = mask
  for edge in chosen { result[edge] = false }
  return result
}
