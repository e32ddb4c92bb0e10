/// Runs a network over a dataset.
public struct Inference: Sendable {
  /// The number of tasks that work at once. It never changes a result.
  public var threads: Int
  /// Called now and then, from any thread, with the number of images that were just finished.
  public var progress: (@Sendable (Int) -> Void)?

  /// Chooses the number of threads and who is told of progress.
  public init(threads: Int, progress: (@Sendable (Int) -> Void)? = nil) {
    self.threads = threads
    self.progress = progress
  }

  /// The images that one task evaluates before it reports: a multiple of ``ReferenceEvaluator/width``.
  private static let block = 4 * ReferenceEvaluator.width

  /// The logits of every image.
  ///
  /// - Parameters:
  ///   - network: what is evaluated.
  ///   - dataset: images of the network's input shape, of at most as many classes as the network has outputs.
  ///   - magnitude: what the edges are worth.
  /// - Throws: ``PadawannError`` `data` when the images or classes do not fit the network, `usage` for a number of threads
  ///   below 1; `CancellationError`.
  public func predictions(of network: Network, on dataset: Dataset, magnitude: Magnitude) async throws
    -> Predictions
  {
    guard threads >= 1 else { throw PadawannError(.usage, "at least one thread is needed, not \(threads)") }
    try Self.check(dataset, fits: network.architecture)
    let evaluator = ReferenceEvaluator(network, magnitude: magnitude)
    let blocks = (dataset.count + Self.block - 1) / Self.block
    let workers = min(threads, blocks)
    let rows = try await withThrowingTaskGroup(of: [(Int, [[Float]])].self) { group in
      for worker in 0..<workers {
        group.addTask {
          try stride(from: worker, to: blocks, by: workers).map { block in
            try Task.checkCancellation()
            let range = (block * Self.block)..<min((block + 1) * Self.block, dataset.count)
            let logits = evaluator.logits(range.map(dataset.input))
            progress?(range.count)
            return (block, logits)
          }
        }
      }
      var rows = [[[Float]]](repeating: [], count: blocks)
      for try await finished in group {
        for (block, logits) in finished { rows[block] = logits }
      }
      return rows
    }
    return Predictions(
      outputs: network.architecture.shapes[network.architecture.logitsNode].count,
      logits: rows.flatMap { $0.flatMap { $0 } }, labels: dataset.labels, dataset: dataset.digest)
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
