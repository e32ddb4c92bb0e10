import Synchronization

/// The pieces of an evolution: a genome on a range of a task's images, or the pruning of the individuals of a genome.
///
/// A part is a genome, packed.
final class EvolutionPieces: PieceComputer {
  /// What a piece asks for.
  enum Request: Sendable, Equatable {
    /// How the genome does on some images of a task.
    case evaluation(task: Int, images: Range<Int>)
    /// What the genome of each of these individuals becomes by pruning.
    case pruning(draw: UInt64, generation: Int, individuals: [Int])
  }

  private let evaluator: FitnessEvaluator
  private let settings: EvolutionSettings
  private let layout: EdgeLayout
  private let probe: Mutex<PruningGainProbe?>
  private let bounds: PieceWork.Bounds

  /// How long a piece is in images; each costs as much as a dozen to prepare.
  static let bounds = PieceWork.Bounds(least: 512, most: 16384, unit: 64)

  /// - Parameters:
  ///   - evaluator: of the individuals.
  ///   - settings: those of the run.
  ///   - bounds: how long a piece is.
  /// - Throws: as ``FitnessEvaluator/pruningGainProbe(images:seed:)``.
  init(
    _ evaluator: FitnessEvaluator, _ settings: EvolutionRunSettings, bounds: PieceWork.Bounds = bounds
  ) throws(PadawannError) {
    self.evaluator = evaluator
    self.bounds = bounds
    self.settings = settings.evolution
    layout = evaluator.base.genomes[0].layout
    guard let images = settings.gradientImages else {
      probe = Mutex(nil)
      return
    }
    probe = Mutex(try evaluator.pruningGainProbe(images: images, seed: settings.seed))
  }

  func part(_ content: [UInt8]) throws -> Genome { try Genome(packed: content[...], layout) }

  func answer(_ request: [UInt8], about genome: Genome) async throws -> [UInt8] {
    switch try Request(request) {
    case .evaluation(let task, let images):
      return try await evaluator.part(of: genome, task: task, images: images).encoded
    case .pruning(let draw, let generation, let individuals):
      let layers = try probe.withLock { probe in try probe?.gains(of: genome.masks, draw: draw) }
      guard let layers else { throw PadawannError(.data, "pruning gains were asked of a run without them") }
      let order = PruningOrder(genome: genome, generation: generation, individuals: individuals)
      return settings.pruned(order, by: try PruningGains(layers, of: layout)).flatMap(\.packed)
    }
  }

  // MARK: - on the rank that leads

  /// Scores candidates on all ranks.
  func scores(of candidates: [Candidate], _ sharing: any PieceSharing) async throws -> [FitnessScore<
    [TaskResult]
  >] {
    let (tasks, magnitudes) = (evaluator.tasks, evaluator.values.magnitudes.count)
    let lengths = candidates.flatMap { _ in tasks.map(\.dataset.count) }
    let cuts = PieceWork.cut(lengths, ranks: sharing.ranks, bounds)
    let work = PieceWork(
      parts: candidates.map(\.genome.packed),
      pieces: cuts.map { cut in
        PieceWork.Piece(
          part: cut.thing / tasks.count, size: cut.range.count * magnitudes,
          request: Request.evaluation(task: cut.thing % tasks.count, images: cut.range).encoded)
      })
    let answers = try await sharing.answers(to: work, by: self, progress: evaluator.inference.progress)
    var parts = [[TaskResultPart]](repeating: [], count: lengths.count)
    for (cut, answer) in zip(cuts, answers) {
      let part = try TaskResultPart(answer)
      guard part.images == cut.range.count, part.answers.count == magnitudes else {
        throw PadawannError(.data, "an answer is not about the images that were asked about")
      }
      parts[cut.thing].append(part)
    }
    return try candidates.enumerated().map { place, candidate in
      let results = tasks.indices.map { TaskResult(parts[place * tasks.count + $0]) }
      return try evaluator.score(candidate.genome, results)
    }
  }

  /// Prunes individuals on all ranks; a piece is a genome, whose gradients cannot be cut without changing sums.
  func pruned(_ orders: [PruningOrder], draw: UInt64, _ sharing: any PieceSharing) async throws -> [[Genome]]
  {
    let images = imagesPerGenome
    let work = PieceWork(
      parts: orders.map(\.genome.packed),
      pieces: orders.enumerated().map { place, order in
        PieceWork.Piece(
          part: place, size: images,
          request: Request.pruning(
            draw: draw, generation: order.generation, individuals: order.individuals
          ).encoded)
      })
    let answers = try await sharing.answers(to: work, by: self, progress: nil)
    return try zip(orders, answers).map { order, answer in
      let size = layout.packedByteCount
      guard answer.count == size * order.individuals.count else {
        throw PadawannError(.data, "an answer has not as many genomes as were asked for")
      }
      return try order.individuals.indices.map {
        try Genome(packed: answer[($0 * size)..<(($0 + 1) * size)], layout)
      }
    }
  }

  /// On how many images a genome's pruning gains are measured.
  var imagesPerGenome: Int { probe.withLock { $0?.imagesPerMask ?? 0 } }
}

extension EvolutionPieces.Request {
  var encoded: [UInt8] {
    var writer = ByteWriter()
    switch self {
    case .evaluation(let task, let images):
      writer.append(UInt8(0))
      for number in [task, images.lowerBound, images.upperBound] { writer.append(UInt32(number)) }
    case .pruning(let draw, let generation, let individuals):
      writer.append(UInt8(1))
      writer.append(draw)
      writer.append(Int64(generation))
      writer.append(UInt32(individuals.count))
      for individual in individuals { writer.append(UInt32(individual)) }
    }
    return writer.bytes
  }

  init(_ bytes: [UInt8]) throws(PadawannError) {
    var reader = ByteReader(bytes)
    switch try reader.byte() {
    case 0:
      let (task, first, end) = (try reader.count(), try reader.count(), try reader.count())
      guard first < end else { throw PadawannError(.data, "a piece has no images") }
      self = .evaluation(task: task, images: first..<end)
    case 1:
      let draw = try reader.integer(UInt64.self)
      let generation = Int(try reader.integer(Int64.self))
      var individuals: [Int] = []
      for _ in 0..<(try reader.count()) { individuals.append(try reader.count()) }
      self = .pruning(draw: draw, generation: generation, individuals: individuals)
    default: throw PadawannError(.data, "a piece is of no known kind")
    }
  }
}
