/// The weights of one convolution or linear layer: which edges are left, and what each is worth.
///
/// Edges are numbered row-major over ``shape``, outputs first, as PyTorch stores a weight tensor.
public struct EdgeWeights: Hashable, Sendable {
  /// What an edge that is left is worth.
  public enum Values: Hashable, Sendable {
    /// Its sign times the shared weight of the network and the ``EdgeWeights/multiplier``. A set bit means negative.
    case signs(Bitmask)
    /// A number of its own: pre-trained, fine-tuned, or drawn.
    case own([Float])
  }

  /// Outputs first: `[outputs, inputs]` or `[outputs, inputs / groups, kernel height, kernel width]`.
  public let shape: [Int]
  /// One bit per edge; set means that the edge is left, clear that it is pruned.
  public let mask: Bitmask
  /// One sign or number per edge. Those of pruned edges are zero unless ``retainsPruned``.
  public let values: Values
  /// Whether the signs or numbers of pruned edges are kept, so that the edges can be grown again.
  public let retainsPruned: Bool
  /// What the shared weight is multiplied by in this layer; finite and above 0, and 1 for numbers of their own.
  ///
  /// It is for graphs in which a layer's scale cannot be folded into biases and batch normalisations.
  public let multiplier: Float

  /// Checks that the parts fit together; what is not retained of pruned edges is cleared.
  ///
  /// - Throws: ``PadawannError`` `data` when the counts disagree or a number is not finite, or is zero on an edge that is
  ///   left (a zero weight is a pruned edge), or the multiplier is not one.
  public init(
    shape: [Int], mask: Bitmask, values: Values, retainsPruned: Bool = false, multiplier: Float = 1
  ) throws(PadawannError) {
    guard let count = shape.product, count > 0 else {
      throw PadawannError(.data, "weights of shape \(shape) are not possible")
    }
    guard mask.count == count else {
      throw PadawannError(.data, "a mask of \(mask.count) bits does not fit \(count) edges")
    }
    guard multiplier.isFinite, multiplier > 0 else {
      throw PadawannError(.data, "a layer's multiplier is a finite number above 0, not \(multiplier)")
    }
    switch values {
    case .signs(let signs):
      guard signs.count == count else {
        throw PadawannError(.data, "\(signs.count) signs do not fit \(count) edges")
      }
      self.values = .signs(retainsPruned ? signs : signs.intersection(mask))
    case .own(let numbers):
      guard numbers.count == count else {
        throw PadawannError(.data, "\(numbers.count) weights do not fit \(count) edges")
      }
      guard multiplier == 1 else {
        throw PadawannError(.data, "a multiplier is for signs, and every edge has a number of its own")
      }
      if let wrong = numbers.firstIndex(where: { !$0.isFinite }) {
        throw PadawannError(.data, "weight \(wrong) is not a finite number")
      }
      if let zero = numbers.indices.first(where: { numbers[$0] == 0 && mask[$0] }) {
        throw PadawannError(.data, "weight \(zero) is zero, but its edge is not pruned")
      }
      self.values = .own(retainsPruned ? numbers : numbers.enumerated().map { mask[$0] ? $1 : 0 })
    }
    self.shape = shape
    self.mask = mask
    self.retainsPruned = retainsPruned
    self.multiplier = multiplier
  }

  /// The number of edges, pruned ones included.
  public var count: Int { mask.count }
  /// The number of edges that are left.
  public var remainingEdges: Int { mask.popcount }

  /// Whether every edge has a number of its own.
  public var hasOwnValues: Bool {
    if case .own = values { true } else { false }
  }

  /// A set bit for every negative weight; zero for pruned edges unless ``retainsPruned``.
  public var signs: Bitmask {
    switch values {
    case .signs(let signs): signs
    case .own(let numbers): Bitmask(numbers.lazy.map { $0 < 0 })
    }
  }

  /// The same edges by their signs alone.
  public func signsOnly() throws(PadawannError) -> EdgeWeights {
    try EdgeWeights(
      shape: shape, mask: mask, values: .signs(signs), retainsPruned: retainsPruned, multiplier: multiplier)
  }

  /// The same edges with another multiplier.
  ///
  /// - Throws: ``PadawannError`` `data` when it is not finite and above 0, or not 1 for numbers of their own.
  public func multiplied(by multiplier: Float) throws(PadawannError) -> EdgeWeights {
    try EdgeWeights(
      shape: shape, mask: mask, values: values, retainsPruned: retainsPruned, multiplier: multiplier)
  }

  /// The same weights with another mask. Without ``retainsPruned`` the mask may only take edges away.
  ///
  /// - Throws: ``PadawannError`` `data` when the mask has an edge of which nothing is known.
  public func masked(by mask: Bitmask) throws(PadawannError) -> EdgeWeights {
    guard mask.count == count, retainsPruned || mask.intersection(self.mask) == mask else {
      throw PadawannError(.data, "a pruned edge cannot come back: its sign was not kept")
    }
    return try EdgeWeights(
      shape: shape, mask: mask, values: values, retainsPruned: retainsPruned, multiplier: multiplier)
  }

  /// The same edges, of whose pruned ones nothing is known.
  public func withoutPruned() throws(PadawannError) -> EdgeWeights {
    try EdgeWeights(shape: shape, mask: mask, values: values, multiplier: multiplier)
  }

  /// The weights as numbers, row-major over ``shape``; 0 for pruned edges.
  ///
  /// - Parameters:
  ///   - magnitude: what the edges are worth.
  ///   - overridesOwn: whether a shared weight takes the place of numbers that the layer has of its own, see
  ///     ``Network/overridesOwn(_:)``.
  public func numbers(_ magnitude: Magnitude, overridesOwn: Bool = false) -> [Float] {
    guard case .own(let numbers) = values, !overridesOwn || magnitude == .own else {
      return signs(times: weight(magnitude))
    }
    var result = [Float](repeating: 0, count: count)
    for edge in mask.indices { result[edge] = numbers[edge] }
    return result
  }

  /// What a positive edge of a layer of signs is worth: the shared weight times the multiplier, rounded to 32 bits.
  package func weight(_ magnitude: Magnitude) -> Float { (magnitude.sharedWeight ?? 1) * multiplier }

  /// The sign of each edge times a number, row-major over ``shape``; 0 for pruned edges.
  package func signs(times weight: Float) -> [Float] {
    var result = [Float](repeating: 0, count: count)
    switch values {
    case .own(let numbers): for edge in mask.indices { result[edge] = numbers[edge] < 0 ? -weight : weight }
    case .signs(let signs): for edge in mask.indices { result[edge] = signs[edge] ? -weight : weight }
    }
    return result
  }
}

/// Which magnitude the edges have while a network is evaluated.
public enum Magnitude: Hashable, Sendable {
  /// Numbers of their own where a layer has them; 1 times the layer's multiplier where it has only signs.
  case own
  /// One shared weight for every layer of signs. Layers with numbers of their own (fine-tuned ones) keep them; but where every
  /// layer has, their signs times the shared weight are evaluated: the weight-agnostic evaluation of a pre-trained net.
  case shared(Float)

  /// A shared weight, or the network's own numbers for `nil`.
  public init(sharedWeight: Float?) { self = sharedWeight.map(Magnitude.shared) ?? .own }

  /// The shared weight; `nil` for a network's own numbers.
  public var sharedWeight: Float? { if case .shared(let weight) = self { weight } else { nil } }
}
