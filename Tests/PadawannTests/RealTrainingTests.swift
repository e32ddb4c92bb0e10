import Foundation
import Testing

@testable import Padawann

/// Training and learning on real digits and letters, which are not part of the package: skipped where they are not there.
@Suite struct RealTrainingTests {
  private static let isThere = SharedFiles.have("data/mnist", "data/emnist-letters", "models/mnist-net.pt")

  #if DEBUG
    private static let isFast = false
  #else
    private static let isFast = true
  #endif

  private static func dataset(_ text: String) throws -> Dataset {
    try DatasetSpec.parse(text).load(from: SharedFiles.data)
  }

  private static func accuracy(_ network: Network, _ magnitude: Magnitude, _ data: String) async throws
    -> Double
  {
    let predictions = try await Inference(threads: 2).predictions(
      of: network, on: try dataset(data), magnitude: magnitude)
    return try Scores(of: predictions).accuracy.value
  }

  /// A tenth of the work of the study, and less accurate for it: fewer images, fewer epochs, no shifts.
  @Test(.enabled(if: isThere && isFast, "skipped: ../shared is not there, or this is a debug build"))
  func oneMaskServesDigitsAndLetters() async throws {
    let file = try TensorFile.read(SharedFiles.path("models/mnist-net.pt"))
    let network = try NetworkImport().network(
      try ImportedParameters(file).parameters, try Preset.mnistNet.architecture)
    var settings = MaskLearningSettings(density: 0.5)
    (settings.epochs, settings.shifts) = (6, false)
    let tasks = try ["mnist:train,per-class=200", "10letters:train,per-class=200"].map {
      TrainingTask(try Self.dataset($0))
    }
    var learning = try MaskLearning(network, on: tasks, settings: settings, threads: 2)
    while !learning.isFinished { try learning.advance() }
    let learned = try learning.network()
    #expect(learned.remainingEdges == 599_824)
    #expect(try await Self.accuracy(learned, .shared(0.5), "mnist:test") > 0.96)
    #expect(try await Self.accuracy(learned, .shared(0.5), "10letters:test") > 0.86)
  }

  @Test(.enabled(if: isThere && isFast, "skipped: ../shared is not there, or this is a debug build"))
  func aPerceptronLearnsDigits() async throws {
    let network = try Network.initialised(try Preset.mlp.architecture, seed: 1)
    var trainer = try Trainer(
      network, on: [TrainingTask(try Self.dataset("mnist:train"))], settings: .thesis, threads: 2)
    while !trainer.isFinished { try trainer.advance() }
    #expect(try await Self.accuracy(try trainer.network(), .own, "mnist:test") > 0.96)
  }
}
