import Foundation

@testable import Padawann

/// Makes graphs of neurons.
enum NeuronFixture {
  typealias C = NeuronGraph.Connection

  /// Two inputs (1 and 2), outputs 3 and 4, hidden neurons 5 (sine) and 6 (square): 1 → 5 → 6 → 3, 2 → 3, 2 → 4, bias → 4.
  static func small() throws -> NeuronGraph {
    try NeuronGraph(
      inputs: 2, outputs: [.linear, .tanh], hidden: [.sine, .square],
      connections: [
        C(from: 1, to: 5), C(from: 5, to: 6), C(from: 6, to: 3), C(from: 2, to: 3), C(from: 2, to: 4),
        C(from: 0, to: 4), C(from: 1, to: 4, isEnabled: false),
      ])
  }

  /// A graph that a search could have come to after so many changes.
  static func evolved(
    inputs: Int = 6, outputs: Int = 3, changes: Int, seed: UInt64, factors: Bool = false,
    activations: [NeuronActivation] = NeuronActivation.allCases
  ) throws -> NeuronGraph {
    var generator = KeyedGenerator(seed)
    var graph = NeuronGraph(inputs: inputs, outputs: outputs, enabled: 0.3, using: &generator)
    var settings = WannSettings()
    settings.activations = activations
    for _ in 0..<changes { graph = graph.child(settings, using: &generator) }
    guard factors else { return graph }
    return try graph.withFactors(
      (0..<graph.enabledConnections).map { _ in generator.uniform() * 3 - 1.5 + 0.001 })
  }

  /// A population with common ancestors.
  static func population(_ count: Int, changes: Int, seed: UInt64) throws -> [NeuronGraph] {
    var graphs = [try evolved(changes: changes / 2, seed: seed)]
    let settings = WannSettings()
    for index in 1..<count {
      var generator = KeyedGenerator(seed, UInt64(index))
      var graph = graphs[generator.next(below: graphs.count)]
      for _ in 0..<generator.next(below: changes / 2 + 1) { graph = graph.child(settings, using: &generator) }
      graphs.append(graph)
    }
    return graphs
  }

  /// Images of real numbers from 0 to 1.
  static func images(_ count: Int, inputs: Int = 6, classes: Int = 3, seed: UInt64 = 1) throws -> Dataset {
    var generator = KeyedGenerator(seed)
    return try Dataset(
      name: "random", shape: Shape(channels: inputs),
      pixels: .floats((0..<(count * inputs)).map { _ in generator.uniform() }),
      labels: (0..<count).map { _ in generator.next(below: classes) },
      classNames: (0..<classes).map(String.init),
      normalisation: .none(divisor: 1))
  }
}
