import Testing

@testable import Padawann

/// Gradients against differences of losses, on graphs that nobody designed.
@Suite struct TrainingDifferenceTests {
  /// A random network with images and labels for it.
  private static func make(_ seed: UInt64) throws -> (network: Network, task: TrainingTask) {
    let (network, dataset) = try RandomNetworks.make(seed)
    let outputs = network.architecture.outputs
    var generator = KeyedGenerator(seed, 77)
    let labels = dataset.labels.map { _ in generator.next(below: outputs) }
    let names = (0..<outputs).map { "\($0)" }
    return (
      network,
      TrainingTask(
        try Dataset(
          name: "random", shape: dataset.shape, pixels: dataset.pixels, labels: labels, classNames: names,
          normalisation: dataset.normalisation))
    )
  }

  private static func loss(_ run: BatchRunner) throws -> Double { try run.gradients(step: 0).loss }

  /// Seeds, and how many of them make a network whose loss can change.
  private static let seeds: [(Range<UInt64>, Int)] = [
    (0..<30, 27), (30..<60, 26), (60..<90, 27), (90..<120, 27),
  ]

  @Test(arguments: seeds)
  func aStepAlongTheGradientChangesTheLossAsItSays(_ seeds: Range<UInt64>, _ floor: Int) throws {
    let checked = try seeds.count { try Self.check($0) }
    #expect(checked >= floor, "\(checked) of \(seeds.count)")
  }

  /// - Returns: whether the network has something to train that changes its loss.
  private static func check(_ seed: UInt64) throws -> Bool {
    let (network, task) = try make(seed)
    guard network.architecture.outputs > 1, network.architecture.logitsNode >= 0 else { return false }
    var scope = TrainingScope.everything(in: network.architecture)
    scope.weights = scope.weights.filter { $0 <= network.architecture.logitsNode }
    scope.biases = scope.biases.filter { $0 <= network.architecture.logitsNode }
    scope.dropsOut = seed % 2 == 0
    scope.usesBatchStatistics = seed % 3 == 0
    let images = try TrainingImages([task], for: network.architecture)
    let machine = try TrainingEngine(
      network, .own, scope, biasSets: 1, batch: images.count, .best, ThreadPool(threads: 1 + Int(seed % 2)),
      gradients: seed % 4 < 2 ? .byPosition : .fastest)
    let feed = BatchFeed(images: images, size: images.count, epochs: 1, seed: seed, shifts: false)
    let run = try BatchRunner(machine, feed, usesBiasSets: false, keeps: nil)
    let numbers = machine.trainedNumbers
    // Pruned edges make equal maxima, where a loss has no gradient.
    var generator = KeyedGenerator(seed, 78)
    for some in numbers {
      some.values.replace(with: some.values.array.map { $0 + 0.2 * generator.uniform() - 0.1 })
    }
    try machine.refreshFilters { _ in true }
    _ = try loss(run)
    let before = numbers.map(\.values.array)
    let gradients = numbers.map(\.gradients.array)
    let square = gradients.joined().reduce(0.0) { $0 + Double($1) * Double($1) }
    guard square > 1e-8 else { return false }
    func lossAfter(_ distance: Double) throws -> Double {
      for (index, some) in numbers.enumerated() {
        some.values.replace(
          with: zip(before[index], gradients[index]).map {
            Float(Double($0) + distance * Double($1) / square.squareRoot())
          })
      }
      try machine.refreshFilters { _ in true }
      return try loss(run)
    }
    // Kinks and rounding blur any one distance; of several, one must agree.
    let errors = try [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 5e-4].map { distance in
      let slope = (try lossAfter(distance) - lossAfter(-distance)) / (2 * distance)
      return abs(slope / square.squareRoot() - 1)
    }
    #expect((errors.min() ?? 1) < 0.02, "seed \(seed): \(errors)")
    return true
  }
}
