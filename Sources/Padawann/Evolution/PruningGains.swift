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
