/// The kernel that evaluates a weighted layer, chosen by what it costs.
enum LayerKernel: Sendable {
  /// Any layer; a convolution's input has its padding around it.
  case sum(SumKernel)
  /// A convolution of which few edges are left, or whose outputs see few inputs, or different ones.
  case edges(EdgeKernel)
  case winograd(WinogradKernel)
  case lookup(LookupKernel)

  /// Chooses for a linear layer: tables where enough outputs share them.
  ///
  /// - Parameter image: the shape of its input where that is the image.
  init(_ weights: LayerWeights, outputs: Int, inputs: Int, image: Shape?) throws(PadawannError) {
    if let ternary = weights.ternary, outputs >= 16 {
      self = .lookup(
        try LookupKernel(
          mask: ternary.mask, signs: ternary.signs, outputs: outputs, order: image?.ringsOfElements))
      return
    }
    let taps = TapLists(weights.numbers, rows: outputs, together: SumKernel.together)
    self = .sum(try taps.kernel(positions: [0], inputCount: inputs))
  }

  /// Tables for a ternary convolution of a small plane, seen as a linear layer, where that costs less than anything else;
  /// `nil` elsewhere.
  init?(tables weights: LayerWeights, _ convolution: Convolution, from source: Shape, to shape: Shape)
    throws(PadawannError)
  {
    let sums = convolution.sumCosts(remainingEdges: weights.remainingEdges, source, shape)
    let others = min(sums.alone, sums.together, convolution.winogradCost(source, shape) ?? .infinity)
    guard let ternary = weights.ternary, source.count * shape.count <= 1 << 26,
      convolution.lookupCost(source, shape) < others
    else { return nil }
    let mask = convolution.edges(ternary.mask, from: source, to: shape)
    let signs = convolution.edges(ternary.signs, from: source, to: shape)
    self = .lookup(try LookupKernel(mask: mask, signs: signs, outputs: shape.count))
  }

  /// Sums for a convolution: outputs share the loading of their inputs unless few of them use the same.
  ///
  /// The order of the sums is that of eight outputs together, or of each alone where that was once thought to cost less;
  /// either kernel can keep to both.
  init(_ weights: LayerWeights, _ convolution: Convolution, from source: Shape, to shape: Shape)
    throws(PadawannError)
  {
    let padded = source.padded(by: convolution.padding)
    let costs = convolution.sumCosts(remainingEdges: weights.remainingEdges, source, shape)
    let isAlone = costs.alone < costs.together
    let taps = TapLists(
      weights.numbers, convolution, padded, together: isAlone ? 1 : SumKernel.together)
    let positions = (0..<(shape.height * shape.width)).map { position in
      position / shape.width * convolution.stride.height * padded.width
        + position % shape.width * convolution.stride.width
    }
    guard isAlone || convolution.prefersEdges(weights.remainingEdges, shape, costs.together) else {
      self = .sum(try taps.kernel(positions: positions, inputCount: padded.count))
      return
    }
    self = .edges(
      try taps.edgeKernel(
        positions: positions, inputCount: padded.count, copies: convolution.copiesInputs))
  }
}

extension Shape {
  /// The elements of an image in rings from the border inwards: where handwriting is zero, it is in all images of a block.
  /// A tenth to a sixth fewer groups of 24 pixels of MNIST and of EMNIST's letters are not zero somewhere than row by row.
  fileprivate var ringsOfElements: [Int] {
    let ring = (0..<count).map { element in
      let (row, column) = (element / width % height, element % width)
      return min(row, column, height - 1 - row, width - 1 - column)
    }
    return (0..<count).sorted { (ring[$0], $0) < (ring[$1], $1) }
  }
}

extension Convolution {
  /// Whether its inputs are copied before they are summed. Those of a 1×1 convolution come from as many planes as there are
  /// channels, often powers of two apart, where they drive each other out of a cache.
  fileprivate var copiesInputs: Bool { kernel == Extent(1) && groups == 1 && outputs >= 8 }

  /// Whether sums over single edges cost less than those over taps of eight outputs, whose cost is given. An edge was measured
  /// to take 1.2 times as long as the multiply-adds of a tap, and they are summed at six positions at once.
  fileprivate func prefersEdges(_ remainingEdges: Int, _ shape: Shape, _ together: Double) -> Bool {
    let positions = (shape.height * shape.width + 5) / 6 * 6
    let alone = 1.2 * Double(remainingEdges) * Double(positions)
    return alone < together || (copiesInputs && positions >= 12)
  }

  /// Whether Winograd's algorithm computes it, and with less work than sums do.
  func prefersWinograd(remainingEdges: Int, _ source: Shape, _ shape: Shape) -> Bool {
    guard let cost = winogradCost(source, shape) else { return false }
    let sums = sumCosts(remainingEdges: remainingEdges, source, shape)
    return cost < min(sums.alone, sums.together)
  }

  /// What Winograd's algorithm costs, in multiply-adds of one block; `nil` where it does not apply.
  fileprivate func winogradCost(_ source: Shape, _ shape: Shape) -> Double? {
    guard kernel == Extent(3) || kernel == Extent(5), stride == Extent(1), dilation == Extent(1), groups == 1
    else { return nil }
    let size = 7 - kernel.height
    let tiles = Double((shape.height + size - 1) / size * ((shape.width + size - 1) / size))
    let (inputs, outputs) = (Double(source.channels), Double((outputs + 7) / 8 * 8))
    // Products, and the transforms of inputs and outputs.
    return tiles * (36 * inputs * outputs + 250 * inputs + (size == 4 ? 200 : 120) * outputs)
  }

  /// What sums cost, in multiply-adds of one block: with the inputs of eight outputs loaded once, and with those of every
  /// edge loaded for itself, which takes about as long as another multiply-add. Pruned edges are thought to be anywhere.
  fileprivate func sumCosts(remainingEdges: Int, _ source: Shape, _ shape: Shape) -> (
    together: Double, alone: Double
  ) {
    let plane = Double(shape.height * shape.width)
    let edges = Double(outputs * (source.channels / groups) * kernel.height * kernel.width)
    let pruned = 1 - Double(remainingEdges) / edges
    // Of eight outputs, those of one group of channels can use the same tap.
    let sharing = min(outputs / groups, SumKernel.together)
    let unused = (0..<sharing).reduce(1.0) { product, _ in product * pruned }
    let taps = edges / Double(sharing) * (1 - unused)
    let together = taps * Double(SumKernel.together) * plane
    return (together, plane < 8 ? .infinity : 2 * Double(remainingEdges) * plane)
  }
}
