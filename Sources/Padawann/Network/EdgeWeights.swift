/// The weights of one convolution or linear layer: which edges are left, and what each is worth.
///
/// Edges are numbered row-major over ``shape``, outputs first, as PyTorch stores a weight tensor.
public struct EdgeWeights: Hashable, Sendable {
  /// What an edge that is left is worth.
  public enum Values: Hashable, Sendable {
    /// Its sign times the shared weight of the network. A set bit means negative.
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

  /// Checks that the parts fit together; what is not retained of pruned edges is cleared.
  ///
  /// - Throws: ``PadawannError`` `data` when the counts disagree or a number is not finite, or is zero on an edge that is
  ///   left (a zero weight is a pruned edge).
  public init(shape: [Int], mask: Bitmask, values: Values, retainsPruned: Bool = false) throws(PadawannError)
  {
    guard let count = shape.product, count > 0 else {
      throw PadawannError(.data, "weights of shape \(shape) are not possible")
    }
    guard mask.count == count else {
      throw PadawannError(.data, "a mask of \(mask.count) bits does not fit \(count) edges")
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
    try EdgeWeights(shape: shape, mask: mask, values: .signs(signs), retainsPruned: retainsPruned)
  }

  /// The same weights with another mask. Without ``retainsPruned`` the mask may only take edges away.
  ///
  /// - Throws: ``PadawannError`` `data` when the mask has an edge of which nothing is known.
  public func masked(by mask: Bitmask) throws(PadawannError) -> EdgeWeights {
    guard mask.count == count, retainsPruned || mask.intersection(self.mask) == mask else {
      throw PadawannError(.data, "a pruned edge cannot come back: its sign was not kept")
    }
    return try EdgeWeights(shape: shape, mask: mask, values: values, retainsPruned: retainsPruned)
  }

  /// The weights as numbers, row-major over ``shape``; 0 for pruned edges.
  ///
  /// - Parameters:
  ///   - magnitude: what the edges are worth.
  ///   - overridesOwn: whether a shared weight takes the place of numbers that the layer has of its own, see
  ///     ``Network/overridesOwn(_:)``.
  public func numbers(_ magnitude: Magnitude, overridesOwn: Bool = false) -> [Float] {
    var result = [Float](repeating: 0, count: count)
    let edges = mask.indices
    switch (values, magnitude) {
    case (.own(let numbers), .shared(let weight)) where overridesOwn:
      for edge in edges { result[edge] = numbers[edge] < 0 ? -weight : weight }
    case (.own(let numbers), _):
      for edge in edges { result[edge] = numbers[edge] }
    case (.signs(let signs), .shared(let weight)):
      for edge in edges { result[edge] = signs[edge] ? -weight : weight }
    case (.signs(let signs), .own):
      for edge in edges { result[edge] = signs[edge] ? -1 : 1 }
    }
    return result
  }
}

/// Which magnitude the edges have while a network is evaluated.
public enum Magnitude: Hashable, Sendable {
  /// Numbers of their own where a layer has them; 1 where it has only signs.
  case own
  /// One shared weight for every layer of signs. Layers with numbers of their own (fine-tuned ones) keep them; but where every
  /// layer has, their signs times the shared weight are evaluated: the weight-agnostic evaluation of a pre-trained net.
  case shared(Float)

  /// A shared weight, or the network's own numbers for `nil`.
  public init(sharedWeight: Float?) { self = sharedWeight.map(Magnitude.shared) ?? .own }

  /// The shared weight; `nil` for a network's own numbers.
  public var sharedWeight: Float? { if case .shared(let weight) = self { weight } else { nil } }
}
