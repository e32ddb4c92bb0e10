import Testing

@testable import Padawann

/// Learning masks on small networks and drawn digits.
@Suite struct MaskLearningTests {
  private static func network(convolutional: Bool = true) throws -> Network {
    var nodes: [(String, NodeOperation)] = [("flatten", .flatten)]
    if convolutional {
      nodes = [
        ("conv", .convolution(Convolution(outputs: 8, kernel: Extent(5), stride: Extent(3)))),
        ("relu0", .relu),
        ("pool", .maxPool(Pool(kernel: Extent(2)))), ("flatten", .flatten),
      ]
    }
    nodes += [
      ("fc1", .linear(Linear(outputs: 40))), ("relu", .relu), ("fc2", .linear(Linear(outputs: 10))),
      ("log_softmax", .logSoftmax),
    ]
    let architecture = try Architecture(
      input: Shape(channels: 1, height: 28, width: 28),
      nodes: nodes.enumerated().map { Node($1.0, $1.1, inputs: [$0 - 1]) })
    return try Network.initialised(architecture, seed: 3)
  }

  private static func tasks(_ count: Int = 2) throws -> [TrainingTask] {
    let folder = DataFolder(path: "nowhere")
    return try ["strokes:train,per-class=30", "strokes-letters:train,per-class=30,classes=0-9"].prefix(count)
      .map {
        TrainingTask(try DatasetSpec.parse($0).load(from: folder))
      }
  }

  private static func settings(_ change: (inout MaskLearningSettings) -> Void = { _ in })
    -> MaskLearningSettings
  {
    var settings = MaskLearningSettings(density: 0.4)
    (settings.epochs, settings.seed) = (3, 5)
    change(&settings)
    return settings
  }

  private static func learned(_ learning: consuming MaskLearning) throws -> Network {
    while !learning.isFinished { try learning.advance() }
    return try learning.network()
  }

  @Test func itLearnsWithExactlySoManyEdges() throws {
    let (network, tasks) = (try Self.network(), try Self.tasks())
    var learning = try MaskLearning(network, on: tasks, settings: Self.settings { $0.epochs = 12 })
    var losses: [Double] = []
    while !learning.isFinished { losses.append(try learning.advance().loss) }
    let first = losses.prefix(learning.stepsPerEpoch).reduce(0, +)
    let last = losses.suffix(learning.stepsPerEpoch).reduce(0, +)
    #expect(last < 0.5 * first)
    let result = try learning.network()
    #expect(result.remainingEdges == Int((0.4 * Double(network.edgeCount)).rounded()))
    #expect(result.layers[0].weights.mask == network.layers[0].weights.mask)
    #expect(result.layers.allSatisfy { !$0.weights.hasOwnValues })
    for (layer, before) in zip(result.layers, network.layers) {
      #expect(layer.weights.signs == before.weights.signs.intersection(layer.weights.mask))
      #expect(layer.bias == before.bias)
    }
  }

  @Test(arguments: [MaskLearningSettings.Biases.keep, .shared, .perTask], [true, false])
  func aSnapshotGoesOnExactly(_ biases: MaskLearningSettings.Biases, _ convolutional: Bool) throws {
    let (network, tasks) = (try Self.network(convolutional: convolutional), try Self.tasks())
    let settings = Self.settings { $0.biases = biases }
    var whole = try MaskLearning(network, on: tasks, settings: settings)
    while !whole.isFinished { try whole.advance() }
    for stop in [0, 1, 7, 13] {
      var first = try MaskLearning(network, on: tasks, settings: settings)
      while first.step < stop { try first.advance() }
      var second = try MaskLearning(resuming: first.snapshot, network, on: tasks, threads: 2)
      #expect(second.step == stop)
      while !second.isFinished { try second.advance() }
      #expect(second.snapshot == whole.snapshot)
      #expect(try second.network() == whole.network())
    }
  }

  @Test(
    .enabled(
      if: InstructionSet.available.contains(where: \.fusesMultiplyAdd),
      "skipped: no instruction set fuses multiply-add"))
  func threadsAndInstructionsChangeNoBit() throws {
    let (network, tasks) = (try Self.network(), try Self.tasks())
    let settings = Self.settings { ($0.layers, $0.biases) = (["conv", "fc1", "fc2"], .perTask) }
    var seen: [MaskLearning.Snapshot] = []
    for set in InstructionSet.available where set.fusesMultiplyAdd {
      for threads in [1, 2, 5] {
        var learning = try MaskLearning(
          network, on: tasks, settings: settings, threads: threads, instructionSet: set)
        while !learning.isFinished { try learning.advance() }
        seen.append(learning.snapshot)
      }
    }
    #expect(seen.count >= 3 && seen.allSatisfy { $0 == seen[0] })
  }

  @Test func anotherSeedIsAnotherMask() throws {
    let (network, tasks) = (try Self.network(), try Self.tasks())
    let masks = try [1, 2].map { seed in
      try Self.learned(try MaskLearning(network, on: tasks, settings: Self.settings { $0.seed = seed }))
    }
    #expect(masks[0] != masks[1])
  }

  /// The scaled network that learns gives the answers of the stored one, and its logits are a multiple of them.
  @Test func conditioningChangesNoAnswer() throws {
    let (network, tasks) = (try Self.network(), try Self.tasks(1))
    var learning = try MaskLearning(network, on: tasks, settings: Self.settings { $0.shifts = false })
    let run = learning.run
    let order = run.feed.order(epoch: 0)
    let batch = run.feed.batch(0, of: order)
    try learning.advance()
    // The logits of that step are those of the masks before it.
    let fresh = try MaskLearning(network, on: tasks, settings: Self.settings { $0.shifts = false })
    let evaluator = ReferenceEvaluator(try fresh.network(), magnitude: .shared(0.5))
    let expected = evaluator.logits(batch.images.map { tasks[0].dataset.input($0) })
    var ratios: [Float] = []
    for (image, row) in expected.enumerated() {
      let logits = run.machine.value(run.machine.plan.logits, image / 16)
      for (output, value) in row.enumerated() where abs(value) > 5 {
        ratios.append(logits[output, image % 16] / value)
      }
    }
    let mean = ratios.reduce(0, +) / Float(ratios.count)
    #expect(ratios.count > 100 && mean > 0)
    // Features are kept in half precision.
    #expect(ratios.allSatisfy { abs($0 / mean - 1) < 5e-2 })
  }

  @Test func prunedEdgesWithoutASignStayPruned() throws {
    let network = try Pruning.random(seed: 1).apply(to: try Self.network(), .share(0.3))
    let result = try Self.learned(try MaskLearning(network, on: try Self.tasks(), settings: Self.settings()))
    for (layer, before) in zip(result.layers, network.layers) {
      #expect(layer.weights.mask.intersection(before.weights.mask) == layer.weights.mask)
    }
    #expect(result.remainingEdges < network.remainingEdges)
  }

  /// Scores of places without an edge became NaN, which was the threshold of a layer that keeps all its edges.
  @Test func aLayerThatKeepsAllItsEdgesKeepsThem() throws {
    let (network, tasks) = (try Self.network(), try Self.tasks())
    let settings = Self.settings { $0.density = 1 }
    let result = try Self.learned(try MaskLearning(network, on: tasks, settings: settings))
    #expect(result.remainingEdges == network.edgeCount)
  }

  @Test func aLearningOfAPrunedNetworkGoesOn() throws {
    let network = try Pruning.random(seed: 1).apply(to: try Self.network(), .share(0.3))
    let (tasks, settings) = (try Self.tasks(), Self.settings())
    var first = try MaskLearning(network, on: tasks, settings: settings)
    while first.step < 7 { try first.advance() }
    var second = try MaskLearning(resuming: first.snapshot, network, on: tasks)
    while !second.isFinished { try second.advance() }
    #expect(try second.network() == Self.learned(try MaskLearning(network, on: tasks, settings: settings)))
  }

  @Test func whatCannotBeIsRefused() throws {
    let (network, tasks) = (try Self.network(), try Self.tasks())
    func refused(_ change: (inout MaskLearningSettings) -> Void) -> String {
      do throws(PadawannError) {
        _ = try MaskLearning(network, on: tasks, settings: Self.settings(change))
        return ""
      } catch {
        return error.kind == .usage ? error.description : ""
      }
    }
    #expect(refused { $0.density = 0 }.contains("share"))
    #expect(refused { $0.density = 0.001 }.contains("too few"))
    #expect(refused { $0.layers = ["fc3"] }.contains("conv, fc1, fc2"))
    #expect(refused { $0.shares = ["conv": 0.5] }.contains("not masked"))
    #expect(refused { $0.sharedWeight = 0 }.contains("shared weight"))
    #expect(refused { $0.epochs = 0 }.contains("epochs"))
  }

  @Test func theSharesOfTheStudy() throws {
    let network = try Network.initialised(try Preset.mnistNet.architecture, seed: 1)
    let half = try EdgeBudget(network, MaskLearningSettings(density: 0.5)).kept
    #expect(half == [7: 599_824 - 18_720 - 640, 10: 640])
    let few = try EdgeBudget(network, MaskLearningSettings(density: 0.05)).kept
    #expect(few == [7: 59_982 - 18_720 - 640, 10: 640])
  }
}
