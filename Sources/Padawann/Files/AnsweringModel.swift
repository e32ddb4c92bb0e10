/// A model of either class, as far as it answers questions about images.
package enum AnsweringModel {
  case layers(Model)
  case neurons(WannModel)

  /// What a file holds.
  package init(_ content: StoredContent) {
    switch content {
    case .padawann(let stored): self = .layers(stored.model)
    case .wann(let stored): self = .neurons(stored.model)
    }
  }

  /// What answers.
  package var network: AnsweringNetwork {
    switch self {
    case .layers(let model): .layers(model.network)
    case .neurons(let model): .neurons(model.graph, input: model.input)
    }
  }

  /// The network of layers; `nil` for a graph of neurons.
  package var layers: Network? { if case .layers(let model) = self { model.network } else { nil } }

  package var tasks: [ModelTask] {
    switch self {
    case .layers(let model): model.tasks
    case .neurons(let model): model.tasks
    }
  }

  package var statedNormalisation: Normalisation? {
    switch self {
    case .layers(let model): model.statedNormalisation
    case .neurons(let model): model.statedNormalisation
    }
  }

  package var statedClassNames: [String] {
    switch self {
    case .layers(let model): model.statedClassNames
    case .neurons(let model): model.statedClassNames
    }
  }

  /// Whether it was made with images of a dataset, as far as it says.
  package func wasMade(with spec: DatasetSpec) -> Bool {
    switch self {
    case .layers(let model): model.provenance.saysMade(with: spec)
    case .neurons(let model): model.provenance.saysMade(with: spec)
    }
  }

  /// The model as one of its tasks uses it.
  ///
  /// - Throws: ``PadawannError`` `usage` when it has no such task.
  package func use(of name: String) throws(PadawannError) -> TaskUse {
    switch self {
    case .layers(let model):
      let use = try model.use(of: name)
      return TaskUse(task: use.task, network: .layers(use.network), magnitudes: use.magnitudes)
    case .neurons(let model):
      let task = try tasks.named(name)
      return TaskUse(task: task, network: network, magnitudes: model.sharedWeights.map(Magnitude.shared))
    }
  }

  /// A model as a task uses it.
  package struct TaskUse {
    package let task: ModelTask
    package let network: AnsweringNetwork
    /// The shared weights with which it is meant to be evaluated.
    package let magnitudes: [Magnitude]
  }
}

/// A network of either class.
package enum AnsweringNetwork {
  case layers(Network)
  case neurons(NeuronGraph, input: Shape)

  /// The shape of an image.
  package var input: Shape {
    switch self {
    case .layers(let network): network.architecture.input
    case .neurons(_, let input): input
    }
  }

  /// The number of outputs.
  package var outputs: Int {
    switch self {
    case .layers(let network): network.architecture.outputs
    case .neurons(let graph, _): graph.outputs
    }
  }

  /// All edges, pruned or disabled ones included.
  package var edges: Int {
    switch self {
    case .layers(let network): network.edgeCount
    case .neurons(let graph, _): graph.connections.count
    }
  }

  /// The edges that are left.
  package var remainingEdges: Int {
    switch self {
    case .layers(let network): network.remainingEdges
    case .neurons(let graph, _): graph.enabledConnections
    }
  }

  /// Checks that it can be asked about a dataset.
  ///
  /// - Throws: ``PadawannError`` `data`.
  package func check(_ dataset: Dataset) throws(PadawannError) {
    switch self {
    case .layers(let network): try Inference.check(dataset, fits: network.architecture)
    case .neurons(let graph, _): try dataset.check(fits: graph)
    }
  }
}

extension Inference {
  /// The outputs of a network of either class with each of several magnitudes.
  package func predictions(of network: AnsweringNetwork, on dataset: Dataset, magnitudes: [Magnitude])
    async throws
    -> [Predictions]
  {
    switch network {
    case .layers(let network): return try await predictions(of: network, on: dataset, magnitudes: magnitudes)
    case .neurons(let graph, _):
      return try predictions(of: graph, on: dataset, weights: magnitudes.compactMap(\.sharedWeight))
    }
  }
}
