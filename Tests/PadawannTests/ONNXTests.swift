import Foundation
import Padawann
import Testing

/// ONNX models become networks that answer as ONNX Runtime does.
@Suite struct ONNXTests {
  @Test(arguments: ONNXFixture.networks)
  func answersAsONNXRuntimeDoes(name: String) throws {
    let expected = try #require(ONNXFixture.expectations().networks[name])
    let file = try TensorFile.read(ONNXFixture.path(name))
    #expect(file.format == "ONNX")
    let network = try #require(try ONNXFixture.network(file))
    let input = network.architecture.input
    #expect([input.channels, input.height, input.width] == Array((expected.input + [1, 1]).prefix(3)))
    let logits = ReferenceEvaluator(network, magnitude: .own).logits(expected.images)
    let largest = expected.answers.joined().map(abs).max() ?? 0
    for (mine, theirs) in zip(logits, expected.answers) {
      #expect(mine.count == theirs.count)
      #expect(zip(mine, theirs).allSatisfy { abs($0 - $1) <= largest * 1e-5 }, "\(mine) \(theirs)")
    }
    if let operations = expected.operations {
      let names = network.architecture.nodes.map(\.operation.name)
      #expect(names.filter(operations.contains) == operations)
    }
    if !expected.nodes.isEmpty { #expect(network.architecture.nodes.map(\.name) == expected.nodes) }
  }

  @Test func everyGoldenIsTested() throws {
    let expected = try ONNXFixture.expectations()
    #expect(expected.networks.keys.sorted() == ONNXFixture.networks)
    #expect(expected.refused.keys.sorted() == ONNXFixture.refused)
  }

  @Test(arguments: ONNXFixture.refused)
  func refusesWhatNoNetworkHas(name: String) throws {
    let words = try #require(ONNXFixture.expectations().refused[name])
    let file = try TensorFile.read(ONNXFixture.path(name))
    let error = try #require(DataFixture.error { try ONNXNetwork(file) })
    #expect(error.kind == .unsupported && error.remedy != nil)
    #expect(error.location?.contains(name) == true)
    #expect(words.allSatisfy("\(error)".contains), "\(error)")
  }

  @Test func theSignsAreThoseOfTheWeights() throws {
    let file = try TensorFile.read(ONNXFixture.path("residual"))
    let graph = try #require(try ONNXNetwork(file))
    let signs = try NetworkImport(weights: .sign).network(graph.parameters, graph.architecture)
    #expect(!signs.hasOwnValues && signs.edgeCount == 81 + 192)
    #expect(graph.notes.first == "ONNX opset 17, exported by make.py 1")
  }

  @Test func aCompressedModelIsTheSame() throws {
    let bytes = try ONNXFixture.bytes("vectors")
    let compressed = try DataFixture.gzip(bytes)
    let file = try TensorFile(bytes: compressed, path: "vectors.onnx.gz")
    #expect(file.sourceDigest == Digest(of: compressed) && file.byteCount == compressed.count)
    #expect(try ONNXFixture.network(file) == ONNXFixture.network(TensorFile(bytes: bytes, path: "vectors")))
  }

  @Test func theInitialisersAreTensorsForAnArchitecture() throws {
    let file = try TensorFile.read(ONNXFixture.path("padding"))
    #expect(file.tensors.count == 8 && file.tensors.contains { !$0.type.isFloatingPoint })
    let names = try ImportedParameters(file).parameters.map(\.name)
    #expect(names.count == 7 && names.first == "w0", "\(names)")
  }

  @Test func aVectorCanBeAnImage() throws {
    let file = try TensorFile.read(ONNXFixture.path("vectors"))
    let shape = Shape(channels: 1, height: 2, width: 3)
    let graph = try #require(try ONNXNetwork(file, vectorShape: shape))
    #expect(graph.architecture.input == shape)
    #expect(graph.architecture.nodes[0].operation == .flatten)
    let error = DataFixture.error { try ONNXNetwork(file, vectorShape: Shape(channels: 7)) }
    #expect(error?.message.contains("reads 6") == true)
  }

  @Test func missingFilesOfNumbersAreNamed() throws {
    let bytes = try ONNXFixture.bytes("external")
    let error = try #require(
      DataFixture.error { try TensorFile(bytes: bytes, path: "/nowhere/external.onnx") })
    #expect(error.kind == .missing && error.message.contains("external.onnx.data"))
    let graph = try #require(try ONNXNetwork(TensorFile.read(ONNXFixture.path("external"))))
    #expect(graph.notes.contains { $0.contains("8400 bytes of numbers") }, "\(graph.notes)")
  }

  // MARK: Models of others

  static let real: [(name: String, edges: Int, input: [Int])] = [
    ("kraiskil__onnx2c/model", 5960, [1, 28, 28]), ("webonnx__wonnx/opt-mnist", 5960, [1, 28, 28]),
    ("FYH620__lenet-mnist-openvino/lenet", 44_190, [1, 28, 28]),
    ("kraiskil__onnx2c/pytorch", 54_912, [784, 1, 1]),
    ("kraiskil__onnx2c/mnist.simplified", 3740, [1, 14, 14]),
    ("NeuralNetworkVerification__Marabou/cnn_max_mninst2", 16_448, [1, 28, 28]),
    ("NeuralNetworkVerification__Marabou/mnist5x20_leaky_relu", 17_880, [1, 28, 28]),
  ]

  private static func path(_ name: String) -> String { SharedFiles.path("real/models/\(name).onnx") }

  @Test(
    .enabled(if: SharedFiles.have("real/models/kraiskil__onnx2c/model.onnx"), SharedFiles.skipped),
    arguments: real)
  func readsRealModels(name: String, edges: Int, input: [Int]) throws {
    let network = try #require(try ONNXFixture.network(TensorFile.read(Self.path(name))))
    let shape = network.architecture.input
    #expect([shape.channels, shape.height, shape.width] == input)
    #expect(network.edgeCount == edges && network.architecture.outputs == 10)
  }

  @Test(
    .enabled(
      if: SharedFiles.have("real/models/kraiskil__onnx2c/model.onnx", "data/mnist"), SharedFiles.skipped),
    arguments: [
      ("kraiskil__onnx2c/model", "0/0.003921569", 297), ("webonnx__wonnx/opt-mnist", "0/0.003921569", 297),
      ("FYH620__lenet-mnist-openvino/lenet", "mnist", 297),
      ("NeuralNetworkVerification__Marabou/cnn_max_mninst2", "none", 298),
      ("NeuralNetworkVerification__Marabou/mnist5x20_leaky_relu", "none", 286),
      ("kraiskil__onnx2c/pytorch", "none", 281),
    ])
  func realModelsKnowDigits(name: String, normalisation: String, correct: Int) async throws {
    let image = name.hasSuffix("pytorch") ? Shape(channels: 1, height: 28, width: 28) : nil
    let graph = try #require(try ONNXNetwork(TensorFile.read(Self.path(name)), vectorShape: image))
    let network = try NetworkImport(weights: .keep).network(graph.parameters, graph.architecture)
    let data = try DatasetSpec.parse("mnist:test,first=300,normalise=\(normalisation)").load(
      from: SharedFiles.data)
    let predictions = try await Inference(threads: 2).predictions(of: network, on: data, magnitude: .own)
    #expect(try Scores(of: predictions).accuracy.value * 300 == Double(correct))
  }

  @Test(
    .enabled(if: SharedFiles.have("real/models/kraiskil__onnx2c/model.onnx"), SharedFiles.skipped),
    arguments: [
      ("NeuralNetworkVerification__Marabou/self-attention-mnist-pgd-medium-sim", "model/reshape/Reshape"),
      ("fastmachinelearning__qonnx_model_zoo/TFC_1W1A", "onnx.brevitas"),
    ])
  func refusesRealModels(name: String, word: String) throws {
    let file = try TensorFile.read(Self.path(name))
    let error = try #require(DataFixture.error { try ONNXNetwork(file) })
    #expect(error.kind == .unsupported && error.message.contains(word), "\(error)")
  }

  /// Which layers have signs of folded weights is told by name, where the exporter gives itself away.
  @Test func foldedBatchNormalisationsAreNamed() throws {
    func note(_ name: String) throws -> String? {
      let file = try TensorFile.read(Fixtures.path("onnx/\(name).onnx"))
      return try ONNXNetwork(file)?.notes.first { $0.contains("folded") }
    }
    let named = try #require(try note("export-option-a-script"))
    #expect(
      named.contains("has folded") && named.contains("0.first.0") && named.contains("0.second.0"), "\(named)")
    #expect(try note("export-option-a-dynamo")?.contains("may have folded") == true)
  }
}
