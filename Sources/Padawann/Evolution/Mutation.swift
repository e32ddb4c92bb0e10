/// What a pruning step takes away (thesis 5.1.1 and 6.1; ``gradient`` is ours).
public enum Mutation: String, Codable, Hashable, Sendable, CaseIterable {
  /// Single edges, wherever they are.
  case unstructured
  /// Whole output channels of one layer; every layer is equally likely.
  case structured
  /// Single edges, of every layer the same share, by preference those without which the loss would be lower
  /// (`EdgeWeights.prunedChild`).
  case gradient
}

/// The pool that a pruning step draws from, and takes its share of (thesis-facts 1).
public enum PruningPool: String, Codable, Hashable, Sendable, CaseIterable {
  /// All edges, also those that are already pruned: after k steps a share `(1 - step)^k` is left.
  case all
  /// The edges, or the channels with edges, that are left.
  case remaining
}

/// The whole number that is this share of `count`, as PyTorch's pruning rounds it: `round(share * count)`, halves to even.
///
/// 2.5% of MNIST-Net's 1,199,648 edges are 29,991.
package func prunedCount(_ share: Double, of count: Int) -> Int {
  precondition((0...1).contains(share) && count >= 0, "a pruning step is a share from 0 to 1")
  return min(count, Int((share * Double(count)).rounded(.toNearestOrEven)))
}

/// One pruning step, by ``Mutation/unstructured`` or ``Mutation/structured``.
///
/// Edges, or channels, are drawn without replacement, every set of them equally likely. How many is ``prunedCount(_:of:)`` of
/// what `pruningPool` draws from: edges of the network, or output channels of the layer that was chosen. A small layer can lose
/// nothing: 2.5% of 10 channels are none.
///
/// - Parameters:
///   - genome: what is pruned.
///   - mutation: what is taken away.
///   - step: the share of it, from 0 to 1.
///   - pruningPool: what it is drawn from.
///   - layers: those that lose edges; all when `nil`. Of single edges that are drawn, those of other layers stay.
///   - generator: where the random numbers come from.
package func prunedChild(
  _ genome: Genome, by mutation: Mutation, step: Double, pruningPool: PruningPool, in layers: [Int]? = nil,
  using generator: inout KeyedGenerator
) -> Genome {
  switch (mutation, pruningPool) {
  case (.unstructured, .all):
    let count = prunedCount(step, of: genome.count)
    let untouched = removingEdges(
      count, from: Genome(layout: genome.layout, repeating: true), using: &generator)
    return genome.intersection(untouched).changed(from: genome, in: layers)
  case (.unstructured, .remaining):
    return removingEdges(prunedCount(step, of: genome.remainingEdges), from: genome, using: &generator)
      .changed(from: genome, in: layers)
  case (.structured, _):
    return prunedChannels(of: genome, step, pruningPool, layers, using: &generator)
  case (.gradient, _):
    preconditionFailure("pruning by gradients needs the pruning gains of the edges")
  }
}

/// Takes away `count` of the edges that are left, every set of them equally likely. `count` must not exceed them.
///
/// Draws positions until one is hit that is left. So that this ends soon, the fewer are drawn of those that go and those
/// that stay; then all of it takes fewer than `genome.count` positions on average.
package func removingEdges(_ count: Int, from genome: Genome, using generator: inout KeyedGenerator) -> Genome
{
  let staying = genome.remainingEdges - count
  precondition(count >= 0 && staying >= 0, "more edges are to be removed than there are")
  var rest = genome
  for _ in 0..<min(count, staying) {
    var edge = generator.next(below: genome.count)
    while !rest[edge] { edge = generator.next(below: genome.count) }
    rest[edge] = false
  }
  return count <= staying ? rest : genome.subtracting(rest)
}

private func prunedChannels(
  of genome: Genome, _ step: Double, _ pruningPool: PruningPool, _ layers: [Int]?,
  using generator: inout KeyedGenerator
) -> Genome {
  let layout = genome.layout
  let choice = layers ?? Array(layout.shapes.indices)
  let layer = choice[generator.next(below: choice.count)]
  let channels = (0..<layout.channels(of: layer)).filter { channel in
    pruningPool == .all || layout.edges(of: layer, channel: channel).contains { genome[$0] }
  }
  var result = genome
  for drawn in generator.distinct(prunedCount(step, of: channels.count), below: channels.count) {
    for edge in layout.edges(of: layer, channel: channels[drawn]) { result[edge] = false }
  }
  return result
}
