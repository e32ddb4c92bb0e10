/// What an individual of an evolution is: which edges of a network are left.
///
/// One mask per layer, read and changed as one row of ``count`` bits over all layers (see ``EdgeLayout``). A layer that two
/// genomes have in common is stored once until one of them changes it. MNIST-Net's 1,199,648 edges take 150 kB.
public struct Genome: Hashable, Sendable {
  /// Which edges there can be.
  public let layout: EdgeLayout
  /// One mask per layer; a set bit is an edge that is left.
  public private(set) var masks: [Bitmask]

  /// The edges that are left, layer by layer.
  ///
  /// - Throws: ``PadawannError`` `data` when the masks do not fit the layers.
  public init(layout: EdgeLayout, masks: [Bitmask]) throws(PadawannError) {
    guard masks.count == layout.shapes.count else {
      throw PadawannError(.data, "\(masks.count) masks do not fit \(layout.shapes.count) layers")
    }
    for (layer, mask) in masks.enumerated() where mask.count != layout.edges(of: layer).count {
      throw PadawannError(
        .data, "a mask of \(mask.count) bits does not fit \(layout.edges(of: layer).count) edges",
        at: "layer \(layer)")
    }
    self.layout = layout
    self.masks = masks
  }

  /// Every edge left, or none.
  public init(layout: EdgeLayout, repeating isLeft: Bool) {
    self.layout = layout
    masks = layout.shapes.indices.map { Bitmask(repeating: isLeft, count: layout.edges(of: $0).count) }
  }

  /// Trusts its caller: the masks fit the layers.
  init(_ layout: EdgeLayout, _ masks: [Bitmask]) {
    self.layout = layout
    self.masks = masks
  }

  /// The number of edges, pruned ones included.
  public var count: Int { layout.count }
  /// The number of edges that are left.
  public var remainingEdges: Int { masks.reduce(0) { $0 + $1.popcount } }
  /// The share of the edges that is left.
  public var density: Double { Double(remainingEdges) / Double(count) }

  /// Reads or sets one edge, by its number over all layers.
  public subscript(edge: Int) -> Bool {
    get {
      let layer = layout.layer(of: edge)
      return masks[layer][edge - layout.offsets[layer]]
    }
    set {
      let layer = layout.layer(of: edge)
      masks[layer][edge - layout.offsets[layer]] = newValue
    }
  }

  /// The edges that are left in both. The layouts must be equal.
  public func intersection(_ other: Genome) -> Genome {
    Genome(layout, zip(masks, other.masks).map { $0.intersection($1) })
  }

  /// The edges that are left here and not there. The layouts must be equal.
  public func subtracting(_ other: Genome) -> Genome {
    Genome(layout, zip(masks, other.masks).map { $0.intersection($1.inverted()) })
  }

  /// The genome with the masks of another in all layers but some; as it is when `layers` is `nil`. The layouts must be equal.
  func changed(from other: Genome, in layers: [Int]?) -> Genome {
    guard let layers else { return self }
    var result = other
    for layer in layers { result.masks[layer] = masks[layer] }
    return result
  }

  /// A digest of the masks: the SHA-256 of each layer's bits, packed as by `numpy.packbits`, one layer after another.
  public var digest: Digest {
    var builder = DigestBuilder()
    for mask in masks { builder.append(mask.packed) }
    return builder.digest()
  }
}

extension Network {
  /// Which edges of the network are left.
  ///
  /// - Throws: ``PadawannError`` `data` when the network has no weighted layer.
  public func genome() throws(PadawannError) -> Genome {
    let weights = layers.map(\.weights)
    return try Genome(layout: EdgeLayout(shapes: weights.map(\.shape)), masks: weights.map(\.mask))
  }

  /// The network with the edges that a genome leaves of it.
  ///
  /// - Throws: ``PadawannError`` `data` when the genome is of another layout, or has an edge of which the network does
  ///   not know the sign.
  public func masked(by genome: Genome) throws(PadawannError) -> Network {
    guard genome.layout.shapes == layers.map(\.weights.shape) else {
      throw PadawannError(.data, "the masks are those of a network with other layers")
    }
    var masks = genome.masks.makeIterator()
    return try mapWeights { layer throws(PadawannError) in
      try layer.weights.masked(by: masks.next() ?? layer.weights.mask)
    }
  }
}
