import Synchronization

/// Runs a network over a dataset.
public struct Inference: Sendable {
  /// The number of threads that work at once, at most one per core. It never changes a result.
  public var threads: Int
  /// The vector instructions that are used; see ``InstructionSet`` for what they can change.
  public var instructionSet: InstructionSet
  /// Called now and then, from any thread, with the number of images that were just finished, counted once per magnitude of
  /// the weights.
  public var progress: (@Sendable (Int) -> Void)?
  /// How much work is begun; `nil` for any amount.
  package var limit: WorkLimit? = .standard

  /// Chooses the number of threads, the instructions, and who is told of progress.
  public init(
    threads: Int, instructionSet: InstructionSet = .best, progress: (@Sendable (Int) -> Void)? = nil
  ) {
    self.threads = threads
    self.instructionSet = instructionSet
    self.progress = progress
  }

  /// One thread evaluates about so many images before it reports.
  private static let chunk = 64

  /// The logits of every image, with one magnitude of the weights.
  ///
  /// - Parameters:
  ///   - network: what is evaluated.
  ///   - dataset: images of the network's input shape, of at most as many classes as the network has outputs.
  ///   - magnitude: what the edges are worth.
  /// - Throws: as ``predictions(of:on:magnitudes:)``.
  public func predictions(of network: Network, on dataset: Dataset, magnitude: Magnitude) async throws
    -> Predictions
  {
    try await predictions(of: network, on: dataset, magnitudes: [magnitude])[0]
  }

  /// The logits of every image, with several magnitudes of the weights, which share what they can.
  ///
  /// - Parameters:
  ///   - network: what is evaluated.
  ///   - dataset: images of the network's input shape, of at most as many classes as the network has outputs.
  ///   - magnitudes: what the edges are worth.
  /// - Returns: one for each magnitude; none depends on the others.
  /// - Throws: ``PadawannError`` `data` when the images or classes do not fit the network, `usage` for a number of threads
  ///   below 1, `unsupported` when it is more work than the limit or there is not enough memory; `CancellationError`.
  public func predictions(of network: Network, on dataset: Dataset, magnitudes: [Magnitude]) async throws
    -> [Predictions]
  {
    try await predictions(of: network, on: dataset, magnitudes: magnitudes, nonzero: Remembered())
  }

  /// The logits of every image, with the magnitudes of a prepared engine.
  ///
  /// - Parameters:
  ///   - engine: prepared for datasets of this kind; its instruction set counts.
  ///   - dataset: images of the network's input shape.
  /// - Returns: one for each of the engine's magnitudes.
  /// - Throws: `usage` for a number of threads below 1, `unsupported` when there is not enough memory; `CancellationError`.
  public func predictions(by engine: Engine, on dataset: Dataset) async throws -> [Predictions] {
    try await predictions(by: engine, on: dataset, nonzero: Remembered())
  }

  private func predictions(
    of network: Network, on dataset: Dataset, magnitudes: [Magnitude], nonzero: Remembered<NonzeroMap?>
  ) async throws -> [Predictions] {
    try Self.check(dataset, fits: network.architecture)
    guard !magnitudes.isEmpty else { return [] }
    try limit?.check(network.architecture, magnitudes: magnitudes.count)
    let engine = try Engine(network, magnitudes: magnitudes, for: dataset, using: instructionSet)
    return try await predictions(by: engine, on: dataset, nonzero: nonzero)
  }

  private func predictions(
    by engine: Engine, on dataset: Dataset, nonzero: Remembered<NonzeroMap?>
  ) async throws -> [Predictions] {
    guard threads >= 1 else { throw PadawannError(.usage, "at least one thread is needed, not \(threads)") }
    precondition(engine.input == dataset.shape, "an engine reads images of its own shape")
    try limit?.check(engine, threads: threads, images: dataset.count)
    let nonzero = engine.squares == nil ? nil : nonzero.value { NonzeroMap(dataset) }
    let order = ImageOrder(dataset, engine, nonzero, chunk: Self.chunk)
    var results = [[Float]](
      repeating: [Float](repeating: 0, count: dataset.count * engine.outputs), count: engine.magnitudes.count)
    let finished = Mutex<[(Int, [[Float]])]>([])
    let stop = Atomic<Bool>(false)
    try await withTaskCancellationHandler {
      try ThreadPool(threads: threads).share(
        order.chunks.count, making: { () throws(PadawannError) in try Engine.Workspace(engine) }
      ) { chunk, workspace in
        guard !stop.load(ordering: .relaxed) else { return }
        let images = order.images[order.chunks[chunk]]
        let rows = engine.logits(of: images, in: dataset, nonzero, workspace)
        finished.withLock { $0.append((chunk, rows)) }
        progress?(images.count * engine.magnitudes.count)
      }
    } onCancel: {
      stop.store(true, ordering: .relaxed)
    }
    try Task.checkCancellation()
    for (chunk, rows) in finished.withLock({ $0 }) {
      for magnitude in rows.indices { order.write(rows[magnitude], of: chunk, to: &results[magnitude]) }
    }
    return results.map {
      Predictions(outputs: engine.outputs, logits: $0, labels: dataset.labels, dataset: dataset.digest)
    }
  }

  /// Evaluates networks one after the other, each by all threads, and keeps nothing of them but what is asked for.
  ///
  /// Made for populations, whose networks differ in their masks. Each candidate is evaluated on its own: what candidates
  /// could share, MNIST-Net's first layer where their masks of it agree and the loading of images, takes 5 of 68 µs of an
  /// image, and a third of that when three shared weights share it already; preparing a candidate takes as long as a dozen
  /// images. What they do share is where the images are zero.
  ///
  /// - Parameters:
  ///   - candidates: what is evaluated.
  ///   - dataset: images that fit each of them.
  ///   - magnitudes: what the edges are worth.
  ///   - score: what is kept of a network, given its predictions with each weight.
  /// - Returns: one score per candidate.
  /// - Throws: as ``predictions(of:on:magnitudes:)``, and what `score` throws.
  public func evaluate<Result>(
    _ candidates: [Network], on dataset: Dataset, magnitudes: [Magnitude],
    score: (_ candidate: Int, _ predictions: [Predictions]) throws -> Result
  ) async throws -> [Result] {
    let nonzero = Remembered<NonzeroMap?>()
    var scores: [Result] = []
    for (index, network) in candidates.enumerated() {
      let predictions = try await predictions(
        of: network, on: dataset, magnitudes: magnitudes, nonzero: nonzero)
      scores.append(try score(index, predictions))
    }
    return scores
  }

  /// Checks that a network can be asked about a dataset.
  ///
  /// - Throws: ``PadawannError`` `data`.
  public static func check(_ dataset: Dataset, fits architecture: Architecture) throws(PadawannError) {
    guard dataset.shape == architecture.input else {
      throw PadawannError(
        .data, "its images are \(dataset.shape), but the network reads \(architecture.input)",
        at: dataset.name,
        remedy: "Choose a dataset of that shape, or import the network with another architecture")
    }
    guard dataset.classNames.count <= architecture.outputs else {
      throw PadawannError(
        .data,
        "it has \(dataset.classNames.count) classes, but the network has \(architecture.outputs) outputs",
        at: dataset.name,
        remedy:
          "Choose classes of it, for example \(dataset.name),classes=0-\(architecture.outputs - 1), or train a head for it",
        choice: .ownHead(dataset.name))
    }
  }
}

/// The order in which the images of a dataset are evaluated, and the chunks that are one task's work.
///
/// Sixteen images share a block; those whose zero squares are the same meet in one. No logit depends on it.
struct ImageOrder: Sendable {
  /// Every image, once.
  let images: [Int]
  /// Ranges of ``images``.
  let chunks: [Range<Int>]
  private let outputs: Int
  /// Whether it is the order of the dataset.
  private let isStored: Bool

  /// Chooses for an engine; chunks hold `chunk` images or a few more, so that they fill the engine's blocks.
  init(_ dataset: Dataset, _ engine: Engine, _ nonzero: NonzeroMap?, chunk: Int) {
    let size = (chunk + engine.imagesAtOnce - 1) / engine.imagesAtOnce * engine.imagesAtOnce
    let count = dataset.count
    let order = engine.squares.flatMap { squares in nonzero?.order(by: squares) }
    images = order ?? Array(0..<count)
    isStored = order == nil
    chunks = stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    outputs = engine.outputs
  }

  /// Puts the logits of a chunk where their images are in the dataset.
  func write(_ rows: [Float], of chunk: Int, to logits: inout [Float]) {
    if isStored {
      let range = chunks[chunk]
      logits.replaceSubrange((range.lowerBound * outputs)..<(range.upperBound * outputs), with: rows)
      return
    }
    for (row, image) in images[chunks[chunk]].enumerated() {
      for output in 0..<outputs { logits[image * outputs + output] = rows[row * outputs + output] }
    }
  }
}
