import Foundation
import Testing

@testable import Padawann

@Suite("WANN: evaluation of populations")
struct NeuronKernelTests {
  #if DEBUG
    private static let isFast = false
  #else
    private static let isFast = true
  #endif

  /// Numbers of every size, and what is near where the formulas change.
  private static let numbers: [Float] = {
    var numbers: [Float] = [0, -0.0, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude]
    var generator = KeyedGenerator(3)
    for _ in 0..<20_000 {
      numbers.append((generator.uniform() - 0.5) * 40)
      numbers.append(Float(bitPattern: UInt32(truncatingIfNeeded: generator.next())))
    }
    for step in -4000...4000 { numbers.append(Float(step) / 200) }
    for edge in [0.625, 0.5, 1, 87, 88, 4_194_304, 8_388_608, 16_777_216] as [Float] {
      numbers += [edge, edge.nextUp, edge.nextDown, -edge, 2 * edge, 2 * edge.nextUp]
    }
    return numbers.filter { !$0.isNaN }
  }()

  /// Sine and cosine of πx, of x without what does not matter.
  private static func exact(_ activation: NeuronActivation, _ x: Double) -> Double {
    switch activation {
    case .sine, .cosine: activation.value(x.remainder(dividingBy: 2))
    default: activation.value(x)
    }
  }

  /// The stated bounds (Formats/padawann.md): of sin πx and cos πx 2.5e-7, of the others 1e-7, absolute, or half a unit in the
  /// last place of x².
  @Test("activations are libm's within the stated bounds", arguments: NeuronActivation.allCases)
  func activations(_ activation: NeuronActivation) throws {
    let bound = activation == .sine || activation == .cosine ? 2.5e-7 : 1e-7
    for set in InstructionSet.available {
      let values = try set.neuronActivation(activation.rawValue, of: Self.numbers)
      for (x, value) in zip(Self.numbers, values) {
        let exact = Self.exact(activation, Double(x))
        if exact.isNaN || Float(exact).isInfinite {
          #expect(value.isNaN == exact.isNaN && value.isInfinite == Float(exact).isInfinite, "\(x)")
        } else {
          let isLinear = [.linear, .inverse, .absolute, .relu, .square].contains(activation)
          let allowed = isLinear ? abs(exact) * 0x1p-24 + 1e-45 : bound
          #expect(abs(Double(value) - exact) <= allowed, "\(activation.name)(\(x)) = \(value), \(exact)")
        }
      }
    }
  }

  @Test("logarithms are libm's")
  func logarithms() throws {
    let numbers = Self.numbers.map(abs).filter { $0.isNormal }
    for (x, value) in zip(numbers, try InstructionSet.best.neuronLogarithm(of: numbers)) {
      #expect(abs(Double(value) - log(Double(x))) <= 1.5e-7 * max(1, abs(log(Double(x)))), "\(x)")
    }
  }

  @Test("a NaN stays one, except of a step")
  func nan() throws {
    for activation in NeuronActivation.allCases {
      let value = try InstructionSet.best.neuronActivation(activation.rawValue, of: [.nan])[0]
      #expect(activation == .step ? value == 0 : value.isNaN, "\(activation.name)")
    }
  }

  private static let weights: [Float] = [-2, -1, -0.5, 0.5, 1, 2]

  /// What differs from Double's answers by more than rounding does must be a mistake: activations without steps and growth.
  @Test("every answer is the reference's")
  func reference() throws {
    let data = try NeuronFixture.images(37)
    let tame: [NeuronActivation] = [.linear, .gaussian, .tanh, .sigmoid, .inverse, .absolute, .relu]
    for seed in 0..<12 as Range<UInt64> {
      let graph = try NeuronFixture.evolved(
        changes: Int(seed) * 12, seed: seed, factors: seed % 3 == 1,
        activations: seed < 6 ? tame : NeuronActivation.allCases)
      let reference = NeuronReference(graph)
      let answers = try Inference(threads: 2).predictions(of: graph, on: data, weights: Self.weights)
      for (weight, predictions) in zip(Self.weights, answers) {
        for image in 0..<data.count {
          let exact = reference.outputs(of: data.input(image).map(Double.init), sharedWeight: Double(weight))
          for (value, exact) in zip(predictions.row(image), exact) where abs(exact) < 1e6 {
            // Sines of large numbers, and steps, make much of little.
            #expect(abs(Double(value) - exact) <= (seed < 6 ? 1e-5 : 1e-3) * max(1, abs(exact)))
          }
        }
      }
    }
  }

  @Test("scores are those of the outputs")
  func scores() throws {
    let data = try NeuronFixture.images(50)
    let images = Array(stride(from: 49, through: 0, by: -1)) + [7, 7]
    let graphs = try NeuronFixture.population(6, changes: 60, seed: 4)
    let inference = Inference(threads: 2)
    let scores = try inference.scores(of: graphs, on: data, images: images, weights: Self.weights).scores
    for (graph, score) in zip(graphs, scores) {
      let answers = try inference.predictions(of: graph, on: data, weights: Self.weights)
      for (weight, predictions) in answers.enumerated() {
        let classes = predictions.predictedClasses
        #expect(score.right[weight] == images.count { classes[$0] == data.labels[$0] })
        var loss = 0.0
        for image in images {
          let row = predictions.row(image).map(Double.init)
          let most = row.max() ?? 0
          loss += log(row.reduce(0) { $0 + exp($1 - most) }) + most - row[data.labels[image]]
        }
        #expect(abs(score.crossEntropy[weight] - loss / Double(images.count)) <= 2e-6 * max(1, loss))
      }
    }
  }

  @Test("outputs that are no numbers have the worst loss, and break nothing")
  func infinite() throws {
    // x² of x² … of 2 grows beyond all numbers, and infinity less itself is none.
    typealias C = NeuronGraph.Connection
    let chain = (0..<9).map { C(from: $0 == 0 ? 1 : 3 + $0, to: 4 + $0) }
    let graph = try NeuronGraph(
      inputs: 1, outputs: [.linear, .linear], hidden: .init(repeating: .square, count: 8) + [.inverse],
      connections: chain + [C(from: 12, to: 2), C(from: 11, to: 2), C(from: 11, to: 3)])
    let data = try Dataset(
      name: "two", shape: Shape(channels: 1), pixels: .floats([2, 0]), labels: [1, 1],
      classNames: ["a", "b"],
      normalisation: .none(divisor: 1))
    let score = try Inference(threads: 1).scores(of: [graph], on: data, images: [0, 1], weights: [1]).scores[
      0]
    #expect(abs(score.crossEntropy[0] - (Double(Float(1e30)) + log(2)) / 2) < 1e24)
    #expect(score.right == [0])
  }

  @Test("scores depend on neither threads, instructions, nor the other individuals")
  func sameBits() throws {
    let data = try NeuronFixture.images(45)
    let images = Array(0..<45)
    let graphs = try NeuronFixture.population(24, changes: 60, seed: 8)
    let all = try Inference(threads: 1).scores(of: graphs, on: data, images: images, weights: Self.weights)
    #expect(all.sharing.saved > 0.3 && all.sharing.computed < all.sharing.neurons)
    #expect(Set(all.scores.map(\.crossEntropy)).count > 10)
    for set in InstructionSet.available {
      for threads in 1...3 {
        let other = try Inference(threads: threads, instructionSet: set).scores(
          of: graphs.reversed(), on: data, images: images, weights: Self.weights)
        #expect(other.scores == all.scores.reversed(), "\(set), \(threads)")
      }
    }
    for (graph, score) in zip(graphs, all.scores) {
      for (place, weight) in Self.weights.enumerated() {
        let alone = try Inference(threads: 1).scores(of: [graph], on: data, images: images, weights: [weight])
          .scores[0]
        #expect(alone.crossEntropy == [score.crossEntropy[place]] && alone.right == [score.right[place]])
      }
    }
  }

  @Test("equal expressions are computed once, in whatever order their connections are")
  func sharing() throws {
    let graph = try NeuronFixture.small()
    let turned = try NeuronGraph(
      inputs: 2, outputs: graph.outputActivations, hidden: graph.hiddenActivations,
      connections: graph.connections.reversed())
    let data = try NeuronFixture.images(3, inputs: 2, classes: 2)
    let result = try Inference(threads: 1).scores(
      of: [graph, turned], on: data, images: [0, 1, 2], weights: [1])
    #expect(result.sharing == NeuronSharing(neurons: 8, computed: 4))
    #expect(result.scores[0] == result.scores[1])
    // Another factor makes another expression.
    let trained = try graph.withFactors([1, 1, 1, 1, 1, 2])
    let both = try Inference(threads: 1).scores(
      of: [graph, trained], on: data, images: [0, 1, 2], weights: [1])
    #expect(
      both.sharing.computed == 5 && both.scores[0] == result.scores[0] && both.scores[1] != result.scores[1])
  }

  @Test("what does not fit is refused")
  func wrong() throws {
    let (graph, inference) = (try NeuronFixture.small(), Inference(threads: 1))
    let data = try NeuronFixture.images(3, inputs: 2, classes: 2)
    #expect(throws: PadawannError.self) {
      try inference.scores(of: [graph], on: data, images: [], weights: [1])
    }
    #expect(throws: PadawannError.self) {
      try inference.scores(of: [graph], on: data, images: [0], weights: [])
    }
    #expect(throws: PadawannError.self) { try inference.predictions(of: graph, on: data, weights: [.nan]) }
    for other in [
      try NeuronFixture.images(3, inputs: 3, classes: 2), try NeuronFixture.images(3, inputs: 2, classes: 3),
    ] {
      #expect(throws: PadawannError.self) { try inference.predictions(of: graph, on: other, weights: [1]) }
    }
  }

  private func accuracies(_ graph: NeuronGraph, _ spec: String, _ weights: [Float]) throws -> [Double] {
    let data = try DatasetSpec.parse(spec + ",resize=16:bilinear,deskew").load(from: SharedFiles.data)
    return try Inference(threads: 2).predictions(of: graph, on: data, weights: weights).map {
      try Scores(of: $0).accuracy.value * 100
    }
  }

  /// The figures of the published champion, measured with numpy and OpenCV.
  @Test(
    .enabled(
      if: isFast && WannChampion.isThere, "skipped: ../shared is not there, or this is a debug build"),
    arguments: [
      ("mnist:test", [90.69, 91.07, 83.28, 83.05, 89.04, 89.60]),
      ("mnist:train", [90.04, 90.13, 82.17, 82.33, 88.80, 88.96]),
      ("10letters:test,transpose", [5.95, 5.80, 6.79, 8.51, 6.81, 8.09]),
    ])
  func thePublishedChampion(_ spec: String, _ figures: [Double]) throws {
    for (measured, figure) in zip(try accuracies(WannChampion.graph(), spec, Self.weights), figures) {
      #expect(abs(measured - figure) <= 0.02, "\(measured) \(figure)")
    }
  }

  @Test(
    .enabled(
      if: isFast && WannChampion.isThere, "skipped: ../shared is not there, or this is a debug build"))
  func thePublishedChampionWithTrainedWeights() throws {
    #expect(abs(try accuracies(WannChampion.trained(), "mnist:test", [1])[0] - 94.20) <= 0.02)
  }
}
