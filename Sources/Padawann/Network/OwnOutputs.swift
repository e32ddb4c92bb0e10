// A task may have another number of classes than the network has outputs: its head then has outputs of its own (thesis 7.7).

extension Architecture {
  /// The layer whose outputs become the network's, one by one; `nil` where what follows it mixes them or has numbers for each.
  package var headNode: Int? {
    var index = nodes.count - 1
    while !nodes[index].operation.isWeighted {
      guard nodes[index].operation.keepsOutputsApart, nodes[index].inputs[0] != Node.image else { return nil }
      index = nodes[index].inputs[0]
    }
    return nodes.filter { $0.inputs.contains(index) }.count <= 1 ? index : nil
  }

  /// The same graph with another number of outputs.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when the last layer cannot have one, `data` for a number out of bounds.
  package func withOutputs(_ count: Int) throws(PadawannError) -> Architecture {
    guard let head = headNode, let operation = nodes[head].operation.withOutputs(count) else {
      throw PadawannError(
        .unsupported,
        "the network cannot have another number of outputs: its last layer is followed by more than functions",
        remedy: "Train a network with as many outputs")
    }
    var changed = nodes
    changed[head] = Node(nodes[head].name, operation, inputs: nodes[head].inputs)
    let architecture = try Architecture(input: input, nodes: changed)
    guard architecture.outputs == count else {
      throw PadawannError(
        .unsupported, "the outputs of the network's last layer are not its own",
        at: "node \(nodes[head].name)",
        remedy: "Train a network with as many outputs")
    }
    return architecture
  }
}

extension NodeOperation {
  /// Whether each channel of the result comes from the same channel of the only input, with no numbers of its own.
  fileprivate var keepsOutputsApart: Bool {
    switch self {
    case .convolution, .linear, .batchNormalisation, .add, .concat, .pad: false
    default: true
    }
  }

  /// A layer with another number of outputs; `nil` for anything else, and for a convolution whose outputs are in groups.
  func withOutputs(_ count: Int) -> NodeOperation? {
    switch self {
    case .linear(var layer):
      layer.outputs = count
      return .linear(layer)
    case .convolution(var layer) where layer.groups == 1:
      layer.outputs = count
      return .convolution(layer)
    default: return nil
    }
  }
}
