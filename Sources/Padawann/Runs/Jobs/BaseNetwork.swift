/// What the edges of individuals are worth.
package enum EdgeValues: Hashable, Sendable {
  /// Each of these shared weights in turn; the best counts (thesis 5.1).
  case shared([Float])
  /// The weights that the network was trained with (PGA-NN, thesis 6.2.3).
  case pretrained
  /// A magnitude of its own for every edge, drawn once, that never changes (thesis 7.7).
  case random

  /// What the edges of an individual are worth, in turn.
  var magnitudes: [Magnitude] {
    switch self {
    case .shared(let weights): weights.map(Magnitude.shared)
    case .pretrained, .random: [.own]
    }
  }
}

/// The one network of which every individual of an evolution is a part, and the parts that an evolution starts from.
///
/// Individuals are masks; signs, biases and all else are stored once, here.
package struct BaseNetwork: Sendable {
  /// Every edge of which a parent knows the sign.
  package let network: Network
  /// The edges that each parent has.
  package let genomes: [Genome]

  /// Joins parents.
  ///
  /// - Parameters:
  ///   - parents: networks that differ in their masks only, such as differently pruned copies of one; one or more.
  ///   - values: what edges are worth.
  ///   - keepsSigns: whether the signs of the parents' weights are kept; otherwise every edge is positive (thesis 5.2.1).
  ///   - seed: of the random magnitudes.
  /// - Throws: ``PadawannError`` `usage` when the parents are not parts of one network, or trained weights are asked for
  ///   that they do not have.
  package init(parents: [Network], values: EdgeValues, keepsSigns: Bool, seed: UInt64) throws(PadawannError) {
    guard let first = parents.first else { throw PadawannError(.usage, "an evolution needs a parent") }
    var network = first
    for (index, parent) in parents.enumerated().dropFirst() {
      do throws(PadawannError) {
        network = try network.joined(with: parent)
      } catch {
        throw error.inside("parent \(index + 1)")
      }
    }
    if case .pretrained = values, !network.hasOwnValuesOnly {
      throw PadawannError(
        .usage, "the weights are to be the pre-trained ones, but the model has only signs",
        remedy: "Import it with its weights", choice: .keptWeights)
    }
    self.network = try network.mapWeights { layer throws(PadawannError) in
      try layer.weights.valued(values, keepsSigns, seed, layer.index)
    }
    var genomes: [Genome] = []
    for parent in parents { genomes.append(try parent.genome()) }
    self.genomes = genomes
  }
}

extension Network {
  /// The network with the edges of both, which must have the same sign or number wherever both know it.
  fileprivate func joined(with other: Network) throws(PadawannError) -> Network {
    guard architecture == other.architecture else {
      throw PadawannError(.usage, "it has another architecture than the first parent")
    }
    var joined: [NodeParameters] = []
    for (index, pair) in zip(parameters, other.parameters).enumerated() {
      guard case (.weighted(let mine, let bias), .weighted(let theirs, let otherBias)) = pair else {
        guard pair.0 == pair.1 else { throw Self.foreign(architecture.nodes[index].name) }
        joined.append(pair.0)
        continue
      }
      guard bias == otherBias, let edges = try mine.joined(with: theirs) else {
        throw Self.foreign(architecture.nodes[index].name)
      }
      joined.append(.weighted(edges, bias: bias))
    }
    return try Network(architecture: architecture, parameters: joined)
  }

  private static func foreign(_ node: String) -> PadawannError {
    PadawannError(
      .usage, "the signs or numbers of \(node) are not those of the first parent",
      remedy: "Start from models that were pruned from one network")
  }
}

extension EdgeWeights {
  /// The edges of both; `nil` when an edge that both have differs.
  fileprivate func joined(with other: EdgeWeights) throws(PadawannError) -> EdgeWeights? {
    let common = mask.intersection(other.mask)
    let union = mask.union(other.mask)
    switch (values, other.values) {
    case (.signs(let mine), .signs(let theirs)):
      guard mine.intersection(common) == theirs.intersection(common), multiplier == other.multiplier else {
        return nil
      }
      let signs = mine.intersection(mask).union(theirs.intersection(other.mask))
      return try EdgeWeights(shape: shape, mask: union, values: .signs(signs), multiplier: multiplier)
    case (.own(let mine), .own(let theirs)):
      guard common.indices.allSatisfy({ mine[$0] == theirs[$0] }) else { return nil }
      let numbers = mine.indices.map { mask[$0] ? mine[$0] : theirs[$0] }
      return try EdgeWeights(shape: shape, mask: union, values: .own(numbers))
    case (.signs, .own), (.own, .signs):
      return nil
    }
  }

  /// The edges that are left, with the values that an evolution gives them.
  fileprivate func valued(
    _ values: EdgeValues, _ keepsSigns: Bool, _ seed: UInt64, _ node: Int
  ) throws(PadawannError) -> EdgeWeights {
    let signs = keepsSigns ? self.signs.intersection(mask) : Bitmask(repeating: false, count: count)
    switch (values, self.values) {
    case (.shared, _):
      return try EdgeWeights(shape: shape, mask: mask, values: .signs(signs), multiplier: multiplier)
    case (.pretrained, .own(let numbers)) where keepsSigns:
      return try EdgeWeights(shape: shape, mask: mask, values: .own(numbers))
    case (.pretrained, .own(let numbers)):
      return try EdgeWeights(shape: shape, mask: mask, values: .own(numbers.map(abs)))
    case (.pretrained, .signs), (.random, _):
      // "magnitud" in ASCII keeps these draws apart from all others of the same seed.
      var generator = KeyedGenerator(seed, 0x6d61_676e_6974_7564, UInt64(node))
      let numbers = (0..<count).map { edge in
        let magnitude = (0.5 + 1.5 * generator.uniform()) * multiplier
        return signs[edge] ? -magnitude : magnitude
      }
      return try EdgeWeights(shape: shape, mask: mask, values: .own(numbers))
    }
  }
}
