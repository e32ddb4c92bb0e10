import Foundation
import Testing

@testable import Padawann

@Suite("WANN: tuning")
struct NeuronTrainingTests {
  #if DEBUG
    private static let isFast = false
  #else
    private static let isFast = true
  #endif

  @Test("gradients are the differences of the reference's loss")
  func gradients() throws {
    let data = try NeuronFixture.images(21)
    let smooth: [NeuronActivation] = [.linear, .sine, .gaussian, .tanh, .sigmoid, .inverse, .cosine, .square]
    for seed in 0..<6 as Range<UInt64> {
      let graph = try NeuronFixture.evolved(changes: 25, seed: seed, factors: true, activations: smooth)
        .pruned
      let training = try NeuronTraining(graph, from: [1], on: data, .init(), Inference(threads: 2))
      let gradients = try training.gradients(NeuronImages(data, 0..<21))
      let form = NeuronForm(graph)
      #expect(gradients.count == graph.connections.count)
      for (place, gradient) in gradients.enumerated() {
        let connection = Int(form.connections[place])
        let step: Float = 1e-3
        func loss(_ change: Float) throws -> Double {
          try Self.loss(graph, data, changing: connection, by: change)
        }
        let difference = (try loss(step) - loss(-step)) / (2 * Double(step))
        #expect(abs(gradient - difference) <= 2e-3 * max(1, abs(difference)), "\(seed), \(place)")
      }
    }
  }

  private static func loss(_ graph: NeuronGraph, _ data: Dataset, changing connection: Int, by change: Float)
    throws -> Double
  {
    let order = graph.enabledInOrder
    let changed = try graph.withFactors(
      order.map { graph.connections[$0].factor + ($0 == connection ? change : 0) })
    let reference = NeuronReference(changed)
    let losses = (0..<data.count).map { image in
      let row = reference.outputs(of: data.input(image).map(Double.init), sharedWeight: 1)
      let most = row.max() ?? 0
      return log(row.reduce(0) { $0 + exp($1 - most) }) + most - row[data.labels[image]]
    }
    return losses.reduce(0, +) / Double(data.count)
  }

  @Test("equal neurons are trained on their own")
  func equalNeurons() throws {
    typealias C = NeuronGraph.Connection
    let graph = try NeuronGraph(
      inputs: 1, outputs: [.linear, .linear], hidden: [.tanh, .tanh],
      connections: [C(from: 1, to: 4), C(from: 1, to: 5), C(from: 4, to: 2), C(from: 5, to: 3)])
    let data = try NeuronFixture.images(40, inputs: 1, classes: 2)
    var settings = NeuronTraining.Settings()
    (settings.epochs, settings.batch) = (3, 8)
    let trained = try NeuronTraining(graph, from: [1], on: data, settings, Inference(threads: 1)).trained()
      .graph
    let factors = trained.connections.map(\.factor)
    #expect(Set(factors).count == 4)
  }

  @Test("it learns, and depends on neither threads nor instructions")
  func learns() throws {
    var generator = KeyedGenerator(5)
    let pixels = (0..<1200).map { _ in generator.uniform() }
    let labels = (0..<200).map { image in
      pixels[image * 6] > pixels[image * 6 + 1] ? 1 : pixels[image * 6 + 2] > 0.5 ? 2 : 0
    }
    let data = try Dataset(
      name: "rule", shape: Shape(channels: 6), pixels: .floats(pixels), labels: labels,
      classNames: ["a", "b", "c"],
      normalisation: .none(divisor: 1))
    let graph = try NeuronFixture.evolved(changes: 60, seed: 2, activations: NeuronActivation.published)
    var settings = NeuronTraining.Settings()
    (settings.epochs, settings.batch, settings.rate) = (30, 32, 0.02)
    let training = try NeuronTraining(graph, from: [1, -1], on: data, settings, Inference(threads: 1))
    let trained = try training.trained()
    let before = try Inference(threads: 1).scores(
      of: [graph], on: data, images: Array(0..<200), weights: [1, -1]
    ).scores[0]
    #expect(
      trained.accuracy.count > (before.right.max() ?? 0) + 20, "\(before.right), \(trained.accuracy.count)")
    for set in InstructionSet.available {
      let other = try NeuronTraining(
        graph, from: [1, -1], on: data, settings, Inference(threads: 3, instructionSet: set))
      #expect(try other.trained().graph == trained.graph)
    }
  }

  @Test("the shared weight that is found is the best of those that were tried")
  func search() throws {
    let data = try NeuronFixture.images(80)
    let graph = try NeuronFixture.evolved(changes: 40, seed: 12)
    let inference = Inference(threads: 1)
    let found = try SharedWeightSearch(of: graph, on: data, from: -2, to: 2, inference)
    let sweep = try SharedWeightSweep(of: graph, on: data, from: -2, to: 2, count: 81, inference)
    #expect(found.accuracy.count >= sweep.points[sweep.best].accuracy.count)
    let score = try inference.scores(
      of: [graph], on: data, images: Array(0..<80), weights: [found.sharedWeight]
    ).scores[0]
    #expect(score.right == [found.accuracy.count])
    #expect(found.sharedWeight != 0 && abs(found.sharedWeight) <= 2)
  }

  @Test("a sweep's figures are those of its answers")
  func sweep() throws {
    let data = try NeuronFixture.images(60)
    let graph = try NeuronFixture.evolved(changes: 40, seed: 14)
    let inference = Inference(threads: 1)
    let sweep = try SharedWeightSweep(of: graph, on: data, from: -1, to: 1, count: 5, inference)
    #expect(sweep.points.map(\.sharedWeight) == [-1, -0.5, 0, 0.5, 1])
    let answers = try inference.predictions(of: graph, on: data, weights: [-1, -0.5, 0, 0.5, 1])
    let shares = try answers.map { try Scores(of: $0).accuracy.value }
    let mean = shares.reduce(0, +) / 5
    #expect(sweep.points.map(\.accuracy.value) == shares && abs(sweep.mean - mean) < 1e-12)
    #expect(
      abs(sweep.deviation - (shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 5).squareRoot()) < 1e-12)
    #expect(sweep.meanEnsemble == (try Ensemble(of: answers).scores.accuracy))
    let votes = (0..<60).map { image in
      let classes = answers.map { $0.predictedClasses[image] }
      return (0..<3).max { one, other in
        (classes.count { $0 == one }, -one) < (classes.count { $0 == other }, -other)
      }
    }
    #expect(sweep.voteEnsemble.count == zip(votes, data.labels).count { $0 == $1 })
  }

  @Test("settings that make no sense are refused")
  func wrong() throws {
    for change in [{ $0.epochs = 0 }, { $0.rate = 0 }, { $0.rate = .nan }, { $0.batch = 0 }]
      as [(inout NeuronTraining.Settings) -> Void]
    {
      var settings = NeuronTraining.Settings()
      change(&settings)
      #expect(throws: PadawannError.self) { try settings.validate() }
    }
  }

  /// The paper's and the thesis' figures of the published champion: 82.0 ± 18.7, best 91.9, ensembles 91.6.
  @Test(
    .enabled(if: isFast && WannChampion.isThere, "skipped: ../shared is not there, or this is a debug build"))
  func thePublishedChampion() throws {
    let data = try DatasetSpec.parse("mnist:test,resize=16:bilinear,deskew").load(from: SharedFiles.data)
    let sweep = try SharedWeightSweep(
      of: WannChampion.graph(), on: data, from: -2, to: 2, count: 101, Inference(threads: 2))
    #expect(abs(sweep.mean * 100 - 80.3) < 0.1 && abs(sweep.deviation * 100 - 20.2) < 0.1)
    #expect(abs(sweep.points[sweep.best].sharedWeight - -1.52) < 1e-6)
    #expect(abs(sweep.points[sweep.best].accuracy.value * 100 - 91.94) < 0.03)
    #expect(
      abs(sweep.meanEnsemble.value * 100 - 91.9) < 0.06 && abs(sweep.voteEnsemble.value * 100 - 91.5) < 0.06)
  }
}
