extension EdgeWeights {
  /// The signs of the edges, worth the mean absolute weight of those that are left, which is the scale with the smallest squared
  /// error (Rastegari et al. 2016, XNOR-Net, equation 6); signs stay as they are.
  package func scaledSigns() throws(PadawannError) -> EdgeWeights {
    guard case .own(let numbers) = values, remainingEdges > 0 else { return try signsOnly() }
    let sum = mask.indices.reduce(0.0) { $0 + Double(abs(numbers[$1])) }
    return try signsOnly().multiplied(by: Float(sum / Double(remainingEdges)))
  }
}

extension Network {
  /// The network with a shared weight of 1, whose layers' multipliers are times what the edges were worth.
  ///
  /// A negative weight turns the signs around.
  package func absorbing(_ magnitude: Magnitude) throws(PadawannError) -> Network {
    guard let weight = magnitude.sharedWeight else { return self }
    return try mapWeights { layer throws(PadawannError) in
      guard case .signs(let signs) = layer.weights.values else { return layer.weights }
      let turned = weight < 0 ? Bitmask((0..<signs.count).lazy.map { !signs[$0] }) : signs
      return try EdgeWeights(
        shape: layer.weights.shape, mask: layer.weights.mask, values: .signs(turned),
        retainsPruned: layer.weights.retainsPruned, multiplier: layer.weights.multiplier * abs(weight))
    }
  }

  /// The network by its signs, each layer with its best scale, to be evaluated with a shared weight of 1; see ``folded()``.
  package func scaledSigns() throws(PadawannError) -> Network {
    try mapWeights { layer throws(PadawannError) in try layer.weights.scaledSigns() }
  }
}
