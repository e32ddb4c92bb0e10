import Testing

@testable import Padawann

/// What a trainer changes, and what it leaves alone.
@Suite struct TrainerTests {
  private static func network() throws -> Network {
    let architecture = try Architecture(
      input: Shape(channels: 1, height: 28, width: 28),
      nodes: [
        Node(
          "conv", .convolution(Convolution(outputs: 8, kernel: Extent(5), stride: Extent(3))), inputs: [-1]),
        Node("relu", .relu, inputs: [0]), Node("pool", .maxPool(Pool(kernel: Extent(2))), inputs: [1]),
        Node("dropout", .dropout(rate: 0.25), inputs: [2]), Node("flatten", .flatten, inputs: [3]),
        Node("fc1", .linear(Linear(outputs: 30)), inputs: [4]), Node("tanh", .tanh, inputs: [5]),
        Node("fc2", .linear(Linear(outputs: 12)), inputs: [6]),
      ])
    return try Network.initialised(architecture, seed: 3)
  }

  private static func task(_ outputs: [Int]? = nil) throws -> TrainingTask {
    TrainingTask(
      try DatasetSpec.parse("strokes:train,per-class=20").load(from: DataFolder(path: "nowhere")),
      outputs: outputs)
  }

  private static let settings = TrainingSettings(
    optimiser: .adam(), rate: 0.003, epochs: 8, batch: 32, seed: 9)

  private static func trained(
    _ network: Network, _ scope: TrainingScope?, _ change: (inout TrainingSettings) -> Void = { _ in },
    threads: Int = 1
  ) throws -> (network: Network, losses: [Double]) {
    var settings = settings
    change(&settings)
    var trainer = try Trainer(network, on: [try task()], scope: scope, settings: settings, threads: threads)
    var losses: [Double] = []
    while !trainer.isFinished { losses.append(try trainer.advance().loss) }
    return (try trainer.network(), losses)
  }

  @Test func itLearns() throws {
    let losses = try Self.trained(try Self.network(), nil).losses
    #expect(losses.count == 8 * 7)
    let (first, last) = (losses.prefix(7).reduce(0, +), losses.suffix(7).reduce(0, +))
    #expect(last < 0.6 * first)
  }

  /// Every optimiser, and what remembers something besides.
  static let kinds: [(Optimiser, TrainingScope?)] = [
    (.adam(), nil), (.adadelta(), nil), (.gradientDescent(), nil),
    (.gradientDescent(.init(momentum: 0.9)), nil),
    (.adam(), .nodes([5, 7])), (.adadelta(), TrainingScope(weights: [0, 1], biases: [7])),
  ]

  @Test(arguments: kinds.indices)
  func aSnapshotGoesOnExactly(_ kind: Int) throws {
    let architecture = try Architecture(
      input: Shape(channels: 1, height: 28, width: 28),
      nodes: [
        Node(
          "conv", .convolution(Convolution(outputs: 6, kernel: Extent(3), stride: Extent(2))), inputs: [-1]),
        Node("norm", .batchNormalisation(epsilon: 1e-5), inputs: [0]), Node("relu", .relu, inputs: [1]),
        Node("dropout", .dropout(rate: 0.25), inputs: [2]), Node("flatten", .flatten, inputs: [3]),
        Node("fc1", .linear(Linear(outputs: 30)), inputs: [4]), Node("tanh", .tanh, inputs: [5]),
        Node("fc2", .linear(Linear(outputs: 10)), inputs: [6]),
      ])
    let network = try Network.initialised(architecture, seed: 4)
    var settings = Self.settings
    let (optimiser, scope) = Self.kinds[kind]
    (settings.optimiser, settings.epochs, settings.schedule, settings.rate) = (optimiser, 3, .cosine, 0.01)
    let task = try Self.task()
    var whole = try Trainer(network, on: [task], scope: scope, settings: settings)
    while !whole.isFinished { try whole.advance() }
    for stop in [0, 1, 7, 20, 21] {
      var first = try Trainer(network, on: [task], scope: scope, settings: settings)
      while first.step < stop { try first.advance() }
      let snapshot = first.snapshot
      var second = try Trainer(
        resuming: snapshot, network, on: [task], scope: scope, settings: settings, threads: 2)
      #expect(second.step == stop && second.snapshot == snapshot)
      while !second.isFinished { try second.advance() }
      #expect(second.snapshot == whole.snapshot)
      #expect(try second.network() == whole.network())
    }
  }

  @Test func aSnapshotThatDoesNotFitIsRefused() throws {
    let (network, task) = (try Self.network(), try Self.task())
    var trainer = try Trainer(network, on: [task], settings: Self.settings)
    try trainer.advance()
    let changes: [(inout Trainer.Snapshot) -> Void] = [
      { $0.step = -1 }, { $0.step = 57 }, { $0.nodes.removeLast() }, { $0.nodes[0].name = "other" },
      { $0.nodes[0].weights[0].removeLast() }, { $0.nodes[0].weights[1][3] = .nan },
      { $0.nodes[1].biases[2].append(0) }, { $0.nodes[1].weights.append($0.nodes[1].weights[0]) },
    ]
    for change in changes {
      var snapshot = trainer.snapshot
      change(&snapshot)
      #expect(throws: PadawannError.self) {
        try Trainer(resuming: snapshot, network, on: [task], settings: Self.settings).step
      }
    }
  }

  @Test func onlyTheScopeChanges() throws {
    let network = try Self.network()
    let last = try Self.trained(network, .nodes([7])).network
    #expect(
      last.parameters.prefix(7) == network.parameters.prefix(7) && last.parameters[7] != network.parameters[7]
    )
    let biases = try Self.trained(network, .biases(in: network.architecture)).network
    for (layer, before) in zip(biases.layers, network.layers) {
      #expect(layer.weights == before.weights && layer.bias != before.bias)
    }
  }

  /// With and without the cache, and with features that a dropout follows, training is the same.
  @Test(arguments: [true, false], [true, false])
  func keptFeaturesChangeNothing(_ dropsOut: Bool, _ shifts: Bool) throws {
    let network = try Self.network()
    let results = try [true, false].map { keeps in
      try Self.trained(network, .nodes([5, 7], dropsOut: dropsOut)) {
        ($0.keepsFeatures, $0.shifts) = (keeps, shifts)
      }
    }
    #expect(results[0].network == results[1].network && results[0].losses == results[1].losses)
  }

  @Test func threadsChangeNothing() throws {
    let network = try Self.network()
    let results = try [1, 2, 3].map { try Self.trained(network, nil, threads: $0).network }
    #expect(results[0] == results[1] && results[1] == results[2])
  }

  @Test func prunedEdgesStayPrunedOrComeBack() throws {
    let network = try Pruning.random(seed: 1).apply(to: try Self.network(), .share(0.5))
    let sparse = try Self.trained(network, .nodes([5, 7])).network
    #expect(zip(sparse.layers, network.layers).allSatisfy { $0.weights.mask == $1.weights.mask })
    let dense = try Self.trained(network, .nodes([7])) { $0.keepsPruned = false }.network
    // Two of the twelve outputs stand for no class and learn nothing.
    #expect(dense.layers[2].weights.mask.indices.prefix(300).elementsEqual(0..<300))
    #expect(dense.layers[1].weights == network.layers[1].weights)
  }

  /// Outputs that stand for no class are left out of the softmax: nothing pushes them down.
  @Test func unusedOutputsTakeNoPart() throws {
    let network = try Self.network()
    var trainer = try Trainer(
      network, on: [try Self.task([11, 10, 9, 8, 7, 6, 5, 4, 3, 2])], scope: .nodes([7]),
      settings: Self.settings)
    while !trainer.isFinished { try trainer.advance() }
    let (before, after) = (network.layers[2], try trainer.network().layers[2])
    let (old, new) = (before.weights.numbers(.own), after.weights.numbers(.own))
    #expect(old.prefix(60) == new.prefix(60) && old.suffix(60) != new.suffix(60))
    #expect(before.bias?.prefix(2) == after.bias?.prefix(2))
  }

  @Test func whatCannotBeIsRefused() throws {
    let network = try Self.network()
    let tasks = [try Self.task()]
    #expect(throws: PadawannError.self) { _ = try Trainer(network, on: [], settings: Self.settings) }
    #expect(throws: PadawannError.self) {
      _ = try Trainer(network, on: tasks, scope: .nodes([1]), settings: Self.settings)
    }
    var settings = Self.settings
    (settings.optimiser, settings.rate) = (.gradientDescent(), 3e38)
    #expect(throws: PadawannError.self) {
      var trainer = try Trainer(network, on: tasks, settings: settings)
      while !trainer.isFinished { try trainer.advance() }
    }
  }

  @Test func schedulesArePyTorchs() {
    let step = Schedule.step(factor: 0.5, epochs: 2)
    func factors(_ schedule: Schedule, _ steps: [Int]) -> [Double] {
      steps.map { schedule.factor(step: $0, stepsPerEpoch: 10, steps: 60) }
    }
    let falling: [Double] = [1, 1, 0.5, 0.5, 0.25]
    #expect(factors(step, [0, 19, 20, 39, 40]) == falling)
    let cosine = factors(.cosine, [0, 30, 60])
    #expect(cosine[0] == 1)
    #expect(abs(cosine[1] - 0.5) < 1e-12)
    #expect(abs(cosine[2]) < 1e-12)
  }
}
