import HDF5
import Testing

@testable import Padawann

@Suite("WANN: files")
struct WannFileTests {
  private static func model(factors: Bool = false) throws -> WannModel {
    var model = WannModel(
      graph: try NeuronFixture.evolved(changes: 15, seed: 3, factors: factors),
      input: Shape(channels: 1, height: 2, width: 3))
    model.normalisation = .none(divisor: 255)
    model.classNames = ["a", "b", "c"]
    model.tasks = [
      ModelTask(
        name: "digits", dataset: "mnist:train,classes=0-2", digest: Digest(of: [1]),
        classNames: ["0", "1", "2"],
        outputs: [0, 1, 2], normalisation: .none(divisor: 255), bestSharedWeight: -1.5, accuracy: 0.5)
    ]
    model.provenance.tool = "a test"
    model.provenance.entries = [.init("command", "none")]
    return model
  }

  private static func tree(_ model: WannModel) throws -> HDFGroup {
    try HDFGroup(encoded: WannFile.encoded(model))
  }

  /// Reads a tree as a file of its own, with all digests made right.
  private static func read(_ tree: HDFGroup) throws -> StoredContent {
    var sealed = tree
    HostileModels.seal(&sealed)
    sealed.set(ContentDigest.attribute, .text(ContentDigest.digest(of: sealed).description))
    return try StoredContent.content(encoded: try sealed.encoded())
  }

  @Test("a model comes back as it was, always in the same bytes", arguments: [false, true])
  func roundTrip(factors: Bool) throws {
    let model = try Self.model(factors: factors)
    let bytes = try WannFile.encoded(model)
    guard case .wann(let stored) = try StoredContent.content(encoded: bytes) else {
      Issue.record("a WANN was expected")
      return
    }
    #expect(stored.model == model && stored.model.graph.isAgnostic == !factors)
    #expect(try WannFile.encoded(stored.model) == bytes)
    #expect(stored.digest == (try WannFile.digest(of: model)) && stored.byteCount == bytes.count)
    let connections = model.graph.connections.count
    let payload =
      model.graph.activations.count - 7 + 8 * connections + (connections + 7) / 8
      + (factors ? 4 * connections : 0)
    #expect(stored.payloadByteCount == payload)
    let folder = try TemporaryFolder()
    try WannFile.write(model, to: folder.path + "/w.h5")
    #expect(try WannFile.read(folder.path + "/w.h5").model == model)
  }

  @Test("a graph without connections or hidden neurons can be stored")
  func empty() throws {
    let graph = try NeuronGraph(inputs: 2, outputs: [.relu, .step], hidden: [], connections: [])
    let model = WannModel(graph: graph, input: Shape(channels: 2), sharedWeights: [1])
    guard case .wann(let stored) = try StoredContent.content(encoded: WannFile.encoded(model)) else {
      Issue.record("a WANN was expected")
      return
    }
    #expect(stored.model == model)
  }

  @Test("attributes that nobody knows are kept")
  func unknown() throws {
    var tree = try Self.tree(Self.model())
    for path in ["", "neurons", "connections", "tasks/digits", "provenance"] {
      tree.change(path) { $0.set("more", .text("of \(path)")) }
    }
    guard case .wann(let stored) = try Self.read(tree) else {
      Issue.record("a WANN was expected")
      return
    }
    #expect(stored.model.unknown.names.count == 5)
    let back = try HDFGroup(encoded: WannFile.encoded(stored.model))
    #expect(back.group("neurons")?.attribute("more") == .text("of neurons"))
    #expect(ContentDigest.digest(of: back) == stored.digest)
  }

  @Test("a file in which any bit is changed is refused")
  func damage() throws {
    let bytes = try WannFile.encoded(Self.model(factors: true))
    var generator = KeyedGenerator(8)
    for place in bytes.indices {
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(generator.next(below: 8))
      #expect(throws: PadawannError.self, "byte \(place)") { try StoredContent.content(encoded: damaged) }
    }
    for length in stride(from: 0, to: bytes.count, by: 97) {
      #expect(throws: PadawannError.self) { try StoredContent.content(encoded: Array(bytes.prefix(length))) }
    }
  }

  /// One change of a file's tree, and what the reader says about it.
  struct Case: CustomTestStringConvertible, Sendable {
    var path: String
    var says: String
    var kind: PadawannError.Kind = .data
    var change: @Sendable (inout HDFGroup) -> Void
    var testDescription: String { "\(path): \(says)" }
  }

  private static func attribute(
    _ path: String, _ name: String, _ value: HDFValue?, _ says: String, _ kind: PadawannError.Kind = .data
  ) -> Case { Case(path: path, says: says, kind: kind) { $0.set(name, value) } }

  private static func dataset(
    _ path: String, _ name: String, _ elements: HDFElements?, _ says: String, shape: [Int]? = nil
  ) -> Case { Case(path: path, says: says) { $0.setDataset(name, elements, shape: shape) } }

  /// Of the small graph with two inputs and outputs, two hidden neurons and seven connections.
  static let hostile: [Case] = [
    attribute("", "format", .text("padawan"), "not a padawann model"),
    attribute("", "format_major", .integer(2), "version 2.4", .unsupported),
    attribute("", "class", .text("wann2"), "\"wann2\"", .unsupported),
    attribute("", "required_features", .text("compact-planes"), "\"compact-planes\"", .unsupported),
    attribute("", "input_shape", .array(.int32([1, 2])), "input_shape"),
    attribute("", "input_shape", .array(.int32([1, 1, 3])), "neuron"),
    attribute("", "input_shape", .array(.int32([1, 0, 2])), "input_shape"),
    attribute("", "input_shape", .array(.int32([65_536, 65_536, 65_536])), "input_shape"),
    attribute("", "input_shape", .array(.int32([.max, .max, .max])), "input_shape"),
    attribute("", "shared_weights", .array(.float32([])), "1 to 64 shared weights"),
    attribute("", "shared_weights", .array(.float32([0])), "1 to 64 shared weights"),
    attribute("", "class_names", .texts(["a"]), "class names"),
    attribute("neurons", "outputs", nil, "missing"), attribute("neurons", "outputs", .integer(0), "outputs"),
    attribute("neurons", "outputs", .integer(5), "outputs"),
    attribute("neurons", "outputs", .integer(.max), "outputs"),
    attribute("neurons", "outputs", .integer(-1), "outputs"),
    dataset("neurons", "activation", nil, "\"activation\" is missing"),
    dataset("neurons", "activation", .uint8([1, 5, 3, 12]), "activation 3 is 12"),
    dataset("neurons", "activation", .uint8([0, 5, 3, 11]), "activation 0 is 0"),
    dataset("neurons", "activation", .float32([1, 5, 3, 11]), "bytes"),
    dataset("neurons", "activation", .uint8([1, 5, 3, 11]), "vector", shape: [2, 2]),
    dataset("neurons", "more", .uint8([1]), "no place"),
    attribute("connections", "count", .integer(6), "7 numbers where 6"),
    attribute("connections", "count", .integer(.max), "connections"),
    attribute("connections", "count", .integer(-1), "connections"),
    attribute("connections", "count", .integer(0), "no place"),
    dataset("connections", "source", .int32([1, 5, 6, 2, 2, 0]), "6 numbers where 7"),
    dataset("connections", "source", .int32([1, 5, 6, 2, 2, 0, 3]), "passes nothing on"),
    dataset("connections", "source", .int32([1, 5, 6, 2, 2, 0, -1]), "passes nothing on"),
    dataset("connections", "source", .int32([1, 5, 6, 2, 2, 0, .max]), "passes nothing on"),
    dataset("connections", "source", .int32([1, 5, 6, 2, 2, 0, 2]), "twice"),
    dataset("connections", "source", .int64([1, 5, 6, 2, 2, 0, 1]), "32-bit"),
    dataset("connections", "destination", .int32([5, 6, 3, 3, 4, 4, 2]), "no inputs"),
    dataset("connections", "destination", .int32([5, 6, 3, 3, 4, 4, 7]), "no inputs"),
    dataset("connections", "destination", .int32([5, 5, 3, 3, 4, 4, 4]), "itself"),
    dataset("connections", "destination", nil, "\"destination\" is missing"),
    dataset("connections", "enabled", .uint8([0xff]), "bits"),
    dataset("connections", "enabled", .uint8([0xfc, 0]), "bits"),
    dataset("connections", "factor", .float32([1, 1, 1, 1, 1, 1, 1]), "all factors are 1"),
    dataset("connections", "factor", .float32([1, 1, 1, 1, 1, 1, 0]), "factor"),
    dataset("connections", "factor", .float32([1, 1, 1, 1, 1, 1, .infinity]), "factor"),
    dataset("connections", "factor", .float32([2]), "1 numbers where 7"),
    Case(path: "", says: "\"neurons\" is missing") { $0.groups.removeAll { $0.name == "neurons" } },
    Case(path: "", says: "\"connections\" is missing") { $0.groups.removeAll { $0.name == "connections" } },
    Case(path: "", says: "\"provenance\" is missing") { $0.groups.removeAll { $0.name == "provenance" } },
    Case(path: "", says: "no place") { $0.groups.append(HDFEntry("nodes", HDFGroup())) },
  ]

  @Test(arguments: hostile)
  func wrongContentIsRefused(_ hostile: Case) throws {
    var tree = try Self.tree(
      WannModel(graph: NeuronFixture.small(), input: Shape(channels: 2), sharedWeights: [1]))
    tree.change(hostile.path, hostile.change)
    let error = #expect(throws: PadawannError.self) { try Self.read(tree) }
    #expect(
      error?.kind == hostile.kind && error?.description.contains(hostile.says) == true,
      "\(String(describing: error))")
  }

  @Test("models that break a rule are not written")
  func wrongModels() throws {
    let changes: [(inout WannModel) -> Void] = [
      { $0.input = Shape(channels: 7) }, { $0.sharedWeights = [] }, { $0.classNames = ["a"] },
      { $0.tasks[0].outputs = [0, 1, 3] }, { $0.tasks[0].name = "/" },
      { $0.tasks[0].parameters = [TaskOverride(node: "fc", .weighted(nil, bias: [1], .float32))] },
      { $0.normalisation = Normalisation(mean: [0, 0], deviation: [1, 1]) },
    ]
    for change in changes {
      var model = try Self.model()
      change(&model)
      #expect(throws: PadawannError.self) { try WannFile.encoded(model) }
    }
  }

  @Test("whoever needs the other class says so")
  func otherClass() throws {
    let folder = try TemporaryFolder()
    try WannFile.write(Self.model(), to: folder.path + "/w.h5")
    try ModelFile.write(Model(network: try Fixtures.network()), to: folder.path + "/m.h5")
    let wann = #expect(throws: PadawannError.self) { try ModelFile.read(folder.path + "/w.h5") }
    #expect(wann?.kind == .unsupported && wann?.message.contains("WANN") == true)
    let other = #expect(throws: PadawannError.self) { try WannFile.read(folder.path + "/m.h5") }
    #expect(other?.message.contains("network of layers") == true)
    guard case .padawann = try StoredContent.read(folder.path + "/m.h5") else {
      Issue.record("a network of layers was expected")
      return
    }
  }
}
