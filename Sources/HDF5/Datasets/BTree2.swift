/// A B-tree of the second version, which indexes links in a heap and chunks.
///
/// Source: HDF5 File Format Specification, section III.A.2.
enum BTree2 {
  /// All records of a tree, and of which kind they are.
  ///
  /// - Parameters:
  ///   - types: the kinds that are expected: 5 for links by their names, 10 and 11 for chunks.
  ///   - limit: how many records are read at most, with those of one more node; what is beyond is left unread.
  static func tree(
    at address: UInt64, types: Set<UInt8>, in structure: inout FileStructure, path: String, limit: Int
  ) throws(HDF5Error) -> (type: UInt8, records: [ByteCursor]) {
    let size = 16 + structure.addressBytes + 2 + structure.lengthBytes + 4
    var head = try structure.sealedPart(at: address, size, "BTHD", for: path)
    let type = try head.byte()
    guard types.contains(type) else { throw HDF5Error(.damaged, "its index is of another kind", at: path) }
    let nodeBytes = try head.count(4)
    let (recordBytes, depth) = (try head.count(2), try head.count(2))
    _ = try head.take(2)
    guard let root = try structure.address(&head) else { return (type, []) }
    let count = try head.count(2)
    guard recordBytes > 0, nodeBytes > 10 + recordBytes, depth < 16 else {
      throw HDF5Error(.damaged, "the measures of its index are impossible", at: path)
    }
    let levels = Level.all(depth, nodeBytes, recordBytes, structure.addressBytes)
    var walk = Walk(
      type: type, recordBytes: recordBytes, nodeBytes: nodeBytes, levels: levels, limit: limit, path: path)
    try walk.read(root, count, level: depth, &structure)
    return (type, walk.records)
  }

  /// How many records nodes of a level have at most, which decides how wide the counts above them are.
  private struct Level {
    /// The most records of one node.
    let records: Int
    /// The most records of one node and all below it.
    let recordsBelow: Int
    /// The width of a count of `recordsBelow`; 0 on the lowest level, where it is the count of one node.
    let width: Int

    static func all(_ depth: Int, _ nodeBytes: Int, _ recordBytes: Int, _ addressBytes: Int) -> [Level] {
      let leaf = (nodeBytes - 10) / recordBytes
      var levels = [Level(records: leaf, recordsBelow: leaf, width: 0)]
      let countBytes = width(of: leaf)
      for _ in 0..<depth {
        let below = levels[levels.count - 1]
        let pointer = addressBytes + countBytes + below.width
        let records = max(0, (nodeBytes - 10 - pointer) / (recordBytes + pointer))
        let total = saturatingProduct(records + 1, below.recordsBelow).addingReportingOverflow(records)
        let all = total.overflow ? Int.max : total.partialValue
        levels.append(Level(records: records, recordsBelow: all, width: width(of: all)))
      }
      return levels
    }

    static func width(of count: Int) -> Int { (Int.bitWidth - 1 - max(count, 1).leadingZeroBitCount) / 8 + 1 }
  }

  private struct Walk {
    let type: UInt8
    let recordBytes: Int
    let nodeBytes: Int
    let levels: [Level]
    let limit: Int
    let path: String
    var records: [ByteCursor] = []
    private var visited: Set<UInt64> = []

    init(type: UInt8, recordBytes: Int, nodeBytes: Int, levels: [Level], limit: Int, path: String) {
      (self.type, self.recordBytes, self.nodeBytes) = (type, recordBytes, nodeBytes)
      (self.levels, self.limit, self.path) = (levels, limit, path)
    }

    /// Reads a node and those below it; levels are at most 16, and no node is read twice.
    mutating func read(
      _ address: UInt64, _ count: Int, level: Int, _ structure: inout FileStructure
    ) throws(HDF5Error) {
      guard records.count < limit else { return }
      guard visited.insert(address).inserted else {
        throw HDF5Error(.damaged, "a node of its index is used twice", at: path)
      }
      guard count <= levels[level].records else {
        throw HDF5Error(.damaged, "a node of its index has \(count) records, which do not fit", at: path)
      }
      let countBytes = Level.width(of: levels[0].records)
      let belowBytes = level > 0 ? levels[level - 1].width : 0
      let pointerBytes = level > 0 ? structure.addressBytes + countBytes + belowBytes : 0
      let size = 10 + count * recordBytes + (level > 0 ? (count + 1) * pointerBytes : 0)
      var cursor = try structure.sealedPart(at: address, size, level > 0 ? "BTIN" : "BTLF", for: path)
      guard try cursor.byte() == type else {
        throw HDF5Error(.damaged, "a node of its index is of another kind", at: path)
      }
      for _ in 0..<count { records.append(ByteCursor(try cursor.take(recordBytes), at: path)) }
      guard level > 0 else { return }
      for _ in 0...count {
        let child = try cursor.number(structure.addressBytes)
        let childCount = try cursor.count(countBytes)
        _ = try cursor.take(belowBytes)
        try read(child, childCount, level: level - 1, &structure)
      }
    }
  }
}
