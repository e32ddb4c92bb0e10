import Padawann
import Testing

/// The engine against the reference evaluator, and against itself.
@Suite struct EngineTests {
  private static let settings: [Float?] = [1, 0.3, -1.5, nil]

  private static func logits(
    _ engine: Engine, _ dataset: Dataset, by step: Int? = nil
  ) throws -> [[Float]] {
    let workspace = try Engine.Workspace(engine)
    var rows = [[Float]](repeating: [], count: engine.magnitudes.count)
    for start in stride(from: 0, to: dataset.count, by: step ?? dataset.count) {
      let range = start..<min(start + (step ?? dataset.count), dataset.count)
      for (setting, part) in engine.logits(of: range, in: dataset, workspace).enumerated() {
        rows[setting] += part
      }
    }
    return rows
  }

  private static func bits(_ rows: [[Float]]) -> [[UInt32]] { rows.map { $0.map(\.bitPattern) } }

  @Test(arguments: 0..<400 as Range<UInt64>) func randomNetworksAgreeWithTheReference(seed: UInt64) throws {
    let (network, dataset) = try RandomNetworks.make(seed)
    let magnitudes = Self.settings.map(network.magnitude)
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

  @Test(arguments: 0..<60 as Range<UInt64>) func bitsDependOnTheImageAlone(seed: UInt64) throws {
    let (network, dataset) = try RandomNetworks.make(seed)
    let magnitudes = Self.settings.map(network.magnitude)
    let engine = try Engine(network, magnitudes: magnitudes, for: dataset)
    let together = Self.bits(try Self.logits(engine, dataset))
    for step in [1, 7, 16] {
      #expect(Self.bits(try Self.logits(engine, dataset, by: step)) == together, "\(step) at a time")
    }
    for (setting, magnitude) in magnitudes.enumerated() {
      let alone = try Engine(network, magnitudes: [magnitude], for: dataset)
      #expect(Self.bits(try Self.logits(alone, dataset)) == [together[setting]], "setting \(setting) alone")
    }
  }

  @Test func threadsDoNotChangeBits() async throws {
    let network = try Fixtures.network(seed: 4)
    let dataset = try Self.strokes(count: 300, of: network.architecture.input)
    var first: [Predictions]?
    for threads in [1, 2, 5] {
      let result = try await Inference(threads: threads).predictions(
        of: network, on: dataset, weights: [0.5, 1, 2])
      #expect(result.count == 3)
      #expect(result == first ?? result)
      first = result
    }
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
