import HDF5

/// Turns the tasks of a model into groups.
struct TaskEncoding {
  let tasks: [ModelTask]
  /// The network, from whose masks those of tasks differ; `nil` where no task can have any.
  let network: Network?
  /// Whether the file has masks elsewhere.
  let isCompact: Bool
  let unknown: UnknownAttributes
  /// Whether the file has numbers of 16 bits.
  let hasHalves: Bool

  /// The group of all tasks.
  func group() -> HDFGroup {
    var group = HDFGroup()
    group.attributes = unknown.attributes(at: "/tasks")
    group.groups = tasks.map { HDFEntry($0.name, record($0)) }
    return group
  }

  private func record(_ task: ModelTask) -> HDFGroup {
    var record = HDFGroup()
    record.attributes = [
      HDFEntry("dataset", .text(task.dataset)),
      HDFEntry("dataset_sha256", .text(task.digest.description)),
      HDFEntry("class_names", .texts(task.classNames)),
      HDFEntry("outputs", .array(.int32(task.outputs.map(Int32.init)))),
      HDFEntry("divisor", .float32(task.normalisation.divisor)),
      HDFEntry("mean", .array(.float32(task.normalisation.mean))),
      HDFEntry("deviation", .array(.float32(task.normalisation.deviation))),
    ]
    if let weight = task.bestSharedWeight {
      record.attributes.append(HDFEntry("best_shared_weight", .float32(weight)))
    }
    if let accuracy = task.accuracy { record.attributes.append(HDFEntry("accuracy", .float64(accuracy))) }
    record.attributes += unknown.attributes(at: "/tasks/\(task.name)")
    record.groups = task.parameters.map { replacement in
      var group = group(of: replacement)
      group.attributes += unknown.attributes(at: "/tasks/\(task.name)/\(replacement.node)")
      return HDFEntry(replacement.node, group)
    }
    return record
  }

  private func group(of replacement: TaskOverride) -> HDFGroup {
    var group = HDFGroup()
    switch replacement.content {
    case .mask(let weights, let bias):
      append(mask: weights.mask, of: replacement.node, to: &group)
      if let bias { group.datasets.append(.vector("bias", bias.elements(hasHalves: hasHalves))) }
    case .weighted(let weights, let bias, let precision):
      if let weights { append(weights, precision, to: &group) }
      if let bias { group.datasets.append(.vector("bias", bias.elements(hasHalves: hasHalves))) }
    case .normalisation(let numbers):
      group.datasets = numbers.vectors.map { .vector($0.name, $0.numbers.elements(hasHalves: hasHalves)) }
    }
    return group
  }

  /// Appends the mask of a task as its difference from the node's own.
  private func append(mask: Bitmask, of node: String, to group: inout HDFGroup) {
    group.attributes = [HDFEntry(TaskMask.attribute, .integer(Int64(mask.popcount)))]
    guard !isCompact, let own = network?.layers.first(where: { $0.name == node })?.weights.mask else {
      return
    }
    group.datasets.append(.vector(TaskMask.vector, .uint8(mask.symmetricDifference(own).packed)))
  }

  private func append(
    _ weights: EdgeWeights, _ precision: TaskOverride.Precision, to group: inout HDFGroup
  ) {
    let numbers = weights.numbers(.own)
    group.attributes = [HDFEntry("shape", .array(.int32(weights.shape.map(Int32.init))))]
    group.datasets.append(.vector("mask", .uint8(weights.mask.packed)))
    if case .int8(let scales) = precision, let codes = precision.codes(of: numbers, outputs: weights.shape[0])
    {
      let stored = weights.mask.indices.map { UInt8(Int(codes[$0]) + 128) }
      group.datasets.append(.vector("codes", .uint8(stored)))
      group.datasets.append(.vector("scales", .float32(scales)))
    } else {
      group.datasets.append(.vector("values", .float32(weights.mask.indices.map { numbers[$0] })))
    }
  }
}
