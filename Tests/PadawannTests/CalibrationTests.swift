import Testing

@testable import Padawann

/// Networks of signs brought back to what their teachers compute.
@Suite struct CalibrationTests {
  private static func trained(normalises: Bool) throws -> Network {
    var nodes: [(String, NodeOperation, [Int])] = [
      ("c1", .convolution(Convolution(outputs: 5, kernel: Extent(5), stride: Extent(3))), [-1])
    ]
    if normalises { nodes.append(("b1", .batchNormalisation(epsilon: 1e-3), [0])) }
    let first = nodes.count
    nodes += [
      ("r1", .relu, [first - 1]),
      ("c2", .convolution(Convolution(outputs: 5, kernel: Extent(3), padding: Padding(1, 1))), [first]),
      ("sum", .add, [first, first + 1]), ("flat", .flatten, [first + 2]),
      ("fc1", .linear(Linear(outputs: 12)), [first + 3]),
    ]
    if normalises { nodes.append(("b2", .batchNormalisation(epsilon: 1e-5), [nodes.count - 1])) }
    nodes.append(("r2", .relu, [nodes.count - 1]))
    nodes.append(("fc2", .linear(Linear(outputs: 10)), [nodes.count - 1]))
    let architecture = try Architecture(
      input: Shape(channels: 1, height: 28, width: 28), nodes: nodes.map { Node($0.0, $0.1, inputs: $0.2) })
    return try Network.initialised(architecture, seed: 6)
  }

  private static func images(_ perClass: Int = 15) throws -> Dataset {
    try DatasetSpec.parse("strokes:train,per-class=\(perClass)").load(from: DataFolder(path: "nowhere"))
  }

  /// Mean and variance of each channel of a node over all images, by the reference evaluator.
  private static func statistics(_ network: Network, _ magnitude: Magnitude, _ node: Int, _ dataset: Dataset)
    -> (means: [Double], variances: [Double])
  {
    let rows = ReferenceEvaluator(network, magnitude: magnitude)
      .activations((0..<dataset.count).map { dataset.input($0) }, of: node)
    let shape = network.architecture.shapes[node]
    let plane = shape.height * shape.width
    var means: [Double] = []
    var variances: [Double] = []
    for channel in 0..<shape.channels {
      let numbers = rows.flatMap { $0[(channel * plane)..<((channel + 1) * plane)].map { Double($0) } }
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      means.append(mean)
      variances.append(numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count))
    }
    return (means, variances)
  }

  @Test func everyLayersMeanBecomesTheTeachers() throws {
    let teacher = try Self.trained(normalises: false)
    let images = try Self.images()
    let student = try Calibration().calibrated(teacher.scaledSigns(), like: teacher, on: [images])
    // Behind the ReLU where one follows: c1 and fc1; c2 is read by a sum, and fc2 by nobody.
    for node in [1, 2, 6, 7] {
      let wanted = Self.statistics(teacher, .own, node, images).means
      let found = Self.statistics(student, .shared(1), node, images).means
      let before = Self.statistics(try teacher.scaledSigns(), .shared(1), node, images).means
      #expect(zip(wanted, found).allSatisfy { abs($0 - $1) < 2e-3 * (1 + abs($0)) })
      #expect(zip(wanted, before).contains { abs($0 - $1) > 2e-3 })
    }
    for (mine, theirs) in zip(student.layers, teacher.layers) {
      #expect(mine.weights.mask == theirs.weights.mask && mine.weights.signs == theirs.weights.signs)
    }
  }

  @Test func normalisationsTakeOutWhatTheyFind() throws {
    let teacher = try Self.trained(normalises: true)
    let images = try Self.images()
    let student = try Calibration().calibrated(teacher.scaledSigns(), on: [images])
    var normalisations = 0
    for node in student.parameters.indices {
      guard case .normalisation(let numbers) = student.parameters[node] else { continue }
      let found = Self.statistics(
        student, .shared(1), student.architecture.nodes[node].inputs[0], images)
      for channel in numbers.mean.indices {
        let deviation = found.variances[channel].squareRoot()
        #expect(abs(Double(numbers.mean[channel]) - found.means[channel]) < 1e-4 * (1 + deviation))
        #expect(abs(Double(numbers.variance[channel]) / found.variances[channel] - 1) < 1e-3)
      }
      normalisations += 1
    }
    #expect(normalisations == 2)
  }

  /// Statistics that were folded into scales come back, and with them what is learned or measured by them.
  @Test func foldedStatisticsAreFoundAgain() throws {
    let images = try Self.images()
    let plain = try Calibration().calibrated(Self.trained(normalises: true).scaledSigns(), on: [images])
    let folded = try plain.foldingStatistics()
    let looked = try TrainingImages([TrainingTask(images)], for: folded.architecture)
    let found = try folded.unfoldingStatistics(
      on: looked, magnitude: .shared(1), .best, ThreadPool(threads: 1))
    var compared = 0
    for node in plain.parameters.indices {
      guard case .normalisation(let before) = plain.parameters[node],
        case .normalisation(let after) = found.parameters[node]
      else { continue }
      for (one, other) in [
        (before.scale, after.scale), (before.shift, after.shift), (before.mean, after.mean),
        (before.variance, after.variance),
      ] {
        let size = one.map(abs).max() ?? 0
        #expect(zip(one, other).allSatisfy { abs($0 - $1) <= 1e-4 * size + 1e-6 })
      }
      compared += 1
    }
    #expect(compared == 2 && found.hasStatistics && !folded.hasStatistics)
    let again = try Calibration().calibrated(folded, on: [images])
    let (mine, theirs) = (
      ReferenceEvaluator(again, magnitude: .shared(1)).logits([images.input(0)]),
      ReferenceEvaluator(plain, magnitude: .shared(1)).logits([images.input(0)])
    )
    #expect(ExportFixture.difference(theirs, mine) < 1e-4)
  }

  @Test func threadsChangeNoBit() throws {
    let teacher = try Self.trained(normalises: true)
    let images = try Self.images()
    let results = try [1, 2, 3].map { threads in
      try Calibration().calibrated(teacher.scaledSigns(), like: teacher, on: [images], threads: threads)
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  @Test func onlySoManyImagesAreLookedAt() throws {
    let teacher = try Self.trained(normalises: true)
    var calibration = Calibration()
    calibration.images = 15
    let few = try calibration.calibrated(teacher.scaledSigns(), on: [try Self.images()])
    let every = try Self.images()
    let chosen = stride(from: 0, to: 150, by: 10).map { every.input($0) }
    let shape = every.shape
    let same = try Dataset(
      name: "chosen", shape: shape, pixels: .floats(chosen.flatMap { $0 }), labels: chosen.map { _ in 0 },
      classNames: ["?"], normalisation: .none(divisor: 1), isLabelled: false)
    #expect(try Calibration().calibrated(teacher.scaledSigns(), on: [same]) == few)
  }

  @Test func anotherArchitectureIsNoTeacher() throws {
    let network = try Self.trained(normalises: true).scaledSigns()
    let other = try Self.trained(normalises: false)
    #expect(throws: PadawannError.self) {
      try Calibration().calibrated(network, like: other, on: [try Self.images(1)])
    }
  }
}
