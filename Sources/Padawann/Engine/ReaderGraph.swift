/// Which nodes read which, as far as the logits need them.
struct ReaderGraph: Sendable {
  /// Whether the logits depend on a node.
  private(set) var isNeeded: [Bool]
  private var readers: [[Int]]
  private let logitsNode: Int

  /// Follows the edges of a graph back from its logits.
  init(_ architecture: Architecture) {
    logitsNode = architecture.logitsNode
    isNeeded = [Bool](repeating: false, count: architecture.nodes.count)
    readers = [[Int]](repeating: [], count: architecture.nodes.count)
    isNeeded[logitsNode] = true
    for index in stride(from: logitsNode, through: 0, by: -1) where isNeeded[index] {
      for input in architecture.nodes[index].inputs where input != Node.image {
        isNeeded[input] = true
        readers[input].append(index)
      }
    }
  }

  /// The only reader of a node; `nil` where there are more, or where the node is the logits.
  func onlyReader(of index: Int) -> Int? {
    index != logitsNode && readers[index].count == 1 ? readers[index][0] : nil
  }
}
