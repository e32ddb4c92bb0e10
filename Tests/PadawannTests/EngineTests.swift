import Padawann
import Testing

/// The engine against the reference evaluator, and against itself.
@Suite struct EngineTests {
  private static let sharedWeights: [Float?] = [1, 0.3, -1.5, nil]

  private static func logits(
    _ engine: Engine, _ dataset: Dataset, by step: Int? = nil
  ) throws -> [[Float]] {
    let workspace = try Engine.Workspace(engine)
    var rows = [[Float]](repeating: [], count: engine.magnitudes.count)
    for start in stride(from: 0, to: dataset.count, by: step ?? dataset.count) {
      let range = start..<min(start + (step ?? dataset.count), dataset.count)
      for (index, part) in engine.logits(of: range, in: dataset, workspace).enumerated() {
        rows[index] += part
      }
    }
    return rows
  }

  private static func bits(_ rows: [[Float]]) -> [[UInt32]] { rows.map { $0.map(\.bitPattern) } }

  @Test(arguments: 0..<400 as Range<UInt64>) func randomNetworksAgreeWithTheReference(seed: UInt64) throws {
    let (network, dataset) = try RandomNetworks.make(seed)
    let magnitudes = Self.sharedWeights.map(Magnitude.init(sharedWeight:))
    let inputs = (0..<dataset.count).map(dataset.input)
    let expected = magnitudes.map { magnitude in
      ReferenceEvaluator(network, magnitude: magnitude).logits(inputs).flatMap { $0 }
    }
    var fused: [[UInt32]]?
    for set in InstructionSet.available {
      let engine = try Engine(network, magnitudes: magnitudes, for: dataset, using: set)
      let actual = try Self.logits(engine, dataset)
      for (ours, theirs) in zip(actual, expected) {
        #expect(ours.count == theirs.count)
        let largest = theirs.map(abs).max() ?? 0
        let difference = zip(ours, theirs).map { abs($0 - $1) }.max() ?? 0
        #expect(difference <= 1e-5 * max(largest, 1e-2), "\(set): \(difference) of \(largest)")
      }
      guard set.fusesMultiplyAdd else { continue }
      let first = fused ?? Self.bits(actual)
      #expect(Self.bits(actual) == first, "\(set) has bits of its own")
      fused = first
    }
  }

  @Test(arguments: 0..<60 as Range<UInt64>) func bitsDependOnTheImageAlone(seed: UInt64) async throws {
    let (network, dataset) = try RandomNetworks.make(seed)
    let magnitudes = Self.sharedWeights.map(Magnitude.init(sharedWeight:))
    let engine = try Engine(network, magnitudes: magnitudes, for: dataset)
    let together = Self.bits(try Self.logits(engine, dataset))
    for step in [1, 7, 16] {
      #expect(Self.bits(try Self.logits(engine, dataset, by: step)) == together, "\(step) at a time")
    }
    // In another order, and without what is zero.
    let sorted = try await Inference(threads: 2).predictions(of: network, on: dataset, magnitudes: magnitudes)
    #expect(Self.bits(sorted.map(\.logits)) == together)
    for (index, magnitude) in magnitudes.enumerated() {
      let alone = try Engine(network, magnitudes: [magnitude], for: dataset)
      #expect(Self.bits(try Self.logits(alone, dataset)) == [together[index]], "setting \(index) alone")
    }
  }

  @Test func threadsDoNotChangeBits() async throws {
    let network = try Fixtures.network(seed: 4)
    let dataset = try Self.strokes(count: 300, of: network.architecture.input)
    var first: [Predictions]?
    for threads in [1, 2, 5] {
      let result = try await Inference(threads: threads).predictions(
        of: network, on: dataset, magnitudes: [.shared(0.5), .shared(1), .shared(2)])
      #expect(result.count == 3)
      #expect(result == first ?? result)
      first = result
    }
  }

  @Test func candidatesAreJudgedOneByOne() async throws {
    let parent = try Fixtures.network(seed: 6, retainsPruned: true)
    let candidates = try (0..<5 as Range<UInt64>).map { child in
      var generator = KeyedGenerator(child)
      return try parent.mapWeights { layer throws(PadawannError) in
        try layer.weights.masked(
          by: Bitmask((0..<layer.weights.count).map { _ in generator.uniform() < 0.5 }))
      }
    }
    let dataset = try Self.strokes(count: 70, of: parent.architecture.input)
    let inference = Inference(threads: 2)
    let scores = try await inference.evaluate(candidates, on: dataset, magnitudes: [.shared(1), .shared(2)]) {
      index, predictions in
      (index, predictions)
    }
    #expect(scores.map(\.0) == Array(candidates.indices))
    for (candidate, score) in zip(candidates, scores) {
      let alone = try await inference.predictions(
        of: candidate, on: dataset, magnitudes: [.shared(1), .shared(2)])
      #expect(score.1 == alone)
    }
    #expect(scores[0].1 != scores[1].1)
  }

  @Test func theNetOfTheThesisAgreesWithTheReference() throws {
    let architecture = try Preset.mnistNet.architecture
    var generator = KeyedGenerator(8)
    let network = try Network(
      architecture: architecture,
      parameters: try architecture.nodes.indices.map { index in
        guard let shape = architecture.weightShape(of: index) else { return .none }
        let count = shape.reduce(1, *)
        let mask = Bitmask((0..<count).map { _ in generator.uniform() < 0.5 })
        let signs = Bitmask((0..<count).map { _ in generator.uniform() < 0.5 })
        return .weighted(
          try EdgeWeights(shape: shape, mask: mask, values: .signs(signs)),
          bias: (0..<shape[0]).map { _ in generator.uniform() - 0.5 })
      })
    let dataset = try Self.strokes(count: 4, of: architecture.input)
    let magnitudes = [Magnitude.shared(0.7), .shared(2)]
    let engine = try Engine(network, magnitudes: magnitudes, for: dataset)
    for (ours, magnitude) in zip(try Self.logits(engine, dataset), magnitudes) {
      let theirs = ReferenceEvaluator(network, magnitude: magnitude).logits((0..<4).map(dataset.input))
        .flatMap { $0 }
      let largest = theirs.map(abs).max() ?? 0
      #expect(zip(ours, theirs).allSatisfy { abs($0 - $1) <= 5e-6 * largest })
    }
  }

  @Test func theNetOfTheThesisRunsOnTheFastKernels() throws {
    let architecture = try Preset.mnistNet.architecture
    let network = try Network(
      architecture: architecture,
      parameters: try architecture.nodes.indices.map { index in
        guard let shape = architecture.weightShape(of: index) else { return .none }
        let edges = Bitmask(repeating: true, count: shape.reduce(1, *))
        return .weighted(
          try EdgeWeights(shape: shape, mask: edges, values: .signs(edges)),
          bias: [Float](repeating: 1, count: shape[0]))
      })
    let dataset = try Self.strokes(count: 1, of: architecture.input)
    let one = try Engine(network, magnitudes: [.shared(1)], for: dataset)
    #expect(one.kernels == ["sum", "winograd", "lookup", "sum"])
    #expect(one.workspaceBytes < 4 << 20)
    let three = try Engine(network, magnitudes: [.shared(0.5), .shared(1), .shared(2)], for: dataset)
    #expect(three.kernels == ["sum", "winograd", "lookup", "sum"])
    #expect(three.workspaceBytes < 6 << 20)
  }

  /// Convolutions of 16 channels one behind the other, whose activations neither grow nor shrink.
  @Test(arguments: [false, true]) func deepNetworksKeepTheirPrecision(own: Bool) throws {
    var generator = KeyedGenerator(21)
    let layers = 36
    var nodes: [Node] = []
    for layer in 0..<layers {
      let convolution = Convolution(outputs: 16, kernel: Extent(3), padding: Padding(1, 1))
      nodes.append(Node("conv\(layer)", .convolution(convolution), inputs: [2 * layer - 1]))
      nodes.append(Node("relu\(layer)", .relu, inputs: [2 * layer]))
    }
    nodes.append(Node("mean", .globalAveragePool, inputs: [2 * layers - 1]))
    nodes.append(Node("fc", .linear(Linear(outputs: 10)), inputs: [2 * layers]))
    let architecture = try Architecture(input: Shape(channels: 8, height: 9, width: 9), nodes: nodes)
    let network = try Network(
      architecture: architecture,
      parameters: try architecture.nodes.indices.map { index in
        guard let shape = architecture.weightShape(of: index) else { return .none }
        let signs = Bitmask((0..<shape.reduce(1, *)).map { _ in generator.uniform() < 0.5 })
        let mask = Bitmask(repeating: true, count: signs.count)
        let numbers = (0..<signs.count).map { (signs[$0] ? -1 : 1) * (0.05 + 0.14 * generator.uniform()) }
        return .weighted(
          try EdgeWeights(shape: shape, mask: mask, values: own ? .own(numbers) : .signs(signs)),
          bias: (0..<shape[0]).map { _ in 0.1 * generator.uniform() })
      })
    let dataset = try Self.strokes(count: 3, of: architecture.input)
    let magnitude = own ? Magnitude.own : .shared(0.12)
    let engine = try Engine(network, magnitudes: [magnitude], for: dataset)
    // The promise is kept by counting.
    #expect(engine.kernels.count { $0 == "winograd" } == 32)
    let ours = try Self.logits(engine, dataset)[0]
    let theirs = ReferenceEvaluator(network, magnitude: magnitude).logits((0..<3).map(dataset.input)).flatMap
    { $0 }
    let largest = theirs.map(abs).max() ?? 0
    #expect(zip(ours, theirs).allSatisfy { abs($0 - $1) <= 3e-6 * largest })
  }

  @Test func hugeNumbersOverflowWithoutATrap() throws {
    let network = try Fixtures.network(seed: 2)
    let dataset = try Self.strokes(count: 3, of: network.architecture.input)
    for set in InstructionSet.available {
      let engine = try Engine(network, magnitudes: [.shared(3e38), .shared(1e-38)], for: dataset, using: set)
      let rows = try Self.logits(engine, dataset)
      #expect(rows[0].contains { !$0.isFinite } && rows[1].allSatisfy(\.isFinite))
    }
  }

  @Test func instructionSetsHaveNames() throws {
    #expect(try InstructionSet(named: nil) == .best)
    #expect(try InstructionSet(named: "") == .best)
    #expect(try InstructionSet(named: "portable") == .portable)
    #expect(InstructionSet.available.contains(.portable))
    #expect(throws: PadawannError.self) { try InstructionSet(named: "mmx") }
    for set in InstructionSet.allCases where !InstructionSet.available.contains(set) {
      #expect(throws: PadawannError.self) { try InstructionSet(named: set.rawValue) }
    }
  }

  private static func strokes(count: Int, of shape: Shape) throws -> Dataset {
    var generator = KeyedGenerator(11)
    return try Dataset(
      name: "noise", shape: shape,
      pixels: .bytes(
        (0..<(count * shape.count)).map { _ in
          generator.uniform() < 0.7 ? 0 : UInt8(generator.uniform() * 255)
        }), labels: [Int](repeating: 0, count: count), classNames: ["any"], normalisation: .mnist)
  }
}
