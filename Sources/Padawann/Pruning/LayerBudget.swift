/// How many edges each of several layers keeps of its trained weights, when all together may keep only so many.
///
/// With a price per edge each layer keeps the number that is worth most after the price is paid (Lagrange's method); the price is
/// the lowest at which all together fit. So a layer in which few weights are large gives its edges to one that needs many, and
/// where even the layers' own best numbers fit (a price of 0), the rest of the budget is not used.
package struct LayerBudget: Sendable, Equatable {
  /// How many edges each layer keeps, by node: at least one of a layer that has any.
  package let kept: [Int: Int]
  /// The edges that each layer keeps, by node: those with the largest absolute weights, of equals the first.
  package let masks: [Int: Bitmask]

  /// What k edges of a layer are worth, whatever its size: the one place where layers are compared.
  private static func worth(_ fit: TernaryFit, _ k: Int) -> Double { fit.explained(k) }

  /// Shares a density out.
  ///
  /// - Parameters:
  ///   - network: what has the layers. They must have numbers of their own.
  ///   - density: the largest share of the layers' edges, pruned ones included, that is kept; above 0, at most 1.
  ///   - layers: the nodes of the layers; all layers for `nil`.
  /// - Throws: ``PadawannError`` `usage` when the density is out of range or gives less than an edge a layer, a node is no layer, or
  ///   one of the layers has only signs.
  package init(_ network: Network, density: Double, layers: [Int]? = nil) throws(PadawannError) {
    guard density > 0, density <= 1 else {
      throw PadawannError(
        .usage, "a density is above 0 and at most 1, not \(density)", remedy: "Choose another",
        choice: .density)
    }
    let chosen = try Self.layers(layers, of: network)
    let count = chosen.reduce(0) { $0 + $1.weights.count }
    do throws(PadawannError) {
      try self.init(chosen, edges: Int(density * Double(count)))
    } catch {
      var named = error
      named.choice = .density
      throw named
    }
  }

  /// Shares a number of edges out.
  ///
  /// - Parameter edges: the most that all layers keep together.
  init(_ network: Network, edges: Int, layers: [Int]? = nil) throws(PadawannError) {
    try self.init(Self.layers(layers, of: network), edges: edges)
  }

  private init(_ layers: [Network.Layer], edges: Int) throws(PadawannError) {
    let fits = layers.map { TernaryFit($0.weights) }
    let filled = fits.indices.filter { fits[$0].count > 0 }
    guard filled.count <= edges else {
      throw PadawannError(
        .usage, "\(edges) edges are too few for \(filled.count) layers, each of which keeps at least one",
        remedy: "Leave more edges")
    }
    let counts = Self.counts(filled.map { fits[$0] }, edges)
    var kept: [Int: Int] = [:]
    var masks: [Int: Bitmask] = [:]
    for layer in layers {
      kept[layer.index] = 0
      masks[layer.index] = Bitmask(repeating: false, count: layer.weights.count)
    }
    for (position, count) in zip(filled, counts) {
      kept[layers[position].index] = count
      masks[layers[position].index] = fits[position].mask(count)
    }
    (self.kept, self.masks) = (kept, masks)
  }

  /// The number of edges of each layer.
  ///
  /// - Parameters:
  ///   - fits: of the layers, none without edges to choose from.
  ///   - edges: at least as many as there are layers.
  private static func counts(_ fits: [TernaryFit], _ edges: Int) -> [Int] {
    let curves = fits.map { fit in ConcaveMajorant(1...fit.count) { worth(fit, $0) } }
    let price = price(curves, edges)
    var counts = curves.map { $0.best(at: price) }
    // Edges of a curve's straight piece are worth the price together, not one by one, so that some of the budget may be left. It goes
    // to the pieces that are worth most, as far as it reaches.
    var rest = edges - counts.reduce(0, +)
    let slopes = curves.map { $0.slope(after: price) ?? 0 }
    let order = fits.indices.sorted { (-slopes[$0], $0) < (-slopes[$1], $1) }
    for layer in order where slopes[layer] > 0 && rest > 0 {
      let (fit, count) = (fits[layer], counts[layer])
      for k in (count + 1)...min(count + rest, fit.count) where worth(fit, k) > worth(fit, counts[layer]) {
        counts[layer] = k
      }
      rest -= counts[layer] - count
    }
    return counts
  }

  /// The lowest price of an edge at which the layers do not keep more than `edges` together.
  private static func price(_ curves: [ConcaveMajorant], _ edges: Int) -> Double {
    func fits(_ price: Double) -> Bool { curves.reduce(0) { $0 + $1.best(at: price) } <= edges }
    guard !fits(0) else { return 0 }
    // At the steepest slope every layer keeps one edge. So many halvings find the lowest double that does.
    var (low, high) = (0.0, curves.compactMap(\.slopes.first).max() ?? 0)
    for _ in 0..<128 {
      let middle = low + (high - low) / 2
      if fits(middle) { high = middle } else { low = middle }
    }
    return high
  }

  private static func layers(_ nodes: [Int]?, of network: Network) throws(PadawannError) -> [Network.Layer] {
    let layers = network.layers
    for node in nodes ?? [] {
      guard layers.contains(where: { $0.index == node }) else {
        throw PadawannError(.usage, "node \(node) is no layer of the network")
      }
    }
    let chosen = layers.filter { nodes?.contains($0.index) ?? true }
    try Pruning.checkWeights(of: chosen, for: "sharing edges out by trained weights")
    return chosen
  }
}
