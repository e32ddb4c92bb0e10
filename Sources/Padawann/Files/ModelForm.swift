/// How a model file stores what it holds. No form changes what is read back.
public struct ModelForm: Hashable, Sendable {
  /// How masks and signs are stored.
  public enum Layout: String, Hashable, Sendable, Codable, CaseIterable {
    /// Bit planes that `numpy.unpackbits` reads, in a group for each node.
    case plain
    /// Planes coded to about their entropy, and a group for each node.
    case compact
    /// Coded planes, and one coded vector for all that describes them: the smallest. Programs of format 1.2 do not read it.
    case packed
  }

  /// How masks and signs are stored.
  public var layout: Layout
  /// Whether biases and numbers of batch normalisations are stored in 16 bits where these hold them exactly, see
  /// ``Model/roundedToHalf()``. Programs of format 1.2 do not read that.
  public var halvesNumbers: Bool

  /// Joins both.
  public init(_ layout: Layout, halvesNumbers: Bool = false) {
    self.layout = layout
    self.halvesNumbers = halvesNumbers
  }

  /// Bit planes, and numbers of 32 bits: what every program reads.
  public static let plain = ModelForm(.plain)
  /// Coded planes, and numbers of 32 bits.
  public static let compact = ModelForm(.compact)
  /// Coded planes and descriptions, and numbers of 32 bits.
  public static let packed = ModelForm(.packed)

  /// The most bits of masks and signs with which a coded file is read within about 5 ms (10 ns a bit, measured by `tools/benchmark`).
  static let quickBits = 450_000

  /// What a command writes that was not told: ``packed`` where that is read within 5 ms, else ``plain``.
  public static func chosen(for network: Network) -> ModelForm {
    let bits = network.layers.reduce(0) { sum, layer in
      let weights = layer.weights
      let signs = weights.hasOwnValues ? 0 : weights.retainsPruned ? weights.count : weights.remainingEdges
      return sum + weights.count + signs
    }
    return bits <= quickBits ? .packed : .plain
  }
}
