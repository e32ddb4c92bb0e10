/// Strides, paddings and pools of a sketch, chosen so that the last convolution gives what the first linear layer reads.
struct SketchWindows: Sendable {
  /// What is guessed of a convolution.
  struct Choice: Sendable, Hashable {
    var stride = 1
    var padding = Extent(0)
    /// Whether a maximum of windows of 2×2 follows.
    var hasPool = false
  }

  /// The shape of an image.
  private(set) var input: Shape
  /// One for each convolution.
  private(set) var choices: [Choice] = []
  /// Whether the linear layers read the mean of each channel.
  private(set) var endsInMean = false
  /// How many other choices give the same size, up to a million.
  private(set) var others = 0
  /// How unusual the choices are; `nil` when none fits.
  private(set) var cost: Double?

  /// The most usual choices that fit.
  ///
  /// - Parameter imageShape: the shape of an image; usual ones are tried where it is not known.
  static func best(for layers: [SketchLayer], _ imageShape: Shape?) -> SketchWindows {
    guard case .convolution(_, let channels, _) = layers[0].kind else {
      guard case .linear(_, let inputs) = layers[0].kind else {
        return SketchWindows(input: imageShape ?? Shape(channels: layers[0].channels), cost: 0)
      }
      let shape = imageShape?.count == inputs ? imageShape : nil
      return SketchWindows(input: shape ?? Shape(channels: inputs), cost: 0)
    }
    let sizes = channels == 1 ? [28, 32, 64, 224] : [32, 28, 64, 96, 224]
    let shapes = imageShape.map { [$0] } ?? sizes.map { Shape(channels: channels, height: $0, width: $0) }
    var best: SketchWindows?
    for (place, shape) in shapes.enumerated() {
      var windows = SketchWindows(input: shape)
      guard windows.choose(for: layers) else { continue }
      windows.cost = windows.cost.map { $0 + 4 * Double(place) }
      if windows.cost ?? .infinity < best?.cost ?? .infinity { best = windows }
    }
    return best ?? SketchWindows(input: shapes[0])
  }

  /// What a chain of convolutions has come to.
  private struct State: Hashable {
    let height: Int
    let width: Int
    /// Whether the last convolution with a choice keeps its size; `nil` before the first.
    var keepsSize: Bool?
    var hasPool: Bool?
  }

  /// The most usual chain that comes to a state, and how many others do.
  private struct Chain {
    var cost: Double
    var choices: [Choice]
    var count: Int
  }

  private static let largestCount = 1_000_001

  /// - Returns: whether some choices fit.
  private mutating func choose(for layers: [SketchLayer]) -> Bool {
    var chains = [State(height: input.height, width: input.width): Chain(cost: 0, choices: [], count: 1)]
    var outputs = input.channels
    for layer in layers {
      guard case .convolution(let count, _, let kernel) = layer.kind else { continue }
      outputs = count
      chains = Self.next(chains, kernel)
    }
    let target = layers.lazy.compactMap { layer -> Int? in
      if case .linear(_, let inputs) = layer.kind { inputs } else { nil }
    }.first
    var best: (chain: Chain, isMean: Bool)?
    var count = 0
    for (state, chain) in chains.sorted(by: { Self.isBefore($0.key, $1.key) }) {
      let size = state.height * state.width
      // A mean is what is left where a channel becomes one number.
      let isMean = size > 1 && (target == nil || target == outputs)
      guard isMean || target.map({ $0 == outputs * size }) ?? true else { continue }
      var chain = chain
      chain.cost += isMean ? 1 : 0
      count = min(count + chain.count, Self.largestCount)
      if chain.cost < best?.chain.cost ?? .infinity { best = (chain, isMean) }
    }
    guard let best else { return false }
    (choices, endsInMean, cost, others) = (best.chain.choices, best.isMean, best.chain.cost, count - 1)
    return true
  }

  private static func isBefore(_ a: State, _ b: State) -> Bool {
    (a.height, a.width, a.keepsSize == true ? 1 : 0, a.hasPool == true ? 1 : 0)
      < (b.height, b.width, b.keepsSize == true ? 1 : 0, b.hasPool == true ? 1 : 0)
  }

  /// All chains with one more convolution.
  private static func next(_ chains: [State: Chain], _ kernel: Extent) -> [State: Chain] {
    var next: [State: Chain] = [:]
    for (state, chain) in chains.sorted(by: { isBefore($0.key, $1.key) }) {
      for option in options(kernel) {
        let choice = option.choice
        var height = (state.height + 2 * choice.padding.height - kernel.height) / choice.stride + 1
        var width = (state.width + 2 * choice.padding.width - kernel.width) / choice.stride + 1
        guard state.height + 2 * choice.padding.height >= kernel.height,
          state.width + 2 * choice.padding.width >= kernel.width
        else { continue }
        if choice.hasPool { (height, width) = (height / 2, width / 2) }
        guard height > 0, width > 0 else { continue }
        var cost = chain.cost + option.cost
        if let now = option.keepsSize, now != state.keepsSize {
          cost += state.keepsSize == nil ? (now ? 0.5 : 0) : 2
        }
        if let before = state.hasPool, before != choice.hasPool { cost += 1 }
        let reached = State(
          height: height, width: width, keepsSize: option.keepsSize ?? state.keepsSize,
          hasPool: choice.hasPool)
        let known = next[reached]
        let count = min((known?.count ?? 0) + chain.count, largestCount)
        if let known, known.cost <= cost {
          next[reached]?.count = count
        } else {
          next[reached] = Chain(cost: cost, choices: chain.choices + [choice], count: count)
        }
      }
    }
    return next
  }

  /// What a convolution may have, and how unusual that is; `keepsSize` is `nil` where there is nothing to choose.
  private static func options(_ kernel: Extent) -> [(choice: Choice, cost: Double, keepsSize: Bool?)] {
    let isOdd = kernel.height % 2 == 1 && kernel.width % 2 == 1
    let half =
      isOdd
      ? Extent(kernel.height / 2, kernel.width / 2) : Extent((kernel.height - 1) / 2, (kernel.width - 1) / 2)
    var options: [(choice: Choice, cost: Double, keepsSize: Bool?)] = []
    let isPoint = half == Extent(0)
    for stride in [1, 2] {
      for padding in isPoint ? [half] : [Extent(0), half] {
        let keepsSize = isPoint ? nil : padding == half
        // Even kernels are those of strides, with a padding that makes the halves exact.
        let usual = isOdd ? stride == 1 : stride == 2 && padding == half
        let cost: Double = usual ? 0 : isOdd ? 3 : 2
        for hasPool in [false, true] {
          let choice = Choice(stride: stride, padding: padding, hasPool: hasPool)
          options.append((choice, cost + (hasPool ? 0.25 : 0), isOdd ? keepsSize : nil))
        }
      }
    }
    return options
  }
}

extension SketchLayer {
  /// How many channels it makes.
  var channels: Int {
    switch kind {
    case .convolution(let outputs, _, _), .linear(let outputs, _): outputs
    case .normalisation(let channels): channels
    }
  }
}
