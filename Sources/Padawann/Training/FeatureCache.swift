/// The activations that the trained part of a network reads, of all images, computed once; with one-pixel shifts, of five
/// versions of each image.
final class FeatureCache {
  private let machine: Backpropagation
  private let rows: FeatureRows
  private let node: Int
  private let versions: Int

  /// Computes the features.
  ///
  /// - Returns: `nil` when there is nothing to keep: the trained part reads the image, or several activations.
  /// - Throws: ``PadawannError`` `unsupported` when there is not enough memory.
  init?(
    _ machine: Backpropagation, _ feed: BatchFeed, _ precision: FeatureRows.Precision,
    _ progress: ((Double) -> Void)?
  ) throws(PadawannError) {
    guard let node = machine.plan.boundary else { return nil }
    self.machine = machine
    self.node = node
    versions = feed.shifts ? TrainingImages.shifts.count : 1
    let count = feed.images.count
    rows = try FeatureRows(
      count: count * versions, elements: machine.plan.shape(of: node).count, precision)
    let frozen = (0...machine.plan.logits).filter { !machine.plan.isLive[$0] }
    for start in stride(from: 0, to: count * versions, by: machine.capacity) {
      let some = Array(start..<min(start + machine.capacity, count * versions))
      machine.load(
        BatchFeed.Batch(images: some.map { $0 / versions }, shifts: some.map { $0 % versions }), feed.images)
      let step = BatchStep(
        images: some.count, biasSets: [Int](repeating: 0, count: some.count), seed: feed.seed, index: 0)
      try machine.forward(frozen, step)
      store(some, step)
      progress?(Double(start + some.count) / Double(count * versions))
    }
  }

  private func store(_ some: [Int], _ step: BatchStep) {
    machine.crew.share(step.blocks) { block, _ in
      let first = some[0] + block * LaneBuffer.width
      rows.store(machine.set, machine.value(node, block), images: first..<(first + step.lanes(of: block)))
    }
  }

  /// Loads the features of a batch.
  func load(_ batch: BatchFeed.Batch) {
    let places = zip(batch.images, batch.shifts).map { $0 * versions + $1 }
    let starts = Array(stride(from: 0, to: places.count, by: LaneBuffer.width))
    machine.crew.share(starts.count) { block, _ in
      let range = starts[block]..<min(starts[block] + LaneBuffer.width, places.count)
      rows.load(machine.set, places[range], to: machine.value(node, block))
    }
  }
}
