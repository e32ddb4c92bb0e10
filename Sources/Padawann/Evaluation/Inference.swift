/// Runs a network over a dataset.
public struct Inference: Sendable {
  /// The number of tasks that work at once. It never changes a result.
  public var threads: Int
  /// The vector instructions that are used; see ``InstructionSet`` for what they can change.
  public var instructionSet: InstructionSet
  /// Called now and then, from any thread, with the number of images that were just finished, counted once per setting of
  /// the weights.
  public var progress: (@Sendable (Int) -> Void)?

  /// Chooses the number of threads, the instructions, and who is told of progress.
  public init(
    threads: Int, instructionSet: InstructionSet = .best, progress: (@Sendable (Int) -> Void)? = nil
  ) {
    self.threads = threads
    self.instructionSet = instructionSet
    self.progress = progress
  }

  /// The images that one task evaluates before it reports.
  private static let chunk = 64

  /// The logits of every image, with one setting of the weights.
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

  /// The logits of every image, with several shared weights.
  ///
  /// - Parameters:
  ///   - network: what is evaluated.
  ///   - dataset: images of the network's input shape, of at most as many classes as the network has outputs.
  ///   - weights: shared weights; `nil` stands for the network's own, see ``Network/magnitude(_:)``.
  /// - Returns: one for each weight.
  /// - Throws: as ``predictions(of:on:magnitudes:)``.
  public func predictions(of network: Network, on dataset: Dataset, weights: [Float?]) async throws
    -> [Predictions]
  {
    try await predictions(of: network, on: dataset, magnitudes: weights.map(network.magnitude))
  }

  /// The logits of every image, with several settings of the weights, which share what they can.
  ///
  /// - Parameters:
  ///   - network: what is evaluated.
  ///   - dataset: images of the network's input shape, of at most as many classes as the network has outputs.
  ///   - magnitudes: what the edges are worth.
  /// - Returns: one for each magnitude; none depends on the others.
  /// - Throws: ``PadawannError`` `data` when the images or classes do not fit the network, `usage` for a number of threads
  ///   below 1, `unsupported` when there is not enough memory; `CancellationError`.
  public func predictions(of network: Network, on dataset: Dataset, magnitudes: [Magnitude]) async throws
    -> [Predictions]
  {
    try await predictions(of: network, on: dataset, magnitudes: magnitudes, digest: nil)
  }

  private func predictions(
    of network: Network, on dataset: Dataset, magnitudes: [Magnitude], digest: Digest?
  ) async throws -> [Predictions] {
    guard threads >= 1 else { throw PadawannError(.usage, "at least one thread is needed, not \(threads)") }
    try Self.check(dataset, fits: network.architecture)
    guard !magnitudes.isEmpty else { return [] }
    let engine = try Engine(network, magnitudes: magnitudes, for: dataset, using: instructionSet)
    let chunks = (dataset.count + Self.chunk - 1) / Self.chunk
    let rows = try await withThrowingTaskGroup(of: [(Int, [[Float]])].self) { group in
      let workers = min(threads, chunks)
      for worker in 0..<workers {
        group.addTask { try logits(stride(from: worker, to: chunks, by: workers), of: dataset, engine) }
      }
      var rows = [[[Float]]](repeating: [], count: chunks)
      for try await finished in group {
        for (chunk, logits) in finished { rows[chunk] = logits }
      }
      return rows
    }
    let digest = digest ?? dataset.digest
    return magnitudes.indices.map { setting in
      Predictions(
        outputs: engine.outputs, logits: rows.flatMap { $0[setting] }, labels: dataset.labels, dataset: digest
      )
    }
  }

  /// Judges networks one after the other, each by all threads, and keeps nothing of them but what is asked for.
  ///
  /// Made for populations, whose networks differ in their masks. Preparing MNIST-Net takes about as long as a dozen of its
  /// images. Its first layer, which some candidates have in common, takes less than a tenth of the time, so that each
  /// candidate is evaluated on its own.
  ///
  /// - Parameters:
  ///   - candidates: what is evaluated.
  ///   - dataset: images that fit each of them.
  ///   - weights: shared weights; `nil` stands for a network's own.
  ///   - score: what is kept of a network, given its predictions with each weight.
  /// - Returns: one score per candidate.
  /// - Throws: as ``predictions(of:on:magnitudes:)``, and what `score` throws.
  public func evaluate<Score>(
    _ candidates: [Network], on dataset: Dataset, weights: [Float?],
    score: (_ candidate: Int, _ predictions: [Predictions]) throws -> Score
  ) async throws -> [Score] {
    // The digest of many images takes longer than preparing a network.
    let digest = dataset.digest
    var scores: [Score] = []
    for (index, network) in candidates.enumerated() {
      let predictions = try await predictions(
        of: network, on: dataset, magnitudes: weights.map(network.magnitude), digest: digest)
      scores.append(try score(index, predictions))
    }
    return scores
  }

  /// What one task does: some chunks, with memory of its own.
  private func logits(_ chunks: StrideTo<Int>, of dataset: Dataset, _ engine: Engine) throws -> [(
    Int, [[Float]]
  )] {
    let workspace = try Engine.Workspace(engine)
    var result: [(Int, [[Float]])] = []
    for chunk in chunks {
      try Task.checkCancellation()
      let range = (chunk * Self.chunk)..<min((chunk + 1) * Self.chunk, dataset.count)
      result.append((chunk, engine.logits(of: range, in: dataset, workspace)))
      progress?(range.count * engine.magnitudes.count)
    }
    return result
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
        remedy: "Choose classes of it, for example \(dataset.name),classes=0-\(architecture.outputs - 1)")
    }
  }
}
