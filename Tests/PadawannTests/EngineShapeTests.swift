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

  /// Handwriting of a kind: pixels in the middle, in another place for every image.
  private static func images(_ count: Int, _ shape: Shape, nonzero: Float = 0.7) throws -> Dataset {
    var generator = KeyedGenerator(5)
    let pixels = (0..<count).flatMap { image in
      (0..<shape.count).map { element -> UInt8 in
        let (row, column) = (element / shape.width % shape.height, element % shape.width)
        let isInside = row >= image % 9 && column >= image % 5 && row < 20 && column < 22
        return isInside && generator.uniform() < nonzero ? UInt8(generator.uniform() * 255) : 0
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

  /// Three tiles are taken at a time; four that are left are two and two. Tiles of 5×5 filters are half as large.
  @Test(arguments: [(4, 4), (4, 8), (8, 8), (4, 20), (9, 13)], [3, 5]) func everyNumberOfTilesIsTransformed(
    size: (height: Int, width: Int), kernel: Int
  ) throws {
    let padding = Padding(kernel / 2, kernel / 2)
    let nodes = [
      Node(
        "conv1", .convolution(Convolution(outputs: 70, kernel: Extent(kernel), padding: padding)),
        inputs: [-1]),
      Node(
        "conv2", .convolution(Convolution(outputs: 20, kernel: Extent(kernel), padding: padding)),
        inputs: [0]),
      Node("pool", .maxPool(Pool(kernel: Extent(2))), inputs: [1]),
      Node("flatten", .flatten, inputs: [2]), Node("fc", .linear(Linear(outputs: 10)), inputs: [3]),
    ]
    let shape = Shape(channels: 66, height: size.height, width: size.width)
    let kernels = try Self.check(try Self.network(shape, nodes, density: 1), try Self.images(3, shape))
    // The smallest plane is cheaper by tables.
    #expect(kernels.contains("winograd") || (kernel == 5 && size.width == 4))
  }

  /// A 5×5 filter needs more of its padding than a tile has, and a row that is left out by the maximum.
  @Test(arguments: [0, 1, 2, 4], [5, 6, 7, 12]) func fiveByFiveFiltersAreTransformed(padding: Int, size: Int)
    throws
  {
    let nodes = [
      Node(
        "conv1", .convolution(Convolution(outputs: 7, kernel: Extent(3), padding: Padding(1, 1))),
        inputs: [-1]),
      Node("relu1", .leakyRelu(slope: 0.2), inputs: [0]),
      Node(
        "conv2",
        .convolution(
          Convolution(
            outputs: 19, kernel: Extent(5), padding: Padding(top: padding, left: 2, bottom: 1, right: padding)
          )),
        inputs: [1]),
      Node("relu2", .relu, inputs: [2]),
      Node("pool", .maxPool(Pool(kernel: Extent(2), roundsUp: true)), inputs: [3]),
      Node("flatten", .flatten, inputs: [4]), Node("fc", .linear(Linear(outputs: 10)), inputs: [5]),
    ]
    let shape = Shape(channels: 3, height: size, width: 9)
    try Self.check(try Self.network(shape, nodes, density: 0.9), try Self.images(17, shape))
  }

  /// The loading of pixels takes an activation along; planes are no multiples of what it loads at a time.
  @Test(arguments: [1, 3], [.relu, .leakyRelu(slope: 0.3)] as [NodeOperation])
  func activatedImagesAgreeWithTheReference(
    channels: Int, activation: NodeOperation
  ) throws {
    let nodes = [
      Node("flatten", .flatten, inputs: [-1]), Node("act", activation, inputs: [0]),
      Node("fc1", .linear(Linear(outputs: 33)), inputs: [1]), Node("relu", .relu, inputs: [2]),
      Node("fc2", .linear(Linear(outputs: 10)), inputs: [3]),
    ]
    let shape = Shape(channels: channels, height: 5, width: 11)
    let kernels = try Self.check(try Self.network(shape, nodes, density: 0.5), try Self.images(70, shape))
    #expect(kernels == ["lookup", "pointwise", "sum"])
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
    func convolution(_ kernel: Int) -> NodeOperation {
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

  /// Whether engines that leave out what is zero, in sorted images, give the bits of one that does not.
  private static func checkZeros(_ network: Network, _ dataset: Dataset, _ set: InstructionSet) async throws {
    let engine = try Engine(network, magnitudes: Self.magnitudes, for: dataset, using: set)
    let plain = engine.logits(of: 0..<dataset.count, in: dataset, try Engine.Workspace(engine))
    for threads in [1, 2] {
      let inference = Inference(threads: threads, instructionSet: set)
      let result = try await inference.predictions(of: network, on: dataset, magnitudes: Self.magnitudes)
      #expect(result.map { $0.logits.map(\.bitPattern) } == plain.map { $0.map(\.bitPattern) })
    }
  }

  /// Blank positions of direct convolutions are computed once, where their windows lie inside of the image.
  @Test(arguments: InstructionSet.available) func zeroPositionsDoNotChangeBits(set: InstructionSet)
    async throws
  {
    let convolutions = [
      Convolution(outputs: 6, kernel: Extent(5), padding: Padding(2, 2)),
      Convolution(outputs: 11, kernel: Extent(3, 2), stride: Extent(2, 1), dilation: Extent(1, 3)),
      Convolution(outputs: 1, kernel: Extent(7), stride: Extent(3), padding: Padding(1, 0)),
    ]
    for (channels, convolution) in zip([1, 2, 3], convolutions) {
      let nodes = [
        Node("conv", .convolution(convolution), inputs: [-1]), Node("relu", .relu, inputs: [0]),
        Node("flatten", .flatten, inputs: [1]), Node("fc", .linear(Linear(outputs: 10)), inputs: [2]),
      ]
      for density: Float in [0.1, 0.9] {
        let shape = Shape(channels: channels, height: 28, width: 30)
        let network = try Self.network(shape, nodes, density: density)
        try await Self.checkZeros(network, try Self.images(150, shape, nonzero: 0.2), set)
      }
    }
  }

  /// What is added to a layer can differ where its input is zero.
  @Test(arguments: InstructionSet.available) func sumsAreNotCopiedAcrossBlanks(set: InstructionSet)
    async throws
  {
    let nodes = [
      Node(
        "wide", .convolution(Convolution(outputs: 24, kernel: Extent(9), padding: Padding(2, 2))),
        inputs: [-1]),
      Node("conv1", .convolution(Convolution(outputs: 32, kernel: Extent(3))), inputs: [-1]),
      Node("relu1", .relu, inputs: [1]),
      Node("conv2", .convolution(Convolution(outputs: 24, kernel: Extent(3))), inputs: [2]),
      Node("sum", .add, inputs: [3, 0]), Node("relu2", .relu, inputs: [4]),
      Node("flatten", .flatten, inputs: [5]), Node("fc", .linear(Linear(outputs: 10)), inputs: [6]),
    ]
    let shape = Shape(channels: 1, height: 28, width: 28)
    let network = try Self.network(shape, nodes, density: 0.9)
    try await Self.checkZeros(network, try Self.images(150, shape, nonzero: 0.2), set)
  }

  /// Blank tiles are computed once, and images are sorted so that there are more of them.
  @Test(arguments: InstructionSet.available) func zeroTilesDoNotChangeBits(set: InstructionSet) async throws {
    let nodes = [
      Node("conv1", .convolution(Convolution(outputs: 32, kernel: Extent(3))), inputs: [-1]),
      Node("relu1", .relu, inputs: [0]),
      Node("conv2", .convolution(Convolution(outputs: 24, kernel: Extent(3))), inputs: [1]),
      Node("relu2", .relu, inputs: [2]), Node("pool", .maxPool(Pool(kernel: Extent(2))), inputs: [3]),
      Node("flatten", .flatten, inputs: [4]), Node("fc", .linear(Linear(outputs: 10)), inputs: [5]),
    ]
    for shape in [Shape(channels: 1, height: 28, width: 28), Shape(channels: 2, height: 27, width: 64)] {
      let network = try Self.network(shape, nodes, density: 0.9)
      let dataset = try Self.images(150, shape, nonzero: 0.2)
      let engine = try Engine(network, magnitudes: Self.magnitudes, for: dataset, using: set)
      #expect(engine.kernels.contains("winograd"))
      try await Self.checkZeros(network, dataset, set)
    }
  }
}
