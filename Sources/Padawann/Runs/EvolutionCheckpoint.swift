import HDF5

/// `checkpoint.h5`: all that an evolution needs to go on after a generation (`Formats/runs.md`).
struct EvolutionCheckpoint {
  /// The evolution between two generations.
  var snapshot: Evolution<[TaskScore]>.Snapshot
  /// SHA-256 of the settings file that it belongs to.
  var settings: Digest
  /// The generation's line of the log, with its line feed.
  var logLine: [UInt8]

  static let format = "padawann-checkpoint"
  static let version: Int64 = 1
  static let sizeLimit = 1 << 40

  /// Joins the parts.
  init(_ snapshot: Evolution<[TaskScore]>.Snapshot, settings: Digest, logLine: [UInt8]) {
    self.snapshot = snapshot
    self.settings = settings
    self.logLine = logLine
  }

  // MARK: - writing

  /// The bytes of the file.
  func image() throws(PadawannError) -> [UInt8] {
    let individuals = snapshot.population + [snapshot.champion.individual]
    let scores = individuals.flatMap(\.score.report)
    let tasks = snapshot.champion.individual.score.report.count
    let shape = [individuals.count, tasks, (scores.first?.right.count ?? 0)]
    let masks = individuals.flatMap { $0.genome.masks.flatMap(\.packed) }
    var root = HDFGroup()
    root.attributes = [
      HDFEntry("format", .text(Self.format)), HDFEntry("format_version", .integer(Self.version)),
      HDFEntry("settings_sha256", .text(settings.description)),
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
    root.attributes.append(
      HDFEntry(ContentDigest.attribute, .text(ContentDigest.digest(of: root).description)))
    do throws(HDF5Error) {
      return try root.image()
    } catch {
      throw PadawannError(.data, "the checkpoint cannot be stored: \(error.message)", at: error.path)
    }
  }

  // MARK: - reading

  /// Reads a file, trusting nothing.
  ///
  /// - Throws: ``PadawannError`` `data` when it is damaged, `unsupported` when it is of another version.
  init(image: [UInt8], settings evolution: EvolutionSettings, layout: EdgeLayout) throws(PadawannError) {
    let root: HDFGroup
    do throws(HDF5Error) {
      root = try HDFGroup(
        image: image,
        limits: ReadLimits(
          imageBytes: Self.sizeLimit, objects: 16, depth: 1, payloadBytes: Self.sizeLimit, unusedBytes: 0))
    } catch {
      throw PadawannError(.data, "the checkpoint is damaged: \(error.message)", at: error.path)
    }
    var reader = AttributeReader(root, "/")
    guard try reader.text("format") == Self.format else {
      throw PadawannError(.data, "this is not a checkpoint of an evolution")
    }
    guard try reader.integer("format_version") == Int(Self.version) else {
      throw PadawannError(
        .unsupported, "the checkpoint is of another version", remedy: "Use the padawann that wrote it")
    }
    guard try reader.digest(ContentDigest.attribute) == ContentDigest.digest(of: root) else {
      throw PadawannError(.data, "the checkpoint does not match its SHA-256 digest: it is damaged")
    }
    settings = try reader.digest("settings_sha256")
    let rows = CheckpointRows(root)
    let individuals = try rows.individuals(layout)
    guard let champion = individuals.last else { throw CheckpointRows.broken }
    snapshot = Evolution<[TaskScore]>.Snapshot(
      settings: evolution, generation: try reader.integer("generation"),
      population: Array(individuals.dropLast()),
      champion: .init(individual: champion, generation: try reader.integer("champion_generation")))
    guard case .uint8(let line) = root.dataset("log_line")?.elements else { throw CheckpointRows.broken }
    logLine = line
  }
}

/// The tables of a checkpoint, a row of each for an individual.
private struct CheckpointRows {
  let root: HDFGroup

  init(_ root: HDFGroup) { self.root = root }

  static let broken = PadawannError(.data, "the checkpoint's parts do not fit together: it is damaged")

  func individuals(_ layout: EdgeLayout) throws(PadawannError) -> [Evolution<[TaskScore]>.Individual] {
    let bytesPerRow = layout.shapes.indices.reduce(0) { $0 + (layout.edges(of: $1).count + 7) / 8 }
    guard let masks = root.dataset("masks"), case .uint8(let bits) = masks.elements,
      case .float64(let fitness) = root.dataset("fitness")?.elements,
      let right = root.dataset("right"), case .int64(let counts) = right.elements, right.shape.count == 3,
      case .int64(let images) = root.dataset("images")?.elements,
      case .float64(let losses) = root.dataset("cross_entropy")?.elements,
      fitness.count == right.shape[0], masks.shape == [fitness.count, bytesPerRow],
      images.count == right.shape[0] * right.shape[1], losses.count == counts.count,
      counts.allSatisfy({ $0 >= 0 }), images.allSatisfy({ $0 > 0 })
    else { throw Self.broken }
    let (tasks, weights) = (right.shape[1], right.shape[2])
    var individuals: [Evolution<[TaskScore]>.Individual] = []
    for row in fitness.indices {
      let scores = (0..<tasks).map { task in
        let place = row * tasks + task
        let cells = (place * weights)..<((place + 1) * weights)
        return TaskScore(
          images: Int(images[place]), right: counts[cells].map { Int($0) }, crossEntropy: Array(losses[cells])
        )
      }
      let genome = try genome(layout, bits[(row * bytesPerRow)..<((row + 1) * bytesPerRow)])
      individuals.append(.init(genome: genome, score: Score(fitness: fitness[row], report: scores)))
    }
    return individuals
  }

  private func genome(_ layout: EdgeLayout, _ row: ArraySlice<UInt8>) throws(PadawannError) -> Genome {
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
