/// How much a network would gain by losing each of its edges.
///
/// The saliency of an edge that is left is the derivative of a loss by the edge's bit of the mask: its weight times the derivative
/// by the weight (Mozer and Smolensky, 1988). Without an edge of positive saliency the loss is lower, to first order. What the loss
/// is, and on which images, the evolution does not know.
public struct EdgeSaliency: Sendable, Equatable {
  /// One number per edge, layer by layer; those of pruned edges do not matter.
  public let layers: [[Float]]

  /// Takes over numbers.
  ///
  /// - Throws: ``PadawannError`` `data` when they are not one per edge of the layout, or one is not finite.
  public init(_ layers: [[Float]], of layout: EdgeLayout) throws(PadawannError) {
    guard layers.count == layout.shapes.count,
      layers.indices.allSatisfy({ layers[$0].count == layout.edges(of: $0).count })
    else { throw PadawannError(.data, "the saliency does not have one number for each edge") }
    for (layer, numbers) in layers.enumerated() where !numbers.allSatisfy(\.isFinite) {
      throw PadawannError(.data, "the saliency of an edge is not a finite number", at: "layer \(layer)")
    }
    self.layers = layers
  }
}
