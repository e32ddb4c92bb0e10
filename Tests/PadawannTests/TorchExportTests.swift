import Foundation
import Padawann
import Testing

/// Programs of torch.export become networks that answer as PyTorch does.
@Suite struct TorchExportTests {
  @Test(arguments: ProgramFixture.networks)
  func answersAsPyTorchDoes(name: String) throws {
    let expected = try #require(ProgramFixture.expectations().networks[name])
    let file = try TensorFile.read(ProgramFixture.path(name))
    #expect(file.format == "PyTorch export")
    let network = try #require(try ONNXFixture.network(file))
    let input = network.architecture.input
    #expect([input.channels, input.height, input.width] == expected.input)
    let logits = ReferenceEvaluator(network, magnitude: .own).logits(expected.images)
    let largest = expected.answers.joined().map(abs).max() ?? 0
    #expect(logits.count == expected.answers.count)
    for (mine, theirs) in zip(logits, expected.answers) {
      #expect(mine.count == theirs.count)
      #expect(zip(mine, theirs).allSatisfy { abs($0 - $1) <= largest * 1e-5 }, "\(mine) \(theirs)")
      #expect(mine.firstIndex(of: mine.max() ?? 0) == theirs.firstIndex(of: theirs.max() ?? 0))
    }
    if !expected.nodes.isEmpty { #expect(network.architecture.nodes.map(\.name) == expected.nodes) }
  }

  @Test func everyGoldenIsTested() throws {
    let expected = try ProgramFixture.expectations()
    #expect(expected.networks.keys.sorted() == ProgramFixture.networks)
    #expect(expected.refused.keys.sorted() == ProgramFixture.refused)
  }

  @Test(arguments: ProgramFixture.refused)
  func refusesWhatNoNetworkHas(name: String) throws {
    let words = try #require(ProgramFixture.expectations().refused[name])
    let path = ProgramFixture.path(name)
    let error = try #require(DataFixture.error { try ONNXNetwork(TensorFile.read(path)) })
    #expect(error.kind == .unsupported && error.remedy != nil, "\(error)")
    #expect(error.location?.contains(name) == true)
    #expect(words.allSatisfy("\(error)".contains), "\(error)")
  }

  /// Everything has the name that it has in PyTorch, and batch normalisations are nodes of their own.
  @Test func namesAreThoseOfTheModule() throws {
    let network = try #require(try ProgramFixture.network(ProgramFixture.bytes("residual")))
    let names = network.architecture.nodes.map(\.name)
    #expect(
      names.prefix(6) == [
        "layer1.0.conv1", "layer1.0.bn1", "layer1.0.relu", "layer1.0.conv2", "layer1.0.bn2", "add_",
      ])
    #expect(names.contains("layer1.1.downsample.1") && names.last == "fc", "\(names)")
  }

  /// PyTorch 2.5 writes `getattr(L['self'].layer1, '1').downsample…` for the path of a module.
  @Test func namesOfOldPathsAreThoseOfTheModule() throws {
    let network = try #require(try ProgramFixture.network(ProgramFixture.bytes("old-residual")))
    let names = network.architecture.nodes.map(\.name)
    #expect(names.contains("layer1.0.relu") && names.contains("layer1.1.downsample.1"), "\(names)")
    #expect(names.allSatisfy { !$0.contains("L_") && !$0.contains("getattr") }, "\(names)")
  }

  @Test func theNoteNamesTheVersion() throws {
    let graph = try #require(try ONNXNetwork(TensorFile.read(ProgramFixture.path("old-lenet"))))
    #expect(graph.notes == ["exported by PyTorch 2.5.1+cu124"])
  }

  @Test func theContentTellsTheFormat() throws {
    let bytes = try DataFixture.gzip(ProgramFixture.bytes("mlp"))
    let file = try TensorFile(bytes: bytes, path: "weights.bin")
    #expect(file.format == "PyTorch export" && file.sourceDigest == Digest(of: bytes))
    #expect(try ONNXFixture.network(file) == ProgramFixture.network(ProgramFixture.bytes("mlp")))
  }

  /// With an architecture of the user's own, the parameters and buffers are the tensors of the file.
  @Test func theWeightsAreTensorsForAnArchitecture() throws {
    let file = try TensorFile.read(ProgramFixture.path("mlp"))
    let names = try ImportedParameters(file).parameters.map(\.name)
    #expect(
      names.sorted() == [
        "net.1.weight", "net.2.bias", "net.2.running_mean", "net.2.running_var", "net.2.weight", "net.5.bias",
        "net.5.weight", "net.7.bias", "net.7.weight",
      ])
    let key = TensorChoice(keys: ["state_dict"])
    let error = DataFixture.error { try TensorFile.read(ProgramFixture.path("mlp"), choosing: key) }
    #expect(error?.kind == .usage)
  }

  /// PyTorch 2.8 had folders already, and tensors as torch.save writes them.
  @Test func theLayoutBetweenIsRead() throws {
    let old = try ProgramFixture.entries("old-lenet")
    func content(_ name: String) throws -> [UInt8] { try #require(old.first { $0.name == name }).content }
    let bytes = try ZipWriter.archive([
      .init(name: "net/archive_format", content: Array("pt2".utf8)),
      .init(name: "net/models/model.json", content: content("serialized_exported_program.json")),
      .init(name: "net/data/weights/model.pt", content: content("serialized_state_dict.pt")),
      .init(name: "net/data/constants/model.pt", content: content("serialized_constants.pt")),
    ])
    #expect(try ProgramFixture.network(bytes) == ProgramFixture.network(ProgramFixture.bytes("old-lenet")))
  }

  @Test func otherByteOrdersAreRead() throws {
    let bytes = try ProgramFixture.archive("lenet") { name, content in
      if name.hasSuffix("byteorder") { return Array("big".utf8) }
      guard name.contains("/weights/weight_") else { return content }
      return stride(from: 0, to: content.count, by: 4).flatMap { content[$0..<($0 + 4)].reversed() }
    }
    #expect(try ProgramFixture.network(bytes) == ProgramFixture.network(ProgramFixture.bytes("lenet")))
  }

  @Test func aCompiledPackageIsRefused() throws {
    let bytes = try ZipWriter.archive([
      .init(name: "net/archive_format", content: Array("pt2".utf8)),
      .init(name: "net/data/aotinductor/model/net.so", content: [0x7f, 0x45, 0x4c, 0x46]),
    ])
    let error = try #require(DataFixture.error { try TensorFile(bytes: bytes, path: "net.pt2") })
    #expect(error.kind == .unsupported && error.message.contains("AOTInductor") && error.remedy != nil)
  }

  @Test func onlyAVectorIsGivenAShape() throws {
    let file = try TensorFile.read(ProgramFixture.path("lenet"))
    let error = DataFixture.error {
      try ONNXNetwork(file, vectorShape: Shape(channels: 1, height: 12, width: 12))
    }
    #expect(error?.kind == .usage && error?.message.contains("1×12×12") == true)
  }
}
