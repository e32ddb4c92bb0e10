import Foundation
import Padawann
import Testing

/// Nets that nobody of this project made, with the accuracies that PyTorch measures for them (`real/INDEX.md`).
@Suite struct ForeignNetTests {
  private static let resnet = "real/models/akamaster__pytorch_resnet_cifar10/resnet20-12fca82f.th"
  private static let squeezenet =
    "real/models/TropComplique__trained-ternary-quantization/model_ternary_quantization.pytorch_state"
  private static let cifarNet = "real/models/pytorch__executorch/cifar_net.pth"

  private static func parameters(_ file: String) throws -> [ImportedParameter] {
    try ImportedParameters(try TensorFile.read(SharedFiles.path(file))).parameters
  }

  @Test(.enabled(if: SharedFiles.have(resnet), SharedFiles.skipped))
  func theResNetOfOptionAIsAPreset() throws {
    let parameters = try Self.parameters(Self.resnet)
    #expect(try NetworkImport.preset(for: parameters) == .resnet20)
    let network = try NetworkImport(weights: .sign).network(parameters, Preset.resnet20.architecture)
    #expect(network.edgeCount == 268_336 && network.architecture.outputs == 10)
  }

  @Test(
    .enabled(if: SharedFiles.have(resnet, "real/data/cifar10-train-5085.npz"), SharedFiles.skipped))
  func theResNetKnowsPictures() async throws {
    let network = try NetworkImport(weights: .keep).network(
      try Self.parameters(Self.resnet), Preset.resnet20.architecture)
    let data = SharedFiles.path("real/data/cifar10-train-5085.npz")
    let pictures = try DatasetSpec.parse(
      "\(data),first=200,normalise=0.485/0.229/0.456/0.224/0.406/0.225"
    ).load(from: SharedFiles.data)
    let predictions = try await Inference(threads: 2).predictions(of: network, on: pictures, magnitude: .own)
    #expect(try Scores(of: predictions).accuracy.value > 0.97)
  }

  @Test(.enabled(if: SharedFiles.have(squeezenet), SharedFiles.skipped))
  func theTernarySqueezeNetFitsItsArchitecture() throws {
    let architecture = try ArchitectureFile.architecture(json: ImportFixture.bytes("squeezenet.json"))
    #expect(architecture.outputs == 200)
    let network = try NetworkImport(weights: .keep).network(
      try Self.parameters(Self.squeezenet), architecture)
    #expect(network.remainingEdges < network.edgeCount / 2)
  }

  @Test(.enabled(if: SharedFiles.have(cifarNet), SharedFiles.skipped))
  func theCifarNetWithAWindowOfOneFitsItsArchitecture() throws {
    let architecture = try ArchitectureFile.architecture(json: ImportFixture.bytes("cifar-net.json"))
    let network = try NetworkImport(weights: .keep).network(try Self.parameters(Self.cifarNet), architecture)
    #expect(network.architecture.outputs == 10)
  }
}
