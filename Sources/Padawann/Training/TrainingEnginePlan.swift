/// In which order and in which buffers a network is run forward and backward.
///
/// Buffers have the index of a node plus one; that of the image is 0. Nodes that change nothing, and activations of which
/// nobody needs the input, share the buffer of what they read.
struct TrainingEnginePlan: Sendable {
  let architecture: Architecture
  let scope: TrainingScope
  /// The node whose activations are the logits; nothing behind it is run.
  let logits: Int
  /// The buffer of each node.
  let buffers: [Int]
  /// Where the gradient of each buffer is: in the gradient of another one where the two are equal.
  let gradientBuffers: [Int]
  /// Whether a node's result can change from step to step, apart from its image.
  let isLive: [Bool]
  /// Whether a gradient flows through a node.
  let isTrained: [Bool]
  /// The last node that reads a buffer from outside; the first that writes its gradient.
  let lastReader: [Int]
  /// An activation that is computed together with the node before it: a layer, a normalisation or a sum.
  let fusedActivation: [Int: Epilogue.Activation]

  init(_ architecture: Architecture, _ scope: TrainingScope) throws(PadawannError) {
    try scope.validate(for: architecture)
    self.architecture = architecture
    self.scope = scope
    logits = architecture.logitsNode
    var sharing = BufferSharing(architecture, scope, logits: logits)
    for index in 0...logits { sharing.place(index) }
    buffers = sharing.buffers
    lastReader = sharing.lastReaders()
    fusedActivation = sharing.fusedActivations()
    var (live, trained) = ([Bool](), [Bool]())
    for index in 0...logits {
      let node = architecture.nodes[index]
      let learns = scope.weights.contains(index) || scope.biases.contains(index)
      trained.append(learns || node.inputs.contains { $0 >= 0 && trained[$0] })
      live.append(
        learns || scope.isRandom(node.operation) || node.inputs.contains { $0 >= 0 && live[$0] })
    }
    isLive = live
    isTrained = trained
    gradientBuffers = sharing.gradientBuffers(where: trained)
  }

  /// Whether the gradient of a sum is that of one of its inputs, in one buffer.
  func sharesGradient(_ input: Int, with sum: Int) -> Bool {
    gradientBuffers[buffer(of: input)] == gradientBuffers[buffers[sum]]
  }

  /// Whether a node is the first to know a part of the gradient of one of its inputs, going backward.
  func isFirst(_ node: Int, toReach input: Int) -> Bool { lastReader[buffer(of: input)] == node }

  /// Whether an activation is part of what is computed in front of it, backward, too.
  func isPartOfNormalisation(_ node: Int) -> Bool {
    guard scope.usesBatchStatistics, let source = architecture.nodes[node].inputs.first, source >= 0,
      fusedActivation[source] != nil, buffers[source] == buffers[node],
      case .batchNormalisation = architecture.nodes[source].operation
    else { return false }
    return true
  }

  /// The buffer of what a node's input is.
  func buffer(of node: Int) -> Int { node == Node.image ? 0 : buffers[node] }

  func shape(of node: Int) -> Shape { node == Node.image ? architecture.input : architecture.shapes[node] }

  /// Whether the gradient of an input is asked for.
  func isTrained(input: Int) -> Bool { input != Node.image && isTrained[input] }

  /// The node (or the image) whose activations are all that the live part reads, if there is only one and it is not the
  /// image.
  var boundary: Int? {
    var read = Set<Int>()
    for index in 0...logits where isLive[index] {
      for input in architecture.nodes[index].inputs where input == Node.image || !isLive[input] {
        read.insert(buffer(of: input))
      }
    }
    guard read.count == 1, let buffer = read.first, buffer > 0 else { return nil }
    return buffer - 1
  }

  /// Runs of nodes that can be computed block by block, and nodes that need all blocks at once.
  enum Stage: Sendable {
    case blockwise([Int])
    case together(Int)
  }

  /// The stages of some nodes, in order.
  func stages(of nodes: some Sequence<Int>) -> [Stage] {
    var stages: [Stage] = []
    var run: [Int] = []
    for index in nodes {
      if needsAllBlocks(index) {
        if !run.isEmpty { stages.append(.blockwise(run)) }
        run = []
        stages.append(.together(index))
      } else {
        run.append(index)
      }
    }
    if !run.isEmpty { stages.append(.blockwise(run)) }
    return stages
  }

  private func needsAllBlocks(_ index: Int) -> Bool {
    switch architecture.nodes[index].operation {
    case .linear: true
    case .batchNormalisation: scope.usesBatchStatistics
    default: false
    }
  }
}

extension TrainingScope {
  fileprivate func isRandom(_ operation: NodeOperation) -> Bool {
    switch operation {
    case .dropout(let rate): dropsOut && rate > 0
    case .batchNormalisation: usesBatchStatistics
    default: false
    }
  }
}

/// Which nodes share a buffer.
private struct BufferSharing {
  let architecture: Architecture
  let scope: TrainingScope
  let logits: Int
  var buffers: [Int] = []

  init(_ architecture: Architecture, _ scope: TrainingScope, logits: Int) {
    self.architecture = architecture
    self.scope = scope
    self.logits = logits
  }

  mutating func place(_ index: Int) {
    let node = architecture.nodes[index]
    let source = node.inputs[0]
    let shares =
      switch node.operation {
      case .flatten: true
      case .dropout: !scope.isRandom(node.operation) || canOverwrite(source, by: index)
      case .relu, .clip: canOverwrite(source, by: index)
      case .leakyRelu(let slope): slope > 0 && canOverwrite(source, by: index)
      default: false
      }
    buffers.append(shares ? (source == Node.image ? 0 : buffers[source]) : index + 1)
  }

  /// Whether nobody else reads a buffer, and whoever wrote it does not need it for its gradient.
  private func canOverwrite(_ source: Int, by reader: Int) -> Bool {
    guard source != Node.image, buffers[source] > 0 else { return false }
    let members = buffers.indices.filter { buffers[$0] == buffers[source] }
    for member in members where needsItsResult(member) { return false }
    for index in 0...logits where index != reader {
      let isMember = members.contains(index)
      if !isMember, architecture.nodes[index].inputs.contains(where: { members.contains($0) }) {
        return false
      }
    }
    return !members.contains(logits)
  }

  private func needsItsResult(_ index: Int) -> Bool {
    switch architecture.nodes[index].operation {
    case .tanh, .sigmoid, .clip, .hardSigmoid, .softmax, .logSoftmax: true
    default: false
    }
  }

  func lastReaders() -> [Int] {
    var result = [Int](repeating: -1, count: logits + 2)
    for index in 0...logits {
      for input in architecture.nodes[index].inputs {
        let buffer = input == Node.image ? 0 : buffers[input]
        if buffer != buffers[index] { result[buffer] = index }
      }
    }
    return result
  }

  /// An activation directly behind a layer, a normalisation or a sum, in its buffer, is computed with its last step.
  func fusedActivations() -> [Int: Epilogue.Activation] {
    var result: [Int: Epilogue.Activation] = [:]
    for index in 0...logits {
      guard let source = architecture.nodes[index].inputs.first, source >= 0,
        buffers[index] == buffers[source], architecture.nodes[source].operation.takesActivation
      else { continue }
      if let activation = architecture.nodes[index].operation.activation { result[source] = activation }
    }
    return result
  }

  /// The gradient of a sum is that of its inputs: the first of them that nobody else reads has it in the same buffer.
  ///
  /// Nothing needs the gradient of the sum any more when that of the input changes, for the others have copies by then.
  func gradientBuffers(where isTrained: [Bool]) -> [Int] {
    var result = Array(0...(logits + 1))
    var reads = [Int](repeating: 0, count: logits + 2)
    for index in 0...logits {
      for input in architecture.nodes[index].inputs where input != Node.image {
        reads[buffers[input]] += buffers[input] == buffers[index] ? 0 : 1
      }
    }
    for index in (0...logits).reversed() {
      guard case .add = architecture.nodes[index].operation else { continue }
      let shared = architecture.nodes[index].inputs.first {
        $0 != Node.image && isTrained[$0] && buffers[$0] != 0 && reads[buffers[$0]] == 1
          && buffers[$0] != buffers[logits] && buffers[$0] != buffers[index]
      }
      if let shared { result[buffers[shared]] = result[buffers[index]] }
    }
    return result
  }
}

extension NodeOperation {
  /// Whether an activation can be part of its last step.
  fileprivate var takesActivation: Bool {
    switch self {
    case .add, .batchNormalisation: true
    default: isWeighted
    }
  }
}
