import Padawann
import Testing

/// The architecture that tensors suggest is one to begin with.
@Suite struct ArchitectureSketchTests {
  private static func parameters(_ tensors: [(String, [Int])]) -> [ImportedParameter] {
    tensors.map { name, shape in
      ImportedParameter(name: name, shape: shape, values: [Float](repeating: 0.5, count: shape.reduce(1, *)))
    }
  }

  private static func layer(_ name: String, _ shape: [Int]) -> [(String, [Int])] {
    [("\(name).weight", shape), ("\(name).bias", [shape[0]])]
  }

  private static func norm(_ name: String, _ channels: Int) -> [(String, [Int])] {
    ["weight", "bias", "running_mean", "running_var"].map { ("\(name).\($0)", [channels]) }
  }

  static let lenet =
    layer("conv1", [6, 1, 5, 5]) + layer("conv2", [16, 6, 5, 5]) + layer("fc1", [120, 256])
    + layer("fc2", [10, 120])
  static let normalised =
    [("features.0.weight", [8, 3, 3, 3])] + norm("features.1", 8)
    + [("features.3.weight", [8, 1, 3, 3])] + norm("features.4", 8) + layer("classifier", [4, 8])
  static let strided =
    layer("0", [16, 1, 4, 4]) + layer("2", [32, 16, 4, 4]) + layer("5", [100, 1568])
    + layer("7", [10, 100])
  static let perceptron = layer("a", [5, 12]) + norm("b", 5) + layer("c", [3, 5])

  /// The nodes of a sketch, which `--arch` reads as they are.
  private func nodes(_ tensors: [(String, [Int])], _ shape: Shape? = nil) throws -> [String] {
    let parameters = Self.parameters(tensors)
    let sketch = try ArchitectureSketch(parameters, imageShape: shape)
    #expect(sketch.objection == nil, "\(sketch.objection ?? "")")
    let architecture = try ArchitectureFile.architecture(json: Array(sketch.json.utf8))
    #expect(try NetworkImport().network(parameters, architecture).architecture == architecture)
    #expect(architecture.nodes == sketch.nodes && architecture.input == sketch.input)
    return architecture.nodes.map(\.name)
  }

  @Test func convolutionsOfImagesWhoseSizeIsUsual() throws {
    #expect(
      try nodes(Self.lenet) == [
        "conv1", "relu", "max_pool", "conv2", "relu_2", "max_pool_2", "flatten", "fc1", "relu_3", "fc2",
      ])
    let sketch = try ArchitectureSketch(Self.parameters(Self.lenet))
    #expect(sketch.input == Shape(channels: 1, height: 28, width: 28))
    #expect(sketch.guesses.contains("an image has the shape 1×28×28"), "\(sketch.guesses)")
    #expect(
      sketch.guesses.contains { $0.contains("conv1 has the stride 1 and the padding 0, and max_pool of 2") })
    #expect(sketch.json.contains("an image has the shape"))
  }

  @Test func aShapeThatIsGivenIsNoGuess() throws {
    let shape = Shape(channels: 1, height: 28, width: 28)
    let sketch = try ArchitectureSketch(Self.parameters(Self.lenet), imageShape: shape)
    #expect(sketch.input == shape && !sketch.guesses.contains { $0.contains("an image") })
  }

  @Test func stridesOfEvenKernels() throws {
    #expect(try nodes(Self.strided) == ["0", "relu", "2", "relu_2", "flatten", "5", "relu_3", "7"])
  }

  @Test func groupsNormalisationsAndMeans() throws {
    let shape = Shape(channels: 3, height: 9, width: 9)
    #expect(
      try nodes(Self.normalised, shape) == [
        "features.0", "features.1", "relu", "features.3", "features.4", "relu_2", "global_avg_pool",
        "classifier",
      ])
  }

  /// safetensors has tensors by name, where normalisations come last.
  @Test func tensorsByNameAreBroughtIntoOrder() throws {
    let tensors =
      Self.layer("bottom", [4, 108]) + Self.layer("conv1", [3, 1, 5, 5]) + Self.layer("conv2", [12, 3, 3, 3])
      + Self.norm("norm1", 12) + Self.norm("norm2", 4)
    let shape = Shape(channels: 1, height: 10, width: 10)
    #expect(
      try nodes(tensors, shape).filter { !$0.hasPrefix("max_pool") } == [
        "conv1", "relu", "conv2", "norm1", "relu_2", "flatten", "bottom", "norm2",
      ])
  }

  @Test func namesOfResidualBlocksAreTold() throws {
    let tensors = Self.layer("layer1.0.conv1", [4, 3, 3, 3]) + Self.layer("fc", [2, 4])
    let sketch = try ArchitectureSketch(Self.parameters(tensors))
    #expect(
      sketch.guesses.contains { $0.contains("layer1.0.conv1 has the name of a residual") },
      "\(sketch.guesses)")
  }

  @Test func vectorsAndImagesThatAreRead() throws {
    #expect(try nodes(Self.perceptron) == ["a", "b", "relu", "c"])
    let shape = Shape(channels: 1, height: 3, width: 4)
    #expect(try nodes(Self.perceptron, shape) == ["flatten", "a", "b", "relu", "c"])
  }

  /// What does not fit is written all the same, with the reason, for whoever edits it.
  @Test func whatDoesNotFitIsSaid() throws {
    let tensors = Self.layer("conv1", [6, 1, 5, 5]) + Self.layer("fc1", [120, 7])
    let sketch = try ArchitectureSketch(Self.parameters(tensors))
    #expect(sketch.objection?.contains("fc1") == true, "\(sketch.objection ?? "")")
    #expect(sketch.guesses.contains { $0.contains("no choice") } && sketch.nodes.count > 2)
    #expect(sketch.json.contains(#""name": "fc1""#))
  }

  @Test func tensorsOfNoLayerAreNamed() throws {
    let tensors = Self.lenet + [("attention.in_proj_weight", [12, 4]), ("scale", [1])]
    let error = try #require(DataFixture.error { try ArchitectureSketch(Self.parameters(tensors)) })
    #expect(error.kind == .unsupported && error.message.contains("attention.in_proj_weight"), "\(error)")
    let sketch = try ArchitectureSketch(Self.parameters(tensors), ignored: ["attention.*", "scale"])
    #expect(sketch.objection == nil)
  }

  @Test func sizesOfAnyKindAreNoTrap() throws {
    for shape in [[0, 1, 5, 5], [6, 0, 5, 5], [6, 1, 0, 0], [6, 1, 1, 70_000]] {
      let tensors = [("a.weight", shape)] + Self.layer("b", [3, 5])
      let parameters =
        [ImportedParameter(name: "a.weight", shape: shape, values: [])]
        + Self.parameters(Array(tensors.dropFirst()))
      #expect(try ArchitectureSketch(parameters).objection != nil, "\(shape)")
    }
  }

  // MARK: Files of others

  /// Sketches that need no editing: the accuracy is the one that PyTorch has with the network itself.
  @Test(
    .enabled(
      if: SharedFiles.have("real/models/tracel-ai__burn/mnist.pt", "data/mnist", "data/fashion-mnist"),
      SharedFiles.skipped),
    arguments: [
      ("hendrycks__outlier-exposure/baseline_epoch_9.pt", "mnist:test,normalise=none", 9902),
      ("FYH620__lenet-mnist-openvino/lenet.pth", "mnist:test,normalise=mnist", 9813),
      ("locuslab__convex_adversarial/fashion_mnist.pth", "fashion-mnist:test,normalise=none", 7827),
    ])
  func realSketchesKnowWhatTheNetworksKnow(file: String, spec: String, correct: Double) async throws {
    let parameters = try ImportedParameters(TensorFile.read(SharedFiles.path("real/models/\(file)")))
      .parameters
    let sketch = try ArchitectureSketch(parameters)
    let architecture = try ArchitectureFile.architecture(json: Array(sketch.json.utf8))
    let network = try NetworkImport(weights: .keep).network(parameters, architecture)
    let data = try DatasetSpec.parse(spec).load(from: SharedFiles.data)
    let predictions = try await Inference(threads: 2).predictions(of: network, on: data, magnitude: .own)
    #expect(try abs(Scores(of: predictions).accuracy.value * 10_000 - correct) <= 1)
  }

  static let real: [(file: String, nodes: Int)] = [
    ("hendrycks__outlier-exposure/baseline_epoch_9.pt", 10),
    ("FYH620__lenet-mnist-openvino/lenet.pth", 12),
    ("locuslab__convex_adversarial/fashion_mnist.pth", 8),
    ("SifatTaj__EMNIST_LENET/ckpt.pth", 12),
    ("Verified-Intelligence__alpha-beta-CROWN/cifar_cnn_a_mix.model", 8),
    ("tracel-ai__burn/mnist.pt", 12), ("tracel-ai__burn/mnist.safetensors", 12),
    ("pytorch__executorch/cifar_net.pth", 11),
  ]

  @Test(
    .enabled(if: SharedFiles.have("real/models/tracel-ai__burn/mnist.pt"), SharedFiles.skipped),
    arguments: real)
  func realFilesGiveSketchesThatFit(file: String, nodes: Int) throws {
    let tensors = try TensorFile.read(SharedFiles.path("real/models/\(file)"))
    let parameters = try ImportedParameters(tensors).parameters
    let sketch = try ArchitectureSketch(parameters)
    #expect(sketch.objection == nil, "\(sketch.objection ?? "")")
    #expect(sketch.nodes.count == nodes, "\(sketch.json)")
  }
}
