/// The predictions of one model to one dataset as an `.npz` file that NumPy reads, so that models can be compared later and
/// elsewhere. `Formats/predictions.md` describes its arrays.
public struct PredictionFile: Sendable, Equatable {
  /// What reports call the model.
  public let modelName: String
  /// The digest of the model.
  public let model: Digest
  /// What reports call the dataset.
  public let datasetName: String
  /// What the edges were worth, in turn.
  public let magnitudes: [Magnitude]
  /// One set of predictions per shared weight, all with the same labels, outputs and dataset.
  public let predictions: [Predictions]

  /// The longest name in UTF-8 bytes.
  static let longestName = 4096
  /// The largest arrays in bytes; a compressed file could announce far more than its size is worth.
  static let largest = (weights: 1 << 16, labels: 1 << 28, logits: 1 << 31)

  /// Joins the parts.
  ///
  /// - Throws: ``PadawannError`` `data` when there are no predictions or not one per shared weight, they do not have the
  ///   same labels, outputs and dataset, a label is not an output, a shared weight is not finite, or a name is too
  ///   long; `unsupported` when there are more than 2¹⁴ shared weights, 2²⁵ images or 2²⁹ logits.
  public init(
    modelName: String, model: Digest, datasetName: String, magnitudes: [Magnitude], predictions: [Predictions]
  ) throws(PadawannError) {
    guard let first = predictions.first, magnitudes.count == predictions.count, first.count > 0,
      predictions.allSatisfy({
        $0.labels == first.labels && $0.outputs == first.outputs && $0.dataset == first.dataset
      })
    else {
      throw PadawannError(.data, "the predictions are not one set per shared weight for the same images")
    }
    if let wrong = first.labels.firstIndex(where: { !(0..<first.outputs).contains($0) }) {
      throw PadawannError(
        .data, "label \(first.labels[wrong]) is not one of the \(first.outputs) outputs", at: "image \(wrong)"
      )
    }
    guard magnitudes.count <= Self.largest.weights / 4, first.count <= Self.largest.labels / 8,
      first.logits.count <= Self.largest.logits / 4 / predictions.count
    else {
      throw PadawannError(
        .unsupported, "the predictions are too many for one file",
        remedy: "Use fewer shared weights or images")
    }
    guard magnitudes.allSatisfy({ $0.sharedWeight?.isFinite ?? true }) else {
      throw PadawannError(.data, "a shared weight is not a finite number")
    }
    guard [modelName, datasetName].allSatisfy({ $0.utf8.count <= Self.longestName }) else {
      throw PadawannError(.data, "a name is longer than \(Self.longestName) bytes")
    }
    self.modelName = modelName
    self.model = model
    self.datasetName = datasetName
    self.magnitudes = magnitudes
    self.predictions = predictions
  }

  /// Writes the file as a whole or not at all.
  ///
  /// - Throws: ``PadawannError`` as `StoredFile.write(_:to:check:)`, `unsupported` when it would exceed 4 GiB.
  public func write(to path: String) throws { try StoredFile.write(file(), to: path) }

  /// The bytes of the file; they depend on the content alone. Nothing is compressed, because logits hardly are.
  ///
  /// - Throws: ``PadawannError`` as `NumPyArchive.file(of:deflated:)`.
  public func file() throws(PadawannError) -> [UInt8] {
    let first = predictions[0]
    let shape = [predictions.count, first.count, first.outputs]
    let weights = magnitudes.map { $0.sharedWeight ?? .nan }
    return try NumPyArchive.file(
      of: [
        .init(name: "model_name", array: .init(shape: [modelName.utf8.count], bytes: Array(modelName.utf8))),
        .init(name: "model", array: .init(shape: [32], bytes: model.bytes)),
        .init(
          name: "dataset_name", array: .init(shape: [datasetName.utf8.count], bytes: Array(datasetName.utf8))),
        .init(name: "dataset", array: .init(shape: [32], bytes: first.dataset.bytes)),
        .init(name: "shared_weights", array: .init(shape: [weights.count], floats: weights)),
        .init(name: "labels", array: .init(shape: [first.count], integers: first.labels)),
        .init(name: "logits", array: .init(shape: shape, floats: predictions.flatMap(\.logits))),
      ], deflated: false)
  }
}

extension PredictionFile {
  /// Reads a file.
  ///
  /// - Throws: ``PadawannError`` `missing` or `inputOutput` as `StoredFile.read(_:limit:)`; `data` naming what is wrong.
  public init(path: String) throws(PadawannError) {
    let bytes = try StoredFile.read(path)
    do { try self.init(bytes) } catch { throw error.inside(path) }
  }

  /// Reads the bytes of a file; arrays that it does not know are left aside.
  ///
  /// - Throws: ``PadawannError`` `data` when it is no `.npz` file, or an array is missing, damaged or of the wrong shape
  ///   or type, or the content fails the checks of
  ///   ``init(modelName:model:datasetName:magnitudes:predictions:)``.
  public init(_ bytes: [UInt8]) throws(PadawannError) {
    let archive = try NumPyArchive(bytes)
    let labels = try archive.array("labels", limit: Self.largest.labels + 4096)
    guard labels.shape.count == 1 else { throw Self.misshapen("labels", labels.shape, "one label per image") }
    let weights = try archive.array("shared_weights", limit: 2 * Self.largest.weights + 4096)
    guard weights.shape.count == 1 else { throw Self.misshapen("shared_weights", weights.shape, "one axis") }
    let logits = try archive.array("logits", limit: Self.largest.logits + 4096)
    guard logits.shape.count == 3, logits.shape[0] == weights.count, logits.shape[1] == labels.count,
      logits.shape.allSatisfy({ $0 > 0 })
    else {
      throw Self.misshapen(
        "logits", logits.shape, "\(weights.count) weights × \(labels.count) images × outputs")
    }
    let numbers = try logits.floats()
    let correct = try labels.integers()
    let dataset = try Self.digest("dataset", archive)
    let size = labels.count * logits.shape[2]
    try self.init(
      modelName: Self.name("model_name", archive), model: Self.digest("model", archive),
      datasetName: Self.name("dataset_name", archive),
      magnitudes: weights.floats().map { $0.isNaN ? .own : .shared($0) },
      predictions: (0..<weights.count).map { index in
        Predictions(
          outputs: logits.shape[2], logits: Array(numbers[(index * size)..<((index + 1) * size)]),
          labels: correct,
          dataset: dataset)
      })
  }

  private static func misshapen(_ name: String, _ shape: [Int], _ wanted: String) -> PadawannError {
    PadawannError(.data, "the shape is \(shape) where \(wanted) are needed", at: "array \(name)")
  }

  private static func digest(_ name: String, _ archive: NumPyArchive) throws(PadawannError) -> Digest {
    let array = try archive.array(name, limit: 1 << 16)
    let digits = array.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    guard array.type == .u8, array.shape == [32], let digest = Digest(hex: digits) else {
      throw misshapen(name, array.shape, "the 32 bytes (u8) of a SHA-256 digest")
    }
    return digest
  }

  private static func name(_ name: String, _ archive: NumPyArchive) throws(PadawannError) -> String {
    let array = try archive.array(name, limit: 1 << 16)
    guard array.type == .u8, array.shape.count == 1, let text = String(validating: array.bytes, as: UTF8.self)
    else {
      throw misshapen(name, array.shape, "the UTF-8 bytes (u8) of a name")
    }
    return text
  }
}
