import Foundation
import Testing

@testable import Padawann

/// Training against PyTorch; `Goldens/training/make.py` makes the numbers.
@Suite struct TrainingGoldenTests {
  /// A network with a batch, and what PyTorch made of it.
  struct Golden {
    let network: Network
    let task: TrainingTask
    private let archive: NumPyArchive

    init(_ name: String) throws {
      let json = try Golden.bytes("\(name).json")
      let architecture = try ArchitectureFile.architecture(json: json)
      archive = try NumPyArchive(try Golden.bytes("\(name).npz"))
      let file = try TensorFile(bytes: try Golden.bytes("\(name).npz"), path: "golden.npz")
      let needed = NetworkImport.tensors(of: architecture).map(\.name)
      network = try NetworkImport(weights: .keep).network(
        try ImportedParameters(file).parameters.filter { needed.contains($0.name) }, architecture)
      let labels = try archive.array("labels").integers()
      task = TrainingTask(
        try Dataset(
          name: name, shape: architecture.input, pixels: .floats(try archive.array("images").floats()),
          labels: labels, classNames: (0..<architecture.outputs).map { "\($0)" },
          normalisation: .none(divisor: 1)))
    }

    func numbers(_ name: String) throws -> [Float] { try archive.array(name).floats() }

    static func bytes(_ file: String) throws -> [UInt8] {
      let url = try #require(Bundle.module.url(forResource: "Goldens/training/\(file)", withExtension: nil))
      return Array(try Data(contentsOf: url))
    }

    /// A run over the whole batch, in order.
    func run(_ set: InstructionSet, threads: Int = 1, _ order: GradientOrder = .byPosition) throws
      -> BatchRunner
    {
      let images = try TrainingImages([task], for: network.architecture)
      let machine = try TrainingEngine(
        network, .own, .everything(in: network.architecture), biasSets: 1, batch: images.count, set,
        ThreadPool(threads: threads), gradients: order)
      let feed = BatchFeed(images: images, size: images.count, epochs: 1, seed: 0, shifts: false)
      return try BatchRunner(machine, feed, usesBiasSets: false, keeps: nil)
    }
  }

  /// The largest difference, as a share of the largest number, or of 0.05 where all are smaller: the gradient of a bias before a
  /// batch normalisation is 0, and what PyTorch has there is rounding.
  static func difference(_ a: [Float], _ b: [Float]) -> Float {
    guard a.count == b.count else { return .infinity }
    let largest: Float = b.reduce(0.05) { max($0, abs($1)) }
    return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
  }

  /// Networks, instructions and orders.
  static let gradients: [(String, InstructionSet, GradientOrder)] =
    ["activations", "convolutions", "nodes", "perceptron", "residual"].flatMap { name in
      InstructionSet.available.flatMap { [(name, $0, .byPosition), (name, $0, .fastest)] }
    }

  @Test(arguments: gradients.indices)
  func gradientsArePyTorchs(_ index: Int) throws {
    let (name, set, order) = Self.gradients[index]
    let golden = try Golden(name)
    let run = try golden.run(set, order)
    let result = try run.gradients(step: 0)
    #expect(abs(Float(result.loss) - (try golden.numbers("loss"))[0]) < 1e-5)
    for (node, layer) in run.machine.layers {
      let name = golden.network.architecture.nodes[node].name
      let weights = layer.inEdgeOrder(layer.weights.gradients)
      #expect(
        Self.difference(weights, try golden.numbers("gradient.\(name).weight")) < 1e-5, "\(name).weight")
      guard golden.network.architecture.nodes[node].operation.hasBias else { continue }
      let biases = layer.biases.gradients.array
      #expect(Self.difference(biases, try golden.numbers("gradient.\(name).bias")) < 1e-5, "\(name).bias")
    }
    for (node, numbers) in run.machine.normalisations {
      let name = golden.network.architecture.nodes[node].name
      let (scale, shift) = (numbers.scale.gradients.array, numbers.shift.gradients.array)
      #expect(Self.difference(scale, try golden.numbers("gradient.\(name).weight")) < 1e-5, "\(name).weight")
      #expect(Self.difference(shift, try golden.numbers("gradient.\(name).bias")) < 1e-5, "\(name).bias")
      #expect(Self.difference(numbers.mean, try golden.numbers("after.\(name).running_mean")) < 1e-6)
      #expect(Self.difference(numbers.variance, try golden.numbers("after.\(name).running_var")) < 1e-6)
    }
  }

  static let optimisers: [(name: String, Optimiser, rate: Double)] = [
    ("sgd", .gradientDescent(), 0.1),
    ("momentum", .gradientDescent(.init(momentum: 0.9, dampening: 0.2, weightDecay: 0.01)), 0.1),
    ("nesterov", .gradientDescent(.init(momentum: 0.9, isNesterov: true)), 0.1),
    ("adam", .adam(.init(beta1: 0.8, beta2: 0.95, weightDecay: 0.1)), 0.01),
    ("adamw", .adam(.init(weightDecay: 0.1, isDecoupled: true)), 0.01),
    ("adadelta", .adadelta(.init(weightDecay: 0.01)), 1),
  ]

  @Test(arguments: optimisers.indices, InstructionSet.available)
  func stepsArePyTorchs(_ index: Int, _ set: InstructionSet) throws {
    let (name, optimiser, rate) = Self.optimisers[index]
    let golden = try Golden("perceptron")
    let results = try NumPyArchive(try Golden.bytes("optimisers.npz"))
    var trainer = try Trainer(
      golden.network, on: [golden.task],
      settings: TrainingSettings(
        optimiser: optimiser, rate: rate, epochs: 5, batch: golden.task.dataset.count),
      instructionSet: set)
    while !trainer.isFinished { try trainer.advance() }
    for layer in try trainer.network().layers {
      let weights = try results.array("\(name).\(layer.name).weight").floats()
      #expect(Self.difference(layer.weights.numbers(.own), weights) < 1e-5, "\(name) \(layer.name).weight")
      let biases = try results.array("\(name).\(layer.name).bias").floats()
      #expect(Self.difference(layer.bias ?? [], biases) < 1e-5, "\(name) \(layer.name).bias")
    }
  }

  @Test func threadsAndInstructionsChangeNoBit() throws {
    let fusing = InstructionSet.available.filter(\.fusesMultiplyAdd)
    for name in ["activations", "convolutions", "nodes", "residual"] {
      let golden = try Golden(name)
      for order in [GradientOrder.byPosition, .fastest] {
        var seen = Set<[[Float]]>()
        for set in fusing {
          for threads in [1, 2, 3] {
            let run = try golden.run(set, threads: threads, order)
            _ = try run.gradients(step: 0)
            seen.insert(run.machine.trainedNumbers.map(\.gradients.array))
          }
        }
        #expect(seen.count == (fusing.isEmpty ? 0 : 1))
      }
    }
  }
}
