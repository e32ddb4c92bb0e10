/// The nodes after a layer that its kernel takes along: batch normalisations, the addition of one other node, one activation,
/// a 2×2 maximum.
///
/// Only a chain is folded, in which nothing else reads what is between.
struct FoldedTail {
  private let network: Network
  private let graph: ReaderGraph
  private var mayPool = false
  private var isPlanned: (Int) -> Bool = { _ in false }
  private var layer = 0
  private var last = 0

  /// The nodes that are taken along, in order.
  private(set) var folded: [Int] = []
  /// Whether a 2×2 maximum is taken along.
  private(set) var pools = false
  /// The node whose activations are added before the activation function, if any.
  private(set) var addend: Int?

  /// Folds nothing yet.
  init(_ network: Network, _ graph: ReaderGraph) {
    self.network = network
    self.graph = graph
  }

  /// Starts after a layer.
  ///
  /// - Parameters:
  ///   - mayPool: whether its kernel can take a maximum along.
  ///   - isPlanned: whether its kernel can add the activations of a node, which must be there before.
  mutating func begin(after index: Int, mayPool: Bool, mayAdd isPlanned: @escaping (Int) -> Bool) {
    (layer, last) = (index, index)
    self.mayPool = mayPool
    self.isPlanned = isPlanned
  }

  /// Starts with a node that stands for itself.
  mutating func begin(with index: Int, _ chain: inout AffineChain) {
    last = index
    _ = fold(index, into: &chain)
  }

  /// Takes along what can be taken along.
  mutating func extend(_ chain: inout AffineChain) {
    while let next = graph.onlyReader(of: last), fold(next, into: &chain) { last = next }
  }

  /// What the folded nodes do to numbers.
  func apply(to chain: inout AffineChain) {
    var copy = FoldedTail(network, graph)
    copy.begin(after: layer, mayPool: pools, mayAdd: { $0 == addend })
    for index in folded where copy.fold(index, into: &chain) { copy.last = index }
  }

  private mutating func fold(_ index: Int, into chain: inout AffineChain) -> Bool {
    switch (network.architecture.nodes[index].operation, network.parameters[index]) {
    case (.dropout, _): break
    case (.batchNormalisation(let epsilon), .normalisation(let numbers))
    where chain.activation == .none && !pools && addend == nil:
      chain.append(numbers, epsilon: epsilon)
    // A maximum and a rising function can be exchanged.
    case (let operation, _) where operation.activation != nil && chain.activation == .none:
      guard let activation = operation.activation, !(pools && activation.falls) else { return false }
      chain.activation = activation
    case (.hardSigmoid(let alpha, let beta), _) where chain.activation == .none && !pools && addend == nil:
      chain.append(factor: Double(alpha), summand: Double(beta))
      chain.activation = .clip(low: 0, high: 1)
    case (.add, _) where chain.activation == .none && !pools && addend == nil:
      guard let other = network.architecture.partner(of: last, in: index), isPlanned(other)
      else { return false }
      addend = other
    case (.maxPool(let pool), _)
    where mayPool && !pools && addend == nil && pool.isTwoByTwo && !chain.activation.falls:
      let source = network.architecture.inputShape(of: index)
      guard !pool.roundsUp || (source.height % 2 == 0 && source.width % 2 == 0) else { return false }
      pools = true
    default: return false
    }
    folded.append(index)
    return true
  }
}

extension Architecture {
  /// What a sum of two different nodes adds to one of them.
  fileprivate func partner(of node: Int, in sum: Int) -> Int? {
    let others = nodes[sum].inputs.filter { $0 != node }
    return nodes[sum].inputs.count == 2 && others.count == 1 ? others[0] : nil
  }
}

extension Pool {
  fileprivate var isTwoByTwo: Bool {
    kernel == Extent(2) && stride == Extent(2) && padding == .none && dilation == Extent(1)
  }
}

extension NodeOperation {
  /// The activation that an epilogue has for it; `nil` for another operation.
  var activation: Epilogue.Activation? {
    switch self {
    case .relu: .relu
    case .leakyRelu(let slope): .leaky(slope: slope)
    case .clip(let minimum, let maximum): .clip(low: minimum, high: maximum)
    case .hardSwish: .hardSwish
    default: nil
    }
  }
}
