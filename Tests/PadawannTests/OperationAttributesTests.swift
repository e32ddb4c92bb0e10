import Padawann
import Testing

@Suite struct OperationAttributesTests {
  static let operations: [Padawann.NodeOperation] = [
    .convolution(Convolution(outputs: 4, kernel: Extent(3))),
    .convolution(
      Convolution(
        outputs: 6, kernel: Extent(3, 5), stride: Extent(2, 1),
        padding: Padding(top: 1, left: 2, bottom: 3, right: 4), dilation: Extent(1, 2), groups: 3,
        hasBias: false)),
    .linear(Linear(outputs: 3)), .linear(Linear(outputs: 3, hasBias: false)),
    .batchNormalisation(epsilon: 1e-5), .batchNormalisation(epsilon: 0.001), .relu, .leakyRelu(slope: 0.01),
    .leakyRelu(slope: -2), .tanh, .sigmoid, .gelu(.exact), .gelu(.tanh), .maxPool(Pool(kernel: Extent(2))),
    .maxPool(
      Pool(
        kernel: Extent(3, 2), stride: Extent(1, 2), padding: Padding(1, 1), dilation: Extent(2, 1),
        roundsUp: true
      )),
    .averagePool(Pool(kernel: Extent(2)), countsPadding: true),
    .averagePool(Pool(kernel: Extent(2, 4), stride: Extent(3), padding: Padding(1, 2)), countsPadding: false),
    .maxPool(Pool(kernel: Extent(3), padding: Padding(top: 0, left: 1, bottom: 1, right: 2))),
    .clip(minimum: 0, maximum: 6), .clip(minimum: -.infinity, maximum: 1),
    .clip(minimum: -2, maximum: .infinity),
    .silu, .hardSigmoid(alpha: 1 / 6, beta: 0.5), .hardSigmoid(alpha: 0.2, beta: 0.4), .hardSwish,
    .pad(Pad(before: 2, behind: 2)),
    .pad(Pad(before: 0, behind: -1, Padding(top: 1, left: 2, bottom: -1, right: 0))),
    .globalAveragePool, .flatten, .add, .concat, .dropout(rate: 0.5), .dropout(rate: 0), .softmax,
    .logSoftmax,
  ]

  @Test(arguments: operations)
  func settingsMakeTheSameOperationAgain(operation: Padawann.NodeOperation) throws {
    let all = operation.attributes
    let few = operation.attributesBeyondDefaults
    for attributes in [all, few] {
      let dictionary = Dictionary(attributes.map { ($0.key, $0.value) }) { first, _ in first }
      #expect(dictionary.count == attributes.count)
      #expect(try NodeOperation(name: operation.name, attributes: dictionary) == operation)
    }
    // Nothing more can be left out.
    for index in few.indices {
      let fewer = few.enumerated().filter { $0.offset != index }.map { ($0.element.key, $0.element.value) }
      let made = try? NodeOperation(name: operation.name, attributes: Dictionary(fewer) { first, _ in first })
      #expect(made != operation)
    }
  }

  @Test func everyOperationIsTried() {
    #expect(Set(Self.operations.map(\.name)).count == 22)
  }

  @Test func defaultsAreLeftOut() {
    func keys(_ operation: Padawann.NodeOperation) -> [String] {
      operation.attributesBeyondDefaults.map(\.key)
    }
    #expect(keys(Self.operations[0]) == ["outputs", "kernel"])
    #expect(keys(.maxPool(Pool(kernel: Extent(2)))) == ["kernel"])
    #expect(keys(.averagePool(Pool(kernel: Extent(2)), countsPadding: true)) == ["kernel"])
    #expect(keys(.dropout(rate: 0.5)).isEmpty)
  }

  @Test func wrongSettingsAreRefused() {
    func refuses(
      _ name: String, _ attributes: [String: OperationAttribute], _ says: String,
      _ kind: PadawannError.Kind = .data
    ) {
      let error = #expect(throws: PadawannError.self) {
        try NodeOperation(name: name, attributes: attributes)
      }
      #expect(error?.kind == kind)
      #expect(error?.message.contains(says) == true, "\(error?.description ?? "")")
    }
    refuses("warp", [:], "not known", .unsupported)
    refuses("relu", ["slope": .real(1)], "no attribute \"slope\"")
    refuses("linear", [:], "\"outputs\" is missing")
    refuses("linear", ["outputs": .integers([1, 2])], "one whole number")
    refuses("linear", ["outputs": .real(1)], "whole numbers")
    refuses("linear", ["outputs": .integers([1]), "bias": .integers([2])], "true or false")
    refuses("conv2d", ["outputs": .integers([1])], "\"kernel\" is missing")
    refuses("conv2d", ["outputs": .integers([1]), "kernel": .integers([1, 2, 3])], "one or two")
    refuses("conv2d", ["outputs": .integers([1]), "kernel": .integers([])], "one or two")
    let kernel: [String: OperationAttribute] = ["outputs": .integers([1]), "kernel": .integers([3])]
    refuses("conv2d", kernel.merging(["padding": .integers([1, 2, 3])]) { $1 }, "one, two or four")
    refuses("conv2d", kernel.merging(["padding": .text("full")]) { $1 }, "\"same\", \"valid\"")
    let same: [String: OperationAttribute] = ["padding": .text("same")]
    refuses("conv2d", kernel.merging(same.merging(["stride": .integers([2])]) { $1 }) { $1 }, "stride of 1")
    refuses(
      "conv2d", same.merging(["outputs": .integers([1]), "kernel": .integers([.max])]) { $1 }, "bounds")
    refuses("gelu", ["approximate": .text("erf")], "\"none\" or \"tanh\"")
    refuses("clip", ["min": .text("0")], "is a number")
    refuses("pad", ["channels": .integers([1, 2, 3])], "one or two whole numbers")
    refuses("max_pool", ["kernel": .integers([3]), "padding": .integers([1, 2, 3])], "one, two or four")
    refuses("max_pool", ["kernel": .integers([3]), "padding": .text("same")], "whole numbers")
    refuses("dropout", ["rate": .text("half")], "is a number")
    refuses("avg_pool", ["kernel": .integers([2]), "dilation": .integers([1])], "no attribute \"dilation\"")
  }
}
