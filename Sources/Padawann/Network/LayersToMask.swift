extension Network {
  /// The names of the layers whose edges a search by gradients takes away unless it is told otherwise: the linear ones, or all where
  /// there is no linear one.
  ///
  /// Linear layers have nearly all edges. An edge of a convolution is used at every position of an image, so that its gradient says
  /// little about a network without it.
  public var layersToMask: [String] {
    let linear = layers.filter { layer in
      if case .linear = architecture.nodes[layer.index].operation { true } else { false }
    }
    return (linear.isEmpty ? layers : linear).map(\.name)
  }
}
