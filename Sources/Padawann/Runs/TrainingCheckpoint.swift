import HDF5

/// A training between two passes, as a file (`Formats/runs.md`).
struct TrainingCheckpoint {
  /// The numbers.
  var snapshot: Trainer.Snapshot
  /// What the passes that were done showed.
  var passes: [TrainingPass]
  /// SHA-256 of everything that decides the result.
  var plan: Digest

  static let format = "padawann-training-checkpoint"
  static let version: Int64 = 1
  static let sizeLimit = 1 << 36

  /// The bytes of the file.
  func image() throws(PadawannError) -> [UInt8] {
    var root = HDFGroup()
    root.attributes = [
      HDFEntry("plan_sha256", .text(plan.description)), HDFEntry("step", .integer(Int64(snapshot.step))),
    ]
    root.datasets = [
      HDFEntry(
        "passes",
        HDFDataset(
          shape: [passes.count, 3],
          .float64(passes.flatMap { [$0.crossEntropy, $0.accuracy, Double($0.images)] })))
    ]
    root.groups = snapshot.nodes.map { node in
      var group = HDFGroup()
      let parts = [("weights", node.weights), ("biases", node.biases), ("statistics", node.statistics)]
      group.datasets = parts.flatMap { name, lists in
        lists.enumerated().map { HDFEntry("\(name)-\($0)", HDFDataset(shape: [$1.count], .float32($1))) }
      }
      return HDFEntry(node.name, group)
    }
    return try CheckpointFile.image(of: root, format: Self.format, version: Self.version)
  }

  init(_ snapshot: Trainer.Snapshot, _ passes: [TrainingPass], plan: Digest) {
    self.snapshot = snapshot
    self.passes = passes
    self.plan = plan
  }

  /// Reads a file; the training that goes on from it checks that its numbers fit.
  ///
  /// - Throws: ``PadawannError`` `data` when it is damaged, `unsupported` when it is of another version.
  init(image: [UInt8]) throws(PadawannError) {
    let root = try CheckpointFile.tree(
      image, format: Self.format, version: Self.version,
      ReadLimits(
        imageBytes: Self.sizeLimit, objects: 10 * Architecture.Limits.nodes, depth: 2,
        payloadBytes: Self.sizeLimit, unusedBytes: 0))
    var reader = AttributeReader(root, "/")
    plan = try reader.digest("plan_sha256")
    guard let table = root.dataset("passes"), case .float64(let numbers) = table.elements,
      table.shape.count == 2, table.shape[1] == 3
    else { throw Self.broken }
    passes = try stride(from: 0, to: numbers.count, by: 3).map { start throws(PadawannError) in
      guard let images = Int(exactly: numbers[start + 2]) else { throw Self.broken }
      return TrainingPass(crossEntropy: numbers[start], accuracy: numbers[start + 1], images: images)
    }
    var nodes: [Trainer.Snapshot.NodeState] = []
    for entry in root.groups {
      nodes.append(
        .init(
          name: entry.name, weights: try Self.lists("weights", entry.value),
          biases: try Self.lists("biases", entry.value),
          statistics: try Self.lists("statistics", entry.value)))
    }
    snapshot = Trainer.Snapshot(step: try reader.integer("step"), nodes: nodes)
  }

  private static func lists(_ name: String, _ group: HDFGroup) throws(PadawannError) -> [[Float]] {
    var lists: [[Float]] = []
    while let dataset = group.dataset("\(name)-\(lists.count)") {
      guard case .float32(let numbers) = dataset.elements else { throw broken }
      lists.append(numbers)
    }
    return lists
  }

  private static let broken = PadawannError(
    .data, "the checkpoint's parts do not fit together: it is damaged")
}
