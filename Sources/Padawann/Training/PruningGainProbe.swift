/// Measures by how much the loss of a network falls when an edge is pruned: the derivative of the loss by the mask, edge by edge.
///
/// The pruning gain of an edge that is left is its weight times the derivative of the mean cross-entropy by its weight: by how much the
/// loss falls without the edge, to first order. Before the softmax the logits of each batch are scaled to a standard
/// deviation of 3, because those of signs are in the thousands, where softmax is all or nothing.
package final class PruningGainProbe {
  private let images: Int
  private let machine: TrainingEngine
  private let source: TrainingImages
  private let sets: [Range<Int>]
  private let seed: UInt64
  /// The weights of all edges, layer by layer.
  private let numbers: [(node: Int, weights: [Float])]
  /// The derivatives by the weights of each layer, summed over batches, in the order in which the layer stores them.
  private let sums: [Int: LaneBuffer]

  /// The images of a batch.
  static let batch = 100
  /// The standard deviation of the logits.
  static let deviation = 3.0

  /// Prepares.
  ///
  /// - Parameters:
  ///   - network: all edges that a mask can leave.
  ///   - magnitude: what they are worth.
  ///   - tasks: what the loss is about.
  ///   - images: how many are looked at for each mask.
  ///   - seed: the images are drawn by.
  ///   - threads: how many compute. It never changes the result.
  ///   - instructionSet: which vector instructions are used.
  /// - Throws: ``PadawannError`` `usage` without an image for each task, `data` for tasks that do not fit, `unsupported` when there
  ///   is not enough memory.
  package init(
    _ network: Network, magnitude: Magnitude, on tasks: [TrainingTask], images: Int, seed: UInt64,
    threads: Int = 1, instructionSet: InstructionSet = .best
  ) throws(PadawannError) {
    guard images >= tasks.count else {
      throw PadawannError(
        .usage, "\(images) images are not one for each of \(tasks.count) tasks", remedy: "Take more")
    }
    let source = try TrainingImages(tasks, for: network.architecture)
    let layers = network.layers
    let scope = TrainingScope(
      weights: Set(layers.map(\.index)), biases: [], dropsOut: false, usesBatchStatistics: false)
    let machine = try TrainingEngine(
      network, magnitude, scope, biasSets: 1, batch: min(Self.batch, images), instructionSet,
      ThreadPool(threads: max(1, threads)))
    var sums: [Int: LaneBuffer] = [:]
    for (node, layer) in machine.layers { sums[node] = try LaneBuffer(count: layer.weights.count) }
    self.source = source
    self.machine = machine
    self.sums = sums
    sets = source.tasks.reduce(into: []) { sets, task in
      let start = sets.last?.upperBound ?? 0
      sets.append(start..<(start + task.dataset.count))
    }
    numbers = layers.map { ($0.index, $0.weights.numbers(magnitude)) }
    self.images = images
    self.seed = seed
  }

  /// The pruning gains of every edge, layer by layer; 0 for those that a mask does not leave.
  ///
  /// - Parameters:
  ///   - masks: one per layer.
  ///   - draw: which images are drawn; equal numbers draw equal ones.
  /// - Throws: ``PadawannError`` `data` when the masks do not fit the network or the loss is not finite; `CancellationError`.
  package func gains(of masks: [Bitmask], draw: UInt64) throws -> [[Float]] {
    guard masks.map(\.count) == numbers.map(\.weights.count) else {
      throw PadawannError(.data, "the masks are those of a network with other layers")
    }
    for (mask, layer) in zip(masks, numbers) {
      machine.layers[layer.node]?.setWeights(layer.weights, where: mask)
    }
    try machine.refreshFilters { _ in true }
    for sum in sums.values { sum.clear() }
    let chosen = chosenImages(draw)
    for start in stride(from: 0, to: chosen.count, by: machine.capacity) {
      try Task.checkCancellation()
      let some = Array(chosen[start..<min(start + machine.capacity, chosen.count)])
      try run(some)
      // The gradient of a batch is that of its mean.
      let share = Float(some.count) / Float(chosen.count)
      for (node, sum) in sums {
        if let trained = machine.layers[node] { sum.add(trained.weights.gradients, times: share) }
      }
    }
    return zip(masks, numbers).map { mask, layer in
      guard let sum = sums[layer.node], let trained = machine.layers[layer.node] else { return [] }
      let derivatives = trained.inEdgeOrder(sum)
      return derivatives.indices.map { mask[$0] ? derivatives[$0] * layer.weights[$0] : 0 }
    }
  }

  /// How many images are looked at for each mask: as many as were asked for, unless a task has too few.
  package var imagesPerMask: Int { sets.indices.reduce(0) { $0 + share(of: $1) } }

  private func share(of task: Int) -> Int {
    min(images / sets.count + (task < images % sets.count ? 1 : 0), sets[task].count)
  }

  /// Runs one batch forward and backward.
  private func run(_ images: [Int]) throws(PadawannError) {
    let step = BatchStep(
      images: images.count, biasSets: [Int](repeating: 0, count: images.count), seed: seed, index: 0)
    machine.load(
      BatchFeed.Batch(images: images, shifts: [Int](repeating: 0, count: images.count)), source)
    try machine.forward(0...machine.plan.logits, step)
    let result = source.crossEntropy(
      of: images, outputs: machine.plan.shape(of: machine.plan.logits).count, logitDeviation: Self.deviation
    ).run(machine, step)
    guard result.loss.isFinite else {
      throw PadawannError(
        .data, "the loss of an individual is no finite number", remedy: "Choose smaller shared weights")
    }
    machine.backward(step)
  }

  /// Equally many images of every task, as far as it has them, mixed.
  private func chosenImages(_ draw: UInt64) -> [Int] {
    var generator = KeyedGenerator(seed, TrainingDraw.pruningGains.rawValue, draw)
    var chosen: [Int] = []
    for (task, range) in sets.enumerated() {
      chosen += generator.distinct(share(of: task), below: range.count).map { range.lowerBound + $0 }
    }
    generator.shuffle(&chosen)
    return chosen
  }
}
