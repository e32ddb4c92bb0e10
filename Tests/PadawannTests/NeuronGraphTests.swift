import Foundation
import Testing

@testable import Padawann

@Suite("WANN: graphs and tables")
struct NeuronGraphTests {
  typealias C = NeuronGraph.Connection

  @Test("layers, depth, and what is dead are as counted by hand")
  func shape() throws {
    let graph = try NeuronFixture.small()
    #expect(graph.outputNeurons == 3..<5 && graph.hiddenNeurons == 5..<7)
    #expect(graph.layers == [0, 0, 0, 3, 3, 1, 2])
    #expect(graph.depth == 3 && graph.enabledConnections == 6 && graph.liveConnections == 6)
    #expect(graph.deadNeurons.isEmpty)
    var cut = graph
    cut.setEnabled(2, false)
    #expect(cut.deadNeurons == [5, 6] && cut.depth == 1 && cut.liveConnections == 3)
    #expect(cut.layers == graph.layers)
    let pruned = cut.pruned
    #expect(pruned.hiddenNeurons.isEmpty && pruned.connections.count == 3 && pruned.enabledConnections == 3)
    #expect(graph.pruned.connections.count == 6 && graph.pruned.hiddenActivations == [.sine, .square])
  }

  @Test("pruning what is dead changes no answer")
  func pruning() throws {
    var pruned = 0
    for seed in 0..<20 as Range<UInt64> {
      var graph = try NeuronFixture.evolved(changes: 80, seed: seed)
      // Operators never leave a dead neuron; somebody's hand does.
      for (index, connection) in graph.connections.enumerated()
      where connection.destination == graph.outputNeurons.lowerBound {
        graph.setEnabled(index, false)
      }
      let small = graph.pruned
      pruned += graph.deadNeurons.count
      let input = (0..<6).map { Double($0) / 6 }
      #expect(
        NeuronReference(graph).outputs(of: input, sharedWeight: 1.5)
          == NeuronReference(small).outputs(of: input, sharedWeight: 1.5))
      #expect(small.deadNeurons.isEmpty && small.liveConnections == small.connections.count)
      #expect(small.connections.count == graph.liveConnections)
      // The public initialiser takes it, too.
      #expect(
        try NeuronGraph(
          inputs: small.inputs, outputs: small.outputActivations, hidden: small.hiddenActivations,
          connections: small.connections) == small)
    }
    #expect(pruned > 0)
  }

  @Test("the reference computes what is written down")
  func reference() throws {
    let outputs = NeuronReference(try NeuronFixture.small()).outputs(of: [0.3, 0.7], sharedWeight: -0.5)
    let sine = sin(Double.pi * (-0.5 * 0.3))
    let square = (-0.5 * sine) * (-0.5 * sine)
    #expect(abs(outputs[0] - -0.5 * (square + 0.7)) < 1e-15)
    #expect(abs(outputs[1] - tanh(-0.5 * (0.7 + 1))) < 1e-15)
  }

  @Test(
    "graphs that cannot be are refused",
    arguments: [
      ([C(from: 3, to: 5)], "passes nothing on"), ([C(from: 9, to: 5)], "passes nothing on"),
      ([C(from: 1, to: 2)], "no inputs"), ([C(from: 1, to: 0)], "no inputs"),
      ([C(from: 1, to: 7)], "no inputs"),
      ([C(from: -1, to: 5)], "passes nothing on"),
      ([C(from: 1, to: 5), C(from: 1, to: 5, isEnabled: false)], "twice"),
      ([C(from: 1, to: 5, factor: 0)], "factor"), ([C(from: 1, to: 5, factor: .nan)], "factor"),
      ([C(from: 5, to: 6), C(from: 6, to: 5, isEnabled: false)], "itself"), ([C(from: 5, to: 5)], "itself"),
    ])
  func wrong(_ connections: [C], _ reason: String) {
    let error = #expect(throws: PadawannError.self) {
      try NeuronGraph(
        inputs: 2, outputs: [.linear, .linear], hidden: [.relu, .relu], connections: connections)
    }
    #expect(error?.message.contains(reason) == true, "\(String(describing: error))")
  }

  @Test("too many neurons, no inputs, and no outputs are refused")
  func sizes() {
    for (inputs, outputs, hidden) in [(0, 1, 0), (1, 0, 0), (1, 1, 1 << 16), (Int.max, 1, 0), (-5, 1, 0)] {
      #expect(throws: PadawannError.self) {
        try NeuronGraph(
          inputs: inputs, outputs: .init(repeating: .linear, count: outputs),
          hidden: .init(repeating: .linear, count: hidden), connections: [])
      }
    }
  }

  @Test("a table comes back as it was")
  func table() throws {
    for seed in 0..<10 as Range<UInt64> {
      let graph = try NeuronFixture.evolved(changes: 60, seed: seed)
      let bytes = try graph.table()
      let back = try NeuronTable(bytes).graph(inputs: 6, outputs: 3)
      #expect(try back.table() == bytes)
      #expect(back.enabledConnections == graph.enabledConnections && back.depth == graph.depth)
      #expect(back.connections.count == graph.connections.count)
      let input = (0..<6).map { Double($0) / 6 }
      let (one, other) = (NeuronReference(graph), NeuronReference(back))
      for (first, second) in zip(
        one.outputs(of: input, sharedWeight: 0.5), other.outputs(of: input, sharedWeight: 0.5))
      {
        #expect(abs(first - second) <= 1e-9 * max(1, abs(first)))
      }
    }
  }

  @Test("the small graph's table, byte for byte")
  func bytes() throws {
    let (zero, one) = ("0.00e+00", "1.00e+00")
    let rows = [
      [zero, zero, zero, zero, zero, zero, one, one], [zero, zero, zero, one, zero, zero, "nan", one],
      [zero, zero, zero, zero, zero, one, one, one], [zero, zero, zero, zero, one, zero, zero, "3.00e+00"],
      [zero, zero, zero, zero, zero, one, zero, "1.10e+01"], [zero, zero, zero, zero, zero, zero, zero, one],
      [zero, zero, zero, zero, zero, zero, zero, "5.00e+00"],
    ]
    let text = rows.map { $0.joined(separator: ",") + "\n" }.joined()
    #expect(String(decoding: try NeuronFixture.small().table(), as: UTF8.self) == text)
    // Without a last line feed, with carriage returns, and with plain numbers.
    let other = text.replacingOccurrences(of: "0.00e+00", with: "0").replacingOccurrences(
      of: "\n", with: "\r\n"
    ).dropLast(2)
    #expect(
      try NeuronTable(Array(other.utf8)).graph(inputs: 2, outputs: 2)
        == NeuronTable(Array(text.utf8)).graph(inputs: 2, outputs: 2))
  }

  @Test(
    "what is no table is refused",
    arguments: [
      "", "1,2\n", "0,0,0,1\n0,0,0,1\n", "0,0,0,1\n0,0,1,1\n0,0,x,1\n", "0,0,0,1\n0,0,1,1\n0,0,0,12\n",
      "0,0,0,1\n0,0,1,1\n0,0,0,1.5\n", "0,0,inf,1\n0,0,1,1\n0,0,0,1\n", "0,0,0,1\n0,0,1,1\n0,0,0\n",
      "0,0,0,nan\n0,0,1,1\n0,0,0,1\n",
    ])
  func noTable(_ text: String) {
    #expect(throws: PadawannError.self) { try NeuronTable(Array(text.utf8)) }
  }

  @Test("a table that has fewer neurons than asked for, or a circle, makes no graph")
  func noGraph() throws {
    let table = try NeuronTable(Array("0,0,0,1\n0,0,1,1\n0,0,0,1\n".utf8))
    #expect(try table.graph(inputs: 1, outputs: 1).enabledConnections == 1)
    for (inputs, outputs) in [(2, 1), (0, 2), (2, 0), (1, 2)] {
      #expect(throws: PadawannError.self) { try table.graph(inputs: inputs, outputs: outputs) }
    }
    #expect(throws: PadawannError.self) {
      try NeuronTable(Array("0,0,0,1\n0,0,1,1\n0,1,0,1\n".utf8)).graph(inputs: 1, outputs: 1)
    }
  }

  @Test("weights are kept as factors where that is asked for")
  func weights() throws {
    let table = try NeuronTable(Array("0,0,0,1\n0,0,-2.5e+00,1\n0,0,0,1\n".utf8))
    #expect(try table.graph(inputs: 1, outputs: 1).isAgnostic)
    #expect(try table.graph(inputs: 1, outputs: 1, keepsWeights: true).connections.map(\.factor) == [-2.5])
  }

  @Test(.enabled(if: SharedFiles.have("models/wann-mnist-champion.out.gz"), SharedFiles.skipped))
  func thePublishedChampion() throws {
    let champion = try WannChampion.graph()
    #expect(champion.activations.count == 873 && champion.hiddenNeurons.count == 606)
    #expect(champion.enabledConnections == 1849 && champion.depth == 22)
  }
}

/// The published champion on MNIST.
enum WannChampion {
  static let isThere = SharedFiles.have(
    "models/wann-mnist-champion.out.gz", "models/wann-mnist-trained-weights.json", "data/mnist",
    "data/emnist-letters")

  static func graph() throws -> NeuronGraph {
    try NeuronTable(path: SharedFiles.path("models/wann-mnist-champion.out.gz")).graph(
      inputs: 256, outputs: 10)
  }

  static func trained() throws -> NeuronGraph {
    let bytes = try Data(
      contentsOf: URL(fileURLWithPath: SharedFiles.path("models/wann-mnist-trained-weights.json")))
    return try graph().withFactors(try JSONDecoder().decode([Float].self, from: bytes))
  }
}
