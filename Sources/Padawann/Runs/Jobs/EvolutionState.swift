import HDF5

extension Evolution<[TaskResult]>.Snapshot {
  /// What a checkpoint stores of an evolution between two generations (`Formats/runs.md`).
  var state: RunState {
    let individuals = population + [champion.individual]
    let scores = individuals.flatMap(\.score.report)
    let tasks = champion.individual.score.report.count
    let shape = [individuals.count, tasks, (scores.first?.correct.count ?? 0)]
    var masks: [UInt8] = []
    masks.reserveCapacity(individuals.reduce(0) { $0 + $1.genome.layout.packedByteCount })
    for individual in individuals { masks += individual.genome.packed }
    var root = HDFGroup()
    root.attributes = [
      HDFEntry("generation", .integer(Int64(generation))),
      HDFEntry("champion_generation", .integer(Int64(champion.generation))),
    ]
    root.datasets = [
      HDFEntry(
        "masks",
        HDFDataset(shape: [individuals.count, masks.count / individuals.count], .uint8(masks))),
      HDFEntry(
        "fitness", HDFDataset(shape: [individuals.count], .float64(individuals.map(\.score.fitness)))),
      HDFEntry("images", HDFDataset(shape: Array(shape.prefix(2)), .int64(scores.map { Int64($0.images) }))),
      HDFEntry("right", HDFDataset(shape: shape, .int64(scores.flatMap { $0.correct.map(Int64.init) }))),
      HDFEntry("cross_entropy", HDFDataset(shape: shape, .float64(scores.flatMap(\.crossEntropy)))),
    ]
    return RunState(root)
  }

  /// Reads what ``state`` stored, trusting nothing.
  ///
  /// - Parameters:
  ///   - state: what was stored.
  ///   - configuration: the run's, which says how many individuals, tasks and weights there must be.
  ///   - layout: the layers of the run's network.
  /// - Throws: ``PadawannError`` `data` when the parts do not fit.
  init(
    _ state: RunState, _ configuration: RunConfiguration<EvolutionRunSettings>, _ layout: EdgeLayout
  ) throws(PadawannError) {
    var reader = AttributeReader(state.tree, "/")
    let individuals = try EvolutionRows(state.tree, configuration, layout).individuals()
    guard let champion = individuals.last else { throw RunState.broken }
    self.init(
      settings: configuration.settings.evolution, generation: try reader.integer("generation"),
      population: Array(individuals.dropLast()),
      champion: .init(individual: champion, generation: try reader.integer("champion_generation")))
  }
}

/// The tables of a checkpoint, a row of each for an individual.
private struct EvolutionRows {
  let root: HDFGroup
  let tasks: [TaskDescription]
  let weights: Int
  let rows: Int
  let layout: EdgeLayout

  init(_ root: HDFGroup, _ configuration: RunConfiguration<EvolutionRunSettings>, _ layout: EdgeLayout)
    throws(PadawannError)
  {
    self.root = root
    tasks = configuration.tasks
    weights = try configuration.settings.edgeValues().magnitudes.count
    rows = configuration.settings.evolution.population + 1
    self.layout = layout
  }

  func individuals() throws(PadawannError) -> [Evolution<[TaskResult]>.Individual] {
    // Every shape is known beforehand, so that none has to be believed.
    guard case .uint8(let bits) = elements("masks", [rows, layout.packedByteCount]),
      case .float64(let fitness) = elements("fitness", [rows]),
      case .int64(let images) = elements("images", [rows, tasks.count]),
      case .int64(let correct) = elements("right", [rows, tasks.count, weights]),
      case .float64(let losses) = elements("cross_entropy", [rows, tasks.count, weights]),
      losses.allSatisfy({ $0 >= 0 })
    else { throw RunState.broken }
    var individuals: [Evolution<[TaskResult]>.Individual] = []
    for row in 0..<rows {
      var scores: [TaskResult] = []
      for (index, task) in tasks.enumerated() {
        let place = row * tasks.count + index
        let cells = (place * weights)..<((place + 1) * weights)
        guard images[place] == Int64(task.images),
          correct[cells].allSatisfy({ (0...images[place]).contains($0) })
        else { throw RunState.broken }
        scores.append(
          TaskResult(
            images: task.images, correct: correct[cells].map { Int($0) }, crossEntropy: Array(losses[cells])))
      }
      let width = layout.packedByteCount
      guard let genome = try? Genome(packed: bits[(row * width)..<((row + 1) * width)], layout) else {
        throw RunState.broken
      }
      individuals.append(.init(genome: genome, score: FitnessScore(fitness: fitness[row], report: scores)))
    }
    return individuals
  }

  private func elements(_ name: String, _ shape: [Int]) -> HDFElements? {
    guard let dataset = root.dataset(name), dataset.shape == shape else { return nil }
    return dataset.elements
  }
}
