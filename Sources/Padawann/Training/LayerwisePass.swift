import Foundation

/// Runs a network over some images one node after the other, so that a node can be changed by what it computes before the next is
/// run.
///
/// What the rest of the network reads is kept for all images wherever that is one node's result, so that each node is run only a few
/// times.
final class LayerwisePass {
  let machine: TrainingEngine
  private let images: TrainingImages
  /// The images of each batch.
  private let batches: [[Int]]
  /// The node whose results of all batches are kept; nothing is for the image itself.
  private var cut = Node.image
  private var kept: [LaneBuffer] = []

  /// The most bytes that are kept.
  private static var room: Int { MachineMemory.bytes / 4 }

  /// - Parameters:
  ///   - machine: the network.
  ///   - images: where the images are.
  ///   - chosen: which of them are run.
  init(_ machine: TrainingEngine, _ images: TrainingImages, _ chosen: [Int]) {
    self.machine = machine
    self.images = images
    batches = stride(from: 0, to: chosen.count, by: machine.capacity).map { start in
      Array(chosen[start..<min(start + machine.capacity, chosen.count)])
    }
  }

  /// Prepares a network to be run over some images, spread evenly over all.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when there is not enough memory.
  convenience init(
    _ network: Network, _ magnitude: Magnitude, _ images: TrainingImages, count: Int, _ set: InstructionSet,
    _ threadPool: ThreadPool
  ) throws(PadawannError) {
    let count = min(count, images.count)
    let numbers = (0...network.architecture.logitsNode).filter {
      network.architecture.nodes[$0].operation.hasParameters
    }
    let scope = TrainingScope(
      weights: [], biases: Set(numbers), dropsOut: false, usesBatchStatistics: false)
    let machine = try TrainingEngine(
      network, magnitude, scope, biasSets: 1, batch: min(Self.batch, count), set, threadPool)
    self.init(machine, images, (0..<count).map { $0 * images.count / count })
  }

  /// Images that are run at once.
  private static let batch = 128

  /// Runs the network up to a node, and shows every batch of its results, those of a layer before any activation.
  ///
  /// Nodes are visited in ascending order.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when there is not enough memory, `interrupted` when the task is cancelled.
  func visit(_ node: Int, _ body: (BatchStep) -> Void) throws(PadawannError) {
    machine.unactivated = node
    defer { machine.unactivated = nil }
    try run(to: node, body)
  }

  /// Keeps the results of a node for what follows, if nothing before it is read any more and there is room.
  ///
  /// - Throws: as ``visit(_:_:)``.
  func keep(_ node: Int) throws(PadawannError) {
    guard machine.plan.isCut(node) else { return }
    let elements = machine.plan.shape(of: node).count
    let images = batches.reduce(0) { $0 + $1.count }
    guard elements * images * MemoryLayout<Float>.size <= Self.room else { return }
    var results: [LaneBuffer] = []
    var failure: PadawannError?
    try run(to: node) { step in
      do throws(PadawannError) {
        let copy = try LaneBuffer(count: step.blocks * elements * LaneBuffer.width)
        for block in 0..<step.blocks {
          BlockSlice(copy, block: block, elements: elements).copy(machine.value(node, block))
        }
        results.append(copy)
      } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
    (cut, kept) = (node, results)
  }

  private func run(to node: Int, _ body: (BatchStep) -> Void) throws(PadawannError) {
    for (index, batch) in batches.enumerated() {
      guard !Task.isCancelled else { throw PadawannError(.interrupted, "stopped") }
      let none = [Int](repeating: 0, count: batch.count)
      let step = BatchStep(images: batch.count, biasSets: none, seed: 0, index: 0)
      if cut == Node.image {
        machine.load(BatchFeed.Batch(images: batch, shifts: none), images)
      } else {
        let elements = machine.plan.shape(of: cut).count
        for block in 0..<step.blocks {
          machine.value(cut, block).copy(BlockSlice(kept[index], block: block, elements: elements))
        }
      }
      if cut < node { try machine.forward((cut + 1)...node, step) }
      body(step)
    }
  }
}

extension TrainingEnginePlan {
  /// Whether all that is behind a node reads nothing before it, and its results are whole.
  fileprivate func isCut(_ node: Int) -> Bool {
    guard node < logits, fusedActivation[node] == nil else { return false }
    return ((node + 1)...logits).allSatisfy { index in
      architecture.nodes[index].inputs.allSatisfy { $0 >= node }
    }
  }
}

extension LayerwisePass {
  /// Mean and variance of each channel of a node's results, those of a layer before any activation.
  ///
  /// - Throws: as ``visit(_:_:)``.
  func statistics(of node: Int) throws(PadawannError) -> ChannelMoments {
    var statistics = ChannelMoments(channels: machine.plan.shape(of: node).channels)
    try visit(node) { step in
      for block in 0..<step.blocks {
        statistics.add(machine.value(node, block), lanes: step.lanes(of: block), machine.set)
      }
    }
    return statistics
  }
}
