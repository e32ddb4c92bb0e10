/// Masks that each layer's own trained weights decide.
extension Pruning {
  /// Takes the smallest weights of each layer away, `count` in all, of each layer its part.
  static func removingSmallestPerLayer(_ count: Int, from network: Network) throws(PadawannError) -> Network {
    let layers = network.layers
    try checkWeights(of: layers, for: "L1 pruning")
    let parts = parts(of: count, sizes: layers.map(\.weights.remainingEdges))
    var before = 0
    var gone: [Int] = []
    for (layer, part) in zip(layers, parts) {
      gone += ranks(of: part, smallest: layer.weights.magnitudesLeft).map { $0 + before }
      before += layer.weights.remainingEdges
    }
    return try removing(gone, from: network)
  }

  /// Whole parts of `count`, in proportion to sizes that are at least as much together: rounded down, and one more for those that lost
  /// most by it, of equals the first.
  private static func parts(of count: Int, sizes: [Int]) -> [Int] {
    let total = max(sizes.reduce(0, +), 1)
    var parts = sizes.map { $0 * count / total }
    let lost = sizes.map { $0 * count % total }
    let order = sizes.indices.sorted { (-lost[$0], $0) < (-lost[$1], $1) }
    for layer in order.prefix(count - parts.reduce(0, +)) { parts[layer] += 1 }
    return parts
  }

  /// Leaves of each layer its best ternary fit, or what a budget of all layers leaves of it.
  static func fittingTernary(_ network: Network, _ amount: Amount?) throws(PadawannError) -> Network {
    try checkWeights(of: network.layers, for: "a ternary fit")
    let remaining = network.remainingEdges
    let gone = try amount.map { amount throws(PadawannError) in try count(amount, of: remaining) } ?? 0
    let masks: [Int: Bitmask]
    do throws(PadawannError) {
      masks = try LayerBudget(network, edges: remaining - gone).masks
    } catch {
      var named = error
      if case .share = amount { named.choice = .amount }
      throw named
    }
    return try network.mapWeights { layer throws(PadawannError) in
      try layer.weights.masked(by: masks[layer.index] ?? layer.weights.mask)
    }
  }

  /// Takes weights below a multiple of the mean of their layer away.
  static func removingBelowMean(_ times: Double, from network: Network) throws(PadawannError) -> Network {
    guard times >= 0, times.isFinite else {
      throw PadawannError(
        .usage, "a threshold is a number of times the mean, from 0 on, not \(times)",
        remedy: "Choose one, for example 0.7", choice: .threshold)
    }
    try checkWeights(of: network.layers, for: "a threshold")
    return try network.mapWeights { layer throws(PadawannError) in
      let magnitudes = layer.weights.magnitudesLeft
      guard let largest = magnitudes.max() else { return layer.weights }
      let mean = magnitudes.reduce(0) { $0 + Double($1) } / Double(magnitudes.count)
      let threshold = times * mean
      guard Double(largest) >= threshold else {
        let most = (Double(largest) / mean * 100).rounded(.down) / 100
        throw PadawannError(
          .usage,
          "no edge of \(layer.name) has a weight of \(times) times the mean, so that none would be left",
          remedy: "Choose at most \(most), where its largest weight is", choice: .threshold)
      }
      var mask = layer.weights.mask
      for (edge, magnitude) in zip(mask.indices, magnitudes) where Double(magnitude) < threshold {
        mask[edge] = false
      }
      return try layer.weights.masked(by: mask)
    }
  }
}
