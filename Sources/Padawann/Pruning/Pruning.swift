/// Takes edges away from a network in one step, without any search: the baselines of the thesis (section 6.4,
/// thesis-facts 21), and what the sizes of trained weights say layer by layer.
public enum Pruning: Hashable, Sendable {
  /// Edges drawn uniformly over all layers together.
  case random(seed: UInt64)
  /// The edges with the smallest absolute weights over all layers together (L1); of equals, the first.
  case smallest
  /// The edges with the smallest absolute weights of each layer, the same share of each; of equals, the first. The parts are rounded
  /// so that the amount is exact.
  case smallestPerLayer
  /// All edges but those of the best ternary fit of each layer: the k largest absolute weights for which -a, 0 and a come closest to
  /// the layer's weights (Li, Zhang & Liu 2016). An amount is the least that goes: where the fits leave more, the layers share what
  /// may be left so that as much as possible of their weights is explained.
  case ternary
  /// The edges whose absolute weights are below so many times the mean of those of their layer, of the edges that are left. It takes no
  /// amount.
  case belowMean(times: Double)
  /// Whole output channels of one layer that is drawn, or named, with the channels drawn uniformly.
  case channels(layer: String?, seed: UInt64)

  /// How many edges are taken away.
  public enum Amount: Hashable, Sendable {
    /// A share of the edges that are left, from 0 to 1; of the channels of the layer, for ``Pruning/channels(layer:seed:)``.
    case share(Double)
    /// So many that this number of edges is left in the network.
    case leaving(Int)
  }

  /// A word of a stream's key, so that no other use of the same seed draws the same numbers.
  private static let key: UInt64 = 0x7072_756e_65

  /// The pruned network.
  ///
  /// - Parameters:
  ///   - network: what is pruned.
  ///   - amount: how much is taken away; a share is rounded half away from zero. Only ``ternary`` can do without, and only
  ///     ``belowMean(times:)`` does.
  /// - Throws: ``PadawannError`` `usage` when the amount or the threshold makes no sense, a named layer does not exist, or a method that
  ///   needs the weights meets a network that has only signs.
  public func apply(to network: Network, _ amount: Amount? = nil) throws(PadawannError) -> Network {
    switch self {
    case .random(let seed):
      let count = try Self.count(amount, of: network.remainingEdges)
      var generator = KeyedGenerator(seed, Self.key)
      let edges = generator.distinct(count, below: network.remainingEdges)
      return try Self.removing(edges, from: network)
    case .smallest:
      let count = try Self.count(amount, of: network.remainingEdges)
      return try Self.removing(try Self.smallest(count, of: network), from: network)
    case .smallestPerLayer:
      let count = try Self.count(amount, of: network.remainingEdges)
      return try Self.removingSmallestPerLayer(count, from: network)
    case .ternary:
      return try Self.fittingTernary(network, amount)
    case .belowMean(let times):
      guard amount == nil else {
        throw PadawannError(
          .usage, "a threshold says itself how many edges go", remedy: "Give no amount", choice: .amount)
      }
      return try Self.removingBelowMean(times, from: network)
    case .channels(let layer, let seed):
      return try Self.removingChannels(of: layer, seed, amount, from: network)
    }
  }

  static func count(_ amount: Amount?, of remainingEdges: Int) throws(PadawannError) -> Int {
    switch amount {
    case nil:
      throw PadawannError(
        .usage, "it is not said how much is taken away", remedy: "Give a share", choice: .amount)
    case .share(let share):
      guard share >= 0, share <= 1 else {
        throw PadawannError(.usage, "an amount is a share from 0 to 1, not \(share)")
      }
      return Int((share * Double(remainingEdges)).rounded())
    case .leaving(let left):
      guard left >= 0, left <= remainingEdges else {
        throw PadawannError(
          .usage, "\(left) edges cannot be left of \(remainingEdges)",
          remedy: "Start from a network with at least as many edges")
      }
      return remainingEdges - left
    }
  }

  /// - Throws: ``PadawannError`` `usage` when a layer has only signs.
  static func checkWeights(of layers: [Network.Layer], for what: String) throws(PadawannError) {
    guard layers.allSatisfy(\.weights.hasOwnValues) else {
      throw PadawannError(
        .usage, "\(what) needs the weights, and this model keeps only signs",
        remedy: "Import it with its weights and prune that, to signs if it is to be a PADAWANN",
        choice: .keptWeights)
    }
  }

  /// The ranks, among the edges that are left, of the `count` smallest absolute weights, ascending.
  private static func smallest(_ count: Int, of network: Network) throws(PadawannError) -> [Int] {
    try checkWeights(of: network.layers, for: "L1 pruning")
    return ranks(of: count, smallest: network.layers.flatMap(\.weights.magnitudesLeft))
  }

  /// The positions of the `count` smallest numbers, ascending; of equals the first.
  static func ranks(of count: Int, smallest magnitudes: [Float]) -> [Int] {
    // Sorting pairs makes the order of equal weights their position, whatever the sorting algorithm does.
    let order = magnitudes.indices.sorted { (magnitudes[$0], $0) < (magnitudes[$1], $1) }
    return order.prefix(count).sorted()
  }

  /// Removes edges given by their ranks among the edges that are left, ascending.
  static func removing(_ ranks: [Int], from network: Network) throws(PadawannError) -> Network {
    var next = 0
    var before = 0
    return try network.mapWeights { layer throws(PadawannError) in
      let edges = Array(layer.weights.mask.indices)
      var mask = layer.weights.mask
      while next < ranks.count, ranks[next] - before < edges.count {
        mask[edges[ranks[next] - before]] = false
        next += 1
      }
      before += edges.count
      return try layer.weights.masked(by: mask)
    }
  }

  private static func removingChannels(
    of name: String?, _ seed: UInt64, _ amount: Amount?, from network: Network
  )
    throws(PadawannError) -> Network
  {
    if case .leaving = amount {
      throw PadawannError(
        .usage, "whole channels cannot leave an exact number of edges", remedy: "Give a share",
        choice: .amount)
    }
    let layers = network.layers
    guard !layers.isEmpty else { throw PadawannError(.usage, "the network has no edges") }
    var generator = KeyedGenerator(seed, key, 1)
    let chosen: Network.Layer
    if let name {
      guard let named = layers.first(where: { $0.name == name }) else {
        let names = layers.map(\.name).joined(separator: ", ")
        throw PadawannError(.usage, "no layer is named \"\(name)\"", remedy: "Its layers are \(names)")
      }
      chosen = named
    } else {
      chosen = layers[generator.next(below: layers.count)]
    }
    let channels = chosen.weights.shape[0]
    let edgesPerChannel = chosen.weights.count / channels
    let pruned = generator.distinct(try count(amount, of: channels), below: channels)
    return try network.mapWeights { layer throws(PadawannError) in
      guard layer.index == chosen.index else { return layer.weights }
      var mask = layer.weights.mask
      for channel in pruned {
        for edge in (channel * edgesPerChannel)..<((channel + 1) * edgesPerChannel) { mask[edge] = false }
      }
      return try layer.weights.masked(by: mask)
    }
  }
}

extension EdgeWeights {
  /// The absolute values of the numbers of the edges that are left, in the order of the edges.
  var magnitudesLeft: [Float] {
    let numbers = numbers(.own)
    return mask.indices.map { abs(numbers[$0]) }
  }
}
