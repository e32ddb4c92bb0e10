/// What a learning of masks begins with.
struct MaskBeginning {
  /// The network by its signs; where it is taught by a teacher, every layer with what its edges are worth as its multiplier, to be
  /// run with a shared weight of 1.
  let network: Network
  /// The masked layers, by node, and how many edges each keeps.
  let kept: [Int: Int]
  /// The scores of each masked layer in the order of edges.
  let scores: [Int: [Float]]

  /// Begins as the settings say, or with given scores.
  ///
  /// - Throws: ``PadawannError`` `usage` for settings that do not fit the network, `data` for scores that do not.
  init(_ network: Network, _ settings: MaskLearningSettings, _ given: MaskLearning.Beginning? = nil)
    throws(PadawannError)
  {
    self =
      try settings.distillation == nil
      ? MaskBeginning(random: network, settings, given) : MaskBeginning(fitted: network, settings)
  }

  /// What is learned.
  func scope(_ settings: MaskLearningSettings) -> TrainingScope {
    let masked = Set(kept.keys)
    guard settings.distillation == nil else {
      return .distilling(masked, in: network.architecture, biases: settings.biases != .keep)
    }
    return TrainingScope(
      weights: masked, biases: settings.biases == .keep ? [] : masked, dropsOut: false,
      usesBatchStatistics: false)
  }

  /// The masked layers of a machine that runs the network.
  func layers(of machine: TrainingEngine) throws(PadawannError) -> [Int: MaskedLayer] {
    var layers: [Int: MaskedLayer] = [:]
    for layer in network.layers {
      guard let kept = kept[layer.index], let scores = scores[layer.index],
        let trained = machine.layers[layer.index]
      else { continue }
      layers[layer.index] = try MaskedLayer(trained, layer.weights, kept: kept, scores: scores)
    }
    return layers
  }

  /// The learning rate of biases and normalisations, by node: of biases in units of what the trained network's layer gives, whose
  /// standard deviation is measured on some images.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when there is not enough memory, `interrupted` when the task is cancelled.
  func numberRates(
    _ trained: Network, _ images: TrainingImages, _ settings: MaskLearningSettings, _ set: InstructionSet,
    _ threadPool: ThreadPool
  ) throws(PadawannError) -> [Int: Double] {
    let scope = scope(settings)
    guard let distillation = settings.distillation else {
      return Dictionary(uniqueKeysWithValues: scope.biases.map { ($0, settings.biasRate) })
    }
    guard !scope.biases.isEmpty else { return [:] }
    let pass = try LayerwisePass(trained, .own, images, count: Self.measuredImages, set, threadPool)
    var rates: [Int: Double] = [:]
    for node in 0...network.architecture.logitsNode {
      if scope.biases.contains(node) {
        if network.architecture.nodes[node].operation.isWeighted {
          let variances = try pass.statistics(of: node).variances
          let deviation = (variances.reduce(0, +) / Double(variances.count)).squareRoot()
          rates[node] = distillation.biasRate * deviation
        } else {
          rates[node] = distillation.normalisationRate
        }
      }
      try pass.keep(node)
    }
    return rates
  }

  private static let measuredImages = 500

  /// Random scores, and the same share of every large layer (Ramanujan et al. 2020; mask-learning from nothing but signs).
  ///
  /// - Parameter given: scores in the place of random ones.
  /// - Throws: ``PadawannError`` `usage` for settings that do not fit the network, `data` for scores that do not.
  init(random network: Network, _ settings: MaskLearningSettings, _ given: MaskLearning.Beginning? = nil)
    throws(PadawannError)
  {
    try given?.validate(for: network)
    self.network = try network.mapWeights { layer throws(PadawannError) in try layer.weights.signsOnly() }
    kept = try EdgeBudget(network, settings).kept
    var scores: [Int: [Float]] = [:]
    for layer in network.layers where kept[layer.index] != nil {
      scores[layer.index] = given?.scores[layer.index] ?? layer.randomScores(settings.seed)
    }
    self.scores = scores
  }

  /// What the trained weights suggest: of each layer the number of edges that its best ternary fit has, or the same multiple of all
  /// these numbers, as the density asks for; worth the mean size of their weights, with the ranks of the weights' sizes as scores.
  ///
  /// A layer that has only signs begins with its mask and what its edges are worth.
  ///
  /// - Throws: ``PadawannError`` `usage` for settings that do not fit the network.
  init(fitted network: Network, _ settings: MaskLearningSettings) throws(PadawannError) {
    let budget = try Self.budget(network, settings)
    var scores: [Int: [Float]] = [:]
    let signs = try network.mapWeights { layer throws(PadawannError) in
      let isMasked = budget[layer.index] != nil
      let kept = budget[layer.index] ?? layer.weights.remainingEdges
      if isMasked { scores[layer.index] = layer.fittedScores(settings.seed) }
      guard layer.weights.hasOwnValues else { return layer.weights }
      let mask = isMasked ? TernaryFit(layer.weights).mask(kept) : layer.weights.mask
      let whole = try EdgeWeights(
        shape: layer.weights.shape, mask: layer.weights.mask, values: layer.weights.values,
        retainsPruned: true)
      return try whole.masked(by: mask).scaledSigns()
    }
    self.network = signs
    kept = budget
    self.scores = scores
  }

  /// What learns may find use for more edges than the best fit has: so many times as many at most.
  private static let enlargement = 5.0

  /// The same multiple of all numbers of edges, as far as half of the layers, where masks can tell most, and all edges reach.
  private static func enlarged(_ kept: [Int: Int], _ layers: [Network.Layer], edges: Int) -> [Int: Int] {
    func times(_ factor: Double) -> [Int: Int] {
      var result = kept
      for layer in layers {
        let fitted = kept[layer.index] ?? 0
        let wanted = Int((factor * Double(fitted)).rounded(.down))
        result[layer.index] = max(fitted, min(EdgeBudget.candidates(layer.weights) / 2, wanted))
      }
      return result
    }
    func fits(_ factor: Double) -> Bool { times(factor).values.reduce(0, +) <= edges }
    guard !fits(enlargement) else { return times(enlargement) }
    var (low, high) = (1.0, enlargement)
    for _ in 0..<60 {
      let middle = low + (high - low) / 2
      if fits(middle) { low = middle } else { high = middle }
    }
    return fits(low) ? times(low) : kept
  }

  private static func budget(_ network: Network, _ settings: MaskLearningSettings) throws(PadawannError)
    -> [Int: Int]
  {
    let masked = try EdgeBudget.masked(network, settings)
    guard settings.shares.isEmpty, masked.allSatisfy(\.weights.hasOwnValues) else {
      return try EdgeBudget(network, settings).kept
    }
    let nodes = masked.map(\.index)
    let whole = network.layers.filter { !nodes.contains($0.index) }.reduce(0) {
      $0 + $1.weights.remainingEdges
    }
    let edges = Int((settings.density * Double(network.edgeCount)).rounded()) - whole
    do throws(PadawannError) {
      let fitted = try LayerBudget(network, edges: edges, layers: nodes).kept
      return Self.enlarged(fitted, masked, edges: edges)
    } catch {
      var named = error
      named.choice = .density
      throw named
    }
  }
}

extension Network.Layer {
  /// A random score for every edge.
  fileprivate func randomScores(_ seed: UInt64) -> [Float] {
    var generator = KeyedGenerator(seed, TrainingDraw.scores.rawValue, UInt64(index))
    return (0..<weights.count).map { _ in generator.uniform() }
  }

  /// The rank of every weight's size, from near 0 to 1; of a layer of signs random ones, above a half for those that are left.
  fileprivate func fittedScores(_ seed: UInt64) -> [Float] {
    guard case .own(let numbers) = weights.values else {
      return randomScores(seed).enumerated().map { (weights.mask[$0] ? 0.5 : 0) + 0.5 * $1 }
    }
    let order = numbers.indices.sorted { (abs(numbers[$0]), $1) < (abs(numbers[$1]), $0) }
    var scores = [Float](repeating: 0, count: numbers.count)
    for (rank, edge) in order.enumerated() { scores[edge] = Float(Double(rank + 1) / Double(order.count)) }
    // Of an edge without a number the sign is not known.
    for edge in scores.indices where numbers[edge] == 0 { scores[edge] = -.infinity }
    return scores
  }
}
