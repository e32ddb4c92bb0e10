#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How small a network is, and how small others would make it.
public struct Compression: Codable, Sendable, Equatable {
  /// One weighted node.
  public struct Layer: Codable, Sendable, Equatable {
    /// The node's name.
    public var name: String
    /// Outputs first.
    public var shape: [Int]
    /// Edges, pruned ones included.
    public var edges: Int
    /// Edges that are left.
    public var remainingEdges: Int
    /// `remainingEdges / edges`.
    public var density: Double
    /// The share of the surviving edges that are negative.
    public var negative: Double
    /// What the shared weight is multiplied by; `nil` for 1.
    public var multiplier: Float?
  }

  /// The weighted nodes, in order.
  public var layers: [Layer]
  /// Edges, pruned ones included.
  public var edges: Int
  /// Edges that are left.
  public var remainingEdges: Int
  /// `remainingEdges / edges`.
  public var density: Double
  /// Biases and normalisation parameters.
  public var otherParameters: Int
  /// `n (H(d) + d) / 8` for n edges of density d: no code for a random mask and random signs is shorter, in bytes.
  public var entropyBound: Double
  /// Four bytes for every weight and every other parameter.
  public var float32Bytes: Int
  /// Compressed sparse rows per layer, in bytes: a 4-byte value and a 4-byte column for every edge that is left, and a
  /// 4-byte row start for every output and one more; plus four bytes for every other parameter.
  public var csrBytes: Int
  /// A packing of five ternary weights into a byte with a 2-byte scale for 256 of them (1.6875 bits per edge, as TQ1_0
  /// of llama.cpp), plus four bytes for every other parameter.
  public var ternaryBytes: Int

  /// Counts a network.
  public init(of network: Network) {
    layers = network.layers.map { layer in
      let remainingEdges = layer.weights.remainingEdges
      let negative = layer.weights.signs.intersection(layer.weights.mask).popcount
      return Layer(
        name: layer.name, shape: layer.weights.shape, edges: layer.weights.count,
        remainingEdges: remainingEdges,
        density: Double(remainingEdges) / Double(layer.weights.count),
        negative: remainingEdges == 0 ? 0 : Double(negative) / Double(remainingEdges),
        multiplier: layer.weights.multiplier == 1 ? nil : layer.weights.multiplier)
    }
    edges = network.edgeCount
    remainingEdges = network.remainingEdges
    density = edges == 0 ? 0 : Double(remainingEdges) / Double(edges)
    otherParameters = network.parameters.reduce(0) { count, parameters in
      switch parameters {
      case .none: count
      case .weighted(_, let bias): count + (bias?.count ?? 0)
      case .normalisation(let numbers): count + 4 * numbers.scale.count
      }
    }
    entropyBound = Double(edges) * (Self.entropy(density) + density) / 8
    float32Bytes = 4 * (edges + otherParameters)
    let rowStarts = layers.reduce(0) { $0 + $1.shape[0] + 1 }
    csrBytes = 8 * remainingEdges + 4 * rowStarts + 4 * otherParameters
    ternaryBytes = Int((Double(edges) * 1.6875 / 8).rounded(.up)) + 4 * otherParameters
  }

  /// The entropy of a bit that is set with probability `p`, in bits.
  static func entropy(_ p: Double) -> Double {
    p <= 0 || p >= 1 ? 0 : -(p * log2(p) + (1 - p) * log2(1 - p))
  }
}
