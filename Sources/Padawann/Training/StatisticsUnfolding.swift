extension Network {
  /// The network with statistics for those batch normalisations that have none of their own (``BatchNormalisation/isFolded(epsilon:)``): the
  /// mean and the variance of what they read, with scales and shifts by which the answers stay the same but for rounding.
  ///
  /// What is learned or measured with the statistics of a batch starts from scales that fit such statistics.
  ///
  /// - Parameters:
  ///   - images: what the network looks at.
  ///   - count: how many of them, spread evenly over all.
  ///   - magnitude: what an edge is worth.
  /// - Throws: ``PadawannError`` `unsupported` when there is not enough memory, `interrupted` when the task is cancelled.
  func unfoldingStatistics(
    on images: TrainingImages, count: Int = 1000, magnitude: Magnitude, _ set: InstructionSet,
    _ threadPool: ThreadPool
  ) throws(PadawannError) -> Network {
    var folded: [(node: Int, numbers: BatchNormalisation, epsilon: Float)] = []
    for node in 0...architecture.logitsNode where architecture.nodes[node].inputs[0] != Node.image {
      guard case .batchNormalisation(let epsilon) = architecture.nodes[node].operation,
        case .normalisation(let numbers) = self.parameters[node], numbers.isFolded(epsilon: epsilon)
      else { continue }
      folded.append((node, numbers, epsilon))
    }
    guard !folded.isEmpty else { return self }
    let pass = try LayerwisePass(self, magnitude, images, count: count, set, threadPool)
    var parameters = parameters
    for (node, numbers, epsilon) in folded {
      let found = try pass.statistics(of: architecture.nodes[node].inputs[0])
      parameters[node] = .normalisation(numbers.unfolded(found, epsilon: epsilon))
    }
    return try Network(architecture: architecture, parameters: parameters)
  }
}

extension BatchNormalisation {
  /// The same function with these statistics.
  fileprivate func unfolded(_ found: ChannelMoments, epsilon: Float) -> BatchNormalisation {
    let (means, variances) = (found.means.map { Float($0) }, found.variances.map { Float($0) })
    var (scales, shifts) = (scale, shift)
    for channel in scale.indices {
      let slope = Double(scale[channel]) / (Double(variance[channel]) + Double(epsilon)).squareRoot()
      scales[channel] = Float(slope * (Double(variances[channel]) + Double(epsilon)).squareRoot())
      shifts[channel] = Float(
        Double(shift[channel]) + slope * (Double(means[channel]) - Double(mean[channel])))
    }
    return BatchNormalisation(scale: scales, shift: shifts, mean: means, variance: variances)
  }
}
