import HDF5

// What a checkpoint stores of a learning of masks between two epochs (`Formats/runs.md`).
extension MaskLearning.Snapshot {
  /// What a checkpoint stores of a learning between two epochs (`Formats/runs.md`).
  var state: RunState {
    var nodes = HDFGroup()
    nodes.groups = layers.map { layer in
      var group = HDFGroup()
      group.attributes = [
        HDFEntry("magnitude", .float64(layer.magnitude)), HDFEntry("threshold", .float32(layer.threshold)),
      ]
      let numbers =
        [("scores", layer.scores), ("means", layer.means), ("squares", layer.squares)]
        + layer.biases.enumerated().map { ("biases-\($0)", $1) }
      group.datasets = numbers.filter { !$0.1.isEmpty }.map {
        HDFEntry($0.0, HDFDataset(shape: [$0.1.count], .float32($0.1)))
      }
      if let scale = layer.scale {
        group.datasets.append(HDFEntry("scale", HDFDataset(shape: [scale.count], .float64(scale))))
      }
      return HDFEntry(layer.name, group)
    }
    var root = HDFGroup()
    root.attributes = [HDFEntry("step", .integer(Int64(step)))]
    root.groups = [HDFEntry("nodes", nodes)]
    if let numbers { root.groups.append(HDFEntry("numbers", numbers.group)) }
    return RunState(root)
  }

  /// Reads what ``state`` stored; the learning that goes on from it checks that its numbers fit.
  ///
  /// - Throws: ``PadawannError`` `data` when parts are missing.
  init(_ state: RunState, _ settings: MaskLearningSettings) throws(PadawannError) {
    var reader = AttributeReader(state.tree, "/")
    let step = try reader.integer("step")
    guard let nodes = state.tree.group("nodes") else { throw RunState.broken }
    self.init(
      settings: settings, step: step,
      layers: try nodes.groups.map { entry throws(PadawannError) in try Layer(entry) })
    if settings.distillation != nil {
      numbers = try Trainer.Snapshot(step: step, state.tree.group("numbers"))
    }
  }
}

extension MaskLearning.Snapshot.Layer {
  fileprivate init(_ entry: HDFEntry<HDFGroup>) throws(PadawannError) {
    let group = entry.value
    guard case .float64(let magnitude) = group.attribute("magnitude"),
      case .float32(let threshold) = group.attribute("threshold")
    else { throw RunState.broken }
    self.init(
      name: entry.name, magnitude: magnitude, threshold: threshold, scores: try group.numbers("scores") ?? [],
      means: try group.numbers("means") ?? [], squares: try group.numbers("squares") ?? [],
      biases: try group.lists("biases"))
    guard let dataset = group.dataset("scale") else { return }
    guard case .float64(let numbers) = dataset.elements else { throw RunState.broken }
    scale = numbers
  }
}

extension HDFGroup {
  /// Floating-point numbers that a state stores under a name; `nil` when there are none.
  func numbers(_ name: String) throws(PadawannError) -> [Float]? {
    guard let dataset = dataset(name) else { return nil }
    guard case .float32(let numbers) = dataset.elements else { throw RunState.broken }
    return numbers
  }

  /// All that a state stores under a name and the numbers 0, 1, 2 and so on.
  func lists(_ name: String) throws(PadawannError) -> [[Float]] {
    var lists: [[Float]] = []
    while let numbers = try numbers("\(name)-\(lists.count)") { lists.append(numbers) }
    return lists
  }
}

extension MaskLearningParts.Snapshot {
  /// What a checkpoint stores of a learning between two epochs: with one mask for all tasks, that of its only part.
  func state(of network: Network) -> RunState {
    guard beginning != nil else { return present?.state ?? RunState(HDFGroup()) }
    var root = HDFGroup()
    if let present { root = present.state.tree } else { root.attributes = [HDFEntry("step", .integer(0))] }
    root.attributes.append(HDFEntry("parts", .integer(Int64(results.count))))
    var parts = HDFGroup()
    parts.groups = results.enumerated().map { part, result in
      HDFEntry("\(part)", result.group(network, part == 0 ? beginning : nil))
    }
    root.groups.append(HDFEntry("parts", parts))
    return RunState(root)
  }

  /// Reads what ``state(of:)`` stored; the learning that goes on from it checks that its parts fit.
  ///
  /// - Throws: ``PadawannError`` `data` when something is missing.
  init(_ state: RunState, _ settings: MaskLearningSettings, _ network: Network) throws(PadawannError) {
    var reader = AttributeReader(state.tree, "/")
    guard let count = try reader.optionalInteger("parts") else {
      self.init(present: try MaskLearning.Snapshot(state, settings.ofPart(0)))
      return
    }
    guard settings.taskMasks != nil, let parts = state.tree.group("parts"), parts.groups.count == count,
      count > 0
    else { throw RunState.broken }
    self.init(present: nil)
    for part in 0..<count {
      guard let group = parts.group("\(part)") else { throw RunState.broken }
      results.append(try MaskLearning.Result(group, network))
      if part == 0 { beginning = try MaskLearning.Beginning(group, network) }
    }
    guard state.tree.group("nodes") != nil else { return }
    present = try MaskLearning.Snapshot(state, settings.ofPart(count))
  }
}

extension MaskLearning.Result {
  /// A group for every layer.
  fileprivate func group(_ network: Network, _ beginning: MaskLearning.Beginning?) -> HDFGroup {
    var group = HDFGroup()
    group.groups = network.layers.map { layer in
      var node = HDFGroup()
      if let magnitude = beginning?.magnitudes[layer.index] {
        node.attributes.append(HDFEntry("magnitude", .float64(magnitude)))
      }
      func append(_ name: String, _ count: Int, _ elements: HDFElements) {
        node.datasets.append(HDFEntry(name, HDFDataset(shape: [count], elements)))
      }
      if let scores = beginning?.scores[layer.index] { append("scores", scores.count, .float32(scores)) }
      if let mask = masks[layer.index] {
        let packed = mask.packed
        append("mask", packed.count, .uint8(packed))
      }
      for (set, biases) in biases.enumerated() {
        if let bias = biases[layer.index] { append("biases-\(set)", bias.count, .float32(bias)) }
      }
      return HDFEntry(layer.name, node)
    }
    return group
  }

  fileprivate init(_ group: HDFGroup, _ network: Network) throws(PadawannError) {
    self.init(masks: [:], biases: [])
    for layer in network.layers {
      guard let node = group.group(layer.name) else { throw RunState.broken }
      if let mask = node.dataset("mask") {
        guard case .uint8(let bytes) = mask.elements,
          let plane = Bitmask(packed: bytes, count: layer.weights.count)
        else { throw RunState.broken }
        masks[layer.index] = plane
      }
      for (set, bias) in try node.lists("biases").enumerated() {
        if biases.count <= set { biases.append([:]) }
        biases[set][layer.index] = bias
      }
    }
  }
}

extension MaskLearning.Beginning {
  fileprivate init(_ group: HDFGroup, _ network: Network) throws(PadawannError) {
    self.init(scores: [:], magnitudes: [:])
    for layer in network.layers {
      guard let node = group.group(layer.name), case .float64(let magnitude) = node.attribute("magnitude")
      else { throw RunState.broken }
      magnitudes[layer.index] = magnitude
      scores[layer.index] = try node.numbers("scores")
    }
  }
}
