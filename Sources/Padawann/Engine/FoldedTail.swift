/// The nodes after a layer that its kernel takes along: batch normalisations, one activation, a 2×2 maximum.
///
/// Only a chain is folded, in which nothing else reads what is between.
struct FoldedTail {
  private let network: Network
  private let graph: ReaderGraph
  private var mayPool = false
  private var last = 0

  /// The nodes that are taken along, in order.
  private(set) var folded: [Int] = []
  /// Whether a 2×2 maximum is taken along.
  private(set) var pools = false

  /// Folds nothing yet.
  init(_ network: Network, _ graph: ReaderGraph) {
    self.network = network
    self.graph = graph
  }

  /// Starts after a layer.
  mutating func begin(after index: Int, mayPool: Bool) {
    last = index
    self.mayPool = mayPool
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
    copy.mayPool = pools
    for index in folded { _ = copy.fold(index, into: &chain) }
  }

  private mutating func fold(_ index: Int, into chain: inout AffineChain) -> Bool {
    switch (network.architecture.nodes[index].operation, network.parameters[index]) {
    case (.dropout, _): break
    case (.batchNormalisation(let epsilon), .normalisation(let numbers))
    where chain.activation == .none && !pools:
      chain.append(numbers, epsilon: epsilon)
    // A maximum and a rising function can be exchanged.
    case (.relu, _) where chain.activation == .none: chain.activation = .relu
    case (.leakyRelu(let slope), _) where chain.activation == .none && (slope >= 0 || !pools):
      chain.activation = .leaky(slope: slope)
    case (.maxPool(let pool), _) where mayPool && !pools && pool.isTwoByTwo && !chain.falls:
      let source = network.architecture.inputShape(of: index)
      guard !pool.roundsUp || (source.height % 2 == 0 && source.width % 2 == 0) else { return false }
      pools = true
    default: return false
    }
    folded.append(index)
    return true
  }
}

extension Pool {
  fileprivate var isTwoByTwo: Bool {
    kernel == Extent(2) && stride == Extent(2) && padding == Extent(0) && dilation == Extent(1)
  }
}

extension AffineChain {
  /// Whether the activation can fall while its argument rises.
  fileprivate var falls: Bool {
    if case .leaky(let slope) = activation { slope < 0 } else { false }
  }
}
