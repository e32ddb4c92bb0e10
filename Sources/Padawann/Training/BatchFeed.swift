/// Which images make each batch: all of them once in every epoch, in an order of its own, mixed over tasks.
struct BatchFeed: Sendable {
  var images: TrainingImages
  /// Images of a batch; the last of an epoch may have fewer.
  let size: Int
  let epochs: Int
  let seed: UInt64
  /// Whether every image is shifted by a pixel or not at all, at random.
  let shifts: Bool

  /// The steps of one epoch.
  var stepsPerEpoch: Int { (images.count + size - 1) / size }
  /// All steps.
  var steps: Int { epochs * stepsPerEpoch }

  /// A batch: images, and the shift of each.
  struct Batch: Sendable {
    var images: [Int]
    var shifts: [Int]
  }

  /// The order of an epoch.
  func order(epoch: Int) -> [Int] {
    var order = Array(0..<images.count)
    var generator = KeyedGenerator(seed, TrainingDraw.order.rawValue, UInt64(epoch))
    generator.shuffle(&order)
    return order
  }

  /// The batch of a step, given the order of its epoch.
  func batch(_ step: Int, of order: [Int]) -> Batch {
    let first = step % stepsPerEpoch * size
    let chosen = Array(order[first..<min(first + size, order.count)])
    var generator = KeyedGenerator(seed, TrainingDraw.shift.rawValue, UInt64(step))
    return Batch(
      images: chosen,
      shifts: chosen.map { _ in shifts ? generator.next(below: TrainingImages.shifts.count) : 0 })
  }
}

/// A network that is given batch after batch.
final class BatchRunner {
  let machine: TrainingEngine
  /// What is learned from; its images can be exchanged for other versions of the same.
  var feed: BatchFeed
  private let features: FeatureCache?
  private let usesBiasSets: Bool
  private var order: (epoch: Int, images: [Int])?

  /// Prepares a run, and computes what never changes once and for all.
  ///
  /// - Parameters:
  ///   - precision: how features that never change are kept; `nil` computes them anew for every batch.
  ///   - room: the bytes that they can take; how many there are changes no number.
  ///   - progress: told the share of the features that is there.
  init(
    _ machine: TrainingEngine, _ feed: BatchFeed, usesBiasSets: Bool,
    keeps precision: FeatureRows.Precision?, room: Int = FeatureCache.room,
    progress: ((Double) -> Void)? = nil
  ) throws(PadawannError) {
    self.machine = machine
    self.feed = feed
    self.usesBiasSets = usesBiasSets
    features = try precision.flatMap { precision throws(PadawannError) in
      try FeatureCache(machine, feed, precision, bytes: room, progress)
    }
  }

  /// Runs a batch forward and backward, and leaves the gradients in the machine.
  func gradients(step index: Int) throws(PadawannError) -> BatchResult {
    let epoch = index / feed.stepsPerEpoch
    let order = self.order?.epoch == epoch ? self.order?.images ?? [] : feed.order(epoch: epoch)
    self.order = (epoch, order)
    let batch = feed.batch(index, of: order)
    let step = BatchStep(
      images: batch.images.count,
      biasSets: batch.images.map { usesBiasSets ? feed.images.task(of: $0) : 0 }, seed: feed.seed,
      index: index)
    try forward(batch, step)
    let result = feed.images.crossEntropy(
      of: batch.images, outputs: machine.plan.shape(of: machine.plan.logits).count
    ).run(machine, step)
    guard result.loss.isFinite else {
      throw PadawannError(
        .data, "the loss is no finite number any more", at: "step \(index + 1)",
        remedy: "Choose a smaller learning rate or a smaller shared weight")
    }
    machine.backward(step)
    return result
  }

  private func forward(_ batch: BatchFeed.Batch, _ step: BatchStep) throws(PadawannError) {
    if let features {
      try features.load(batch)
      try machine.forward((0...machine.plan.logits).filter { machine.plan.isLive[$0] }, step)
    } else {
      machine.load(batch, feed.images)
      try machine.forward(0...machine.plan.logits, step)
    }
  }
}

extension TrainingEngine {
  /// Loads the images of a batch.
  func load(_ batch: BatchFeed.Batch, _ images: TrainingImages) {
    let starts = Array(stride(from: 0, to: batch.images.count, by: LaneBuffer.width))
    threadPool.share(starts.count) { block, _ in
      let range = starts[block]..<min(starts[block] + LaneBuffer.width, batch.images.count)
      images.load(
        batch.images[range], shifts: batch.shifts[range], set, to: buffer(of: Node.image), block: block)
    }
  }
}
