/// How many edges every layer keeps.
struct EdgeBudget: Sendable, Equatable {
  /// The masked layers, by node, and how many edges each keeps.
  let kept: [Int: Int]

  /// A masked layer with less than this share of the edges counts as small: it loses at most half of its edges, since that
  /// costs little.
  private static let smallShare = 1.0 / 16

  /// Shares the edges out.
  ///
  /// - Throws: ``PadawannError`` `usage` when a name is unknown, or the density cannot be had with the layers that are kept
  ///   whole.
  init(_ network: Network, _ settings: MaskLearningSettings) throws(PadawannError) {
    let layers = network.layers
    let masked = try Self.masked(network, settings)
    let whole = layers.filter { layer in !masked.contains { $0.index == layer.index } }
    let total = (settings.density * Double(network.edgeCount)).rounded()
    let budget = Int(total) - whole.reduce(0) { $0 + $1.weights.remainingEdges }
    var kept: [Int: Int] = [:]
    var rest: [Network.Layer] = []
    let maskedCount = masked.reduce(0) { $0 + $1.weights.count }
    for layer in masked {
      if let share = settings.shares[layer.name] {
        kept[layer.index] = Self.count(share, of: layer)
      } else if Double(layer.weights.count) < Self.smallShare * Double(maskedCount) {
        kept[layer.index] = Self.count(max(settings.density, 0.5), of: layer)
      } else {
        rest.append(layer)
      }
    }
    let left = budget - kept.values.reduce(0, +)
    let size = rest.reduce(0) { $0 + $1.weights.count }
    guard rest.isEmpty || left >= rest.count else { throw Self.tooFew(settings, network, budget, whole) }
    for layer in rest { kept[layer.index] = Self.count(Double(left) / Double(size), of: layer) }
    self.kept = kept
  }

  /// The edges whose sign is known.
  static func candidates(_ weights: EdgeWeights) -> Int {
    guard weights.retainsPruned else { return weights.remainingEdges }
    // A pruned edge whose number is 0 has no sign.
    guard case .own(let numbers) = weights.values else { return weights.count }
    return numbers.count { $0 != 0 }
  }

  private static func count(_ share: Double, of layer: Network.Layer) -> Int {
    min(max(1, Int((share * Double(layer.weights.count)).rounded())), candidates(layer.weights))
  }

  /// The layers that are masked, in order.
  ///
  /// - Throws: ``PadawannError`` `usage` for a name that no layer has, and a share of a layer that is not masked.
  static func masked(_ network: Network, _ settings: MaskLearningSettings) throws(PadawannError)
    -> [Network.Layer]
  {
    let layers = network.layers
    let usual = settings.distillation == nil ? network.layersToMask : layers.map(\.name)
    let names = settings.layers ?? usual
    for name in names + settings.shares.keys.sorted() {
      guard layers.contains(where: { $0.name == name }) else {
        throw PadawannError(
          .usage, "no layer is named \"\(name)\"",
          remedy: "Choose from: \(layers.map(\.name).joined(separator: ", "))")
      }
      guard names.contains(name) else {
        throw PadawannError(.usage, "the layer \(name) has a share, but is not masked")
      }
    }
    guard !names.isEmpty else { throw PadawannError(.usage, "no layer is to be masked") }
    return layers.filter { names.contains($0.name) }
  }

  private static func tooFew(
    _ settings: MaskLearningSettings, _ network: Network, _ budget: Int, _ whole: [Network.Layer]
  ) -> PadawannError {
    let count = Int((settings.density * Double(network.edgeCount)).rounded())
    let kept = count - budget
    let message = "a density of \(settings.density) leaves \(count) edges, too few for what other layers keep"
    guard !whole.isEmpty else {
      return PadawannError(.usage, message, remedy: "Choose a higher density", choice: .density)
    }
    let names = whole.map(\.name)
    let least = Double(kept) / Double(network.edgeCount)
    return PadawannError(
      .usage,
      "\(message): \(names.joined(separator: ", ")) have \(kept), a density of \((10_000 * least).rounded(.up) / 10_000)",
      remedy: "Choose a higher density, or mask these layers too",
      choice: .maskedLayers(network.layers.map(\.name)))
  }
}

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
