/// The numbers of one node.
package enum NodeParameters: Hashable, Sendable {
  /// The node has none.
  case none
  /// Edges, and one bias per output where the operation has biases.
  case weighted(EdgeWeights, bias: [Float]?)
  /// See ``NodeOperation/batchNormalisation(epsilon:)``.
  case normalisation(BatchNormalisation)
}

/// The parameters of a batch normalisation, one number per channel each.
package struct BatchNormalisation: Hashable, Sendable {
  /// What the normalised value is multiplied by (PyTorch's `weight`).
  package var scale: [Float]
  /// What is added last (PyTorch's `bias`).
  package var shift: [Float]
  /// The mean that is subtracted (`running_mean`).
  package var mean: [Float]
  /// The variance that is divided out (`running_var`).
  package var variance: [Float]

  /// Makes the parameters; ``Network`` checks them.
  package init(scale: [Float], shift: [Float], mean: [Float], variance: [Float]) {
    self.scale = scale
    self.shift = shift
    self.mean = mean
    self.variance = variance
  }
}

/// An architecture with its weights: a PADAWANN, a pre-trained net, or anything between.
public struct Network: Hashable, Sendable {
  /// The graph.
  public let architecture: Architecture
  /// The numbers of each node, in the order of the nodes.
  package let parameters: [NodeParameters]

  /// Checks that every node has the parameters that it needs, of the right sizes, all finite.
  ///
  /// - Throws: ``PadawannError`` `data` that names the node.
  package init(architecture: Architecture, parameters: [NodeParameters]) throws(PadawannError) {
    guard parameters.count == architecture.nodes.count else {
      throw PadawannError(
        .data, "\(parameters.count) sets of parameters do not fit \(architecture.nodes.count) nodes")
    }
    for index in architecture.nodes.indices {
      do throws(PadawannError) {
        try Self.check(parameters[index], of: index, in: architecture)
      } catch {
        throw error.inside("node \(architecture.nodes[index].name)")
      }
    }
    self.architecture = architecture
    self.parameters = parameters
  }

  /// A weighted node with what belongs to it.
  public struct Layer: Sendable {
    /// The node's index.
    public let index: Int
    /// The node's name.
    public let name: String
    /// The edges.
    public let weights: EdgeWeights
    /// The biases.
    public let bias: [Float]?
  }

  /// The weighted nodes, in order.
  public var layers: [Layer] {
    architecture.nodes.indices.compactMap { index in
      guard case .weighted(let weights, let bias) = parameters[index] else { return nil }
      return Layer(index: index, name: architecture.nodes[index].name, weights: weights, bias: bias)
    }
  }

  /// The number of edges, pruned ones included.
  public var edgeCount: Int { architecture.edgeCount }
  /// The number of edges that are left.
  public var remainingEdges: Int { layers.reduce(0) { $0 + $1.weights.remainingEdges } }
  /// Whether every layer has numbers of its own (a pre-trained net whose weights were kept).
  public var hasOwnValuesOnly: Bool { layers.allSatisfy(\.weights.hasOwnValues) }
  /// Whether some layer has numbers of its own.
  public var hasOwnValues: Bool { layers.contains(where: \.weights.hasOwnValues) }

  /// The same network with other weights in its layers.
  ///
  /// - Parameter change: gives the new weights of a layer.
  public func mapWeights(_ change: (Layer) throws(PadawannError) -> EdgeWeights) throws(PadawannError)
    -> Network
  {
    var changed = parameters
    for layer in layers {
      changed[layer.index] = .weighted(try change(layer), bias: layer.bias)
    }
    return try Network(architecture: architecture, parameters: changed)
  }

  private static func check(_ parameters: NodeParameters, of index: Int, in architecture: Architecture)
    throws(PadawannError)
  {
    switch (architecture.nodes[index].operation, parameters) {
    case (.convolution(let layer), .weighted(let weights, let bias)):
      try check(weights, architecture.weightShape(of: index), bias, layer.hasBias ? layer.outputs : nil)
    case (.linear(let layer), .weighted(let weights, let bias)):
      try check(weights, architecture.weightShape(of: index), bias, layer.hasBias ? layer.outputs : nil)
    case (.batchNormalisation, .normalisation(let numbers)):
      try check(numbers, channels: architecture.shapes[index].channels)
    case (.convolution, _), (.linear, _), (.batchNormalisation, _), (_, .weighted), (_, .normalisation):
      throw PadawannError(.data, "the parameters are of another kind than the operation needs")
    default: break
    }
  }

  private static func check(_ weights: EdgeWeights, _ shape: [Int]?, _ bias: [Float]?, _ biases: Int?)
    throws(PadawannError)
  {
    guard weights.shape == shape else {
      throw PadawannError(.data, "weights of shape \(weights.shape) stand where \(shape ?? []) is needed")
    }
    guard bias?.count == biases else {
      throw PadawannError(.data, "\(bias?.count ?? 0) biases stand where \(biases ?? 0) are needed")
    }
    guard (bias ?? []).allSatisfy(\.isFinite) else {
      throw PadawannError(.data, "a bias is not a finite number")
    }
  }

  private static func check(_ numbers: BatchNormalisation, channels: Int) throws(PadawannError) {
    let all = [numbers.scale, numbers.shift, numbers.mean, numbers.variance]
    guard all.allSatisfy({ $0.count == channels }) else {
      throw PadawannError(
        .data, "a batch normalisation of \(channels) channels needs \(channels) numbers of each kind")
    }
    guard all.joined().allSatisfy(\.isFinite), numbers.variance.allSatisfy({ $0 >= 0 }) else {
      throw PadawannError(.data, "a batch normalisation needs finite numbers and variances from 0")
    }
  }
}

extension Network {
  /// Whether a magnitude takes the place of the numbers that layers have of their own.
  public func overridesOwn(_ magnitude: Magnitude) -> Bool { magnitude != .own && hasOwnValuesOnly }

  /// Whether another network has weighted nodes of the same names and shapes, so that edges can be compared one by one.
  public func hasSameLayers(as other: Network) -> Bool {
    let (mine, theirs) = (layers, other.layers)
    return mine.count == theirs.count
      && zip(mine, theirs).allSatisfy { $0.name == $1.name && $0.weights.shape == $1.weights.shape }
  }
}
