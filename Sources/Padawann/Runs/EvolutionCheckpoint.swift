import HDF5

/// `checkpoint.h5`: all that an evolution needs to go on after a generation (`Formats/runs.md`).
package struct EvolutionCheckpoint {
  /// The evolution between two generations.
  package var snapshot: Evolution<[TaskScore]>.Snapshot
  /// SHA-256 of the settings file that it belongs to.
  package var settings: Digest
  /// The generation's line of the log, with its line feed.
  package var logLine: [UInt8]
  /// SHA-256 of the log up to this line.
  package var log: Digest

  static let format = "padawann-checkpoint"
  static let version: Int64 = 1
  static let sizeLimit = 1 << 40

  /// Joins the parts.
  package init(_ snapshot: Evolution<[TaskScore]>.Snapshot, settings: Digest, logLine: [UInt8], log: Digest) {
    self.snapshot = snapshot
    self.settings = settings
    self.logLine = logLine
    self.log = log
  }

  // MARK: - writing

  /// The bytes of the file.
  package func image() throws(PadawannError) -> [UInt8] {
    let individuals = snapshot.population + [snapshot.champion.individual]
    let scores = individuals.flatMap(\.score.report)
    let tasks = snapshot.champion.individual.score.report.count
    let shape = [individuals.count, tasks, (scores.first?.right.count ?? 0)]
    var masks: [UInt8] = []
    masks.reserveCapacity(individuals.reduce(0) { $0 + $1.genome.layout.packedByteCount })
    for individual in individuals {
      for mask in individual.genome.masks { masks += mask.packed }
    }
    var root = HDFGroup()
    root.attributes = [
      HDFEntry("settings_sha256", .text(settings.description)),
      HDFEntry("log_sha256", .text(log.description)),
      HDFEntry("generation", .integer(Int64(snapshot.generation))),
      HDFEntry("champion_generation", .integer(Int64(snapshot.champion.generation))),
    ]
    root.datasets = [
      HDFEntry(
        "masks",
        HDFDataset(shape: [individuals.count, masks.count / individuals.count], .uint8(masks))),
      HDFEntry(
        "fitness", HDFDataset(shape: [individuals.count], .float64(individuals.map(\.score.fitness)))),
      HDFEntry("images", HDFDataset(shape: Array(shape.prefix(2)), .int64(scores.map { Int64($0.images) }))),
      HDFEntry("right", HDFDataset(shape: shape, .int64(scores.flatMap { $0.right.map(Int64.init) }))),
      HDFEntry("cross_entropy", HDFDataset(shape: shape, .float64(scores.flatMap(\.crossEntropy)))),
      HDFEntry("log_line", HDFDataset(shape: [logLine.count], .uint8(logLine))),
    ]
    return try CheckpointFile.image(of: root, format: Self.format, version: Self.version)
  }

  // MARK: - reading

  /// Reads a file, trusting nothing.
  ///
  /// - Parameters:
  ///   - image: its bytes.
  ///   - plan: the run's, which says how many individuals, tasks and weights there must be.
  ///   - layout: the layers of the run's network.
  /// - Throws: ``PadawannError`` `data` when it is damaged, `unsupported` when it is of another version.
  package init(image: [UInt8], _ plan: EvolutionPlan, _ layout: EdgeLayout) throws(PadawannError) {
    let root = try CheckpointFile.tree(
      image, format: Self.format, version: Self.version,
      ReadLimits(
        imageBytes: Self.sizeLimit, objects: 16, depth: 1, payloadBytes: Self.sizeLimit, unusedBytes: 0))
    var reader = AttributeReader(root, "/")
    settings = try reader.digest("settings_sha256")
    log = try reader.digest("log_sha256")
    let individuals = try CheckpointRows(root, plan, layout).individuals()
    guard let champion = individuals.last else { throw CheckpointRows.broken }
    let generation = try reader.integer("generation")
    snapshot = Evolution<[TaskScore]>.Snapshot(
      settings: plan.evolution, generation: generation,
      population: Array(individuals.dropLast()),
      champion: .init(individual: champion, generation: try reader.integer("champion_generation")))
    guard case .uint8(let line) = root.dataset("log_line")?.elements,
      line.firstIndex(of: UInt8(ascii: "\n")) == line.count - 1,
      try RunJSON.value(EvolutionLogLine.self, line, at: "log_line").generation == generation
    else { throw CheckpointRows.broken }
    logLine = line
  }
}

/// The tables of a checkpoint, a row of each for an individual.
private struct CheckpointRows {
  let root: HDFGroup
  let tasks: [RunTask]
  let weights: Int
  let rows: Int
  let layout: EdgeLayout

  init(_ root: HDFGroup, _ plan: EvolutionPlan, _ layout: EdgeLayout) throws(PadawannError) {
    self.root = root
    tasks = plan.tasks
    weights = try plan.edgeValues().settings.count
    rows = plan.evolution.population + 1
    self.layout = layout
  }

  static let broken = PadawannError(.data, "the checkpoint's parts do not fit together: it is damaged")

  func individuals() throws(PadawannError) -> [Evolution<[TaskScore]>.Individual] {
    // Every shape is known beforehand, so that none has to be believed.
    guard case .uint8(let bits) = elements("masks", [rows, layout.packedByteCount]),
      case .float64(let fitness) = elements("fitness", [rows]),
      case .int64(let images) = elements("images", [rows, tasks.count]),
      case .int64(let right) = elements("right", [rows, tasks.count, weights]),
      case .float64(let losses) = elements("cross_entropy", [rows, tasks.count, weights]),
      losses.allSatisfy({ $0 >= 0 })
    else { throw Self.broken }
    var individuals: [Evolution<[TaskScore]>.Individual] = []
    for row in 0..<rows {
      var scores: [TaskScore] = []
      for (index, task) in tasks.enumerated() {
        let place = row * tasks.count + index
        let cells = (place * weights)..<((place + 1) * weights)
        guard images[place] == Int64(task.images),
          right[cells].allSatisfy({ (0...images[place]).contains($0) })
        else { throw Self.broken }
        scores.append(
          TaskScore(
            images: task.images, right: right[cells].map { Int($0) }, crossEntropy: Array(losses[cells])))
      }
      let width = layout.packedByteCount
      let genome = try genome(bits[(row * width)..<((row + 1) * width)])
      individuals.append(.init(genome: genome, score: Score(fitness: fitness[row], report: scores)))
    }
    return individuals
  }

  private func elements(_ name: String, _ shape: [Int]) -> HDFElements? {
    guard let dataset = root.dataset(name), dataset.shape == shape else { return nil }
    return dataset.elements
  }

  private func genome(_ row: ArraySlice<UInt8>) throws(PadawannError) -> Genome {
    var rest = row
    var masks: [Bitmask] = []
    for layer in layout.shapes.indices {
      let count = layout.edges(of: layer).count
      guard let mask = Bitmask(packed: rest.prefix((count + 7) / 8), count: count) else { throw Self.broken }
      masks.append(mask)
      rest = rest.dropFirst((count + 7) / 8)
    }
    return try Genome(layout: layout, masks: masks)
  }
}

extension EdgeLayout {
  /// The bytes that the masks of all layers take when each is packed on its own.
  fileprivate var packedByteCount: Int { shapes.indices.reduce(0) { $0 + (edges(of: $1).count + 7) / 8 } }
}
