/// Brings what a network of signs computes back to what its teacher computes, by looking at images without labels: node after node,
/// each with what the nodes before it give by then.
///
/// The deviation of what a layer gives becomes the teacher's by its multiplier, and the mean of every channel by its biases (bias
/// correction; Nagel et al. 2019, section 4.2), and every batch normalisation takes out the mean and the variance that it finds
/// (Ioffe and Szegedy 2015, section 3.1).
package struct Calibration: Sendable, Hashable {
  /// How many images are looked at, spread evenly over the datasets; all where they have fewer.
  package var images = 1000
  /// Whether batch normalisations are measured anew.
  package var measuresNormalisations = true
  /// Whether biases are corrected; without a teacher there is nothing to correct them by.
  package var correctsBiases = true

  /// The defaults.
  package init() {}

  /// The calibrated network.
  ///
  /// - Parameters:
  ///   - network: what is calibrated, with a shared weight of 1.
  ///   - teacher: what it was made of, of the same architecture, by its own weights.
  ///   - datasets: images of the network's input shape. Their labels do not count.
  ///   - threads: how many compute. It never changes the result.
  ///   - instructionSet: which vector instructions are used.
  /// - Throws: ``PadawannError`` `usage` for a teacher of another architecture, `data` for images that do not fit or numbers that
  ///   are not finite, `unsupported` when there is not enough memory, `interrupted` when the task is cancelled.
  package func calibrated(
    _ network: Network, like teacher: Network? = nil, on datasets: [Dataset], threads: Int = 1,
    instructionSet: InstructionSet = .best
  ) throws(PadawannError) -> Network {
    guard teacher == nil || teacher?.architecture == network.architecture else {
      throw PadawannError(.usage, "a network is calibrated by one of its own architecture")
    }
    let images = try TrainingImages(datasets.map { TrainingTask($0) }, for: network.architecture)
    guard self.images > 0 else { throw PadawannError(.usage, "a calibration needs an image or more") }
    let threadPool = ThreadPool(threads: max(1, threads))
    func pass(_ network: Network, _ magnitude: Magnitude) throws(PadawannError) -> LayerwisePass {
      try LayerwisePass(network, magnitude, images, count: self.images, instructionSet, threadPool)
    }
    let network = try network.unfoldingStatistics(
      on: images, count: self.images, magnitude: .shared(1), instructionSet, threadPool)
    let student = try pass(network, .shared(1))
    let original = try teacher.map { teacher throws(PadawannError) in try pass(teacher, .own) }
    return try calibrated(network, student, original)
  }

  private func calibrated(_ network: Network, _ student: LayerwisePass, _ teacher: LayerwisePass?)
    throws(PadawannError) -> Network
  {
    var parameters = network.parameters
    for node in 0...network.architecture.logitsNode {
      switch parameters[node] {
      case .none: break
      case .weighted(let weights, let bias):
        guard correctsBiases, let teacher, !network.architecture.isNormalised(node) else { break }
        parameters[node] = try corrected(weights, bias, node, student, teacher)
      case .normalisation(let numbers):
        guard measuresNormalisations else { break }
        parameters[node] = .normalisation(try measured(numbers, node, student, teacher))
      }
      try student.keep(node)
      if correctsBiases { try teacher?.keep(node) }
    }
    return try Network(architecture: network.architecture, parameters: parameters)
  }

  /// What a batch normalisation finds, and, with a teacher, the mean that it gives.
  private func measured(
    _ numbers: BatchNormalisation, _ node: Int, _ student: LayerwisePass, _ teacher: LayerwisePass?
  ) throws(PadawannError) -> BatchNormalisation {
    let input = student.machine.plan.architecture.nodes[node].inputs[0]
    guard input != Node.image else { return numbers }
    var numbers = numbers
    let found = try student.statistics(of: input)
    (numbers.mean, numbers.variance) = (found.means.map { Float($0) }, found.variances.map { Float($0) })
    if correctsBiases, let teacher {
      numbers.shift = try teacher.statistics(of: node).means.map { Float($0) }
    }
    student.machine.normalisations[node]?.restore(numbers)
    return numbers
  }

  /// A layer whose sums have the teacher's deviation, and channel by channel its mean: behind the ReLU where one follows, because
  /// that is what the next layer reads.
  private func corrected(
    _ weights: EdgeWeights, _ bias: [Float]?, _ node: Int, _ student: LayerwisePass, _ teacher: LayerwisePass
  ) throws(PadawannError) -> NodeParameters {
    let (wanted, found) = (try teacher.statistics(of: node), try student.statistics(of: node))
    let ratio =
      (wanted.variances.reduce(0, +) / max(found.variances.reduce(0, +), .leastNormalMagnitude)).squareRoot()
    guard ratio > 0, ratio.isFinite, let layer = student.machine.layers[node] else {
      return .weighted(weights, bias: bias)
    }
    let scaled =
      try weights.hasOwnValues ? weights : weights.multiplied(by: weights.multiplier * Float(ratio))
    if !weights.hasOwnValues {
      layer.setWeights(scaled.numbers(.shared(1)), where: scaled.mask)
      try student.machine.refreshFilters { $0 == node }
    }
    guard let bias else { return .weighted(scaled, bias: nil) }
    let means = try student.statistics(of: node).means
    var corrected = bias.indices.map { Float(Double(bias[$0]) + wanted.means[$0] - means[$0]) }
    if student.machine.plan.architecture.isRectified(node) {
      let goal = try teacher.rectifiedMeans(of: node, shifts: bias.map { _ in 0 }).means
      layer.biases.values.replace(with: bias.map { _ in 0 })
      for _ in 0..<Self.iterations {
        let present = try student.rectifiedMeans(of: node, shifts: corrected)
        for channel in corrected.indices {
          let slope = max(present.shares[channel], 0.05)
          corrected[channel] += Float((goal[channel] - present.means[channel]) / slope)
        }
      }
    }
    layer.biases.values.replace(with: corrected)
    return .weighted(scaled, bias: corrected)
  }

  /// Newton's steps to the bias behind a ReLU.
  private static let iterations = 8
}

extension LayerwisePass {
  /// The mean of `max(0, x + shift)` of each channel of a layer's sums, and the share of them that is above 0.
  fileprivate func rectifiedMeans(of node: Int, shifts: [Float]) throws(PadawannError) -> (
    means: [Double], shares: [Double]
  ) {
    var sums = [Double](repeating: 0, count: shifts.count)
    var positive = [Int](repeating: 0, count: shifts.count)
    var count = 0
    try visit(node) { step in
      for block in 0..<step.blocks {
        let values = machine.value(node, block)
        values.addRectified(shifts: shifts, lanes: step.lanes(of: block), to: &sums, positive: &positive)
        count += values.elements / shifts.count * step.lanes(of: block)
      }
    }
    return (sums.map { $0 / Double(count) }, positive.map { Double($0) / Double(count) })
  }
}

extension Architecture {
  /// Whether a batch normalisation reads a node.
  fileprivate func isNormalised(_ node: Int) -> Bool {
    nodes.contains { reader in
      if case .batchNormalisation = reader.operation { reader.inputs.contains(node) } else { false }
    }
  }

  /// Whether all that reads a node, behind pools and the like, is a ReLU.
  fileprivate func isRectified(_ node: Int) -> Bool {
    let readers = nodes.indices.filter { nodes[$0].inputs.contains(node) }
    return !readers.isEmpty
      && readers.allSatisfy { reader in
        switch nodes[reader].operation {
        case .relu: true
        case .clip(let minimum, _): minimum == 0
        case .maxPool, .flatten, .dropout: isRectified(reader)
        default: false
        }
      }
  }
}
