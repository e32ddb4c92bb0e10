import HDF5

// Numbers besides edges in 16 bits.
extension Network {
  /// The network with its biases and the numbers of its batch normalisations rounded to half precision (binary16), ties to even.
  ///
  /// That is done vector by vector, and only where every number keeps a relative precision of 2⁻¹¹: a vector with a number that would
  /// become infinite (from 65,520 on) or is smaller than the smallest normal half (2⁻¹⁴) and not 0 stays as it is.
  package func roundedToHalf() throws(PadawannError) -> Network {
    try Network(architecture: architecture, parameters: parameters.map(\.roundedToHalf))
  }

  /// The numbers besides those of edges, one vector for each set of biases, scales, shifts, means and variances.
  package var vectorsBesidesEdges: [[Float]] { parameters.flatMap(\.vectorsBesidesEdges) }
}

extension NodeParameters {
  fileprivate var roundedToHalf: NodeParameters {
    switch self {
    case .none: .none
    case .weighted(let weights, let bias): .weighted(weights, bias: bias?.roundedToHalf)
    case .normalisation(let numbers): .normalisation(numbers.roundedToHalf)
    }
  }

  fileprivate var vectorsBesidesEdges: [[Float]] {
    switch self {
    case .none: []
    case .weighted(_, let bias): bias.map { [$0] } ?? []
    case .normalisation(let numbers): [numbers.scale, numbers.shift, numbers.mean, numbers.variance]
    }
  }
}

extension TaskOverride {
  /// What the task has with its biases and normalisations rounded, see ``Network/roundedToHalf()``.
  package var roundedToHalf: TaskOverride {
    switch content {
    case .weighted(let weights, let bias, let precision):
      TaskOverride(node: node, .weighted(weights, bias: bias?.roundedToHalf, precision))
    case .mask(let weights, let bias): TaskOverride(node: node, .mask(weights, bias: bias?.roundedToHalf))
    case .normalisation(let numbers): TaskOverride(node: node, .normalisation(numbers.roundedToHalf))
    }
  }

  /// Its numbers besides those of edges.
  package var vectorsBesidesEdges: [[Float]] {
    switch content {
    case .weighted(_, let bias, _), .mask(_, let bias): bias.map { [$0] } ?? []
    case .normalisation(let numbers): NodeParameters.normalisation(numbers).vectorsBesidesEdges
    }
  }
}

extension BatchNormalisation {
  fileprivate var roundedToHalf: BatchNormalisation {
    // Statistics that were folded are two constants, of which nothing is saved, and by which they are known.
    let isConstant = mean.allSatisfy { $0 == 0 } && variance.allSatisfy { $0 == variance[0] }
    return BatchNormalisation(
      scale: scale.roundedToHalf, shift: shift.roundedToHalf, mean: mean.roundedToHalf,
      variance: isConstant ? variance : variance.roundedToHalf)
  }
}

extension [Float] {
  /// The numbers rounded to half precision, or as they are where one would lose more than 2⁻¹¹ of itself.
  var roundedToHalf: [Float] {
    let rounded = map { Float(half: $0.halfBits) }
    let isPrecise = zip(self, rounded).allSatisfy { number, half in
      number == 0
        || half.isFinite && abs(half) >= 0x1p-14 && abs(half - number) <= abs(number) * 0x1p-11
    }
    return isPrecise ? rounded : self
  }

  /// The bits of the numbers as halves; `nil` where one is none.
  package var halves: [UInt16]? {
    let halves = map(\.halfBits)
    let isExact = zip(self, halves).allSatisfy {
      $0.isFinite && Float(half: $1).bitPattern == $0.bitPattern
    }
    return isExact ? halves : nil
  }
}
