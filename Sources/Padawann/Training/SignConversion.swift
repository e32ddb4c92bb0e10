/// Makes a network of signs of a trained one in one step, without learning.
package struct SignConversion: Sendable, Hashable {
  /// Which edges are left.
  package enum Mask: String, Sendable, CaseIterable {
    /// All.
    case all
    /// Of each layer those with the largest trained weights: as many as the best ternary fit has, or all above 0.7 or 1.0 times
    /// the layer's mean, whichever answers most like the trained network; half of all edges at most.
    case fitted
  }

  /// Which edges are left.
  package var mask = Mask.fitted
  /// The largest share of the edges that is left where they are fitted.
  package var density = 0.5
  /// How images are used; nothing but the weights is looked at when `nil`.
  package var calibration: Calibration? = Calibration()

  /// The defaults.
  package init() {}

  /// The converted network, whose layers have what their edges are worth as multipliers, for a shared weight of 1.
  ///
  /// - Parameters:
  ///   - trained: a network with its own weights.
  ///   - datasets: images of its input shape, without a calibration none.
  ///   - threads: how many compute. It never changes the result.
  ///   - instructionSet: which vector instructions are used.
  /// - Throws: as ``Calibration/calibrated(_:like:on:threads:instructionSet:)``, and ``PadawannError`` `usage` for a network that
  ///   has only signs.
  package func converted(
    _ trained: Network, on datasets: [Dataset] = [], threads: Int = 1, instructionSet: InstructionSet = .best
  ) throws(PadawannError) -> Network {
    guard let calibration else {
      return try (mask == .all ? trained : candidates(trained)[0]).scaledSigns()
    }
    let images = try TrainingImages(datasets.map { TrainingTask($0) }, for: trained.architecture)
    let threadPool = ThreadPool(threads: max(1, threads))
    let trained = try trained.unfoldingStatistics(
      on: images, count: calibration.images, magnitude: .own, instructionSet, threadPool)
    let masked = try mask == .all ? [trained] : candidates(trained)
    func answers(_ network: Network, _ magnitude: Magnitude) throws(PadawannError) -> [Int] {
      try LayerwisePass(network, magnitude, images, count: calibration.images, instructionSet, threadPool)
        .answers()
    }
    let wanted = masked.count > 1 ? try answers(trained, .own) : []
    var best: (network: Network, agreement: Int)?
    for network in masked {
      let found = try calibration.calibrated(
        network.scaledSigns(), like: trained, on: datasets, threads: threads, instructionSet: instructionSet)
      guard masked.count > 1 else { return found }
      let agreement = zip(try answers(found, .shared(1)), wanted).count { $0.0 == $0.1 }
      if agreement > best?.agreement ?? -1 { best = (found, agreement) }
    }
    guard let best else { throw PadawannError(.data, "there is nothing to convert") }
    return best.network
  }

  /// The network with the masks of each rule.
  private func candidates(_ trained: Network) throws(PadawannError) -> [Network] {
    let most = Int((density * Double(trained.edgeCount)).rounded(.down))
    let fitted = try LayerBudget(trained, edges: most).kept
    var counts = [fitted]
    for times in [0.7, 1.0] {
      var kept: [Int: Int] = [:]
      for layer in trained.layers { kept[layer.index] = max(1, layer.weights.countAboveMean(times: times)) }
      let all = kept.values.reduce(0, +)
      if all > most {
        let share = Double(most) / Double(all)
        kept = kept.mapValues { max(1, Int((share * Double($0)).rounded(.down))) }
      }
      counts.append(kept)
    }
    return try counts.map { kept throws(PadawannError) in
      try trained.mapWeights { layer throws(PadawannError) in
        try layer.weights.masked(by: TernaryFit(layer.weights).mask(kept[layer.index] ?? 0))
      }
    }
  }
}

extension EdgeWeights {
  /// How many weights are larger than a multiple of the mean size of those that are not pruned.
  fileprivate func countAboveMean(times: Double) -> Int {
    let sizes = magnitudesLeft
    let mean = sizes.reduce(0) { $0 + Double($1) } / Double(max(sizes.count, 1))
    return sizes.count { Double($0) >= times * mean }
  }
}

extension LayerwisePass {
  /// The output with the largest logit, the first of equals, of every image.
  fileprivate func answers() throws(PadawannError) -> [Int] {
    var answers: [Int] = []
    let node = machine.plan.logits
    try visit(node) { step in
      for block in 0..<step.blocks {
        let logits = machine.value(node, block)
        for lane in 0..<step.lanes(of: block) {
          var best = 0
          for output in 0..<logits.elements where logits[output, lane] > logits[best, lane] { best = output }
          answers.append(best)
        }
      }
    }
    return answers
  }
}
