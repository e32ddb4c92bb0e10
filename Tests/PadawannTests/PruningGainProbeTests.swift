import Testing

@testable import Padawann

@Suite struct PruningGainProbeTests {
  /// A random network with images, all of which are in one batch, and labels.
  private static func make(_ seed: UInt64) throws -> (network: Network, task: TrainingTask)? {
    let (network, dataset) = try RandomNetworks.make(seed)
    let outputs = network.architecture.outputs
    guard outputs > 1, dataset.count <= PruningGainProbe.batch else { return nil }
    let names = (0..<outputs).map { "\($0)" }
    let labels = (0..<dataset.count).map { $0 * 7 % outputs }
    let task = TrainingTask(
      try Dataset(
        name: "random", shape: dataset.shape, pixels: dataset.pixels, labels: labels, classNames: names,
        normalisation: dataset.normalisation))
    return (network, task)
  }

  private static func probe(
    _ network: Network, _ tasks: [TrainingTask], images: Int = 1000, threads: Int = 1,
    _ set: InstructionSet = .best
  ) throws -> PruningGainProbe {
    try PruningGainProbe(
      network, magnitude: .own, on: tasks, images: images, seed: 3, threads: threads, instructionSet: set)
  }

  /// The cross-entropy of logits with a standard deviation of 3, of the network with some of its weights changed a little.
  private static func loss(
    _ network: Network, _ task: TrainingTask, scale: Double, weights: (Int, Float) -> Float
  ) async throws -> (loss: Double, deviation: Double) {
    var layer = -1
    let changed = try network.mapWeights { one throws(PadawannError) in
      layer += 1
      let numbers = one.weights.numbers(.own).map { weights(layer, $0) }
      return try EdgeWeights(
        shape: one.weights.shape, mask: Bitmask(numbers.map { $0 != 0 }), values: .own(numbers))
    }
    let predictions = try await Inference(threads: 1).predictions(
      of: changed, on: task.dataset, magnitude: .own)
    let logits = predictions.logits.map(Double.init)
    let mean = logits.reduce(0, +) / Double(logits.count)
    let square = logits.reduce(0) { $0 + $1 * $1 } / Double(logits.count)
    var sum = 0.0
    for (image, label) in task.dataset.labels.enumerated() {
      let row = logits[(image * predictions.outputs)..<((image + 1) * predictions.outputs)].map { $0 * scale }
      let top = row.max() ?? 0
      sum += logOf(row.reduce(0) { $0 + expOf($1 - top) }) + top - row[label]
    }
    return (sum / Double(task.dataset.count), (square - mean * mean).squareRoot())
  }

  /// When every weight of a layer is made a little larger, the loss changes by the sum of the saliencies of its edges.
  @Test(arguments: [0..<30, 30..<60] as [Range<UInt64>])
  func thePruningGainOfALayerIsTheSlopeOfTheLossByItsSize(_ seeds: Range<UInt64>) async throws {
    var layers: [Int] = []
    for seed in seeds { layers.append(try await Self.checkedLayers(seed)) }
    // Functions that are flat somewhere leave many a network without any slope.
    #expect(layers.count { $0 > 0 } >= 12, "\(layers)")
    #expect(layers.reduce(0, +) >= 20, "\(layers)")
  }

  /// - Returns: how many layers change the loss enough to be compared.
  private static func checkedLayers(_ seed: UInt64) async throws -> Int {
    guard let (network, task) = try make(seed) else { return 0 }
    let genome = try network.genome()
    let gains = try probe(network, [task]).gains(of: genome.masks, draw: 0)
    let still = try await loss(network, task, scale: 1) { $1 }
    guard still.deviation > 1e-3, still.deviation.isFinite else { return 0 }
    var checked = 0
    let scale = PruningGainProbe.deviation / still.deviation
    for layer in gains.indices {
      let told = gains[layer].reduce(0.0) { $0 + Double($1) }
      guard abs(told) > 1e-3 else { continue }
      var errors: [Double] = []
      for step in [3e-2, 1e-2, 3e-3, 1e-3] as [Float] {
        let more = try await loss(network, task, scale: scale) { $0 == layer ? $1 * (1 + step) : $1 }
        let less = try await loss(network, task, scale: scale) { $0 == layer ? $1 * (1 - step) : $1 }
        errors.append(abs((more.loss - less.loss) / (2 * Double(step)) / told - 1))
      }
      // Kinks and rounding blur any one distance; of several, one must agree.
      #expect((errors.min() ?? 1) < 0.03, "seed \(seed), layer \(layer) of \(gains.count): \(errors)")
      checked += 1
    }
    return checked
  }

  @Test func anyNumberOfThreadsFindsTheSameNumbers() throws {
    let made = try (0..<12).compactMap { try Self.make($0) }
    #expect(made.count == 12)
    for (network, task) in made { try Self.compareThreads(network, task) }
  }

  private static func compareThreads(_ network: Network, _ task: TrainingTask) throws {
    let masks = try network.genome().masks
    let one = try probe(network, [task]).gains(of: masks, draw: 5)
    #expect(try probe(network, [task], threads: 3).gains(of: masks, draw: 5) == one)
    // Nor does it matter what was measured before.
    let probe = try probe(network, [task])
    _ = try probe.gains(of: masks.map { Bitmask(repeating: false, count: $0.count) }, draw: 1)
    #expect(try probe.gains(of: masks, draw: 5) == one)
  }

  @Test func prunedEdgesHaveNoPruningGain() throws {
    let network = try RunPlace.network()
    let place = try Self.digits(40)
    var mask = Bitmask(repeating: true, count: 490)
    for edge in stride(from: 0, to: 490, by: 3) { mask[edge] = false }
    let probe = try PruningGainProbe(network, magnitude: .shared(0.5), on: [place], images: 40, seed: 1)
    let found = try probe.gains(of: [mask], draw: 0)[0]
    #expect((0..<490).allSatisfy { mask[$0] || found[$0] == 0 })
    #expect(found.contains { $0 > 0 } && found.contains { $0 < 0 })
    #expect(throws: PadawannError.self) {
      try probe.gains(of: [Bitmask(repeating: true, count: 3)], draw: 0)
    }
  }

  private static func digits(_ count: Int, classes: Int = 10) throws -> TrainingTask {
    var generator = KeyedGenerator(8)
    let pixels = (0..<(count * 784)).map { _ in UInt8(generator.next(below: 256)) }
    return TrainingTask(
      try Dataset(
        name: "noise", shape: Shape(channels: 1, height: 28, width: 28), pixels: .bytes(pixels),
        labels: (0..<count).map { $0 % classes }, classNames: (0..<classes).map { "\($0)" },
        normalisation: .mnist))
  }

  @Test func imagesAreDividedAmongTasksAsFarAsTheyGo() throws {
    let network = try RunPlace.network()
    let tasks = [try Self.digits(40), try Self.digits(15), try Self.digits(40)]
    func images(_ count: Int) throws -> Int {
      let probe = try PruningGainProbe(network, magnitude: .shared(1), on: tasks, images: count, seed: 1)
      return probe.imagesPerMask
    }
    #expect(try images(3) == 3)
    #expect(try images(31) == 31)
    #expect(try images(60) == 55)
    #expect(try images(100_000) == 95)
    #expect(throws: PadawannError.self) { try images(2) }
    #expect(throws: PadawannError.self) { try images(-1) }
  }

  @Test func drawsDifferAndAreRepeated() throws {
    let network = try RunPlace.network()
    let probe = try PruningGainProbe(
      network, magnitude: .shared(1), on: [try Self.digits(40)], images: 10, seed: 1)
    let masks = [Bitmask(repeating: true, count: 490)]
    let first = try probe.gains(of: masks, draw: 1)
    #expect(try probe.gains(of: masks, draw: 2) != first)
    #expect(try probe.gains(of: masks, draw: 1) == first)
  }
}
