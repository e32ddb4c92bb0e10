import Foundation

/// The activations that the trained part of a network reads, of all images, computed once; with one-pixel shifts, of five
/// versions of each image.
///
/// As many rows are kept as there is room for. The others are computed whenever they are needed, and stored and loaded like those
/// that are kept, so that the room changes no number.
final class FeatureCache {
  private let machine: TrainingEngine
  private let feed: BatchFeed
  private let rows: FeatureRows
  private let node: Int
  private let versions: Int
  /// The rows that are kept; behind them is room for those of a batch.
  private let kept: Int
  /// The nodes before the trained part.
  private let frozen: [Int]

  /// A third of the memory.
  static var room: Int { MachineMemory.bytes / 3 }

  /// Computes the features that there is room for.
  ///
  /// - Parameters:
  ///   - bytes: the room.
  ///   - progress: told the share of them that is there.
  /// - Returns: `nil` when there is nothing to keep: the trained part reads the image, or several activations.
  /// - Throws: ``PadawannError`` `unsupported` when there is not enough memory, `interrupted` when the task is cancelled.
  init?(
    _ machine: TrainingEngine, _ feed: BatchFeed, _ precision: FeatureRows.Precision, bytes: Int,
    _ progress: ((Double) -> Void)?
  ) throws(PadawannError) {
    guard let node = machine.plan.boundary else { return nil }
    self.machine = machine
    self.feed = feed
    self.node = node
    versions = feed.shifts ? TrainingImages.shifts.count : 1
    frozen = (0...machine.plan.logits).filter { !machine.plan.isLive[$0] }
    let count = feed.images.count * versions
    let elements = machine.plan.shape(of: node).count
    kept = min(count, bytes / (elements * precision.bytes))
    rows = try FeatureRows(
      count: kept + (kept < count ? machine.capacity : 0), elements: elements, precision)
    for start in stride(from: 0, to: kept, by: machine.capacity) {
      guard !Task.isCancelled else { throw PadawannError(.interrupted, "stopped") }
      let some = Array(start..<min(start + machine.capacity, kept))
      try compute(some, from: start)
      progress?(Double(start + some.count) / Double(kept))
    }
  }

  /// Computes some versions of images, and stores them from a row on.
  private func compute(_ some: [Int], from row: Int) throws(PadawannError) {
    machine.load(
      BatchFeed.Batch(images: some.map { $0 / versions }, shifts: some.map { $0 % versions }), feed.images)
    let step = BatchStep(
      images: some.count, biasSets: [Int](repeating: 0, count: some.count), seed: feed.seed, index: 0)
    try machine.forward(frozen, step)
    machine.threadPool.share(step.blocks) { block, _ in
      let first = row + block * LaneBuffer.width
      rows.store(machine.set, machine.value(node, block), images: first..<(first + step.lanes(of: block)))
    }
  }

  /// Loads the features of a batch.
  func load(_ batch: BatchFeed.Batch) throws(PadawannError) {
    var places = zip(batch.images, batch.shifts).map { $0 * versions + $1 }
    let missing = places.indices.filter { places[$0] >= kept }
    if !missing.isEmpty {
      try compute(missing.map { places[$0] }, from: kept)
      for (index, place) in missing.enumerated() { places[place] = kept + index }
    }
    let starts = Array(stride(from: 0, to: places.count, by: LaneBuffer.width))
    machine.threadPool.share(starts.count) { block, _ in
      let range = starts[block]..<min(starts[block] + LaneBuffer.width, places.count)
      rows.load(machine.set, places[range], to: machine.value(node, block))
    }
  }
}
