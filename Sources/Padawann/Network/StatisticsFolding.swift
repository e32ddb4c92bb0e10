extension Network {
  /// The network with the statistics of its batch normalisations folded into their scales and shifts: every mean is 0 and every
  /// variance 1 - epsilon, so that only two of four vectors say something.
  ///
  /// The answers are the same but for rounding. What the scales were before is lost: statistics cannot be estimated anew
  /// (``BatchNormalisation/isFolded(epsilon:)``).
  package func foldingStatistics() throws(PadawannError) -> Network {
    try Network(
      architecture: architecture,
      parameters: parameters.indices.map { index in
        guard case .batchNormalisation(let epsilon) = architecture.nodes[index].operation,
          case .normalisation(let numbers) = parameters[index]
        else { return parameters[index] }
        return .normalisation(numbers.folded(epsilon: epsilon))
      })
  }
}

extension Network {
  /// Whether there is a batch normalisation with statistics of its own.
  package var hasStatistics: Bool {
    parameters.indices.contains { node in
      guard case .batchNormalisation(let epsilon) = architecture.nodes[node].operation,
        case .normalisation(let numbers) = parameters[node]
      else { return false }
      return !numbers.isFolded(epsilon: epsilon)
    }
  }
}

extension BatchNormalisation {
  /// The same function with a mean of 0 and a variance of 1 - epsilon, or of 0 where epsilon is larger than 1.
  fileprivate func folded(epsilon: Float) -> BatchNormalisation {
    guard !isFolded(epsilon: epsilon) else { return self }
    let unit = Self.foldedVariance(epsilon: epsilon)
    let deviation = (Double(unit) + Double(epsilon)).squareRoot()
    let slopes = zip(scale, variance).map { Double($0) / (Double($1) + Double(epsilon)).squareRoot() }
    return BatchNormalisation(
      scale: slopes.map { Float($0 * deviation) },
      shift: shift.indices.map { Float(Double(shift[$0]) - Double(mean[$0]) * slopes[$0]) },
      mean: [Float](repeating: 0, count: mean.count),
      variance: [Float](repeating: unit, count: variance.count))
  }

  /// Whether it has no statistics of its own: all means are 0 and all variances 1 - epsilon, as ``Network/foldingStatistics()`` leaves
  /// them, and as constants of a graph are read that are multiplied and added. A scale then is that of what it reads, whatever its deviation.
  package func isFolded(epsilon: Float) -> Bool {
    let unit = Self.foldedVariance(epsilon: epsilon)
    return mean.allSatisfy { $0 == 0 } && variance.allSatisfy { $0 == unit }
  }

  private static func foldedVariance(epsilon: Float) -> Float { max(0, 1 - epsilon) }
}
