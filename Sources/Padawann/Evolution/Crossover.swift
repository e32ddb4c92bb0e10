/// How a child is made of two parents (thesis 5.1.3 and 6.1, thesis-facts 9).
public enum Crossover: String, Codable, Hashable, Sendable, CaseIterable {
  /// It is a copy of the first.
  case none
  /// Edges before a random point come from the first, the others from the second; every point between two edges is
  /// equally likely.
  case onePoint = "one-point"
  /// As one-point, but the point is between two layers, each equally likely.
  case layer
  /// Each edge comes from either with probability one half.
  case uniform
}

/// The child of two parents, which must be of one layout.
///
/// A child has at least one edge, or layer, of each parent with ``Crossover/onePoint`` and ``Crossover/layer``; where there is
/// only one in all, it is a copy of the first.
package func crossover(
  _ first: Genome, _ second: Genome, by crossover: Crossover, using generator: inout KeyedGenerator
) -> Genome {
  let layers = first.masks.count
  switch crossover {
  case .none:
    return first
  case .onePoint:
    guard first.count > 1 else { return first }
    return spliced(first, second, at: 1 + generator.next(below: first.count - 1))
  case .layer:
    guard layers > 1 else { return first }
    return spliced(first, second, at: first.layout.offsets[1 + generator.next(below: layers - 1)])
  case .uniform:
    return mixed(first, second, using: &generator)
  }
}

/// The edges before `point` of the first parent, and the others of the second. `point` is in `0...count`.
package func spliced(_ first: Genome, _ second: Genome, at point: Int) -> Genome {
  let masks = first.masks.indices.map { layer in
    let edges = first.layout.edges(of: layer)
    if edges.upperBound <= point { return first.masks[layer] }
    if edges.lowerBound >= point { return second.masks[layer] }
    let length = point - edges.lowerBound
    // A byte before the point is shifted to nothing, one after it not at all.
    return first.masks[layer].replaced(by: second.masks[layer]) { 0xff >> max(0, length - 8 * $0) }
  }
  return Genome(first.layout, masks)
}

private func mixed(_ first: Genome, _ second: Genome, using generator: inout KeyedGenerator) -> Genome {
  var masks: [Bitmask] = []
  for (mine, other) in zip(first.masks, second.masks) {
    let coins = mine.words.map { _ in generator.next() }
    masks.append(
      mine.replaced(by: other) { UInt8(truncatingIfNeeded: coins[$0 / 8] >> UInt64(8 * ($0 % 8))) })
  }
  return Genome(first.layout, masks)
}

extension Bitmask {
  /// The bits of `other`, which must be as many, where a selection is set, and its own elsewhere.
  ///
  /// - Parameter selected: gives a byte of the selection, whose most significant bit is the first. Bytes rather than bits,
  ///   because a branch for every one of a million random bits would take most of the time of a crossover.
  fileprivate func replaced(by other: Bitmask, where selected: (Int) -> UInt8) -> Bitmask {
    var bytes = (0..<(count + 7) / 8).map(selected)
    if count % 8 != 0 { bytes[bytes.count - 1] &= 0xff << UInt8(8 - count % 8) }
    // There always is such a mask: the bytes are as many as it needs, and their padding is clear.
    return Bitmask(packed: bytes, count: count).map {
      other.intersection($0).union(intersection($0.inverted()))
    } ?? self
  }
}
