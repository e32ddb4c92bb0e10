/// What training changes, and how a network behaves meanwhile.
package struct TrainingScope: Sendable, Hashable {
  /// The nodes whose weights are trained; of a batch normalisation, its scales.
  package var weights: Set<Int>
  /// The nodes whose biases are trained; of a batch normalisation, its shifts.
  package var biases: Set<Int>
  /// Whether dropouts drop.
  package var dropsOut: Bool
  /// Whether batch normalisations use the statistics of the batch, and learn the running ones, as PyTorch's do in training
  /// mode.
  package var usesBatchStatistics: Bool

  /// Puts a scope together.
  package init(
    weights: Set<Int>, biases: Set<Int>, dropsOut: Bool = true, usesBatchStatistics: Bool = true
  ) {
    self.weights = weights
    self.biases = biases
    self.dropsOut = dropsOut
    self.usesBatchStatistics = usesBatchStatistics
  }

  /// Everything that an architecture has.
  package static func everything(in architecture: Architecture) -> TrainingScope {
    let nodes = architecture.nodes.indices.filter { architecture.nodes[$0].operation.hasParameters }
    return TrainingScope(weights: Set(nodes), biases: Set(nodes))
  }

  /// Weights and biases of some nodes.
  package static func nodes(_ nodes: some Sequence<Int>, dropsOut: Bool = true) -> TrainingScope {
    TrainingScope(weights: Set(nodes), biases: Set(nodes), dropsOut: dropsOut, usesBatchStatistics: false)
  }

  /// The biases of every layer, and nothing else.
  package static func biases(in architecture: Architecture) -> TrainingScope {
    TrainingScope(
      weights: [], biases: Set(architecture.weightedNodes), dropsOut: false, usesBatchStatistics: false)
  }

  /// The weights of some layers, the biases of all, and batch normalisations in training mode.
  static func distilling(_ masked: Set<Int>, in architecture: Architecture, biases: Bool) -> TrainingScope {
    let normalisations = Set(
      (0...architecture.logitsNode).filter { node in
        if case .batchNormalisation = architecture.nodes[node].operation { true } else { false }
      })
    let layers =
      biases
      ? Set((0...architecture.logitsNode).filter { architecture.nodes[$0].operation.hasBias }) : []
    return TrainingScope(
      weights: masked.union(normalisations), biases: layers.union(normalisations), dropsOut: false,
      usesBatchStatistics: true)
  }

  func validate(for architecture: Architecture) throws(PadawannError) {
    let all = weights.union(biases)
    guard !all.isEmpty else {
      throw PadawannError(.usage, "nothing is to be trained", remedy: "Name at least one layer")
    }
    for node in all.sorted() {
      guard architecture.nodes.indices.contains(node), architecture.nodes[node].operation.hasParameters else {
        throw PadawannError(.usage, "node \(node) has nothing that can be trained")
      }
      guard node <= architecture.logitsNode else {
        throw PadawannError(
          .usage, "nothing can be learned behind the logits", at: "node \(architecture.nodes[node].name)")
      }
    }
  }
}

extension NodeOperation {
  /// Whether there are numbers to train.
  var hasParameters: Bool {
    if case .batchNormalisation = self { return true }
    return isWeighted
  }
}
