import HDF5
import Testing

@testable import Padawann

/// Files with one vector in the place of groups and their attributes.
@Suite struct PackedModelTests {
  private static func networks() throws -> [Network] {
    try [(false, false), (false, true), (true, false), (true, true)].map {
      try Fixtures.network(seed: 8, own: $0.0, retainsPruned: $0.1)
    } + [ExportFixture.everyOperation(), LayerMultiplierTests.network(retainsPruned: true)]
  }

  private static func read(_ model: Model, _ form: ModelForm = .packed) throws -> StoredModel {
    let bytes = try ModelFile.encoded(model, as: form)
    let stored = try ModelFile.model(encoded: bytes)
    #expect(stored.form.layout == form.layout)
    #expect(try ModelFile.encoded(stored.model, as: form) == bytes)
    return stored
  }

  @Test func networksReadBackEqual() throws {
    for network in try Self.networks() {
      let model = Model(network: network)
      let stored = try Self.read(model)
      #expect(stored.model == model)
      #expect(stored.byteCount < (try ModelFile.encoded(model, as: .compact).count))
    }
  }

  @Test(arguments: 1...40) func randomNetworksReadBackEqual(seed: UInt64) throws {
    let network = try LayerMultiplierTests.multiplied(RandomNetworks.make(seed).network, seed: seed)
    let rounded = try Model(network: network).roundedToHalf()
    #expect(try Self.read(rounded, ModelForm(.packed, halvesNumbers: true)).model == rounded)
    #expect(try Self.read(Model(network: network)).model.network == network)
  }

  @Test func whatIsKnownReadsBackEqual() throws {
    for sample in try ModelFileTests.samples() { #expect(try Self.read(sample.model).model == sample.model) }
    var model = try ModelFileTests.samples()[0].model
    model.normalisation = .mnist
    model.classNames = ["a", "b", "ü", "d", "e"]
    let step = Provenance.Step(
      model: Digest(of: [1]), tool: "padawann 1", seed: 3, entries: [.init("a", "b=c")])
    model.provenance.history = [step, step]
    for path in ["/", "/nodes", "/nodes/conv", "/tasks", "/tasks/mnist", "/provenance"] {
      model.unknown.add(
        [
          HDFEntry("zeta", .integer(.min)), HDFEntry("alpha", .array(.int64([.min, .max, 0]))),
          HDFEntry("bytes", .array(.uint8([0, 255]))),
          HDFEntry("reals", .array(.float64([.infinity, -0.0]))),
          HDFEntry("singles", .array(.float32([]))), HDFEntry("texts", .texts(["", "é"])),
          HDFEntry("double", .float64(.nan)), HDFEntry("ints", .array(.int32([.min, -1]))),
        ], at: path)
    }
    #expect(try Self.read(model).model == model)
  }

  @Test func numbersOfTasksStayInGroups() throws {
    let model = try TaskOverrideTests.model()
    #expect(try Self.read(model).model == model)
    let tree = try HDFGroup(encoded: ModelFile.encoded(model, as: .packed))
    #expect(tree.groups.map(\.name) == ["tasks"])
    let plain = try HDFGroup(encoded: ModelFile.encoded(Model(network: model.network), as: .packed))
    #expect(plain.groups.isEmpty && plain.datasets.map(\.name).sorted() == ["coded", "packed", "parameters"])
  }

  @Test func vectorsOfOneNumberTakeNoRoom() throws {
    let architecture = try Preset.resnet20.architecture
    let network = try Network.initialised(architecture, seed: 1)
      .mapWeights { layer throws(PadawannError) in try layer.weights.signsOnly() }
    let stored = try Self.read(Model(network: network))
    #expect(stored.model.network == network)
    // Every variance is 1 and every mean 0, as scales and shifts are before training.
    #expect(stored.byteCount - stored.payloadByteCount < 2500)
    let plain = try ModelFile.model(encoded: ModelFile.encoded(Model(network: network), as: .compact))
    #expect(plain.payloadByteCount - stored.payloadByteCount == 4 * 4 * 688)
    #expect(plain.byteCount - plain.payloadByteCount > 24_000)
  }

  @Test func aModelIsPackedWhereThatIsQuick() throws {
    #expect(ModelForm.chosen(for: try Fixtures.network()) == .packed)
    for (preset, density, form) in [
      (Preset.resnet20, Float(0.5), ModelForm.packed), (.resnet20, 1, .plain), (.mnistNet, 0.1, .plain),
      (.mlp, 1, .packed),
    ] {
      let network = try Network.initialised(preset.architecture, seed: 1)
        .mapWeights { layer throws(PadawannError) in try layer.weights.signsOnly() }
      let pruned = try Pruning.random(seed: 1).apply(to: network, .share(Double(1 - density)))
      #expect(ModelForm.chosen(for: pruned) == form, "\(preset), \(density)")
    }
  }

  // MARK: Wrong content

  /// The tree of a packed file with other bytes in the place of its groups.
  private static func tree(_ change: (inout HDFGroup) -> Void) throws -> HDFGroup {
    var tree = try HDFGroup(encoded: ModelFile.encoded(Model(network: Fixtures.network()), as: .packed))
    guard case .uint8(let bytes) = tree.dataset("packed")?.elements else { throw CancellationError() }
    var packed = try PackedGroups.unpacked(bytes)
    change(&packed)
    tree.setDataset("packed", .uint8(PackedGroups.packed(packed)))
    return tree
  }

  private static func check(_ tree: HDFGroup, _ says: String) {
    let error = #expect(throws: PadawannError.self) { try HostileModels.read(tree) }
    #expect(error?.kind == .data && error?.description.contains(says) == true, "\(String(describing: error))")
  }

  @Test func theTreeIsReadWithoutAChange() throws {
    #expect(try HostileModels.read(Self.tree { _ in }).model == Model(network: Fixtures.network()))
  }

  @Test func wrongGroupsAreRefused() throws {
    func refused(_ path: String, _ name: String, _ value: HDFValue?, _ says: String) throws {
      Self.check(try Self.tree { $0.change(path) { $0.set(name, value) } }, says)
    }
    try refused("nodes/conv", "position", .integer(0), "\"position\" has no place in a packed file")
    try refused("nodes/conv", "survivors", .integer(3), "no place in a compact file")
    try refused("nodes/conv", "shape", nil, "missing")
    try refused("nodes/norm", "channels", .integer(4), "\"channels\" is not 3")
    try refused("nodes/conv", "constant_bias", .float32(1), "and 17 are needed")
    try refused("nodes/conv", "constant_bias", .integer(1), "not a 32-bit real number")
    try refused("nodes/norm", "constant_mean", .float32(.nan), "finite")
    try refused("", "shared_weights", nil, "missing")
    try refused("", "format", .text("padawann"), "a name is packed that the root has as well")
    try refused("", "content_sha256", .text("0"), "a name is packed that the root has as well")
    Self.check(try Self.tree { $0.groups.removeAll { $0.name == "nodes" } }, "\"nodes\" is missing")
    Self.check(try Self.tree { $0.groups.removeAll { $0.name == "provenance" } }, "\"provenance\" is missing")
    Self.check(try Self.tree { $0.groups.append(HDFEntry("extra", HDFGroup())) }, "no place here")
    Self.check(try Self.tree { $0.change("nodes") { $0.groups.swapAt(0, 5) } }, "reads a vector")
    Self.check(try Self.tree { $0.change("nodes") { $0.groups[2].name = "é" } }, "letters, digits")
  }

  @Test func wrongFilesAreRefused() throws {
    var tree = try Self.tree { _ in }
    tree.setDataset("packed", nil)
    Self.check(tree, "\"packed\" is missing")
    tree = try Self.tree { _ in }
    tree.setDataset("packed", .int32([1]))
    Self.check(tree, "does not hold bytes")
    tree.setDataset("packed", .uint8([1, 2, 3, 4, 5]))
    Self.check(tree, "holds no groups")
    tree = try Self.tree { _ in }
    tree.set("required_features", .text("packed-groups"))
    Self.check(tree, "requires \"compact-planes\" too")
    tree.set("required_features", .text("compact-planes"))
    Self.check(tree, "no place here")
    tree = try Self.tree { _ in }
    tree.groups.append(HDFEntry("provenance", HDFGroup()))
    Self.check(tree, "a name is packed that the root has as well")
    tree = try Self.tree { _ in }
    tree.setDataset("half_parameters", .float16([]))
    Self.check(tree, "no place here")
  }

  /// An attribute that has one number for all stands beside one that says how they are stored.
  @Test func aConstantIsNotStored() throws {
    var tree = try HDFGroup(
      encoded: ModelFile.encoded(HalfNumbersTests.model(), as: ModelForm(.packed, halvesNumbers: true)))
    guard case .uint8(let bytes) = tree.dataset("packed")?.elements else { throw CancellationError() }
    var packed = try PackedGroups.unpacked(bytes)
    packed.change("nodes/norm") { $0.set("constant_shift", .float32(1)) }
    tree.setDataset("packed", .uint8(PackedGroups.packed(packed)))
    Self.check(tree, "is one number for all")
  }

  @Test(
    arguments: [
      ([], "cut off"), ([0], "cut off"), ([0, 0, 0], "more behind"), ([1, 0], "cut off"),
      ([200, 1], "more than there can be"),
      ([0x80, 0x00], "a byte too many"), ([1, 1, 0x61, 0x7a, 0], "no known kind"),
      ([1, 1, 0xff, 0x69, 0, 0], "not UTF-8"),
      ([1, 1, 0x00, 0x69, 0, 0], "U+0000"), ([2, 1, 0x61, 0x69, 0, 1, 0x61, 0x69, 0, 0], "a name twice"),
      ([0, 2, 1, 0x61, 0, 0, 1, 0x61, 0, 0], "a name twice"), ([1, 1, 0x61, 0x66, 0, 0], "cut off"),
      ([1, 1, 0x61, 0x49, 1, 0x80, 0x80, 0x80, 0x80, 0x10, 0], "more than 32 bits"),
      ([1, 1, 0x61, 0x69] + [UInt8](repeating: 0xff, count: 10) + [0], "more than 64 bits"),
      ([0, 1, 1, 0x61, 0, 1, 1, 0x61, 0, 1, 1, 0x61, 0, 1, 1, 0x61, 0, 1, 1, 0x61, 0, 0], "deeper than 4"),
      ([1, 1, 0x61, 0x54, 0xff, 0xff, 0x7f], "more than there can be"),
    ] as [([UInt8], String)])
  func bytesThatAreNoGroupsAreRefused(bytes: [UInt8], says: String) {
    let error = #expect(throws: PadawannError.self) {
      try PackedGroups.unpacked(RepetitionCoder.encoded(bytes))
    }
    #expect(error?.kind == .data && error?.message.contains(says) == true, "\(String(describing: error))")
  }
}
