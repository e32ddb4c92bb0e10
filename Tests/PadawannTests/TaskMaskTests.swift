import HDF5
import Testing

@testable import Padawann

/// Masks of tasks over the signs of one network in model files.
@Suite struct TaskMaskTests {
  /// A model of three tasks: two with masks of their own, of which one has biases as well, and one that uses the network's.
  static func model(retaining: Bool = false, hasBiases: Bool = true, seed: UInt64 = 1) throws -> Model {
    var generator = KeyedGenerator(seed)
    func mask(_ count: Int, _ density: Float) -> Bitmask {
      Bitmask((0..<count).map { _ in generator.uniform() < density })
    }
    let signs = ["conv": mask(27, 0.5), "fc": mask(60, 0.5)]
    func masked(_ layer: Network.Layer, _ mask: Bitmask, retaining: Bool = false) throws -> EdgeWeights {
      try EdgeWeights(
        shape: layer.weights.shape, mask: mask,
        values: .signs(try #require(signs[layer.name])), retainsPruned: retaining,
        multiplier: layer.weights.multiplier)
    }
    let network = try Fixtures.network().mapWeights { layer throws(PadawannError) in
      do {
        return try masked(layer, mask(layer.weights.count, 0.5), retaining: retaining)
      } catch { throw PadawannError(.data, "\(error)") }
    }
    func task(_ name: String, _ parameters: [TaskOverride]) -> ModelTask {
      var record = ModelTask(
        name: name, dataset: "strokes:test", digest: Digest(of: [7]), classNames: ["a", "b"],
        outputs: [0, 3], normalisation: .mnist, bestSharedWeight: 0.5)
      record.parameters = parameters
      return record
    }
    let layers = network.layers
    let fc = try #require(layers.first { $0.name == "fc" })
    let conv = try #require(layers.first { $0.name == "conv" })
    return Model(
      network: network,
      tasks: [
        // Files code them in the order of their names, whatever their order here.
        task(
          "zeta",
          [
            TaskOverride(node: "conv", .mask(try masked(conv, mask(27, 0.6)), bias: nil)),
            TaskOverride(
              node: "fc", .mask(try masked(fc, mask(60, 0.3)), bias: hasBiases ? [1, 2, 3, 4, 5] : nil)),
          ]),
        task("alpha", [TaskOverride(node: "fc", .mask(try masked(fc, mask(60, 0.5)), bias: nil))]),
        task("plain", []),
      ])
  }

  @Test(arguments: ModelForm.Layout.allCases, [false, true])
  func theyReadBackEqualAndGiveTheSameBytesAgain(layout: ModelForm.Layout, retaining: Bool) throws {
    for seed in UInt64(1)...20 {
      let model = try Self.model(retaining: retaining, hasBiases: seed % 2 == 0, seed: seed)
      let bytes = try ModelFile.encoded(model, as: ModelForm(layout))
      let stored = try ModelFile.model(encoded: bytes)
      #expect(stored.model == model)
      #expect(try ModelFile.encoded(stored.model, as: ModelForm(layout)) == bytes)
    }
  }

  /// The answers are those of a network that was built by hand with the mask.
  @Test func aTaskAnswersByItsOwnMask() throws {
    let model = try ModelFile.model(encoded: ModelFile.encoded(Self.model(), as: .packed)).model
    let task = try #require(model.tasks.first { $0.name == "zeta" })
    let byHand = try model.network.mapWeights { layer throws(PadawannError) in
      guard let own = task.parameters.first(where: { $0.node == layer.name })?.ownMask else {
        return layer.weights
      }
      let signs = layer.weights.signs.union(own.signs)
      return try EdgeWeights(shape: layer.weights.shape, mask: own.mask, values: .signs(signs))
    }
    var expected = byHand
    let fc = try #require(byHand.architecture.nodes.firstIndex { $0.name == "fc" })
    guard case .weighted(let weights, _) = byHand.parameters[fc] else {
      Issue.record("fc has no weights")
      return
    }
    var parameters = byHand.parameters
    parameters[fc] = .weighted(weights, bias: [1, 2, 3, 4, 5])
    expected = try Network(architecture: byHand.architecture, parameters: parameters)
    let use = try model.use(of: "zeta")
    #expect(use.network == expected)
    let image = (0..<byHand.architecture.input.count).map { Float($0 % 7) - 3 }
    let evaluate = { (network: Network) in
      ReferenceEvaluator(network, magnitude: .shared(0.5)).logits([image])[0].map(\.bitPattern)
    }
    #expect(evaluate(use.network) == evaluate(expected))
    #expect(evaluate(use.network) != evaluate(model.network))
  }

  @Test func theFeatureAndTheVersionSayThatThereAreMasks() throws {
    for (hasBiases, features) in [
      (false, "compact-planes task-masks packed-groups"),
      (true, "compact-planes task-parameters task-masks packed-groups"),
    ] {
      let tree = try HDFGroup(
        encoded: ModelFile.encoded(Self.model(hasBiases: hasBiases), as: .packed))
      guard case .text(let list) = tree.attribute("required_features"),
        case .integer(let minor) = tree.attribute("format_minor")
      else {
        Issue.record("the header is missing")
        return
      }
      #expect(list == features)
      #expect(minor == 5)
      #expect((tree.group("tasks") != nil) == hasBiases)
    }
  }

  /// Only signs of edges that some mask keeps are stored.
  @Test func signsOfEdgesThatNoMaskHasAreNotKept() throws {
    let model = try Self.model()
    let tree = try HostileModels.tree(of: model)
    let fc = try #require(model.network.layers.first { $0.name == "fc" }).weights
    let known = model.masks(of: "fc").reduce(fc.mask) { $0.union($1.weights.mask) }
    #expect(known.popcount < 60 && known != fc.mask)
    guard case .uint8(let signs) = tree.group("nodes")?.group("fc")?.dataset("signs")?.elements else {
      Issue.record("signs are missing")
      return
    }
    #expect(signs.count == (known.popcount + 7) / 8)
  }

  @Test func figuresCountEdgesAndBytes() throws {
    let model = try Self.model()
    let plain = try #require(try model.taskMasks(as: .plain))
    #expect(plain.map(\.task) == ["zeta", "alpha"])
    #expect(plain.map(\.bytes) == [4 + 8, 8])
    let fc = try #require(model.network.layers.first { $0.name == "fc" }).weights.mask
    let own = try #require(model.tasks[1].parameters[0].ownMask).mask
    #expect(plain[1].addedEdges == own.indices.filter { !fc[$0] }.count)
    #expect(plain[1].droppedEdges == fc.indices.filter { !own[$0] }.count)
    #expect(plain[1].remainingEdges == model.network.remainingEdges - fc.popcount + own.popcount)
    let coded = try #require(try model.taskMasks(as: .compact))
    #expect(zip(coded, plain).allSatisfy { $0.bytes > 0 && abs($0.bytes - $1.bytes) < 8 })
    #expect(try TaskOverrideTests.model().taskMasks(as: .plain) == nil)
  }

  @Test(arguments: [false, true])
  func everyFlippedBitIsAnError(compact: Bool) async throws {
    let bytes = try ModelFile.encoded(Self.model(), compact: compact)
    let silent = await FlippedBits.silent(in: bytes, step: 2 * ModelFileTests.bitStep + 1) {
      (try? ModelFile.model(encoded: $0)) != nil
    }
    #expect(silent.isEmpty, "\(silent.prefix(5))")
  }

  typealias Case = TaskOverrideTests.Case

  static let hostile: [Case] = [
    Case("", "\"task-masks\" that it needs") { $0.set("required_features", .text("task-parameters")) },
    Case("", "\"task-parameters\" or") { $0.set("required_features", .text("task-masks")) },
    Case("", "no place here") { $0.set("required_features", .text("")) },
    Case("tasks/alpha", "no place here") { $0.groups[0].name = "fc9" },
    Case("tasks/alpha", "no mask that a task could have another of") { $0.groups[0].name = "relu" },
    Case("tasks/alpha", "does not hold 27 bits") { $0.groups[0].name = "conv" },
    Case("tasks/alpha/fc", "are announced") { $0.set("survivors", .integer(1)) },
    Case("tasks/alpha/fc", "are announced") { $0.set("survivors", .integer(.min)) },
    Case("tasks/alpha/fc", "64-bit integer") { $0.set("survivors", .text("30")) },
    Case("tasks/alpha/fc", "no place here") { $0.groups.append(HDFEntry("x", HDFGroup())) },
    Case("tasks/alpha/fc", "SHA-256 digest and no other") { $0.datasets[0].value.attributes = [] },
    .dataset("tasks/alpha/fc", "difference", nil, "missing"),
    .dataset("tasks/alpha/fc", "difference", .uint8([255]), "does not hold 60 bits"),
    .dataset("tasks/alpha/fc", "difference", .uint8([0, 0, 0, 0, 0, 0, 0, 1]), "does not hold 60 bits"),
    .dataset("tasks/alpha/fc", "mask", .uint8([0, 0, 0, 0, 0, 0, 0, 0]), "no place here"),
    .dataset("tasks/alpha/fc", "values", .float32([]), "no place here"),
    .dataset("tasks/zeta/fc", "bias", .float32([1]), "has 1 numbers where 5"),
    .dataset("tasks/zeta/fc", "bias", .float32([1, 2, 3, 4, .nan]), "bias is not a finite number"),
    .dataset("tasks/alpha/fc", "difference", .uint8([0, 0, 0, 0, 0, 0, 0, 0]), "are announced"),
    .dataset("nodes/fc", "signs", .uint8([0]), "followed by zeros"),
  ]

  @Test(arguments: hostile)
  func wrongContentIsRefusedForTheRightReason(hostile: Case) throws {
    // With all signs, so that the planes of a node have their sizes whatever is wrong of its masks.
    var tree = try HostileModels.tree(of: Self.model(retaining: true))
    _ = try HostileModels.read(tree)
    tree.change(hostile.path, hostile.change)
    let error = #expect(throws: PadawannError.self) { try HostileModels.read(tree) }
    #expect(error?.kind == .data)
    #expect(error?.description.contains(hostile.says) == true, "\(String(describing: error))")
  }

  /// A mask that keeps other edges needs other signs than there are.
  @Test func aMaskOfEdgesWithoutASignIsRefused() throws {
    let model = try Self.model()
    var tree = try HostileModels.tree(of: model)
    let fc = try #require(model.network.layers.first { $0.name == "fc" }).weights
    let known = model.masks(of: "fc").reduce(fc.mask) { $0.union($1.weights.mask) }
    let all = fc.mask.union(known.inverted())
    tree.change("tasks/alpha/fc") { group in
      group.set("survivors", .integer(Int64(all.popcount)))
      group.setDataset("difference", .uint8(all.symmetricDifference(fc.mask).packed))
    }
    let error = #expect(throws: PadawannError.self) { try HostileModels.read(tree) }
    #expect(error?.description.contains("dataset \"signs\"") == true, "\(String(describing: error))")
  }

  /// Where all signs are stored, nothing but its group tells that a task has a mask.
  @Test(arguments: [false, true])
  func aMaskThatIsNotAnnouncedIsRefused(compact: Bool) throws {
    var tree = try HostileModels.tree(of: Self.model(retaining: true), compact: compact)
    _ = try HostileModels.read(tree)
    tree.set("required_features", .text((compact ? "compact-planes " : "") + "task-parameters"))
    let error = #expect(throws: PadawannError.self) { try HostileModels.read(tree) }
    #expect(error?.kind == .data)
    // In a coded file the planes come first.
    let says = compact ? "dataset \"coded\"" : "\"task-masks\" that it needs"
    #expect(error?.description.contains(says) == true, "\(String(describing: error))")
  }

  /// In a coded file a mask that is announced and not there, or there and not announced, leaves the stream at another end.
  @Test func codedMasksAndTheirGroupsBelongTogether() throws {
    let original = try HostileModels.tree(of: Self.model(), compact: true)
    _ = try HostileModels.read(original)
    for change: (inout HDFGroup) -> Void in [
      { $0.groups.removeAll { $0.name == "alpha" } },
      // Another order of the masks.
      { $0.groups[1].name = "zz" },
      { group in
        var third = group.groups[1]
        third.name = "third"
        group.groups.append(third)
      },
    ] {
      var tree = original
      tree.change("tasks", change)
      #expect(throws: PadawannError.self) { try HostileModels.read(tree) }
    }
  }

  /// A mask of many edges takes next to no bytes where it differs nowhere; 256 tasks of it could have taken all memory.
  @Test func manyMasksOfHugeLayersAreRefusedBeforeMemoryIsTaken() throws {
    let architecture = try Architecture(
      input: Shape(channels: 4096, height: 1, width: 1),
      nodes: [Node("fc", .linear(Linear(outputs: 16_384, hasBias: false)), inputs: [-1])])
    let edges = 1 << 26
    let signs = try EdgeWeights(
      shape: [16_384, 4096], mask: Bitmask(repeating: false, count: edges),
      values: .signs(Bitmask(repeating: false, count: edges)))
    var task = ModelTask(
      name: "a", dataset: "d", digest: Digest(of: []), classNames: ["a"], outputs: [0], normalisation: .mnist)
    task.parameters = [TaskOverride(node: "fc", .mask(signs, bias: nil))]
    let model = Model(
      network: try Network(architecture: architecture, parameters: [.weighted(signs, bias: nil)]),
      tasks: [task])
    var tree = try HostileModels.tree(of: model)
    tree.change("tasks") { group in
      group.groups = (0..<5).map { HDFEntry("t\($0)", group.groups[0].value) }
    }
    let error = #expect(throws: PadawannError.self) { try HostileModels.read(tree) }
    #expect(error?.description.contains("more than 268435456 edges") == true, "\(String(describing: error))")
  }

  @Test func whatContradictsItselfIsNotWritten() throws {
    func change(_ own: (EdgeWeights) throws -> EdgeWeights) throws -> Model {
      var model = try Self.model()
      let mask = try #require(model.tasks[1].parameters[0].ownMask)
      model.tasks[1].parameters = [TaskOverride(node: "fc", .mask(try own(mask), bias: nil))]
      return model
    }
    _ = try ModelFile.encoded(change { $0 })
    let opposite = try change {
      try EdgeWeights(shape: $0.shape, mask: $0.mask, values: .signs($0.signs.inverted()))
    }
    let error = #expect(throws: PadawannError.self) { try ModelFile.encoded(opposite) }
    #expect(error?.description.contains("another sign") == true)
    for wrong in [
      try change { try $0.multiplied(by: 2) },
      try change { try EdgeWeights(shape: [12, 5], mask: $0.mask, values: .signs($0.signs)) },
      try change {
        try EdgeWeights(shape: $0.shape, mask: $0.mask, values: .signs($0.signs), retainsPruned: true)
      },
      try change {
        try EdgeWeights(
          shape: $0.shape, mask: $0.mask, values: .own([Float](repeating: 1, count: $0.count)))
      },
    ] {
      #expect(throws: PadawannError.self) { try ModelFile.encoded(wrong) }
    }
  }

  @Test func biasesThatAreTrainedLaterKeepTheMask() throws {
    let own = try #require(Self.model().tasks[1].parameters.first)
    let trained = TaskOverride(node: "fc", .weighted(nil, bias: [0, 1, 2, 3, 4], .float32))
    #expect(trained.keepingEdges(of: own).ownMask == own.ownMask)
    #expect(trained.keepingEdges(of: own).count == 5)
    #expect(trained.keepingEdges(of: nil) == trained)
  }
}
