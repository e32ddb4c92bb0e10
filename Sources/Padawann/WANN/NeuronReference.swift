import Foundation

/// A plain evaluator of graphs of neurons, in `Double`: what the kernels are measured against.
public struct NeuronReference: Sendable {
  private let graph: NeuronGraph
  private let order: [Int32]
  private let incoming: [[NeuronGraph.Connection]]

  /// Prepares a graph.
  public init(_ graph: NeuronGraph) {
    self.graph = graph
    order = NeuronOrder(graph, enabledOnly: true)?.neurons ?? []
    var incoming = [[NeuronGraph.Connection]](repeating: [], count: graph.activations.count)
    for connection in graph.connections where connection.isEnabled {
      incoming[Int(connection.destination)].append(connection)
    }
    self.incoming = incoming
  }

  /// The outputs before softmax.
  ///
  /// - Parameters:
  ///   - input: one number for each input.
  ///   - sharedWeight: what every connection is worth, times its factor.
  public func outputs(of input: [Double], sharedWeight: Double) -> [Double] {
    precondition(input.count == graph.inputs, "one number for each input")
    var values = [Double](repeating: 0, count: graph.activations.count)
    values[0] = 1
    for (index, value) in input.enumerated() { values[index + 1] = value }
    for neuron in order.map(Int.init) where neuron > graph.inputs {
      let sum = incoming[neuron].reduce(0) {
        $0 + values[Int($1.source)] * (sharedWeight * Double($1.factor))
      }
      values[neuron] = graph.activations[neuron].value(sum)
    }
    return Array(values[graph.outputNeurons])
  }
}

extension NeuronActivation {
  /// What a neuron makes of a sum.
  public func value(_ x: Double) -> Double {
    switch self {
    case .linear: x
    case .step: x > 0 ? 1 : 0
    case .sine: sin(.pi * x)
    case .gaussian: exp(-x * x / 2)
    case .tanh: Foundation.tanh(x)
    case .sigmoid: (Foundation.tanh(x / 2) + 1) / 2
    case .inverse: -x
    case .absolute: abs(x)
    case .relu: max(0, x)
    case .cosine: cos(.pi * x)
    case .square: x * x
    }
  }
}
