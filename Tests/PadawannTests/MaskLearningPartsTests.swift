import Testing

@testable import Padawann

/// Masks of tasks that are learned behind that of all tasks.
@Suite struct MaskLearningPartsTests {
  private static func network() throws -> Network {
    let nodes: [(String, NodeOperation)] = [
      ("conv", .convolution(Convolution(outputs: 8, kernel: Extent(5), stride: Extent(3)))),
      ("relu0", .relu), ("pool", .maxPool(Pool(kernel: Extent(2)))), ("flatten", .flatten),
      ("fc1", .linear(Linear(outputs: 40))), ("relu", .relu), ("fc2", .linear(Linear(outputs: 10))),
    ]
    let architecture = try Architecture(
      input: Shape(channels: 1, height: 28, width: 28),
      nodes: nodes.enumerated().map { Node($1.0, $1.1, inputs: [$0 - 1]) })
    return try Network.initialised(architecture, seed: 3)
  }

  private static func tasks() throws -> [TrainingTask] {
    let folder = DataFolder(path: "nowhere")
    return try ["strokes:train,per-class=30", "strokes-letters:train,per-class=17,classes=0-9"].map {
      TrainingTask(try DatasetSpec.parse($0).load(from: folder))
    }
  }

  private static func settings(_ biases: MaskLearningSettings.Biases = .keep) -> MaskLearningSettings {
    var settings = MaskLearningSettings(density: 0.4)
    (settings.epochs, settings.seed, settings.biases) = (4, 5, biases)
    settings.taskMasks = TaskMaskSettings(of: 4)
    return settings
  }

  private static func finish(_ parts: inout MaskLearningParts) throws {
    while !parts.isFinished { _ = try parts.advance() }
  }

  /// Everything that a learning came to.
  private struct Outcome: Equatable {
    var network: Network
    var masks: [[Int: EdgeWeights]]
    var biases: [[Int: [Float]]]

    init(_ parts: borrowing MaskLearningParts) throws {
      network = try parts.network()
      masks = []
      biases = []
      for task in 0..<2 {
        masks.append(try parts.masks(task: task))
        biases.append(parts.biases(task: task))
      }
    }
  }

  @Test(arguments: MaskLearningSettings.Biases.allCases)
  func anyThreadsAndAnyInterruptionGiveTheSame(_ biases: MaskLearningSettings.Biases) throws {
    let (network, tasks) = (try Self.network(), try Self.tasks())
    var whole = try MaskLearningParts(network, on: tasks, settings: Self.settings(biases))
    #expect(whole.steps == 2 * 5 + 2 * 3 + 2 * 2)
    var seen: [MaskLearningParts.Snapshot] = [whole.snapshot]
    while !whole.isFinished {
      _ = try whole.advance()
      seen.append(whole.snapshot)
    }
    let outcome = try Outcome(whole)
    // Between two parts, in the middle of each, at the very end.
    for stop in [0, 3, 10, 11, 15, 16, 17, 19, 20] {
      var rest = try MaskLearningParts(
        network, on: tasks, settings: Self.settings(biases), from: seen[stop], threads: 2)
      #expect(rest.step == stop)
      #expect(rest.snapshot == seen[stop])
      try Self.finish(&rest)
      #expect(try Outcome(rest) == outcome, "from step \(stop)")
    }
  }

  @Test func everyTaskHasAsManyEdgesAndTheSameSigns() throws {
    let (network, tasks) = (try Self.network(), try Self.tasks())
    var parts = try MaskLearningParts(network, on: tasks, settings: Self.settings())
    try Self.finish(&parts)
    let joint = try parts.network()
    for task in 0..<2 {
      let masks = try parts.masks(task: task)
      #expect(masks.count == 2)
      for layer in joint.layers {
        guard let own = masks[layer.index] else { continue }
        #expect(own.remainingEdges == layer.weights.remainingEdges)
        let before = try #require(network.layers.first { $0.index == layer.index })
        #expect(own.signs == before.weights.signs.intersection(own.mask))
        let difference = own.mask.symmetricDifference(layer.weights.mask).popcount
        // It began with the mask of all tasks: what begins anew differs in about half of the edges.
        #expect(difference < own.count / 4)
      }
    }
    #expect(try parts.masks(task: 0) != parts.masks(task: 1))
    let first = try #require(joint.layers.first { $0.name == "fc1" })
    #expect(try parts.masks(task: 0)[first.index]?.mask != first.weights.mask)
  }

  /// The first part is what a learning of so many epochs for all tasks comes to.
  @Test func theNetworkIsThatOfTheFirstPart() throws {
    let (network, tasks) = (try Self.network(), try Self.tasks())
    var parts = try MaskLearningParts(network, on: tasks, settings: Self.settings(.perTask))
    try Self.finish(&parts)
    var settings = Self.settings(.perTask)
    (settings.epochs, settings.taskMasks) = (2, nil)
    var joint = try MaskLearning(network, on: tasks, settings: settings)
    while !joint.isFinished { try joint.advance() }
    #expect(try parts.network() == joint.network())
    #expect(parts.biases(task: 1) != joint.biases(task: 1))
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    let (network, tasks) = (try Self.network(), try Self.tasks())
    for (epochs, own) in [(4, 0), (4, 4), (1, 0), (1, 1), (4, -1)] {
      var settings = Self.settings()
      settings.epochs = epochs
      settings.taskMasks?.epochs = own
      #expect(throws: PadawannError.self) { try settings.validate() }
    }
    var settings = Self.settings()
    settings.taskMasks?.rate = .nan
    #expect(throws: PadawannError.self) { try settings.validate() }
    do {
      _ = try MaskLearningParts(network, on: [tasks[0]], settings: Self.settings())
      Issue.record("a single task was accepted")
    } catch { #expect(error.kind == .usage) }
  }

  @Test func partsOfAnotherLearningAreRefused() throws {
    let (network, tasks) = (try Self.network(), try Self.tasks())
    var parts = try MaskLearningParts(network, on: tasks, settings: Self.settings(.perTask))
    while parts.part == 0 { _ = try parts.advance() }
    let good = parts.snapshot
    #expect(good.present == nil && good.results.count == 1)
    func refuses(_ what: String, _ change: (inout MaskLearningParts.Snapshot) -> Void) throws {
      var snapshot = good
      change(&snapshot)
      do {
        var parts = try MaskLearningParts(
          network, on: tasks, settings: Self.settings(.perTask), from: snapshot)
        _ = try parts.advance()
        Issue.record("\(what) was accepted")
      } catch { #expect(error.kind == .data, "\(what): \(error)") }
    }
    let layer = try #require(network.layers.last?.index)
    try refuses("nothing") { ($0.results, $0.beginning) = ([], nil) }
    try refuses("parts without a beginning") { $0.beginning = nil }
    try refuses("more parts than tasks") { $0.results += Array(repeating: $0.results[0], count: 3) }
    try refuses("a missing mask") { $0.results[0].masks[layer] = nil }
    try refuses("a short mask") { $0.results[0].masks[layer] = Bitmask(repeating: true, count: 3) }
    try refuses("a full mask") { $0.results[0].masks[layer] = Bitmask(repeating: true, count: 400) }
    try refuses("biases of one task") { $0.results[0].biases.removeLast() }
    try refuses("an infinite bias") { $0.results[0].biases[0][layer]?[0] = .infinity }
    try refuses("few biases") { $0.results[0].biases[0][layer]?.removeLast() }
    try refuses("few scores") { $0.beginning?.scores[layer]?.removeLast() }
    try refuses("a score that is no number") { $0.beginning?.scores[layer]?[0] = .nan }
    try refuses("no magnitude") { $0.beginning?.magnitudes[layer] = nil }
    try refuses("a magnitude of 0") { $0.beginning?.magnitudes[layer] = 0 }
  }
}
