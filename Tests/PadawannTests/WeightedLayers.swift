import Padawann

/// Networks of which nothing but the layers' own weights matters.
enum WeightedLayers {
  /// A linear layer for each list of weights, all of one image's pixel; 0 is a pruned edge.
  static func network(_ weights: [[Float]]) throws -> Network {
    var nodes: [Node] = []
    var parameters: [NodeParameters] = []
    for (index, numbers) in weights.enumerated() {
      nodes.append(
        Node("layer\(index)", .linear(Linear(outputs: numbers.count, hasBias: false)), inputs: [-1]))
      parameters.append(
        .weighted(
          try EdgeWeights(
            shape: [numbers.count, 1], mask: Bitmask(numbers.map { $0 != 0 }), values: .own(numbers)),
          bias: nil))
    }
    if weights.count > 1 {
      nodes.append(Node("join", .concat, inputs: Array(weights.indices)))
      parameters.append(.none)
    }
    return try Network(
      architecture: try Architecture(input: Shape(channels: 1), nodes: nodes), parameters: parameters)
  }

  /// Weights of either sign, some of them 0 and some equal, of a scale that is drawn too.
  static func random(_ count: Int, _ generator: inout KeyedGenerator) -> [Float] {
    let scale = Float(1 + generator.next(below: 5)) / 3
    return (0..<count).map { _ in
      let kind = generator.next(below: 10)
      if kind == 0 { return 0 }
      let size = kind < 4 ? Float(1 + generator.next(below: 3)) : generator.uniform() + 0.001
      return (generator.uniform() < 0.5 ? -1 : 1) * size * size * size * scale
    }
  }

  /// The edges that each layer keeps.
  static func kept(_ network: Network) -> [[Int]] { network.layers.map { Array($0.weights.mask.indices) } }
}
