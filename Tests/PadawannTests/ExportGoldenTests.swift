import Foundation
import Padawann
import Testing

/// A network of every operation, as it was written when ONNX Runtime was last asked about it (`Goldens/export/make.py`).
///
/// After a change that is meant: `PADAWANN_RECORD=1 swift test --filter ExportGoldenTests` writes the files again, and `make.py` asks
/// ONNX Runtime and PyTorch's reader of safetensors.
@Suite struct ExportGoldenTests {
  private struct Answers: Decodable {
    let images: [[Float]]
    let answers: [[Float]]
    let tensors: [String: [Int]]
  }

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Goldens/export")

  @Test func theFilesAreAsTheyWere() throws {
    let subject = try ExportSubject(ExportFixture.model(ExportFixture.everyOperation()), task: nil)
    let files = [
      ("every-operation.onnx", try ONNXExport().model(of: subject).bytes),
      ("every-operation.safetensors", SafeTensorsExport.bytes(of: subject)),
    ]
    for (name, bytes) in files {
      if ProcessInfo.processInfo.environment["PADAWANN_RECORD"] == "1" {
        try Data(bytes).write(to: Self.folder.appendingPathComponent(name))
      } else {
        #expect(try Fixtures.bytes("export/\(name)") == bytes, "\(name)")
      }
    }
  }

  @Test func otherProgramsAnswerTheSame() throws {
    let expected = try JSONDecoder().decode(Answers.self, from: Data(Fixtures.bytes("export/expected.json")))
    let network = try ExportFixture.everyOperation()
    let answers = ReferenceEvaluator(network, magnitude: .shared(0.5)).activations(
      expected.images, of: network.architecture.nodes.count - 1)
    #expect(ExportFixture.difference(answers, expected.answers) < 1e-5)
    let file = try TensorFile(
      bytes: Fixtures.bytes("export/every-operation.safetensors"), path: "every-operation.safetensors")
    // The counters of batch normalisations are left aside here.
    for tensor in file.tensors { #expect(expected.tensors[tensor.name] == tensor.shape, "\(tensor.name)") }
    #expect(expected.tensors.count == file.tensors.count + 2)
  }
}
