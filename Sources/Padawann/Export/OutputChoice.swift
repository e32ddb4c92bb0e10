extension Network {
  /// The same network with some of its outputs only, in the given order: rows of its last weighted layer are taken out.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when an output is not one row of one layer.
  func keeping(outputs: [Int]) throws(PadawannError) -> Network {
    let nodes = architecture.nodes
    var changed = parameters
    var index = nodes.count - 1
    while true {
      // What another node reads too cannot lose channels.
      guard nodes.count(where: { $0.inputs.contains(index) }) <= 1, architecture.shapes[index].height == 1,
        architecture.shapes[index].width == 1
      else { break }
      switch (nodes[index].operation.outputRole, changed[index]) {
      case (.rows, .weighted(let weights, let bias)):
        guard let operation = nodes[index].operation.withOutputs(outputs.count) else { break }
        changed[index] = .weighted(
          try weights.keeping(rows: outputs), bias: bias.map { bias in outputs.map { bias[$0] } })
        var kept = nodes
        kept[index] = Node(nodes[index].name, operation, inputs: nodes[index].inputs)
        return try Network(
          architecture: Architecture(input: architecture.input, nodes: kept), parameters: changed)
      case (.channelwise, let numbers):
        if case .normalisation(let all) = numbers {
          func chosen(_ numbers: [Float]) -> [Float] { outputs.map { numbers[$0] } }
          changed[index] = .normalisation(
            BatchNormalisation(
              scale: chosen(all.scale), shift: chosen(all.shift), mean: chosen(all.mean),
              variance: chosen(all.variance)))
        }
        let source = nodes[index].inputs[0]
        if source != Node.image {
          index = source
          continue
        }
      default: break
      }
      break
    }
    throw PadawannError(
      .unsupported, "the task answers only some outputs, which are not rows of the network's last layer",
      at: "node \(nodes[index].name)", remedy: "Export the model without a task")
  }
}

extension NodeOperation {
  fileprivate enum OutputRole {
    /// Each output has edges of its own.
    case rows
    /// Each output comes from one channel of the input.
    case channelwise
    /// Outputs come from anything else.
    case mixed
  }

  fileprivate var outputRole: OutputRole {
    switch self {
    case .convolution, .linear: .rows
    case .batchNormalisation, .relu, .leakyRelu, .clip, .tanh, .sigmoid, .silu, .hardSigmoid, .hardSwish,
      .gelu,
      .dropout, .softmax, .logSoftmax:
      .channelwise
    case .maxPool, .averagePool, .pad, .globalAveragePool, .flatten, .add, .concat: .mixed
    }
  }
}

extension EdgeWeights {
  /// Some rows, in the given order.
  fileprivate func keeping(rows: [Int]) throws(PadawannError) -> EdgeWeights {
    let columns = count / shape[0]
    let edges = rows.flatMap { ($0 * columns)..<(($0 + 1) * columns) }
    let kept: Values
    switch values {
    case .signs(let signs): kept = .signs(Bitmask(edges.lazy.map { signs[$0] }))
    case .own(let numbers): kept = .own(edges.map { numbers[$0] })
    }
    return try EdgeWeights(
      shape: [rows.count] + shape.dropFirst(), mask: Bitmask(edges.lazy.map { mask[$0] }), values: kept,
      retainsPruned: retainsPruned, multiplier: multiplier)
  }
}
