// What one learning of masks leaves to another one.
extension MaskLearning {
  /// What a learning can begin with in the place of random scores and measured magnitudes: where another one came to.
  package struct Beginning: Sendable, Equatable {
    /// A score for every edge of each masked layer, by node, in the order of edges; -infinity where there is none.
    package var scores: [Int: [Float]]
    /// What the edges of every layer are worth while it learns, by node.
    package var magnitudes: [Int: Double]

    /// Joins them.
    package init(scores: [Int: [Float]], magnitudes: [Int: Double]) {
      self.scores = scores
      self.magnitudes = magnitudes
    }

    /// - Throws: ``PadawannError`` `data` when it is of another network.
    func validate(for network: Network) throws(PadawannError) {
      for layer in network.layers {
        guard let magnitude = magnitudes[layer.index], magnitude.isFinite, magnitude > 0 else {
          throw Self.broken("a magnitude is no magnitude", layer)
        }
        guard let scores = scores[layer.index] else { continue }
        guard scores.count == layer.weights.count, !scores.contains(where: \.isNaN) else {
          throw Self.broken("its scores do not fit", layer)
        }
      }
    }

    private static func broken(_ reason: String, _ layer: Network.Layer) -> PadawannError {
      PadawannError(
        .data, "what the learning is to begin with is broken: \(reason)", at: "layer \(layer.name)",
        remedy: "Begin the learning anew")
    }
  }

  /// What another learning of the same network can begin with.
  package var beginning: Beginning {
    let machine = run.machine
    var scores: [Int: [Float]] = [:]
    for (node, layer) in layers { scores[node] = machine.layers[node]?.inEdgeOrder(layer.scores.values) }
    var magnitudes: [Int: Double] = [:]
    for layer in original.layers { magnitudes[layer.index] = scaling?.magnitudes[layer.index] ?? 1 }
    return Beginning(scores: scores, magnitudes: magnitudes)
  }

  /// Which edges and biases were learned, apart from the network.
  package struct Result: Sendable, Equatable {
    /// The edges of each masked layer that are left, by node.
    package var masks: [Int: Bitmask]
    /// The biases of each layer, by node, for every set of biases; empty where they were kept.
    package var biases: [[Int: [Float]]]

    /// Joins them.
    package init(masks: [Int: Bitmask], biases: [[Int: [Float]]]) {
      self.masks = masks
      self.biases = biases
    }
  }

  /// What was learned so far.
  package var result: Result {
    let sets = settings.biases == .perTask ? run.feed.images.tasks.count : 1
    return Result(
      masks: layers.mapValues(\.edges),
      biases: settings.biases == .keep ? [] : (0..<sets).map { biases(task: $0) })
  }
}

extension Network {
  /// The network by its signs, with masks and a set of biases that were learned. What was kept of pruned edges is kept.
  ///
  /// - Throws: ``PadawannError`` `data` when the masks are of another network.
  func learned(_ result: MaskLearning.Result, biases set: Int) throws(PadawannError) -> Network {
    var parameters = parameters
    for layer in layers {
      var weights = try layer.weights.signsOnly()
      if let mask = result.masks[layer.index] {
        weights = try weights.masked(by: mask)
        if !layer.weights.retainsPruned { weights = try weights.withoutPruned() }
      }
      let learned = result.biases.indices.contains(set) ? result.biases[set][layer.index] : nil
      parameters[layer.index] = .weighted(weights, bias: layer.bias.map { learned ?? $0 })
    }
    return try Network(architecture: architecture, parameters: parameters)
  }
}
