import HDF5
import Testing

@testable import Padawann

/// Layers in which the shared weight is multiplied by a number.
@Suite struct LayerMultiplierTests {
  /// The same network with a multiplier in every layer of signs; of several networks some layers keep 1.
  static func multiplied(_ network: Network, seed: UInt64 = 1) throws -> Network {
    var generator = KeyedGenerator(seed, 0x6d75_6c74)
    let choices: [Float] = [1, 0.1, 2, 0.37, 1.5]
    return try network.mapWeights { layer throws(PadawannError) in
      guard !layer.weights.hasOwnValues else { return layer.weights }
      return try layer.weights.multiplied(by: choices[generator.next(below: choices.count)])
    }
  }

  /// ``Fixtures/network(seed:own:retainsPruned:density:)`` with two different multipliers.
  static func network(retainsPruned: Bool = false) throws -> Network {
    try Fixtures.network(retainsPruned: retainsPruned).mapWeights { layer throws(PadawannError) in
      try layer.weights.multiplied(by: layer.name == "conv" ? 0.3 : 1.75)
    }
  }

  // MARK: What edges are worth

  @Test func anEdgeIsWorthItsSignTimesTheSharedWeightTimesTheMultiplier() throws {
    let weights = try EdgeWeights(
      shape: [2, 2], mask: Bitmask([true, false, true, true]),
      values: .signs(Bitmask([false, false, true, false])), retainsPruned: true, multiplier: 0.1)
    #expect(weights.numbers(.shared(0.7)) == [0.7 * 0.1, 0, -0.7 * Float(0.1), 0.7 * 0.1])
    #expect(weights.numbers(.shared(-2), overridesOwn: true) == [-0.2, 0, 0.2, -0.2])
    #expect(weights.numbers(.own) == [0.1, 0, -0.1, 0.1])
    #expect(weights.weight(.shared(0.7)) == Float(0.7) * Float(0.1))
    #expect(try weights.signsOnly() == weights)
    #expect(try weights.masked(by: Bitmask(repeating: true, count: 4)).multiplier == 0.1)
    #expect(try weights.multiplied(by: 1).multiplier == 1)
    #expect(try weights.multiplied(by: 1) != weights)
  }

  @Test(arguments: [0, -1, .nan, .infinity, -.infinity, -0.0] as [Float])
  func aMultiplierThatIsNoneIsRefused(multiplier: Float) throws {
    let weights = try #require(try Fixtures.network().layers.first).weights
    let error = #expect(throws: PadawannError.self) { try weights.multiplied(by: multiplier) }
    #expect(error?.kind == .data && error?.message.contains("above 0") == true)
  }

  @Test func numbersOfTheirOwnHaveNone() throws {
    let weights = try #require(try Fixtures.network(own: true).layers.first).weights
    let error = #expect(throws: PadawannError.self) { try weights.multiplied(by: 2) }
    #expect(error?.message.contains("for signs") == true)
  }

  @Test(arguments: 0..<120 as Range<UInt64>) func theEngineAgreesWithTheReference(seed: UInt64) throws {
    let (plain, dataset) = try RandomNetworks.make(seed)
    let network = try Self.multiplied(plain, seed: seed)
    let magnitudes: [Magnitude] = [.shared(1), .shared(0.3), .shared(-1.5), .own]
    let inputs = (0..<dataset.count).map(dataset.input)
    let engine = try Engine(network, magnitudes: magnitudes, for: dataset)
    let workspace = try Engine.Workspace(engine)
    let logits = engine.logits(of: 0..<dataset.count, in: dataset, workspace)
    for (magnitude, ours) in zip(magnitudes, logits) {
      let theirs = ReferenceEvaluator(network, magnitude: magnitude).logits(inputs).flatMap { $0 }
      #expect(ExportFixture.difference([theirs], [ours]) <= 1e-5 || theirs.allSatisfy { abs($0) < 1e-2 })
    }
  }

  /// A multiplier of every layer is another shared weight: with powers of two, to the bit.
  @Test func learningIsThatOfAnotherSharedWeight() throws {
    let architecture = try Architecture(
      input: Shape(channels: 1, height: 28, width: 28),
      nodes: [
        Node(
          "conv", .convolution(Convolution(outputs: 6, kernel: Extent(5), stride: Extent(3))), inputs: [-1]),
        Node("relu", .relu, inputs: [0]), Node("flatten", .flatten, inputs: [1]),
        Node("fc", .linear(Linear(outputs: 10)), inputs: [2]),
      ])
    let plain = try Network.initialised(architecture, seed: 3)
      .mapWeights { layer throws(PadawannError) in try layer.weights.signsOnly() }
    let doubled = try plain.mapWeights { layer throws(PadawannError) in try layer.weights.multiplied(by: 2) }
    let data = try DatasetSpec.parse("strokes:train,per-class=20").load(from: DataFolder(path: "nowhere"))
    var results: [Network] = []
    for (network, weight) in [(plain, Float(1)), (doubled, 0.5)] {
      var settings = MaskLearningSettings(density: 0.4)
      (settings.epochs, settings.seed, settings.sharedWeight, settings.biases) = (2, 5, weight, .shared)
      var learning = try MaskLearning(network, on: [TrainingTask(data)], settings: settings)
      while !learning.isFinished { try learning.advance() }
      results.append(try learning.network())
    }
    #expect(results[1].layers.allSatisfy { $0.weights.multiplier == 2 })
    let back = try results[1].mapWeights { layer throws(PadawannError) in try layer.weights.multiplied(by: 1)
    }
    #expect(back == results[0])
    #expect(results[0].remainingEdges < plain.edgeCount)
  }

  // MARK: What keeps it

  @Test func anEvolutionKeepsIt() throws {
    let network = try Self.network()
    let base = try BaseNetwork(
      parents: [network, network], values: .shared([0.5]), keepsSigns: true, seed: 1)
    #expect(base.network == network)
    #expect(try base.network.masked(by: base.genomes[0]).layers.map(\.weights.multiplier) == [0.3, 1.75])
    let other = try network.mapWeights { layer throws(PadawannError) in try layer.weights.multiplied(by: 2) }
    let error = #expect(throws: PadawannError.self) {
      try BaseNetwork(parents: [network, other], values: .shared([0.5]), keepsSigns: true, seed: 1)
    }
    #expect(error?.message.contains("not those of the first parent") == true)
    // Magnitudes that are drawn are around what the layer's edges are worth.
    let random = try BaseNetwork(parents: [network], values: .random, keepsSigns: true, seed: 1)
    let sizes = random.network.layers.map { $0.weights.numbers(.own).map(abs).max() ?? 0 }
    #expect((0.15...0.6).contains(sizes[0]) && (0.6...3.5).contains(sizes[1]) && sizes[1] > 1.75)
  }

  @Test func pruningKeepsIt() throws {
    for pruning in [Pruning.random(seed: 1), .channels(layer: nil, seed: 1)] {
      let pruned = try pruning.apply(to: Self.network(), .share(0.5))
      #expect(pruned.layers.map(\.weights.multiplier) == [0.3, 1.75])
    }
  }

  // MARK: Files

  @Test(arguments: [false, true], [false, true])
  func aFileKeepsIt(retainsPruned: Bool, compact: Bool) throws {
    let model = Model(network: try Self.network(retainsPruned: retainsPruned))
    let bytes = try ModelFile.encoded(model, compact: compact)
    #expect(try ModelFile.model(encoded: bytes).model == model)
    let tree = try HDFGroup(encoded: bytes)
    #expect(tree.attribute("format_minor") == .integer(3))
    guard case .text(let features) = tree.attribute("required_features") else { throw CancellationError() }
    #expect(features.hasSuffix("layer-multipliers"))
    let plain = Model(network: try Fixtures.network(retainsPruned: retainsPruned))
    #expect(try ModelFile.digest(of: plain) != ModelFile.digest(of: model))
    let old = try HDFGroup(encoded: ModelFile.encoded(plain, compact: compact))
    #expect(old.attribute("format_minor") == .integer(0))
  }

  @Test(arguments: [
    ("nodes/conv", HDFValue.float32(0), "above 0"), ("nodes/conv", .float32(-1), "above 0"),
    ("nodes/conv", .float32(.nan), "above 0"), ("nodes/conv", .float32(.infinity), "above 0"),
    ("nodes/conv", .float64(2), "32-bit real"), ("nodes/conv", .integer(2), "32-bit real"),
    ("nodes/conv", .array(.float32([2])), "32-bit real"),
    ("nodes/conv", .float32(3e38), "is inf"), ("nodes/conv", .float32(.leastNonzeroMagnitude), "is 0"),
  ])
  func aMultiplierThatIsNoneIsRefusedInAFile(path: String, value: HDFValue, says: String) throws {
    for compact in [false, true] {
      var tree = try HostileModels.tree(of: Model(network: Self.network()), compact: compact)
      tree.change(path) { $0.set("multiplier", value) }
      let error = #expect(throws: PadawannError.self) { try HostileModels.read(tree) }
      #expect(
        error?.kind == .data && error?.description.contains(says) == true, "\(String(describing: error))")
      #expect(error?.description.contains("conv") == true)
    }
  }

  @Test func itIsRefusedWithoutItsFeatureAndBesideNumbers() throws {
    var tree = try HostileModels.tree(of: Model(network: Self.network()))
    tree.set("required_features", .text(""))
    let featureless = #expect(throws: PadawannError.self) { try HostileModels.read(tree) }
    #expect(featureless?.message.contains("does not require the feature \"layer-multipliers\"") == true)
    for value in [1, 2] as [Float] {
      var own = try HostileModels.tree(of: Model(network: Fixtures.network(own: true)))
      own.set("required_features", .text("layer-multipliers"))
      own.change("nodes/fc") { $0.set("multiplier", .float32(value)) }
      let error = #expect(throws: PadawannError.self) { try HostileModels.read(own) }
      #expect(error?.message.contains("no place beside numbers") == true)
    }
  }

  @Test func aSharedWeightThatVanishesIsNotWritten() throws {
    let network = try Fixtures.network().mapWeights { layer throws(PadawannError) in
      try layer.weights.multiplied(by: 1e-30)
    }
    let error = #expect(throws: PadawannError.self) {
      try ModelFile.encoded(Model(network: network, sharedWeights: [1, 1e-30]))
    }
    #expect(error?.message.contains("1e-30") == true && error?.location?.contains("conv") == true)
    #expect(throws: Never.self) { try ModelFile.encoded(Model(network: network, sharedWeights: [1])) }
  }

  // MARK: Other programs

  @Test(arguments: 1...40) func exportsComeBack(_ seed: UInt64) throws {
    let network = try Self.multiplied(RandomNetworks.make(seed).network, seed: seed)
    let stored = try ExportFixture.model(network, weight: seed % 2 == 0 ? 0.5 : -1.25)
    let subject = try ExportSubject(stored, task: nil)
    var floats = ONNXExport()
    floats.writesFloats = true
    var files = [SafeTensorsExport.bytes(of: subject)]
    for export in [ONNXExport(), floats] {
      let written = Result { try export.model(of: subject).bytes }
      if case .failure(let error as PadawannError) = written, error.kind == .unsupported { continue }
      files.append(try written.get())
    }
    for bytes in files { #expect(try ExportFixture.imported(bytes).network == network) }
    // Another program sees numbers.
    let file = try TensorFile(bytes: files[0], path: "exported")
    for layer in network.layers where !network.hasOwnValuesOnly {
      let weights = try #require(file.tensor(named: "\(layer.name).weight"))
      #expect(try weights.floats() == layer.weights.numbers(subject.magnitude))
    }
  }

  @Test func anExportedGraphAloneAnswersTheSame() throws {
    let network = try Self.network()
    let subject = try ExportSubject(ExportFixture.model(network), task: nil)
    let file = try TensorFile(
      bytes: ExportFixture.withoutRecord(ONNXExport().model(of: subject).bytes), path: "exported")
    let found = try #require(try ONNXNetwork(file))
    let other = try NetworkImport(weights: .keep).network(found.parameters, found.architecture)
    let image = [(0..<36).map { Float($0) / 36 }]
    let (ours, theirs) = (
      ReferenceEvaluator(network, magnitude: .shared(0.5)).logits(image),
      ReferenceEvaluator(other, magnitude: .own).logits(image)
    )
    #expect(ExportFixture.difference(ours, theirs) < 1e-6)
  }

  @Test func aRecordSaysItInAVersionThatOlderProgramsRefuse() throws {
    func texts(_ network: Network) throws -> [String: String] {
      let record = try ExportSubject(ExportFixture.model(network), task: nil).record()
      return Dictionary(uniqueKeysWithValues: record.entries.map { ($0.key, $0.value) })
    }
    var record = try texts(Self.network())
    #expect(record["padawann.version"] == "2")
    #expect(try texts(Fixtures.network())["padawann.version"] == "1")
    #expect(try PortableRecord(record)?.multipliers == ["conv": 0.3, "fc": 1.75])
    for wrong in ["{\"conv\": 0}", "{\"conv\": -1}", "{\"relu\": 2}", "[1]", "{\"conv\": 1e99}"] {
      record["padawann.layer_multipliers"] = wrong
      let error = #expect(throws: PadawannError.self, "\(wrong)") { try PortableRecord(record) }
      #expect(error?.kind == .data && error?.location?.contains("layer_multipliers") == true)
    }
  }
}
