/// One node of a network.
package struct Node: Hashable, Sendable {
  /// A name that no other node has, see ``NameRule``; `input` stands for the image and is none.
  package let name: String
  /// What the node computes.
  package let operation: NodeOperation
  /// The indices of the nodes that it reads, all smaller than its own; ``image`` stands for the network's input.
  package let inputs: [Int]

  /// The index that stands for the network's input.
  package static let image = -1

  /// Makes a node; ``Architecture`` checks it.
  package init(_ name: String, _ operation: NodeOperation, inputs: [Int]) {
    self.name = name
    self.operation = operation
    self.inputs = inputs
  }
}

/// A directed acyclic graph of nodes in topological order, without its weights. The last node is the output.
public struct Architecture: Hashable, Sendable {
  /// The shape of an image.
  public let input: Shape
  /// The nodes; each reads only earlier ones.
  package let nodes: [Node]
  /// The shape of each node's activation.
  public let shapes: [Shape]

  /// The bounds of everything that can be described.
  package enum Limits {
    /// Nodes of a network.
    package static let nodes = 4096
    /// Any size of an image, a kernel, a stride or a number of channels.
    package static let extent = 65_536
    /// Elements of one activation.
    package static let activation = 1 << 26
    /// Edges of one network. A compact file of 200 kB can announce that many, and a number for each takes 1 GiB.
    package static let edges = 1 << 28
  }

  /// Checks every node, in order, and derives the shapes.
  ///
  /// - Throws: ``PadawannError`` `data` that names the node: bad or repeated names, inputs that are missing, too many or
  ///   not earlier, sizes out of bounds, windows that do not fit, a node that nothing reads.
  package init(input: Shape, nodes: [Node]) throws(PadawannError) {
    try Self.check(input: input)
    guard (1...Limits.nodes).contains(nodes.count) else {
      throw PadawannError(
        .data, "a network has 1 to \(Limits.nodes) nodes, not \(nodes.count)", at: "network")
    }
    var shapes: [Shape] = []
    var names: Set<String> = []
    var edges = 0
    for (index, node) in nodes.enumerated() {
      do throws(PadawannError) {
        try Self.checkName(node.name)
        guard names.insert(node.name).inserted else {
          throw PadawannError(.data, "two nodes have this name")
        }
        guard node.inputs.allSatisfy({ $0 >= Node.image && $0 < index }) else {
          throw PadawannError(.data, "a node reads only the image (-1) and earlier nodes")
        }
        let sources = node.inputs.map { $0 == Node.image ? input : shapes[$0] }
        let shape = try node.operation.outputShape(of: sources)
        edges += node.operation.weightShape(of: sources[0])?.reduce(1, *) ?? 0
        guard edges <= Limits.edges else {
          throw PadawannError(.data, "the network has more than \(Limits.edges) edges")
        }
        shapes.append(shape)
      } catch {
        throw error.inside("node \(node.name)")
      }
    }
    let read = Set(nodes.flatMap(\.inputs))
    if let unused = nodes.indices.dropLast().first(where: { !read.contains($0) }) {
      throw PadawannError(
        .data, "nothing reads this node, and it is not the last", at: "node \(nodes[unused].name)")
    }
    self.input = input
    self.nodes = nodes
    self.shapes = shapes
  }

  /// The shape of the first input of a node.
  public func inputShape(of index: Int) -> Shape {
    let source = nodes[index].inputs[0]
    return source == Node.image ? input : shapes[source]
  }

  /// The shape of a node's weights, outputs first; `nil` for a node without edges.
  public func weightShape(of index: Int) -> [Int]? {
    nodes[index].operation.weightShape(of: inputShape(of: index))
  }

  /// The number of edges, pruned ones included.
  public var edgeCount: Int { nodes.indices.reduce(0) { $0 + (weightShape(of: $1)?.reduce(1, *) ?? 0) } }

  /// The indices of the nodes that have edges.
  public var weightedNodes: [Int] { nodes.indices.filter { nodes[$0].operation.isWeighted } }

  /// The node whose activations are the logits: the last that is not a softmax, a log-softmax or a dropout.
  public var logitsNode: Int {
    var index = nodes.count - 1
    while true {
      switch nodes[index].operation {
      case .softmax, .logSoftmax, .dropout:
        guard let source = nodes[index].inputs.first, source != Node.image else { return index }
        index = source
      default: return index
      }
    }
  }

  /// Whether there are batch normalisations.
  package var hasNormalisations: Bool {
    nodes.contains { if case .batchNormalisation = $0.operation { true } else { false } }
  }

  /// The number of outputs.
  public var outputs: Int { shapes[shapes.count - 1].count }

  /// Checks the bounds of an image; no arithmetic on larger ones is safe.
  ///
  /// - Throws: ``PadawannError`` `data`.
  static func check(input: Shape) throws(PadawannError) {
    guard [input.channels, input.height, input.width].allSatisfy({ (1...Limits.extent).contains($0) }),
      input.count <= Limits.activation
    else { throw PadawannError(.data, "an input of shape \(input) is out of bounds", at: "network") }
  }

  private static func checkName(_ name: String) throws(PadawannError) {
    try NameRule.check(name, of: "a node")
    guard name != "input" else {
      throw PadawannError(.data, "no node is named \"input\", which stands for the image")
    }
  }
}
