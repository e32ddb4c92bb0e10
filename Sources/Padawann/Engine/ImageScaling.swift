/// How the stored pixels of a dataset become a network's input.
///
/// Where only ternary layers without padding read 8-bit images, pixels stay whole numbers: the layers' sums are then exact,
/// and what is left of the normalisation, `pixel * scale + offset`, is applied to the sums.
struct ImageScaling: Sendable {
  /// `x * scale + offset`.
  struct Affine: Sendable {
    var scale: Double
    var offset: Double

    static let none = Affine(scale: 1, offset: 0)
  }

  /// What is done to the pixels when they are loaded.
  let loading: PixelLoading
  /// What is left to be done to sums of pixels.
  let remaining: Affine

  /// Chooses for one kind of datasets.
  init(
    _ network: Network, _ graph: ReaderGraph, overridesOwn: Bool, _ normalisation: Normalisation, bytes: Bool
  ) {
    let shape = network.architecture.input
    let channels = (0..<shape.channels).map { normalisation.affine(channel: $0) }
    let isExact =
      bytes && channels.allSatisfy { $0 == channels[0] }
      && Self.takesWholePixels(network, graph, overridesOwn: overridesOwn)
    remaining = isExact ? Affine(scale: channels[0].scale, offset: channels[0].offset) : .none
    loading = PixelLoading(
      scale: channels.map { isExact ? 1 : Float($0.scale) },
      offset: channels.map { isExact ? 0 : Float($0.offset) }, plane: shape.height * shape.width)
  }

  private static func takesWholePixels(_ network: Network, _ graph: ReaderGraph, overridesOwn: Bool) -> Bool {
    let nodes = network.architecture.nodes
    var carriesImage = [Bool](repeating: false, count: nodes.count)
    for index in nodes.indices where graph.isNeeded[index] {
      guard nodes[index].inputs.contains(where: { $0 == Node.image || carriesImage[$0] }) else { continue }
      switch nodes[index].operation {
      case .flatten, .dropout: carriesImage[index] = true
      case .convolution(let layer) where layer.padding != .none: return false
      case .convolution, .linear:
        guard case .weighted(let edges, _) = network.parameters[index] else { return false }
        let weights = LayerWeights(edges, overridesOwn: overridesOwn)
        // Sums of fewer than 2^24 are exact in every order.
        guard weights.isTernary, weights.inputs * 255 < 1 << 24 else { return false }
      default: return false
      }
    }
    return !carriesImage[network.architecture.logitsNode]
  }
}
