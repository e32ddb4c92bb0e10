import Foundation
import Padawann
import Testing

/// The sizes of activations against PyTorch's (`Goldens/network/make_shapes.py`).
@Suite struct ShapeInferenceTests {
  @Test func convolutionsAndPoolsHaveTheSizesOfPyTorch() throws {
    let document = try JSONSerialization.jsonObject(with: Data(try Fixtures.bytes("network/shapes.json")))
    let rows = try #require(document as? [[Any]])
    #expect(rows.count == 400)
    var refused = 0
    for row in rows {
      let kind = try #require(row[0] as? String)
      let n = row[1..<12].compactMap { $0 as? Int }
      try #require(n.count == 11)
      let attributes: [String: OperationAttribute] = [
        "kernel": .integers([n[2], n[3]]), "stride": .integers([n[4], n[5]]),
        "padding": kind == "same" ? .text("same") : .integers([n[6], n[7]]),
      ]
      var extra: [String: OperationAttribute] = ["dilation": .integers([n[8], n[9]])]
      switch kind {
      case "conv2d", "same": extra["outputs"] = .integers([1])
      case "max_pool": extra["ceil_mode"] = .flag(n[10] == 1)
      default: extra = ["ceil_mode": .flag(n[10] == 1)]
      }
      let operation = try NodeOperation(
        name: kind == "same" ? "conv2d" : kind, attributes: attributes.merging(extra) { $1 })
      let architecture = try? Architecture(
        input: Shape(channels: 1, height: n[0], width: n[1]), nodes: [Node("n", operation, inputs: [-1])])
      let shape = architecture?.shapes[0]
      #expect(shape.map { [$0.height, $0.width] } == row[12] as? [Int], "\(row)")
      if shape == nil { refused += 1 }
    }
    #expect(refused > 10 && refused < 200)
  }

  /// With `ceil_mode` a window may be larger than the whole input; the numbers are PyTorch's.
  @Test func aRoundedUpWindowMayBeLargerThanTheInput() throws {
    let pool = Pool(kernel: Extent(3), stride: Extent(2), roundsUp: true)
    let operations: [(Padawann.NodeOperation, Float)] = [
      (.maxPool(pool), 4), (.averagePool(pool, countsPadding: true), 2.5),
      (.averagePool(pool, countsPadding: false), 2.5),
    ]
    for (operation, value) in operations {
      let architecture = try Architecture(
        input: Shape(channels: 1, height: 2, width: 2), nodes: [Node("n", operation, inputs: [-1])])
      let network = try Network(architecture: architecture, parameters: [.none])
      #expect(ReferenceEvaluator(network, magnitude: .own).logits([[1, 2, 3, 4]]) == [[value]])
    }
  }

  private static func shape(_ operation: Padawann.NodeOperation, _ input: Shape) throws -> Shape {
    try Architecture(input: input, nodes: [Node("n", operation, inputs: [-1])]).shapes[0]
  }

  @Test func theOtherOperationsHaveTheirShapes() throws {
    let image = Shape(channels: 4, height: 5, width: 6)
    let same: [Padawann.NodeOperation] = [
      .batchNormalisation(epsilon: 0), .relu, .leakyRelu(slope: -1), .tanh, .sigmoid, .gelu(.tanh),
      .dropout(rate: 0), .softmax, .logSoftmax,
    ]
    for operation in same { #expect(try Self.shape(operation, image) == image) }
    #expect(try Self.shape(.flatten, image) == Shape(channels: 120))
    #expect(try Self.shape(.globalAveragePool, image) == Shape(channels: 4))
    #expect(try Self.shape(.linear(Linear(outputs: 7)), Shape(channels: 120)) == Shape(channels: 7))
    let grouped = Convolution(outputs: 6, kernel: Extent(3), groups: 2)
    let architecture = try Architecture(input: image, nodes: [Node("n", .convolution(grouped), inputs: [-1])])
    #expect(architecture.shapes == [Shape(channels: 6, height: 3, width: 4)])
    #expect(architecture.weightShape(of: 0) == [6, 2, 3, 3])
    let joined = try Architecture(
      input: image,
      nodes: [
        Node("pooled", .maxPool(Pool(kernel: Extent(1))), inputs: [-1]),
        Node("all", .concat, inputs: [0, -1, 0]), Node("sum", .add, inputs: [1, 1]),
      ])
    #expect(joined.shapes.suffix(2) == [12, 12].map { Shape(channels: $0, height: 5, width: 6) })
  }

  /// An odd rest of the padding goes to the bottom and the right.
  @Test func samePaddingOfAnEvenKernelIsUneven() throws {
    let operation = try NodeOperation(
      name: "conv2d",
      attributes: ["outputs": .integers([1]), "kernel": .integers([4, 2]), "padding": .text("same")])
    guard case .convolution(let convolution) = operation else { throw CocoaError(.featureUnsupported) }
    #expect(convolution.padding == Padding(top: 1, left: 0, bottom: 2, right: 1))
  }
}
