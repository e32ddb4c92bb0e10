/// A B-tree of the first version, which indexes tables of links and chunks.
///
/// Source: HDF5 File Format Specification, section III.A.1.
enum BTree1 {
  /// What one key leads to.
  struct Leaf {
    /// The key, whose meaning depends on the tree.
    let key: ByteCursor
    let address: UInt64
  }

  /// All entries of the lowest level, in order. Levels fall on the way down and no node is read twice, so that a tree
  /// that runs in circles ends.
  ///
  /// - Parameters:
  ///   - type: 0 for links, 1 for chunks.
  ///   - keyBytes: the size of a key.
  ///   - limit: how many entries there may be.
  static func leaves(
    at root: UInt64, type: UInt8, keyBytes: Int, limit: Int, in structure: inout FileStructure, path: String
  ) throws(HDF5Error) -> [Leaf] {
    var leaves: [Leaf] = []
    var visited: Set<UInt64> = []
    var open: [(address: UInt64, level: UInt8?)] = [(root, nil)]
    while let (address, expected) = open.popLast() {
      guard visited.insert(address).inserted else {
        throw HDF5Error(.damaged, "a node of its index is used twice", at: path)
      }
      let node = try Node(at: address, type: type, keyBytes: keyBytes, in: &structure, path: path)
      guard expected == nil || node.level == expected else {
        throw HDF5Error(
          .damaged, "a node of its index is on level \(node.level), where another is expected", at: path)
      }
      if node.level == 0 {
        leaves += node.entries
        guard leaves.count <= limit else {
          throw HDF5Error(.tooLarge, "its index has more than \(limit) entries", at: path)
        }
      } else {
        open += node.entries.reversed().map { ($0.address, node.level - 1) }
      }
    }
    return leaves
  }

  private struct Node {
    let level: UInt8
    var entries: [Leaf] = []

    init(
      at address: UInt64, type: UInt8, keyBytes: Int, in structure: inout FileStructure, path: String
    ) throws(HDF5Error) {
      let headBytes = 8 + 2 * structure.addressBytes
      var head = ByteCursor(try structure.part(at: address, headBytes, for: path), at: path)
      guard try head.take(4).elementsEqual("TREE".utf8), try head.byte() == type else {
        throw HDF5Error(.damaged, "a node of its index is not at byte \(address)", at: path)
      }
      level = try head.byte()
      let count = try head.count(2)
      let size = count * (keyBytes + structure.addressBytes)
      var cursor = ByteCursor(
        try structure.part(at: address + UInt64(headBytes), size, for: path), at: path)
      for _ in 0..<count {
        let key = ByteCursor(try cursor.take(keyBytes), at: path)
        entries.append(Leaf(key: key, address: try cursor.number(structure.addressBytes)))
      }
    }
  }
}
