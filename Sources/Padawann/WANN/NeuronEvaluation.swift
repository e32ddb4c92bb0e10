/// How good a graph of neurons is on some images, with each shared weight.
public struct NeuronScore: Sendable, Equatable {
  /// The mean cross-entropy with each weight, in nats. An image counts for at most 1e30, which one also does whose outputs are no
  /// numbers.
  public let crossEntropy: [Double]
  /// The images that are answered right with each weight.
  public let right: [Int]
  /// The number of images.
  public let images: Int

  /// Joins what was measured.
  public init(crossEntropy: [Double], right: [Int], images: Int) {
    self.crossEntropy = crossEntropy
    self.right = right
    self.images = images
  }
}

/// How much of a population's work was saved because individuals have expressions in common.
public struct NeuronSharing: Sendable, Equatable {
  /// The neurons of all individuals that lead to outputs.
  public let neurons: Int
  /// The different expressions among them, which were computed.
  public let computed: Int

  /// The share that was not computed.
  public var saved: Double { neurons == 0 ? 0 : 1 - Double(computed) / Double(neurons) }
}

/// What all networks of a program come to on some images, network after network, each with every weight.
struct NeuronBlockScore: Sendable, Equatable {
  /// The sums of their losses.
  let losses: [Double]
  /// The right answers.
  let right: [Int32]
}

extension NeuronProgram {
  /// The scores of the graphs, given what they came to on every block, in order.
  func scores(_ blocks: [NeuronBlockScore], images: Int, threads: Int) -> [NeuronScore] {
    let weights = kernel.weights.count
    let scores = ThreadPool(threads: threads).map(Array(0..<kernel.networks)) { network in
      var losses = [Double](repeating: 0, count: weights)
      var right = [Int](repeating: 0, count: weights)
      // In the order of blocks, whoever had them.
      for block in blocks {
        for weight in 0..<weights {
          losses[weight] += block.losses[network * weights + weight]
          right[weight] += Int(block.right[network * weights + weight])
        }
      }
      return NeuronScore(crossEntropy: losses.map { $0 / Double(images) }, right: right, images: images)
    }
    return networks.map { scores[$0] }
  }
}

extension Inference {
  /// Scores a population on some images of a dataset, all individuals and weights at once.
  ///
  /// No score depends on the other individuals, the number of threads or, among sets of instructions, on which is used.
  ///
  /// - Parameters:
  ///   - graphs: of the same inputs and outputs.
  ///   - dataset: images that fit them.
  ///   - images: the places of the images that count.
  ///   - weights: the shared weights.
  /// - Returns: a score for each graph, and what was saved.
  /// - Throws: ``PadawannError`` `data` when the images do not fit, `usage` without images, weights or a thread, `unsupported` when
  ///   there is not enough memory; `CancellationError`.
  public func scores(of graphs: [NeuronGraph], on dataset: Dataset, images: [Int], weights: [Float]) throws
    -> (
      scores: [NeuronScore], sharing: NeuronSharing
    )
  {
    guard let first = graphs.first else { return ([], NeuronSharing(neurons: 0, computed: 0)) }
    try check(first, on: dataset, images: images.count, weights)
    let program = try NeuronProgram(graphs, .scores, weights: weights, threads: threads)
    let scores = try scores(of: program, on: [NeuronImages(dataset, images)])[0]
    return (scores, NeuronSharing(neurons: program.neurons, computed: program.distinctNeurons))
  }

  /// Scores the graphs of a program on batches, on each for itself.
  func scores(of program: NeuronProgram, on batches: [NeuronImages]) throws -> [[NeuronScore]] {
    zip(try blocks(of: program, on: batches), batches).map {
      program.scores($0, images: $1.count, threads: threads)
    }
  }

  /// What a program comes to on every block of each batch, in order.
  func blocks(of program: NeuronProgram, on batches: [NeuronImages]) throws -> [[NeuronBlockScore]] {
    let kernel = program.kernel
    let places = batches.flatMap { batch in (0..<batch.blockCount).map { (batch: batch, block: $0) } }
    let results = PartResults<NeuronBlockScore>(places.count)
    try run(places.count, kernel) { place, workspace in
      let (batch, block) = places[place]
      kernel.run(instructionSet, batch.inputs(of: block), labels: batch.labels(of: block), workspace)
      results.set(place, NeuronBlockScore(losses: workspace.losses, right: workspace.right))
      // Counted once for all graphs.
      progress?(batch.labels(of: block).count * kernel.weights.count)
    }
    var rest = results.all[...]
    return batches.map { batch in
      defer { rest = rest.dropFirst(batch.blockCount) }
      return Array(rest.prefix(batch.blockCount))
    }
  }

  /// The outputs of a graph for every image, with each of several shared weights.
  ///
  /// - Throws: as ``scores(of:on:images:weights:)``.
  public func predictions(of graph: NeuronGraph, on dataset: Dataset, weights: [Float]) throws
    -> [Predictions]
  {
    try check(graph, on: dataset, images: dataset.count, weights)
    let program = try NeuronProgram([graph], .outputs, weights: weights, threads: 1)
    let (kernel, outputs) = (program.kernel, graph.outputs)
    let chunks = stride(from: 0, to: dataset.count, by: Self.imagesAtOnce).map {
      $0..<min($0 + Self.imagesAtOnce, dataset.count)
    }
    let results = PartResults<[[Float]]>(chunks.count)
    try run(chunks.count, kernel) { chunk, workspace in
      let batch = NeuronImages(dataset, chunks[chunk])
      var rows = [[Float]](repeating: [], count: weights.count)
      for block in 0..<batch.blockCount {
        let labels = batch.labels(of: block)
        kernel.run(instructionSet, batch.inputs(of: block), labels: labels, workspace)
        for weight in weights.indices {
          for lane in labels.indices.map({ $0 - labels.startIndex }) {
            for output in 0..<outputs {
              rows[weight].append(workspace.output(output, of: outputs, weight: weight, lane: lane))
            }
          }
        }
      }
      results.set(chunk, rows)
      progress?(batch.count * weights.count)
    }
    let all = results.all
    return weights.indices.map { weight in
      Predictions(
        outputs: outputs, logits: all.flatMap { $0[weight] }, labels: dataset.labels, dataset: dataset.digest)
    }
  }

  /// One thread evaluates about so many images before it reports.
  private static let imagesAtOnce = 256

  private func run(
    _ parts: Int, _ kernel: NeuronKernel, _ body: (_ part: Int, NeuronKernel.Workspace) -> Void
  ) throws {
    try ThreadPool(threads: threads).share(
      parts, making: { () throws(PadawannError) in try NeuronKernel.Workspace(kernel) }
    ) { part, workspace in
      guard !Task.isCancelled else { return }
      body(part, workspace)
    }
    try Task.checkCancellation()
  }

  private func check(_ graph: NeuronGraph, on dataset: Dataset, images: Int, _ weights: [Float])
    throws(PadawannError)
  {
    guard threads >= 1 else { throw PadawannError(.usage, "at least one thread is needed, not \(threads)") }
    guard images > 0, !weights.isEmpty else {
      throw PadawannError(.usage, "there are no images or no weights")
    }
    guard weights.allSatisfy(\.isFinite) else {
      throw PadawannError(.usage, "a shared weight is not a finite number")
    }
    try dataset.check(fits: graph)
  }
}
