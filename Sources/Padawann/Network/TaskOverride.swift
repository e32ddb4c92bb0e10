/// What one task has instead of the numbers of one node: a head that was fine-tuned for it, or biases of its own.
///
/// One body of signs and masks so serves any number of tasks.
package struct TaskOverride: Hashable, Sendable {
  /// The name of the node.
  package var node: String
  /// What it has for the task.
  package var content: Content

  /// The numbers of a node.
  package enum Content: Hashable, Sendable {
    /// Edges, which have numbers of their own, and biases of a weighted node; `nil` where the network's are used.
    case weighted(EdgeWeights?, bias: [Float]?, Precision)
    /// The signs of a node and what they are multiplied by, which are the network's, with a mask of the task's own; and biases of
    /// a node that has some, `nil` where the network's are used. Nothing is known of edges that the mask does not keep.
    case mask(EdgeWeights, bias: [Float]?)
    /// The numbers of a batch normalisation.
    case normalisation(BatchNormalisation)
  }

  /// How a weight is stored.
  package enum Precision: Hashable, Sendable {
    /// As a 32-bit real number.
    case float32
    /// As a whole number from -127 to 127 times a number of its output; the weights are exactly such products.
    case int8(scales: [Float])
  }

  /// How many numbers it has: weights of edges that are left, biases, and those of a normalisation. A mask has none.
  package var count: Int {
    switch content {
    case .weighted(let weights, let bias, _): (weights?.remainingEdges ?? 0) + (bias?.count ?? 0)
    case .mask(_, let bias): bias?.count ?? 0
    case .normalisation(let numbers): 4 * numbers.scale.count
    }
  }

  /// The edges of its weights or its mask, pruned ones included.
  var edges: Int {
    switch content {
    case .weighted(let weights, _, _): weights?.count ?? 0
    case .mask(let weights, _): weights.count
    case .normalisation: 0
    }
  }

  /// The edges that a mask of the task's own keeps; `nil` for what is no mask.
  package var ownMask: EdgeWeights? {
    if case .mask(let weights, _) = content { weights } else { nil }
  }

  /// The same with the weights or the mask that the task had for the node before, where these are biases alone.
  package func keepingEdges(of known: TaskOverride?) -> TaskOverride {
    guard case .weighted(nil, let bias, _) = content else { return self }
    return switch known?.content {
    case .weighted(let weights?, _, let precision):
      TaskOverride(node: node, .weighted(weights, bias: bias, precision))
    case .mask(let mask, _): TaskOverride(node: node, .mask(mask, bias: bias))
    default: self
    }
  }

  /// The bytes that its numbers take, and the mask of weights that are numbers; how many a mask over the network's signs takes,
  /// depends on how a file has it.
  package var byteCount: Int {
    guard case .weighted(let weights?, let bias, let precision) = content else { return 4 * count }
    let mask = (weights.count + 7) / 8 + 4 * (bias?.count ?? 0)
    return switch precision {
    case .float32: mask + 4 * weights.remainingEdges
    case .int8(let scales): mask + weights.remainingEdges + 4 * scales.count
    }
  }

  /// Joins a node and its numbers; ``Network/replacing(_:)`` checks them.
  package init(node: String, _ content: Content) {
    self.node = node
    self.content = content
  }
}

extension TaskOverride.Precision {
  /// The whole numbers that a layer's weights are multiples of, from -127 to 127.
  ///
  /// - Returns: `nil` when some weight is not a multiple of its output's number, or too large a one.
  func codes(of numbers: [Float], outputs: Int) -> [Int8]? {
    guard case .int8(let scales) = self, scales.count == outputs, scales.allSatisfy({ $0.isFinite && $0 > 0 })
    else { return nil }
    let columns = numbers.count / outputs
    var codes: [Int8] = []
    codes.reserveCapacity(numbers.count)
    for (edge, number) in numbers.enumerated() {
      let scale = scales[edge / columns]
      let code = (number / scale).rounded()
      guard abs(code) <= 127, code * scale == number else { return nil }
      codes.append(Int8(code))
    }
    return codes
  }
}

extension EdgeWeights {
  /// The same weights, each rounded to a multiple of a number of its output, so that the largest is 127 of it. A weight that
  /// rounds to 0 is pruned.
  ///
  /// - Returns: the weights, and what they are multiples of.
  package func quantised() throws(PadawannError) -> (weights: EdgeWeights, TaskOverride.Precision) {
    let numbers = numbers(.own)
    let columns = count / shape[0]
    var scales: [Float] = []
    var rounded: [Float] = []
    for output in 0..<shape[0] {
      let row = numbers[(output * columns)..<((output + 1) * columns)]
      let largest = row.reduce(0) { max($0, abs($1)) }
      let scale = largest > 0 ? max(largest / 127, .leastNormalMagnitude) : 1
      scales.append(scale)
      rounded += row.map { ($0 / scale).rounded() * scale }
    }
    let mask = Bitmask(rounded.lazy.map { $0 != 0 })
    return (try EdgeWeights(shape: shape, mask: mask, values: .own(rounded)), .int8(scales: scales))
  }
}

extension Network {
  /// The network as a task sees it. A head may have another number of outputs than the network.
  ///
  /// - Throws: ``PadawannError`` `data` that names the node when there is no such node, or it has numbers of another kind;
  ///   `unsupported` for outputs that the network cannot have.
  package func replacing(_ replacements: [TaskOverride]) throws(PadawannError) -> Network {
    guard !replacements.isEmpty else { return self }
    var (architecture, changed) = (architecture, parameters)
    var seen: Set<String> = []
    for replacement in replacements {
      guard let index = architecture.nodes.firstIndex(where: { $0.name == replacement.node }) else {
        throw PadawannError(.data, "there is no such node", at: "node \(replacement.node)")
      }
      guard seen.insert(replacement.node).inserted else {
        throw PadawannError(.data, "its numbers are replaced twice", at: "node \(replacement.node)")
      }
      guard let replaced = try parameters[index].replaced(by: replacement.content) else {
        throw PadawannError(
          .data, "the task has numbers of another kind than the node", at: "node \(replacement.node)")
      }
      changed[index] = replaced
      if case .weighted(let edges?, _, _) = replacement.content,
        let shape = architecture.weightShape(of: index),
        edges.shape[0] != shape[0], index == architecture.headNode
      {
        architecture = try architecture.withOutputs(edges.shape[0])
      }
    }
    return try Network(architecture: architecture, parameters: changed)
  }
}

extension NodeParameters {
  /// `nil` when the kinds differ.
  fileprivate func replaced(by content: TaskOverride.Content) throws(PadawannError) -> NodeParameters? {
    switch (self, content) {
    case (.weighted(let edges, let bias), .mask(let masked, let newBias)):
      guard !edges.hasOwnValues, !masked.hasOwnValues, !masked.retainsPruned, masked.shape == edges.shape,
        masked.multiplier == edges.multiplier, newBias == nil || bias != nil
      else { return nil }
      return .weighted(masked, bias: newBias ?? bias)
    case (.weighted(let edges, let bias), .weighted(let newEdges, let newBias, let precision)):
      guard newEdges?.hasOwnValues ?? true, newEdges != nil || newBias != nil, newBias == nil || bias != nil
      else { return nil }
      if case .int8 = precision {
        guard let newEdges, precision.codes(of: newEdges.numbers(.own), outputs: newEdges.shape[0]) != nil
        else { return nil }
      }
      return .weighted(newEdges ?? edges, bias: newBias ?? bias)
    case (.normalisation, .normalisation(let numbers)):
      return .normalisation(numbers)
    default: return nil
    }
  }
}
