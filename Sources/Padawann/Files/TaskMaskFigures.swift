/// How much a mask that a task has of its own differs from the network's, and what that costs in a file.
package struct TaskMaskFigures: Codable, Sendable, Equatable {
  /// The task.
  package let task: String
  /// The edges of the network that are left for the task.
  package let remainingEdges: Int
  /// Those of them that the network's own mask does not keep.
  package let addedEdges: Int
  /// The edges that the network's own mask keeps and the task's does not.
  package let droppedEdges: Int
  /// The bytes of the difference in the file, which has all signs once.
  package let bytes: Int
}

extension Model {
  /// The figures of all tasks that have masks of their own, in their order; `nil` where no task has.
  ///
  /// - Parameter form: how a file has the model: plain, or coded.
  /// - Throws: ``PadawannError`` `data` for numbers of a task that do not fit the network.
  package func taskMasks(as form: ModelForm) throws(PadawannError) -> [TaskMaskFigures]? {
    guard hasTaskMasks else { return nil }
    var figures: [TaskMaskFigures] = []
    for task in tasks {
      let masks = task.parameters.compactMap { own in own.ownMask.map { (own.node, $0.mask) } }
      guard !masks.isEmpty else { continue }
      var (added, dropped, bytes) = (0, 0, 0)
      for (node, mask) in masks {
        guard let weights = network.layers.first(where: { $0.name == node })?.weights else { continue }
        let difference = mask.symmetricDifference(weights.mask)
        let new = difference.intersection(mask).popcount
        added += new
        dropped += difference.popcount - new
        bytes += form.layout == .plain ? difference.packed.count : difference.codedBytes(from: weights)
      }
      figures.append(
        TaskMaskFigures(
          task: task.name, remainingEdges: try network.replacing(task.parameters).remainingEdges,
          addedEdges: added, droppedEdges: dropped, bytes: bytes))
    }
    return figures
  }
}

extension StoredContent {
  /// The figures of all tasks that have masks of their own.
  package var taskMasks: [TaskMaskFigures] {
    get throws(PadawannError) {
      guard case .padawann(let stored) = self else { return [] }
      return try stored.model.taskMasks(as: stored.form) ?? []
    }
  }
}

extension Bitmask {
  /// The bytes that a stream has more with these bits, the difference of a mask from that of a layer.
  fileprivate func codedBytes(from layer: EdgeWeights) -> Int {
    var encoder = BinaryCoder.Encoder()
    CompactPlane.encode(
      difference: self, from: layer.mask, columns: layer.count / layer.shape[0], into: &encoder)
    return encoder.bytes.count
  }
}
