import HDF5
import Testing

@testable import Padawann

/// Heads with another number of outputs than the network.
@Suite struct OwnOutputsTests {
  private static let outputs = 9

  private static func model() throws -> Model {
    let network = try Fixtures.network()
    let head = try network.withOutputs(outputs, seed: 3)
    let node = try #require(head.architecture.headNode)
    guard case .weighted(let edges, let bias) = head.parameters[node] else {
      throw PadawannError(.data, "no layer")
    }
    var task = ModelTask(
      name: "nine", dataset: "strokes:test", digest: Digest(of: [7]),
      classNames: (0..<outputs).map { "class \($0)" }, outputs: Array((0..<outputs).reversed()),
      normalisation: .mnist, bestSharedWeight: 0.5)
    task.parameters = [
      TaskOverride(node: head.architecture.nodes[node].name, .weighted(edges, bias: bias, .float32))
    ]
    return Model(network: network, tasks: [task])
  }

  @Test(arguments: [false, true])
  func theyReadBackEqual(compact: Bool) throws {
    let model = try Self.model()
    let bytes = try ModelFile.encoded(model, compact: compact)
    let stored = try ModelFile.model(encoded: bytes)
    #expect(stored.model == model)
    #expect(try ModelFile.encoded(stored.model, compact: compact) == bytes)
    let use = try stored.model.use(of: "nine")
    #expect(use.network.architecture.outputs == Self.outputs)
    #expect(stored.model.network.architecture.outputs == 5)
    #expect(use.network.layers.dropLast().map(\.weights) == model.network.layers.dropLast().map(\.weights))
  }

  /// An older reader would be wrong, and must be told.
  @Test func theyAreARequiredFeature() throws {
    let model = try Self.model()
    var tree = try ModelEncoding(model: model, form: .plain).tree()
    #expect(tree.attribute("required_features") == .text("task-parameters task-outputs"))
    #expect(tree.attribute("format_minor") == .integer(2))
    tree.attributes = tree.attributes.filter {
      !["required_features", ContentDigest.attribute].contains($0.name)
    }
    tree.attributes.append(HDFEntry("required_features", .text("task-parameters")))
    tree.attributes.append(
      HDFEntry(ContentDigest.attribute, .text(ContentDigest.digest(of: tree).description)))
    var decoding = ModelDecoding()
    #expect(throws: PadawannError.self) { try decoding.model(tree) }
  }

  @Test func aNetworkOfTheSameOutputsIsAsBefore() throws {
    let network = try Fixtures.network()
    #expect(try network.withOutputs(nil, seed: 1) == network)
    #expect(try network.withOutputs(5, seed: 1) == network)
    #expect(try network.withOutputs(7, seed: 1) != network.withOutputs(7, seed: 2))
  }

  @Test func outputsThatAreNotOfTheLastLayerStay() throws {
    let shape = Shape(channels: 1, height: 4, width: 4)
    let conv = NodeOperation.convolution(Convolution(outputs: 3, kernel: Extent(3)))
    let normalised = try Architecture(
      input: shape,
      nodes: [
        Node("flatten", .flatten, inputs: [-1]), Node("fc", .linear(Linear(outputs: 4)), inputs: [0]),
        Node("norm", .batchNormalisation(epsilon: 1e-5), inputs: [1]),
      ])
    #expect(normalised.headNode == nil)
    #expect(throws: PadawannError.self) { try normalised.withOutputs(5) }
    // Six values of three channels: their number is not that of the layer's outputs.
    let plane = try Architecture(
      input: shape, nodes: [Node("conv", conv, inputs: [-1]), Node("flatten", .flatten, inputs: [0])])
    #expect(throws: PadawannError.self) { try plane.withOutputs(5) }
    let pooled = try Architecture(
      input: shape,
      nodes: [
        Node("conv", conv, inputs: [-1]), Node("pool", .globalAveragePool, inputs: [0]),
        Node("softmax", .softmax, inputs: [1]),
      ])
    #expect(try pooled.withOutputs(7).outputs == 7)
    #expect(throws: PadawannError.self) { try pooled.withOutputs(0) }
    #expect(throws: PadawannError.self) { try pooled.withOutputs(1 << 20) }
  }
}
