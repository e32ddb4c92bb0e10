import Foundation
import Padawann
import Testing

@Suite("Prediction files")
struct PredictionFileTests {
  private func digest(from first: Int) throws -> Digest {
    let hex = (first..<(first + 32)).map { String(format: "%02x", $0) }.joined()
    return try #require(Digest(hex: hex))
  }

  /// What `make.py` stores.
  private func expected() throws -> PredictionFile {
    let dataset = try digest(from: 100)
    let planes = (0..<3).map { plane in (0..<12).map { Float(plane * 12 + $0 - 17) / 8 } }
    return try PredictionFile(
      modelName: "mnist-net.padawann", model: digest(from: 0), datasetName: "Zürich:test",
      magnitudes: [0.5, 1, 2].map(Magnitude.shared),
      predictions: planes.map {
        Predictions(outputs: 3, logits: $0, labels: [0, 2, 1, 1], dataset: dataset)
      })
  }

  /// The arrays of ``expected()``, to be spoilt one at a time.
  private func items() throws -> [NumPyArchive.Item] {
    let archive = try NumPyArchive(expected().file())
    return try archive.names.map { .init(name: $0, array: try archive.array($0)) }
  }

  private func file(replacing name: String, with array: NumPyArray?) throws -> [UInt8] {
    let changed = try items().compactMap { item in
      item.name == name ? array.map { NumPyArchive.Item(name: name, array: $0) } : item
    }
    return try NumPyArchive.file(of: changed)
  }

  @Test("reads what numpy writes")
  func fromNumPy() throws {
    #expect(try PredictionFile(Fixtures.bytes("statistics/predictions.npz")) == expected())
  }

  @Test("writes what numpy reads")
  func toNumPy() throws {
    // make.py loads written.npz with numpy and compares every array.
    #expect(try expected().file() == Fixtures.bytes("statistics/written.npz"))
  }

  @Test("what is written is read again, own weights and infinities too")
  func roundTrip() throws {
    let digest = Digest(of: [])
    let predictedClasses = Predictions(outputs: 1, logits: [-.infinity], labels: [0], dataset: digest)
    let file = try PredictionFile(
      modelName: "", model: digest, datasetName: "d", magnitudes: [.own, .shared(-2)],
      predictions: [predictedClasses, predictedClasses])
    let path = NSTemporaryDirectory() + "predictions-\(UUID().uuidString).npz"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try file.write(to: path)
    #expect(try PredictionFile(path: path) == file)
  }

  @Test("parts that do not belong together are refused")
  func parts() throws {
    let good = try expected()
    func make(_ weights: [Float], _ predictions: [Predictions], name: String = "m") throws {
      _ = try PredictionFile(
        modelName: name, model: good.model, datasetName: "d", magnitudes: weights.map(Magnitude.shared),
        predictions: predictions
      )
    }
    let one = good.predictions[0]
    #expect(throws: PadawannError.self) { try make([], []) }
    #expect(throws: PadawannError.self) { try make([1, 2], [one]) }
    #expect(throws: PadawannError.self) { try make([.infinity], [one]) }
    #expect(throws: PadawannError.self) { try make([1], [one], name: String(repeating: "x", count: 4097)) }
    let many = #expect(throws: PadawannError.self) {
      try make([Float](repeating: 1, count: 20_000), [Predictions](repeating: one, count: 20_000))
    }
    #expect(many?.kind == .unsupported)
    let other = Predictions(outputs: 3, logits: one.logits, labels: one.labels, dataset: Digest(of: []))
    #expect(throws: PadawannError.self) { try make([1, 2], [one, other]) }
    let unknown = Predictions(outputs: 3, logits: one.logits, labels: [0, 1, 2, 3], dataset: one.dataset)
    let error = #expect(throws: PadawannError.self) { try make([1], [unknown]) }
    #expect(error?.location == "image 3")
  }

  @Test(
    "a missing array is named",
    arguments: ["model_name", "model", "dataset_name", "dataset", "shared_weights", "labels", "logits"])
  func missing(_ name: String) throws {
    let bytes = try file(replacing: name, with: nil)
    let error = #expect(throws: PadawannError.self) { try PredictionFile(bytes) }
    #expect(error?.kind == .data && error?.message.contains("named \(name)") == true)
  }

  @Test("arrays of the wrong shape, type or content are refused")
  func spoilt() throws {
    let spoilt: [(String, NumPyArray)] = [
      ("labels", try NumPyArray(shape: [3], integers: [0, 1, 2])),
      ("labels", try NumPyArray(shape: [4, 1], integers: [0, 1, 2, 0])),
      ("labels", try NumPyArray(shape: [4], integers: [0, 1, 2, 3])),
      ("labels", try NumPyArray(shape: [4], integers: [0, 1, 2, -1])),
      ("labels", try NumPyArray(shape: [4], floats: [0, 1, 2, 0])),
      ("labels", try NumPyArray(shape: [0], integers: [])),
      ("shared_weights", try NumPyArray(shape: [2], floats: [1, 2])),
      ("shared_weights", try NumPyArray(shape: [3, 1], floats: [1, 2, 3])),
      ("shared_weights", try NumPyArray(shape: [3], floats: [1, 2, .infinity])),
      ("shared_weights", try NumPyArray(shape: [], floats: [1])),
      ("logits", try NumPyArray(shape: [36], floats: [Float](repeating: 0, count: 36))),
      ("logits", try NumPyArray(shape: [4, 3, 3], floats: [Float](repeating: 0, count: 36))),
      ("logits", try NumPyArray(shape: [3, 4, 0], floats: [])),
      ("logits", try NumPyArray(shape: [0, 4, 1 << 60], floats: [])),
      ("dataset", try NumPyArray(shape: [31], bytes: [UInt8](repeating: 1, count: 31))),
      ("dataset", try NumPyArray(shape: [4, 8], bytes: [UInt8](repeating: 1, count: 32))),
      ("model", try NumPyArray(shape: [4], integers: [1, 2, 3, 4])),
      ("model_name", try NumPyArray(shape: [2], bytes: [0xc3, 0x28])),
      ("dataset_name", try NumPyArray(shape: [5000], bytes: [UInt8](repeating: 65, count: 5000))),
      ("dataset_name", try NumPyArray(shape: [1], floats: [65])),
    ]
    for (name, array) in spoilt {
      let bytes = try file(replacing: name, with: array)
      #expect(throws: PadawannError.self, "\(name) \(array.shape)") { try PredictionFile(bytes) }
    }
  }

  @Test("a cut or damaged file is refused, never a crash")
  func damaged() throws {
    let bytes = try expected().file()
    for length in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: PadawannError.self) { try PredictionFile(Array(bytes[..<length])) }
    }
    let whole = try expected()
    for index in stride(from: 0, to: bytes.count, by: 3) {
      var damaged = bytes
      damaged[index] ^= 0x10
      // A flipped bit in a time stamp changes nothing; anything else must be noticed.
      let read = try? PredictionFile(damaged)
      #expect(read == nil || read == whole)
    }
    let error = #expect(throws: PadawannError.self) {
      try PredictionFile(path: "/nonexistent/predictions.npz")
    }
    #expect(error?.kind == .missing)
  }
}
