/// Brings what a network of signs computes back to what its teacher computes, by looking at images without labels: node after node,
/// each with what the nodes before it give by then.
///
/// The mean of every channel that a layer gives becomes the teacher's, by its biases (bias correction; Nagel et al. 2019, section
/// 4.2), and every batch normalisation takes out the mean and the variance that it finds (Ioffe and Szegedy 2015, section 3.1).
package struct Calibration: Sendable, Hashable, Codable {
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
    func pass(_ network: Network, _ magnitude: Magnitude) throws(PadawannError) -> LayerwisePass {
      try LayerwisePass(
        network, magnitude, images, count: self.images, instructionSet, ThreadPool(threads: max(1, threads)))
    }
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
        guard correctsBiases, let bias, let teacher else { break }
        let (wanted, found) = (try teacher.statistics(of: node).means, try student.statistics(of: node).means)
        let corrected = bias.indices.map { Float(Double(bias[$0]) + wanted[$0] - found[$0]) }
        parameters[node] = .weighted(weights, bias: corrected)
        student.machine.layers[node]?.biases.values.replace(with: corrected)
      case .normalisation(var numbers):
        guard measuresNormalisations else { break }
        let input = network.architecture.nodes[node].inputs[0]
        guard input != Node.image else { break }
        let found = try student.statistics(of: input)
        (numbers.mean, numbers.variance) = (found.means.map { Float($0) }, found.variances.map { Float($0) })
        parameters[node] = .normalisation(numbers)
        student.machine.normalisations[node]?.restore(mean: numbers.mean, variance: numbers.variance)
      }
      try student.keep(node)
      if correctsBiases { try teacher?.keep(node) }
    }
    return try Network(architecture: network.architecture, parameters: parameters)
  }
}
