import HDF5

/// `checkpoint.h5` of a learning: scores, the optimiser's memory and biases after a pass (`Formats/runs.md`).
struct LearningCheckpoint {
  /// The learning between two passes.
  var snapshot: MaskLearning.Snapshot
  /// SHA-256 of the settings file that it belongs to.
  var settings: Digest
  /// All lines of the log, each with its line feed.
  var log: [UInt8]

  static let format = "padawann-learning-checkpoint"
  static let version: Int64 = 1
  static let sizeLimit = 1 << 36

  init(_ snapshot: MaskLearning.Snapshot, settings: Digest, log: [UInt8]) {
    self.snapshot = snapshot
    self.settings = settings
    self.log = log
  }

  /// The bytes of the file.
  func image() throws(PadawannError) -> [UInt8] {
    var root = HDFGroup()
    root.attributes = [
      HDFEntry("settings_sha256", .text(settings.description)),
      HDFEntry("step", .integer(Int64(snapshot.step))),
    ]
    root.datasets = [HDFEntry("log", HDFDataset(shape: [log.count], .uint8(log)))]
    root.groups = snapshot.layers.map { layer in
      var group = HDFGroup()
      group.attributes = [
        HDFEntry("magnitude", .float64(layer.magnitude)), HDFEntry("threshold", .float32(layer.threshold)),
      ]
      let numbers =
        [("scores", layer.scores), ("means", layer.means), ("squares", layer.squares)]
        + layer.biases.enumerated().map { ("biases-\($0)", $1) }
      group.datasets = numbers.filter { !$0.1.isEmpty }.map {
        HDFEntry($0.0, HDFDataset(shape: [$0.1.count], .float32($0.1)))
      }
      return HDFEntry(layer.name, group)
    }
    return try CheckpointFile.image(of: root, format: Self.format, version: Self.version)
  }

  /// Reads a file; the learning that goes on from it checks that its numbers fit.
  ///
  /// - Throws: ``PadawannError`` `data` when it is damaged, `unsupported` when it is of another version.
  init(image: [UInt8], _ plan: LearningPlan) throws(PadawannError) {
    let root = try CheckpointFile.tree(
      image, format: Self.format, version: Self.version,
      ReadLimits(
        imageBytes: Self.sizeLimit, objects: 8 * Architecture.Limits.nodes, depth: 2,
        payloadBytes: Self.sizeLimit, unusedBytes: 0))
    var reader = AttributeReader(root, "/")
    settings = try reader.digest("settings_sha256")
    let step = try reader.integer("step")
    guard case .uint8(let log) = root.dataset("log")?.elements else { throw Self.broken }
    let last = log.split(separator: UInt8(ascii: "\n")).last.map { Array($0) }
    guard log.last == UInt8(ascii: "\n"), let last,
      try RunJSON.value(LearningRun.LogLine.self, last, at: "log").step == step
    else { throw Self.broken }
    self.log = log
    var layers: [MaskLearning.Snapshot.Layer] = []
    for entry in root.groups { layers.append(try Self.layer(entry)) }
    snapshot = MaskLearning.Snapshot(
      settings: plan.learning, step: step, layers: layers)
  }

  private static let broken = PadawannError(
    .data, "the checkpoint's parts do not fit together: it is damaged")

  private static func layer(_ entry: HDFEntry<HDFGroup>) throws(PadawannError) -> MaskLearning.Snapshot.Layer
  {
    let group = entry.value
    func numbers(_ name: String) throws(PadawannError) -> [Float] {
      guard let dataset = group.dataset(name) else { return [] }
      guard case .float32(let numbers) = dataset.elements else { throw broken }
      return numbers
    }
    guard case .float64(let magnitude) = group.attribute("magnitude"),
      case .float32(let threshold) = group.attribute("threshold")
    else { throw broken }
    var biases: [[Float]] = []
    while group.dataset("biases-\(biases.count)") != nil {
      biases.append(try numbers("biases-\(biases.count)"))
    }
    return MaskLearning.Snapshot.Layer(
      name: entry.name, magnitude: magnitude, threshold: threshold, scores: try numbers("scores"),
      means: try numbers("means"), squares: try numbers("squares"), biases: biases)
  }
}
