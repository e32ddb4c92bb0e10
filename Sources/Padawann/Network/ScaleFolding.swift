// One shared weight in the place of a multiplier per layer.
//
// ReLU and its like, pools, flattening and zero padding are positively homogeneous: a positive factor of what they read is a factor
// of what they give. So a layer whose edges are worth `a` equals one whose edges are worth `w`, if its biases are multiplied by
// `w / a` and all that is behind it takes the factor along, up to the next batch normalisation, which takes any factor out, or to
// the logits. (Conversion of pre-trained nets; the idea is that of equalisation, Nagel et al. 2019, section 4.1.)
extension Network {
  /// An equal network whose edges share one weight, as far as its graph is homogeneous.
  ///
  /// The shared weight is the geometric mean of what the edges of the layers behind the last fixed factor are worth, so that the
  /// logits keep their size. A layer keeps a multiplier where what it gives reaches a sum, a concatenation or an activation that is
  /// not homogeneous before any normalisation.
  ///
  /// - Returns: the network, and the weight that all edges share; the answers are those of this network with a shared weight of 1,
  ///   but for rounding.
  /// - Throws: ``PadawannError`` `data` when a number leaves the range of `Float`.
  package func folded() throws(PadawannError) -> (network: Network, sharedWeight: Float) {
    let weight = foldedWeight
    var folding = ScaleFolding(self, sharedWeight: weight)
    var parameters: [NodeParameters] = []
    for node in architecture.nodes.indices { parameters.append(try folding.parameters(of: node)) }
    return (try Network(architecture: architecture, parameters: parameters), weight)
  }

  private var foldedWeight: Float {
    let fixed = architecture.nodesOfFixedFactor
    let signs = layers.filter { !$0.weights.hasOwnValues }
    // From the logits back to the first node of which the factor is known.
    var chain: [Float] = []
    var node = architecture.logitsNode
    while node != Node.image, !fixed[node] {
      if case .weighted(let weights, _) = parameters[node], !weights.hasOwnValues {
        chain.append(weights.multiplier)
      }
      node = architecture.nodes[node].inputs[0]
    }
    let scales = (chain.isEmpty ? signs.map(\.weights.multiplier) : chain).map { logOf(Double($0)) }
    guard !scales.isEmpty else { return 1 }
    return Float(expOf(scales.reduce(0, +) / Double(scales.count)))
  }
}

extension Architecture {
  /// Whether the results of each node must keep their size: normalisations, sums, concatenations and activations that are not
  /// homogeneous, and all that they read by way of nodes that pass a factor on.
  fileprivate var nodesOfFixedFactor: [Bool] {
    var fixed = [Bool](repeating: false, count: nodes.count)
    for index in nodes.indices.reversed() {
      let operation = nodes[index].operation
      switch operation.handling {
      case .passes: break
      case .resets, .layer:
        fixed[index] = fixed[index] || operation.handling == .resets
        continue
      case .needsItsSize:
        fixed[index] = true
      }
      guard fixed[index], index <= logitsNode else { continue }
      for input in nodes[index].inputs where input != Node.image { fixed[input] = true }
    }
    return fixed
  }
}

/// Walks through a network and says what each node becomes.
private struct ScaleFolding {
  private let network: Network
  private let sharedWeight: Float
  private let fixed: [Bool]
  /// How many times as large as in the network the results of each node are.
  private var factors: [Double] = []

  init(_ network: Network, sharedWeight: Float) {
    self.network = network
    self.sharedWeight = sharedWeight
    fixed = network.architecture.nodesOfFixedFactor
  }

  /// The parameters of the next node, in order.
  mutating func parameters(of index: Int) throws(PadawannError) -> NodeParameters {
    let node = network.architecture.nodes[index]
    let input = node.inputs[0] == Node.image ? 1 : factors[node.inputs[0]]
    switch (network.parameters[index], node.operation) {
    case (.weighted(let weights, let bias), _):
      let changed = try self.weights(weights, input, isFixed: fixed[index])
      factors.append(changed.factor)
      return .weighted(changed.weights, bias: bias?.map { Float(Double($0) * changed.factor) })
    case (.normalisation(let numbers), .batchNormalisation(let epsilon)):
      factors.append(1)
      return .normalisation(numbers.reading(input, times: Double(epsilon)))
    default:
      factors.append(fixed[index] ? 1 : input)
      return network.parameters[index]
    }
  }

  private func weights(_ weights: EdgeWeights, _ input: Double, isFixed: Bool) throws(PadawannError) -> (
    weights: EdgeWeights, factor: Double
  ) {
    if case .own(let numbers) = weights.values {
      // A factor passes through, or is taken out.
      guard isFixed, input != 1 else { return (weights, input) }
      let changed = numbers.map { Float(Double($0) / input) }
      let weights = try EdgeWeights(
        shape: weights.shape, mask: weights.mask, values: .own(changed), retainsPruned: weights.retainsPruned)
      return (weights, 1)
    }
    let worth = Double(weights.multiplier)
    let multiplier = isFixed ? Float(worth / (input * Double(sharedWeight))) : 1
    let changed = try weights.multiplied(by: multiplier)
    return (changed, isFixed ? 1 : input * Double(sharedWeight) / worth)
  }
}

extension BatchNormalisation {
  /// The normalisation that gives the same for inputs that are `factor` times as large.
  fileprivate func reading(_ factor: Double, times epsilon: Double) -> BatchNormalisation {
    guard factor != 1 else { return self }
    var result = self
    for channel in scale.indices {
      let before = Double(variance[channel])
      result.mean[channel] = Float(Double(mean[channel]) * factor)
      result.variance[channel] = Float(before * factor * factor)
      // The epsilon is no larger than before, and the scale makes up for it.
      let roots = ((Double(result.variance[channel]) + epsilon) / (before + epsilon)).squareRoot()
      result.scale[channel] = Float(Double(scale[channel]) * roots / factor)
    }
    return result
  }
}

extension NodeOperation {
  fileprivate enum FactorHandling { case passes, resets, layer, needsItsSize }

  /// What a positive factor of the input does.
  fileprivate var handling: FactorHandling {
    switch self {
    case .convolution, .linear: .layer
    case .batchNormalisation: .resets
    case .relu, .leakyRelu, .maxPool, .averagePool, .pad, .globalAveragePool, .flatten, .dropout: .passes
    case .clip(let minimum, let maximum):
      (minimum == 0 || minimum.isInfinite) && (maximum == 0 || maximum.isInfinite) ? .passes : .needsItsSize
    case .tanh, .sigmoid, .silu, .hardSigmoid, .hardSwish, .gelu, .add, .concat, .softmax, .logSoftmax:
      .needsItsSize
    }
  }
}
