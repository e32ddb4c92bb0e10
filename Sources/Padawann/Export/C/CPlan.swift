/// What a C program does, step by step, and which values it holds between.
struct CPlan {
  /// What is done to every number of a channel, in place.
  enum ChannelWork {
    /// `x * scale[c] + offset[c]`.
    case affine(scale: [Double], offset: [Double])
    /// A function of each number.
    case function(CFunction)
  }

  /// What one step does.
  enum Work {
    /// A convolution, channel by channel: sums, what is done to them, and perhaps a pooling of the channel.
    case convolution(Convolution, node: Int, tail: [ChannelWork], pool: CPool?)
    /// A linear layer and what is done to its outputs.
    case linear(node: Int, tail: [ChannelWork])
    /// In place, or on a copy.
    case channelwise(ChannelWork)
    /// Each channel on its own.
    case pool(CPool)
    /// Over the channels of every position.
    case softmax(logarithm: Bool)
    case add
    case concat
    /// Zeros around what is kept.
    case pad(Pad)
  }

  /// One step.
  struct Step {
    let work: Work
    /// The values that it reads.
    var inputs: [Int]
    /// The value that it makes.
    let output: Int
    /// The nodes of the network that it is, in order.
    var nodes: [Int]
    /// The number of floats that it needs beside its inputs and its output.
    var scratch = 0
  }

  /// A value: the image (0), or what a step makes.
  struct Value {
    let shape: Shape
    /// The node whose activation it is; `Node.image` for the image.
    let node: Int
  }

  private(set) var steps: [Step] = []
  private(set) var values: [Value]
  /// The value that is the network's output.
  var output: Int { valueOfNode[network.architecture.nodes.count - 1] ?? 0 }

  let network: Network
  private var valueOfNode: [Int: Int] = [Node.image: 0]
  private let readers: [[Int]]

  /// Plans a network.
  ///
  /// - Throws: ``PadawannError`` `data` when a batch normalisation has a number that is not finite.
  init(_ network: Network) throws(PadawannError) {
    self.network = network
    let nodes = network.architecture.nodes
    values = [Value(shape: network.architecture.input, node: Node.image)]
    var readers = [[Int]](repeating: [], count: nodes.count)
    for (index, node) in nodes.enumerated() {
      for input in Set(node.inputs) where input != Node.image { readers[input].append(index) }
    }
    self.readers = readers
    for index in nodes.indices where valueOfNode[index] == nil { try plan(index) }
  }

  private mutating func plan(_ index: Int) throws(PadawannError) {
    switch network.architecture.nodes[index].operation {
    case .convolution(let layer): try convolution(index, layer)
    case .linear:
      let (tail, folded) = try tail(after: index)
      append(.linear(node: index, tail: tail), [index] + folded)
    case .flatten, .dropout: valueOfNode[index] = sources(index)[0]
    case .batchNormalisation, .relu, .leakyRelu, .clip, .tanh, .sigmoid, .silu, .hardSigmoid, .hardSwish,
      .gelu:
      guard let work = try channelWork(index) else { return }
      append(.channelwise(work), [index])
    case .maxPool, .averagePool, .globalAveragePool:
      guard let pool = pool(index) else { return }
      append(.pool(pool), [index])
    case .softmax: append(.softmax(logarithm: false), [index])
    case .logSoftmax: append(.softmax(logarithm: true), [index])
    case .add: append(.add, [index])
    case .concat: append(.concat, [index])
    case .pad(let pad): append(.pad(pad), [index])
    }
  }

  private mutating func convolution(_ index: Int, _ layer: Convolution) throws(PadawannError) {
    var (tail, folded) = try tail(after: index)
    let last = folded.last ?? index
    var pooled: CPool?
    if readers[last].count == 1, let pool = pool(readers[last][0]) {
      pooled = pool
      folded.append(readers[last][0])
    }
    append(.convolution(layer, node: index, tail: tail, pool: pooled), [index] + folded)
    // A channel is finished before it is pooled.
    let shape = network.architecture.shapes[index]
    if pooled != nil { steps[steps.count - 1].scratch = shape.height * shape.width }
  }

  /// What is done to each channel after a layer, and the nodes that this is; nothing else reads what is between.
  private func tail(after index: Int) throws(PadawannError) -> (work: [ChannelWork], nodes: [Int]) {
    var (work, nodes, last) = ([ChannelWork](), [Int](), index)
    while readers[last].count == 1 {
      let next = readers[last][0]
      if case .dropout = network.architecture.nodes[next].operation {
        nodes.append(next)
      } else if let channelWork = try channelWork(next) {
        work.append(channelWork)
        nodes.append(next)
      } else {
        break
      }
      last = next
    }
    return (work, nodes)
  }

  /// What a node does to each channel on its own in place; `nil` for any other node.
  private func channelWork(_ index: Int) throws(PadawannError) -> ChannelWork? {
    let node = network.architecture.nodes[index]
    if case .normalisation(let numbers) = network.parameters[index],
      case .batchNormalisation(let epsilon) = node.operation
    {
      var chain = AffineChain(outputs: numbers.scale.count)
      chain.append(numbers, epsilon: epsilon)
      guard (chain.scale + chain.bias).allSatisfy({ Float($0).isFinite }) else {
        throw PadawannError(
          .data, "the batch normalisation divides by nothing, or by almost nothing", at: "node \(node.name)")
      }
      return .affine(scale: chain.scale, offset: chain.bias)
    }
    return CFunction(node.operation).map(ChannelWork.function)
  }

  private func pool(_ index: Int) -> CPool? {
    let (source, result) = (network.architecture.inputShape(of: index), network.architecture.shapes[index])
    return CPool(network.architecture.nodes[index].operation, from: source, to: result)
  }

  private func sources(_ index: Int) -> [Int] {
    network.architecture.nodes[index].inputs.map { valueOfNode[$0] ?? 0 }
  }

  /// - Parameter nodes: what the step does; the first reads the step's inputs.
  private mutating func append(_ work: Work, _ nodes: [Int]) {
    let last = nodes[nodes.count - 1]
    let inputs = sources(nodes[0])
    values.append(Value(shape: network.architecture.shapes[last], node: last))
    steps.append(Step(work: work, inputs: inputs, output: values.count - 1, nodes: nodes))
    for node in nodes { valueOfNode[node] = values.count - 1 }
  }
}

/// A pooling of one channel.
enum CPool {
  case maximum(Pool, CWindow)
  case average(Pool, CWindow, countsPadding: Bool)
  case mean(count: Int)

  /// `nil` for another operation.
  init?(_ operation: NodeOperation, from source: Shape, to result: Shape) {
    switch operation {
    case .maxPool(let pool): self = .maximum(pool, CWindow(pool, from: source, to: result))
    case .averagePool(let pool, let counts):
      self = .average(pool, CWindow(pool, from: source, to: result), countsPadding: counts)
    case .globalAveragePool: self = .mean(count: source.height * source.width)
    default: return nil
    }
  }
}

/// How a window moves over a channel.
struct CWindow: Hashable {
  let input: Extent
  let output: Extent
  let kernel: Extent
  let stride: Extent
  let dilation: Extent
  let padding: Padding

  init(_ layer: Convolution, from source: Shape, to result: Shape) {
    input = Extent(source.height, source.width)
    output = Extent(result.height, result.width)
    (kernel, stride, dilation, padding) = (layer.kernel, layer.stride, layer.dilation, layer.padding)
  }

  init(_ pool: Pool, from source: Shape, to result: Shape) {
    input = Extent(source.height, source.width)
    output = Extent(result.height, result.width)
    (kernel, stride, dilation) = (pool.kernel, pool.stride, pool.dilation)
    padding = pool.padding
  }
}

/// A function of every number on its own.
enum CFunction: Hashable {
  case relu
  case leakyRelu(slope: Float)
  case clip(minimum: Float, maximum: Float)
  case tanh
  case sigmoid
  case silu
  case hardSigmoid(alpha: Float, beta: Float)
  case hardSwish
  case gelu(GELU)

  /// `nil` for another operation.
  init?(_ operation: NodeOperation) {
    switch operation {
    case .relu: self = .relu
    case .leakyRelu(let slope): self = .leakyRelu(slope: slope)
    case .clip(let minimum, let maximum): self = .clip(minimum: minimum, maximum: maximum)
    case .tanh: self = .tanh
    case .sigmoid: self = .sigmoid
    case .silu: self = .silu
    case .hardSigmoid(let alpha, let beta): self = .hardSigmoid(alpha: alpha, beta: beta)
    case .hardSwish: self = .hardSwish
    case .gelu(let formula): self = .gelu(formula)
    case .convolution, .linear, .batchNormalisation, .maxPool, .averagePool, .pad, .globalAveragePool,
      .flatten,
      .add, .concat, .dropout, .softmax, .logSoftmax:
      return nil
    }
  }
}
