import Padawann
import Testing

/// The engine where sizes are at an edge: every instruction set against the reference evaluator, and against each other.
@Suite struct EngineShapeTests {
  private static let magnitudes = [Magnitude.shared(0.5), .shared(-1.5)]

  private static func network(
    _ input: Shape, _ nodes: [Node], density: Float, seed: UInt64 = 3
  ) throws -> Network {
    let architecture = try Architecture(input: input, nodes: nodes)
    var generator = KeyedGenerator(seed)
    return try Network(
      architecture: architecture,
      parameters: try architecture.nodes.indices.map { index in
        if case .batchNormalisation = architecture.nodes[index].operation {
          let numbers = (0..<architecture.shapes[index].channels).map { _ in 0.5 + generator.uniform() }
          return .normalisation(
            BatchNormalisation(scale: numbers, shift: numbers, mean: numbers, variance: numbers))
        }
        guard let shape = architecture.weightShape(of: index) else { return .none }
        let count = shape.reduce(1, *)
        let mask = Bitmask((0..<count).map { _ in generator.uniform() < density })
        let signs = Bitmask((0..<count).map { _ in generator.uniform() < 0.5 })
        return .weighted(
          try EdgeWeights(shape: shape, mask: mask, values: .signs(signs)),
          bias: (0..<shape[0]).map { _ in generator.uniform() - 0.5 })
      })
  }

  /// Handwriting of a kind: ink in the middle, in another place for every image.
  private static func images(_ count: Int, _ shape: Shape, ink: Float = 0.7) throws -> Dataset {
    var generator = KeyedGenerator(5)
    let pixels = (0..<count).flatMap { image in
      (0..<shape.count).map { element -> UInt8 in
        let (row, column) = (element / shape.width % shape.height, element % shape.width)
        let isInside = row >= image % 9 && column >= image % 5 && row < 20 && column < 22
        return isInside && generator.uniform() < ink ? UInt8(generator.uniform() * 255) : 0
      }
    }
    return try Dataset(
      name: "ink", shape: shape, pixels: .bytes(pixels), labels: [Int](repeating: 0, count: count),
      classNames: ["any"], normalisation: .mnist)
  }

  /// Compares with the reference, and the instruction sets with each other; gives the kernels.
  @discardableResult
  private static func check(_ network: Network, _ dataset: Dataset) throws -> [String] {
    let inputs = (0..<dataset.count).map(dataset.input)
    let expected = magnitudes.map { magnitude in
      ReferenceEvaluator(network, magnitude: magnitude).logits(inputs).flatMap { $0 }
    }
    var fused: [[UInt32]]?
    var kernels: [String] = []
    for set in InstructionSet.available {
      let engine = try Engine(network, magnitudes: magnitudes, for: dataset, using: set)
      let actual = engine.logits(of: 0..<dataset.count, in: dataset, try Engine.Workspace(engine))
      for (ours, theirs) in zip(actual, expected) {
        let largest = theirs.map(abs).max() ?? 0
        let difference = zip(ours, theirs).map { abs($0 - $1) }.max() ?? 0
        #expect(difference <= 1e-5 * max(largest, 1e-2), "\(set): \(difference) of \(largest)")
      }
      kernels = engine.kernels
      guard set.fusesMultiplyAdd else { continue }
      let bits = actual.map { $0.map(\.bitPattern) }
      #expect(bits == fused ?? bits, "\(set) has bits of its own")
      fused = bits
    }
    return kernels
  }

  @Test(arguments: [0, 0.5, 1] as [Float], [1, 15, 16, 17, 33])
  func edgeSizesAgreeWithTheReference(density: Float, images: Int) throws {
    for (height, width) in [(1, 1), (1, 17), (2, 2), (3, 1), (15, 16), (17, 15)] {
      let nodes = [
        Node(
          "conv1", .convolution(Convolution(outputs: 1, kernel: Extent(3), padding: Padding(1, 1))),
          inputs: [-1]),
        Node("relu1", .relu, inputs: [0]),
        Node(
          "conv2", .convolution(Convolution(outputs: 17, kernel: Extent(3), padding: Padding(1, 1))),
          inputs: [1]),
        Node("conv3", .convolution(Convolution(outputs: 16, kernel: Extent(1))), inputs: [2]),
        Node("relu2", .relu, inputs: [3]),
        Node("flatten", .flatten, inputs: [4]),
        Node("fc1", .linear(Linear(outputs: 17)), inputs: [5]),
        Node("fc2", .linear(Linear(outputs: 15)), inputs: [6]),
      ]
      let shape = Shape(channels: 1, height: height, width: width)
      let network = try Self.network(shape, nodes, density: density)
      try Self.check(network, try Self.images(images, shape))
    }
  }

  /// Kernels take eight outputs at a time, two by two where there are fewer.
  @Test(arguments: 1...18) func everyNumberOfOutputsIsSummed(outputs: Int) throws {
    let nodes = [
      Node("conv", .convolution(Convolution(outputs: outputs, kernel: Extent(5, 3))), inputs: [-1]),
      Node("flatten", .flatten, inputs: [0]), Node("fc", .linear(Linear(outputs: outputs)), inputs: [1]),
    ]
    let shape = Shape(channels: 2, height: 9, width: 8)
    try Self.check(try Self.network(shape, nodes, density: 0.9), try Self.images(20, shape))
  }

  /// Three tiles are taken at a time; four that are left are two and two.
  @Test(arguments: [(4, 4), (4, 8), (8, 8), (4, 20), (9, 13)]) func everyNumberOfTilesIsTransformed(
    height: Int, width: Int
  ) throws {
    let nodes = [
      Node(
        "conv1", .convolution(Convolution(outputs: 70, kernel: Extent(3), padding: Padding(1, 1))),
        inputs: [-1]),
      Node(
        "conv2", .convolution(Convolution(outputs: 20, kernel: Extent(3), padding: Padding(1, 1))),
        inputs: [0]),
      Node("pool", .maxPool(Pool(kernel: Extent(2))), inputs: [1]),
      Node("flatten", .flatten, inputs: [2]), Node("fc", .linear(Linear(outputs: 10)), inputs: [3]),
    ]
    let shape = Shape(channels: 66, height: height, width: width)
    let kernels = try Self.check(try Self.network(shape, nodes, density: 1), try Self.images(3, shape))
    #expect(kernels.contains("winograd"))
  }

  @Test func convolutionsOfSmallPlanesRunOnTables() throws {
    let nodes = [
      Node(
        "conv1", .convolution(Convolution(outputs: 40, kernel: Extent(3), padding: Padding(1, 1))),
        inputs: [-1]),
      Node("relu", .relu, inputs: [0]),
      Node(
        "conv2",
        .convolution(
          Convolution(outputs: 48, kernel: Extent(3), stride: Extent(2), padding: Padding(1, 1), groups: 2)),
        inputs: [1]),
      Node("flatten", .flatten, inputs: [2]), Node("fc", .linear(Linear(outputs: 10)), inputs: [3]),
    ]
    let shape = Shape(channels: 30, height: 2, width: 2)
    let kernels = try Self.check(try Self.network(shape, nodes, density: 0.8), try Self.images(18, shape))
    #expect(kernels == ["lookup", "pointwise", "lookup", "sum"])
  }

  @Test func residualsAreAddedByTheLayerBeforeThem() throws {
    func convolution(_ kernel: Int) -> Operation {
      .convolution(Convolution(outputs: 16, kernel: Extent(kernel), padding: Padding(kernel / 2, kernel / 2)))
    }
    let nodes = [
      Node("stem", convolution(3), inputs: [-1]), Node("relu0", .relu, inputs: [0]),
      Node("conv1", convolution(3), inputs: [1]),
      Node("norm1", .batchNormalisation(epsilon: 1e-5), inputs: [2]),
      Node("sum1", .add, inputs: [3, 1]), Node("relu1", .relu, inputs: [4]),
      Node("conv2", convolution(1), inputs: [5]), Node("sum2", .add, inputs: [5, 6]),
      Node("relu2", .leakyRelu(slope: -0.2), inputs: [7]),
      Node("mean", .globalAveragePool, inputs: [8]), Node("fc", .linear(Linear(outputs: 10)), inputs: [9]),
    ]
    let shape = Shape(channels: 16, height: 12, width: 9)
    let kernels = try Self.check(try Self.network(shape, nodes, density: 0.7), try Self.images(18, shape))
    #expect(!kernels.contains("add") && kernels.count { $0 == "pointwise" } == 1, "\(kernels)")
  }

  /// Blank tiles are computed once, and images are sorted so that there are more of them.
  @Test(arguments: InstructionSet.available) func blankTilesDoNotChangeBits(set: InstructionSet) async throws
  {
    let nodes = [
      Node("conv1", .convolution(Convolution(outputs: 32, kernel: Extent(3))), inputs: [-1]),
      Node("relu1", .relu, inputs: [0]),
      Node("conv2", .convolution(Convolution(outputs: 24, kernel: Extent(3))), inputs: [1]),
      Node("relu2", .relu, inputs: [2]), Node("pool", .maxPool(Pool(kernel: Extent(2))), inputs: [3]),
      Node("flatten", .flatten, inputs: [4]), Node("fc", .linear(Linear(outputs: 10)), inputs: [5]),
    ]
    for shape in [Shape(channels: 1, height: 28, width: 28), Shape(channels: 2, height: 27, width: 64)] {
      let network = try Self.network(shape, nodes, density: 0.9)
      let dataset = try Self.images(150, shape, ink: 0.2)
      let engine = try Engine(network, magnitudes: Self.magnitudes, for: dataset, using: set)
      #expect(engine.kernels.contains("winograd"))
      let plain = engine.logits(of: 0..<dataset.count, in: dataset, try Engine.Workspace(engine))
      for threads in [1, 2] {
        let inference = Inference(threads: threads, instructionSet: set)
        let result = try await inference.predictions(of: network, on: dataset, magnitudes: Self.magnitudes)
        #expect(result.map { $0.logits.map(\.bitPattern) } == plain.map { $0.map(\.bitPattern) })
      }
    }
  }
}
