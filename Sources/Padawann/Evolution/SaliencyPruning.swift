/// How strongly a pruning step prefers edges of higher saliency: the exponent of the saliency in an edge's weight.
///
/// Children take turns, so that a generation has cautious and greedy ones.
public enum SaliencyPreference: Int, Sendable, CaseIterable {
  /// 0: every edge of positive saliency is equally likely.
  case none
  /// 1/2.
  case squareRoot
  /// 1.
  case proportional

  /// That of an individual.
  static func preference(of individual: Int) -> SaliencyPreference {
    allCases[individual % allCases.count]
  }

  fileprivate func weight(_ saliency: Double) -> Double {
    switch self {
    case .none: 1
    case .squareRoot: saliency.squareRoot()
    case .proportional: saliency
    }
  }
}

/// One pruning step by ``Mutation/saliency``: of every layer the same share of edges.
///
/// Edges that are left are drawn without replacement: first those whose saliency is not negative, each draw with probabilities
/// proportional to a power of the saliency; when there are no more, those of negative saliency, in inverse proportion to its size.
/// How many is ``prunedCount(_:of:)`` of what `draw` says, all edges of the layer or those that are left, and at most those that are
/// left.
///
/// - Parameters:
///   - genome: what is pruned.
///   - saliency: of its edges.
///   - preference: the power.
///   - step: the share, from 0 to 1.
///   - draw: what it is a share of.
///   - layers: those that lose edges; all when `nil`.
///   - generator: where the random numbers come from.
public func prunedChild(
  _ genome: Genome, by saliency: EdgeSaliency, preferring preference: SaliencyPreference, step: Double,
  draw: EdgeDraw, in layers: [Int]? = nil, using generator: inout KeyedGenerator
) -> Genome {
  var masks = genome.masks
  for layer in layers ?? Array(masks.indices) {
    let mask = masks[layer]
    let base = draw == .all ? mask.count : mask.population
    let count = min(prunedCount(step, of: base), mask.population)
    masks[layer] = prunedLayer(mask, count, saliency.layers[layer], preference, using: &generator)
  }
  return Genome(genome.layout, masks)
}

private func prunedLayer(
  _ mask: Bitmask, _ count: Int, _ saliency: [Float], _ preference: SaliencyPreference,
  using generator: inout KeyedGenerator
) -> Bitmask {
  guard count > 0 else { return mask }
  let left = Array(mask.indices)
  let mean = left.reduce(0) { $0 + Double(saliency[$1].magnitude) } / Double(left.count)
  // An edge whose saliency is 0 is drawn last of those that do no good, and not never.
  let size = { (edge: Int) in max(Double(saliency[edge].magnitude) / max(mean, 1e-300), 1e-20) }
  let harmful = left.filter { saliency[$0] >= 0 }
  let first = min(count, harmful.count)
  var chosen = generator.distinct(first, weights: harmful.map { preference.weight(size($0)) })
    .map { harmful[$0] }
  if first < count {
    let useful = left.filter { saliency[$0] < 0 }
    chosen += generator.distinct(count - first, weights: useful.map { 1 / size($0) }).map { useful[$0] }
  }
  var result = mask
  for edge in chosen { result[edge] = false }
  return result
}
