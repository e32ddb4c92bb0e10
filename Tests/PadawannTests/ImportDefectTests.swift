import Padawann
import Testing

/// One test for each defect that was found in what an import says or takes.
@Suite struct ImportDefectTests {
  private func refusal(_ bytes: [UInt8]) throws -> PadawannError {
    try #require(throws: PadawannError.self) { _ = try TensorFile(bytes: bytes, path: "file") }
  }

  @Test(arguments: [
    (#"{"input": [1, 4, 4], "input": [1, 8, 8], "nodes": []}"#, "input"),
    (#"{"input": [4], "nodes": [{"op": "linear", "outputs": 2, "outputs": 3}]}"#, "outputs"),
    (#"{"input": [4], "nodes": [{"op": "linear", "outputs": 2, "\u006futputs": 3}]}"#, "outputs"),
  ])
  func keysThatAnArchitectureHasTwiceAreRefused(_ json: String, _ key: String) throws {
    let error = try #require(throws: PadawannError.self) {
      _ = try ArchitectureFile.architecture(json: Array(json.utf8))
    }
    #expect(error.message.contains("the key \(key) appears twice"), "\(error)")
  }

  @Test func anONNXFileWithoutItsGraphIsCalledSo() throws {
    let error = try refusal([8, 10, 0x12, 7] + Array("pytorch".utf8))
    #expect(error.message.contains("ONNX") && error.message.contains("graph"))
    #expect(error.remedy != nil, "\(error)")
  }

  @Test func anExportedProgramIsCalledSo() throws {
    let entry = ZipWriter.Entry(name: "serialized_exported_program.json", content: Array("{}".utf8))
    let error = try refusal(ZipWriter.archive([entry]))
    #expect(error.kind == .unsupported)
    #expect(error.message.contains("torch.export"), "\(error)")
  }

  @Test func everyNoteIsKeptOnce() throws {
    let items = ["module.a", "module.b"].map { ($0, [Float](repeating: 1, count: 2)) }
    let bytes = try NumPyArchive.file(
      of: items.map { .init(name: $0.0, array: try NumPyArray(shape: [2], floats: $0.1)) })
    let file = try TensorFile(bytes: bytes, path: "file")
    let notes = try ImportedParameters(file).notes
    #expect(!notes.isEmpty && Set(notes).count == notes.count, "\(notes)")
    #expect(file.notes.allSatisfy(notes.contains))
  }

  /// When every tensor looked at all others, four times the tensors took sixteen times as long.
  @Test func manyParametrisationsAreFoldedInLinearTime() throws {
    let (few, many) = (try foldingTime(of: 1_000), try foldingTime(of: 4_000))
    #expect(many < few * 10, "\(few) for 1,000, \(many) for 4,000")
  }

  /// The shortest of three times.
  private func foldingTime(of count: Int) throws -> Duration {
    let ones = try NumPyArray(shape: [1, 1], floats: [1])
    let items = (0..<count).flatMap { number in
      ["original0", "original1"].map {
        NumPyArchive.Item(name: "l\(number).parametrizations.weight.\($0)", array: ones)
      }
    }
    let file = try TensorFile(bytes: NumPyArchive.file(of: items, deflated: false), path: "file")
    var best = Duration.seconds(1_000)
    for _ in 0..<3 {
      var found = 0
      best = min(
        best, try ContinuousClock().measure { found = try ImportedParameters(file).parameters.count })
      #expect(found == count)
    }
    return best
  }
}
