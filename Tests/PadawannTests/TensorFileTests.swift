import Foundation
import Padawann
import Testing

@Suite struct TensorFileTests {
  @Test func readsEveryFixtureAsPyTorchDoes() throws {
    let files = try ImportFixture.expectations().files
    #expect(files.count >= 25)
    for (name, expected) in files.sorted(by: { $0.key < $1.key }) {
      let file = try TensorFile.read(ImportFixture.path(name))
      #expect(file.format == expected.format, "\(name)")
      #expect(file.notes == expected.notes, "\(name)")
      #expect(file.tensors.map(\.name) == expected.tensors.map(\.name), "\(name)")
      for (tensor, expected) in zip(file.tensors, expected.tensors) {
        #expect(tensor.shape == expected.shape, "\(name) \(tensor.name)")
        #expect(tensor.type.name == expected.type, "\(name) \(tensor.name)")
        #expect(
          try tensor.floats().map(\.bitPattern) == expected.values.map(\.bitPattern), "\(name) \(tensor.name)"
        )
      }
    }
  }

  @Test func saysWhereTheFileCameFrom() throws {
    let file = try TensorFile.read(ImportFixture.path("plain-2.pt"))
    let bytes = try ImportFixture.bytes("plain-2.pt")
    #expect(file.byteCount == bytes.count)
    #expect(file.sourceDigest == Digest(of: bytes))
    #expect(file.path.hasSuffix("plain-2.pt"))
    #expect(file.tensor(named: "fc.bias")?.shape == [2])
    #expect(file.tensor(named: "fc") == nil)
  }

  @Test func integersAreExact() throws {
    let file = try TensorFile.read(ImportFixture.path("types.pt"))
    for name in ["i64", "i32", "i16", "i8", "u64", "u32", "u16", "u8", "bool"] {
      #expect(try file.tensor(named: name)?.integers() == [0, 1, 1, 0], "\(name)")
    }
    #expect(try file.tensor(named: "signed")?.integers() == [-1, -128])
    #expect(throws: PadawannError.self) { try file.tensor(named: "f32")?.integers() }
  }

  static let refusals: [(String, PadawannError.Kind, [String])] = [
    ("whole.pt", .unsupported, [".Net", "model.state_dict()", "nothing was run"]),
    ("whole-legacy.pt", .unsupported, [".Net", "model.state_dict()"]),
    ("script.pt", .unsupported, ["TorchScript", "torch.jit.load"]),
    ("sparse.pt", .unsupported, ["sparse", "to_dense", "tensor w"]),
    ("quantised.pt", .unsupported, ["quantised", "dequantize"]),
    ("complex.pt", .unsupported, ["complex", "real and imaginary"]),
    ("eight-bits.pt", .unsupported, ["float8_e4m3fn", ".float()"]),
    ("meta.pt", .unsupported, ["meta device"]),
    ("several.pt", .data, ["encoder, decoder"]),
    ("tensor.pt", .data, ["without a name", "state_dict"]),
    ("nothing.pt", .data, ["no named tensors"]),
    ("little-f4.npy", .data, ["numpy.savez"]),
    ("stored.zip", .data, ["neither PyTorch's nor NumPy's"]),
  ]

  @Test(arguments: refusals)
  func refusesOtherFilesWithARemedy(name: String, kind: PadawannError.Kind, words: [String]) {
    #expect { try TensorFile.read(ImportFixture.path(name)) } throws: { error in
      let text = "\(error)"
      return (error as? PadawannError)?.kind == kind && words.allSatisfy(text.contains) && text.contains(name)
    }
  }

  static let wrong: [(String, [UInt8], String)] = [
    ("empty", [], "empty"),
    ("page", Array("\n <!DOCTYPE html><html>".utf8), "web page"),
    ("pointer", Array("version https://git-lfs.github.com/spec/v1\noid sha256:1".utf8), "git lfs pull"),
    ("gzip", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], "gzip file ends too early"),
    ("hdf5", [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0], "Evaluate it directly"),
    ("onnx", [8, 10, 0x12, 7] + Array("pytorch".utf8), "ONNX"),
    ("gguf", Array("GGUF".utf8), "GGUF"),
    ("pickle", [0x80, 2, 0x4e, 0x2e], "not one of torch.save"),
    ("text", Array("hello".utf8), "torch.save"),
    ("zip", [0x50, 0x4b, 3, 4], "truncated"),
  ]

  @Test(arguments: wrong)
  func saysWhatAWrongFileIs(name: String, bytes: [UInt8], word: String) {
    #expect { try TensorFile(bytes: bytes, path: name) } throws: { error in
      guard let error = error as? PadawannError else { return false }
      return error.location?.hasPrefix(name) == true && "\(error)".contains(word) && error.remedy != nil
    }
  }

  static let thesisNetworks: [(name: String, shapes: [String: [Int]])] = [
    ("mnist-net.pt", convolutional), ("10letters-net.pt", convolutional),
    (
      "thesis-feedforward.pth",
      ["fc1.weight": [64, 784], "fc1.bias": [64], "fc2.weight": [10, 64], "fc2.bias": [10]]
    ),
  ]

  @Test(
    .enabled(if: thesisNetworks.allSatisfy { SharedFiles.have("models/\($0.name)") }, SharedFiles.skipped),
    arguments: thesisNetworks)
  func readsTheThesisNetworks(name: String, shapes: [String: [Int]]) throws {
    let file = try TensorFile.read(SharedFiles.path("models/\(name)"))
    let parameters = try ImportedParameters(file).parameters
    #expect(Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.shape) }) == shapes)
    #expect(parameters.allSatisfy { $0.values.count == $0.shape.reduce(1, *) && $0.mask == nil })
  }

  private static let convolutional: [String: [Int]] = [
    "conv1.weight": [32, 1, 3, 3], "conv1.bias": [32], "conv2.weight": [64, 32, 3, 3], "conv2.bias": [64],
    "fc1.weight": [128, 9216], "fc1.bias": [128], "fc2.weight": [10, 128], "fc2.bias": [10],
  ]
}
