import Foundation
import Padawann
import Testing

@Suite struct CompressionTests {
  /// Six edges to two outputs, three of them left, one of those negative; four to one output, all left. Biases only in the
  /// first; a batch normalisation of one channel.
  private static func network() throws -> Network {
    let architecture = try Architecture(
      input: Shape(channels: 3),
      nodes: [
        Node("a", .linear(Linear(outputs: 2)), inputs: [-1]),
        Node("join", .concat, inputs: [0, 0]),
        Node("b", .linear(Linear(outputs: 1, hasBias: false)), inputs: [1]),
        Node("norm", .batchNormalisation(epsilon: 0), inputs: [2]),
      ])
    return try Network(
      architecture: architecture,
      parameters: [
        .weighted(
          try EdgeWeights(
            shape: [2, 3], mask: Bitmask([true, false, true, false, true, false]),
            values: .own([1, -1, -2, -3, 4, -5]), retainsPruned: true), bias: [1, 2]),
        .none,
        .weighted(
          try EdgeWeights(
            shape: [1, 4], mask: Bitmask(repeating: true, count: 4),
            values: .signs(Bitmask(repeating: false, count: 4))), bias: nil),
        .normalisation(BatchNormalisation(scale: [1], shift: [0], mean: [0], variance: [1])),
      ])
  }

  @Test func everyNumberIsTheOneCountedByHand() throws {
    let compression = Compression(of: try Self.network())
    #expect(compression.layers.map(\.name) == ["a", "b"])
    #expect(compression.layers.map(\.edges) == [6, 4])
    #expect(compression.layers.map(\.remainingEdges) == [3, 4])
    #expect(compression.layers.map(\.density) == [0.5, 1])
    #expect(compression.layers.map(\.negative) == [1.0 / 3, 0])
    #expect(compression.edges == 10)
    #expect(compression.remainingEdges == 7)
    #expect(compression.density == 0.7)
    #expect(compression.otherParameters == 2 + 4)
    let entropy = -(0.7 * log2(0.7) + 0.3 * log2(0.3))
    #expect(abs(compression.entropyBound - 10 * (entropy + 0.7) / 8) < 1e-12)
    #expect(compression.float32Bytes == 4 * (10 + 6))
    // 7 edges of 8 bytes, row starts of 3 + 2 words, 6 other numbers.
    #expect(compression.csrBytes == 56 + 20 + 24)
    // 10 edges of 1.6875 bits are 2.11 bytes.
    #expect(compression.ternaryBytes == 3 + 24)
  }

  @Test func anEmptyAndAFullMaskHaveNoEntropy() throws {
    let full = try Self.network().mapWeights { layer throws(PadawannError) in
      try EdgeWeights(
        shape: layer.weights.shape, mask: Bitmask(repeating: true, count: layer.weights.count),
        values: .signs(layer.weights.signs))
    }
    #expect(Compression(of: full).entropyBound == 10.0 / 8)
    let empty = try full.mapWeights { layer throws(PadawannError) in
      try layer.weights.masked(by: Bitmask(repeating: false, count: layer.weights.count))
    }
    #expect(Compression(of: empty).entropyBound == 0)
    #expect(Compression(of: empty).layers.map(\.negative) == [0, 0])
  }
}
