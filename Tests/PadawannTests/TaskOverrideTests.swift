import HDF5
import Padawann
import Testing

/// Heads and other numbers of tasks in model files.
@Suite struct TaskOverrideTests {
  /// A model with four tasks: a head of floats, a head of int8 with biases, biases alone, and a batch normalisation.
  static func model() throws -> Model {
    func task(_ name: String, _ parameters: [TaskOverride]) -> ModelTask {
      var record = ModelTask(
        name: name, dataset: "strokes:test", digest: Digest(of: [7]), classNames: ["a", "b"],
        outputs: [0, 3],
        normalisation: .mnist, bestSharedWeight: 0.5)
      record.parameters = parameters
      return record
    }
    let floats = try edges([5, 12], seed: 1)
    let (whole, precision) = try edges([5, 12], seed: 2).quantised()
    let norm = BatchNormalisation(
      scale: [1, 2, 3], shift: [0, -1, 1], mean: [0, 0, 0], variance: [1, 0, 4])
    return Model(
      network: try Fixtures.network(),
      tasks: [
        task("floats", [TaskOverride(node: "fc", .weighted(floats, bias: nil, .float32))]),
        task(
          "int8",
          [
            TaskOverride(node: "fc", .weighted(whole, bias: [1, 2, 3, 4, 5], precision)),
            TaskOverride(node: "conv", .weighted(nil, bias: [0.5, 0, -1], .float32)),
          ]),
        task("norm", [TaskOverride(node: "norm", .normalisation(norm))]),
        task("plain", []),
      ])
  }

  private static func edges(_ shape: [Int], seed: UInt64) throws -> EdgeWeights {
    var generator = KeyedGenerator(seed)
    let numbers = (0..<shape.reduce(1, *)).map { _ in
      generator.uniform() < 0.7 ? generator.uniform() - 0.5 : Float(0)
    }
    return try EdgeWeights(shape: shape, mask: Bitmask(numbers.map { $0 != 0 }), values: .own(numbers))
  }

  @Test(arguments: [false, true])
  func theyReadBackEqualAndGiveTheSameBytesAgain(compact: Bool) throws {
    let model = try Self.model()
    let bytes = try ModelFile.encoded(model, compact: compact)
    let stored = try ModelFile.model(encoded: bytes)
    #expect(stored.model == model)
    #expect(try ModelFile.encoded(stored.model, compact: compact) == bytes)
    for task in model.tasks {
      let use = try stored.model.use(of: task.name)
      #expect(use.network == (try model.network.replacing(task.parameters)))
      #expect((use.network == model.network) == task.parameters.isEmpty)
    }
  }

  @Test(arguments: [false, true])
  func everyFlippedBitIsAnError(compact: Bool) async throws {
    let bytes = try ModelFile.encoded(Self.model(), compact: compact)
    let silent = await FlippedBits.silent(in: bytes, step: 2 * ModelFileTests.bitStep + 1) {
      (try? ModelFile.model(encoded: $0)) != nil
    }
    #expect(silent.isEmpty, "\(silent.prefix(5))")
  }

  /// One change of the model's tree, and what the reader says about it.
  struct Case: CustomTestStringConvertible, Sendable {
    var path: String
    var says: String
    var change: @Sendable (inout HDFGroup) -> Void
    var testDescription: String { "\(path): \(says)" }

    init(_ path: String, _ says: String, _ change: @escaping @Sendable (inout HDFGroup) -> Void) {
      self.path = path
      self.says = says
      self.change = change
    }

    static func dataset(_ path: String, _ name: String, _ elements: HDFElements?, _ says: String) -> Case {
      Case(path, says) { $0.setDataset(name, elements) }
    }
  }

  static let hostile: [Case] = [
    Case("", "no place here") { $0.set("required_features", .text("")) },
    Case("tasks/floats", "no place here") { $0.groups[0].name = "fc9" },
    Case("tasks/floats", "no numbers that a task could replace") { $0.groups[0].name = "relu" },
    Case("tasks/floats", "another shape") { $0.groups[0].name = "conv" },
    Case("tasks/floats/fc", "another shape") { $0.set("shape", .array(.int32([12, 5]))) },
    Case("tasks/floats/fc", "another shape") { $0.set("shape", .array(.int32([.min, 12]))) },
    Case("tasks/floats/fc", "missing") { $0.set("shape", nil) },
    Case("tasks/floats/fc", "no place here") { $0.groups.append(HDFEntry("x", HDFGroup())) },
    Case("tasks/floats/fc", "SHA-256 digest and no other") { $0.datasets[0].value.attributes = [] },
    .dataset("tasks/floats/fc", "mask", nil, "no place here"),
    .dataset("tasks/floats/fc", "mask", .uint8([255]), "does not hold 60 bits"),
    .dataset("tasks/floats/fc", "mask", .uint8([0, 0, 0, 0, 0, 0, 0, 1]), "does not hold 60 bits"),
    .dataset("tasks/floats/fc", "values", nil, "missing"),
    .dataset("tasks/floats/fc", "values", .float32([1]), "has 1 numbers"),
    .dataset("tasks/floats/fc", "codes", .uint8([129]), "no place here"),
    .dataset("tasks/floats/fc", "bias", .float32([1]), "has 1 numbers where 5"),
    .dataset("tasks/floats/fc", "bias", .float32([1, 2, 3, 4, .nan]), "bias is not a finite number"),
    .dataset("tasks/int8/fc", "scales", .float32([1, 1, 1, 1]), "has 4 numbers where 5"),
    .dataset("tasks/int8/fc", "scales", .float32([1, 1, 1, 1, -1]), "another kind"),
    .dataset("tasks/int8/fc", "scales", .float32([1, 1, 1, 1, 0]), "is zero"),
    .dataset("tasks/int8/fc", "scales", .float32([.infinity, 1, 1, 1, 1]), "finite number"),
    .dataset("tasks/int8/fc", "scales", nil, "missing"),
    .dataset("tasks/int8/fc", "values", .float32([]), "no place here"),
    .dataset("tasks/int8/conv", "bias", .float32([1, 2, 3, 4]), "has 4 numbers where 3"),
    .dataset("tasks/int8/conv", "bias", nil, "missing"),
    .dataset("tasks/norm/norm", "variance", .float32([1, 1, -1]), "variances from 0"),
    .dataset("tasks/norm/norm", "mean", .float32([1]), "has 1 numbers where 3"),
    .dataset("tasks/norm/norm", "mean", nil, "missing"),
    .dataset("tasks/norm/norm", "bias", .float32([1, 1, 1]), "no place here"),
    Case("tasks/int8/fc", "-128") { group in
      guard case .uint8(var codes) = group.dataset("codes")?.elements else { return }
      codes[3] = 0
      group.setDataset("codes", .uint8(codes))
    },
    Case("tasks/int8/fc", "is zero, but its edge is not pruned") { group in
      guard case .uint8(var codes) = group.dataset("codes")?.elements else { return }
      codes[3] = 128
      group.setDataset("codes", .uint8(codes))
    },
  ]

  @Test(arguments: hostile, [false, true])
  func wrongContentIsRefusedForTheRightReason(hostile: Case, compact: Bool) throws {
    var tree = try HostileModels.tree(of: Self.model(), compact: compact)
    _ = try HostileModels.read(tree)
    var change = hostile.change
    if hostile.path.isEmpty, compact { change = { $0.set("required_features", .text("compact-planes")) } }
    tree.change(hostile.path, change)
    let error = #expect(throws: PadawannError.self) { try HostileModels.read(tree) }
    #expect(error?.kind == .data)
    #expect(error?.description.contains(hostile.says) == true, "\(String(describing: error))")
  }

  /// A mask of one bit an edge becomes numbers of four bytes each; 256 tasks of it could have taken all memory.
  @Test func manyTasksOfHugeWeightsAreRefusedBeforeMemoryIsTaken() throws {
    let architecture = try Architecture(
      input: Shape(channels: 4096, height: 1, width: 1),
      nodes: [Node("fc", .linear(Linear(outputs: 16_384, hasBias: false)), inputs: [-1])])
    let edges = 1 << 26
    let signs = try EdgeWeights(
      shape: [16_384, 4096], mask: Bitmask(repeating: false, count: edges),
      values: .signs(Bitmask(repeating: false, count: edges)))
    var task = ModelTask(
      name: "a", dataset: "d", digest: Digest(of: []), classNames: ["a"], outputs: [0], normalisation: .mnist)
    let head = try EdgeWeights(
      shape: signs.shape, mask: signs.mask, values: .own([Float](repeating: 0, count: edges)))
    task.parameters = [TaskOverride(node: "fc", .weighted(head, bias: nil, .float32))]
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

  @Test func whatCannotBeStoredIsNotWritten() throws {
    var model = try Self.model()
    model.tasks[0].parameters.append(model.tasks[0].parameters[0])
    #expect(throws: PadawannError.self) { try ModelFile.encoded(model) }
    let head = try Self.edges([5, 12], seed: 3)
    model = try Self.model()
    let scales = TaskOverride.Precision.int8(scales: [1, 1, 1, 1, 1])
    model.tasks[0].parameters = [TaskOverride(node: "fc", .weighted(head, bias: nil, scales))]
    #expect(throws: PadawannError.self) { try ModelFile.encoded(model) }
  }
}
