/// Where a file keeps the values of a dataset.
///
/// Source: HDF5 File Format Specification, section IV.A.2.i "The Data Layout Message".
enum DatasetLayout {
  /// In the object header.
  case compact(ArraySlice<UInt8>)
  /// In one piece; nil as the address when nothing was ever written.
  case contiguous(address: UInt64?, byteCount: Int)
  /// In chunks of one shape.
  case chunked(ChunkedLayout)

  /// Reads the message about the layout (versions 3 to 5).
  init(_ message: ByteCursor, _ structure: FileStructure, at path: String) throws(HDF5Error) {
    var cursor = message
    let version = try cursor.byte()
    guard (3...5).contains(version) else {
      throw HDF5Error(.unsupported, "its layout has format version \(version) (3 to 5 are read)", at: path)
    }
    switch try cursor.byte() {
    case 0: self = .compact(try cursor.take(try cursor.count(2)))
    case 1:
      let address = try structure.address(&cursor)
      self = .contiguous(address: address, byteCount: try structure.length(&cursor))
    case 2:
      self = .chunked(
        version == 3
          ? try ChunkedLayout(version3: &cursor, structure, at: path)
          : try ChunkedLayout(version4: &cursor, structure, at: path))
    case 3: throw HDF5Error(.unsupported, "its values are in other datasets (a virtual dataset)", at: path)
    case let kind: throw HDF5Error(.damaged, "its layout is of the unknown kind \(kind)", at: path)
    }
  }
}

/// The shape of chunks, and how a file finds them.
struct ChunkedLayout {
  /// What leads from the place of a chunk in the dataset to its place in the file.
  enum Index {
    /// A B-tree of the first version.
    case tree1
    /// There is one chunk; its stored size and the filters it did not go through, when it went through any.
    case single(byteCount: Int?, skippedFilters: UInt32)
    /// All chunks lie one behind the other.
    case implicit
    /// A table whose size never changes.
    case fixedArray
    /// A table that grows along one axis.
    case extensibleArray
    /// A B-tree of the second version.
    case tree2
  }

  /// The shape of one chunk.
  let chunk: [Int]
  /// The size of one element as the layout says it.
  let elementBytes: Int
  let index: Index
  /// Where the index is; nil when no chunk was ever written.
  let address: UInt64?
  /// Whether chunks that reach over the edge of the dataset are stored as they are.
  let leavesEdgesAlone: Bool

  fileprivate init(version3 cursor: inout ByteCursor, _ structure: FileStructure, at path: String)
    throws(HDF5Error)
  {
    let rank = Int(try cursor.byte())
    address = try structure.address(&cursor)
    (chunk, elementBytes) = try Self.lengths(&cursor, rank, width: 4, at: path)
    index = .tree1
    leavesEdgesAlone = false
  }

  fileprivate init(version4 cursor: inout ByteCursor, _ structure: FileStructure, at path: String)
    throws(HDF5Error)
  {
    let (flags, rank) = (try cursor.byte(), Int(try cursor.byte()))
    let width = Int(try cursor.byte())
    guard (1...8).contains(width) else {
      throw HDF5Error(.damaged, "the lengths of its chunks have \(width) bytes each", at: path)
    }
    (chunk, elementBytes) = try Self.lengths(&cursor, rank, width: width, at: path)
    leavesEdgesAlone = flags & 1 != 0
    index = try Self.index(&cursor, flags, structure, at: path)
    address = try structure.address(&cursor)
  }

  /// The last length is the size of an element.
  private static func lengths(_ cursor: inout ByteCursor, _ rank: Int, width: Int, at path: String)
    throws(HDF5Error) -> ([Int], Int)
  {
    guard (2...TreeCheck.rank + 1).contains(rank) else {
      throw HDF5Error(.damaged, "its chunks have \(rank - 1) axes", at: path)
    }
    var lengths: [Int] = []
    for _ in 0..<rank { lengths.append(try cursor.count(width)) }
    guard !lengths.contains(0), product(of: lengths) != nil else {
      throw HDF5Error(.damaged, "the shape \(lengths.dropLast()) of its chunks is impossible", at: path)
    }
    return (lengths.dropLast(), lengths[rank - 1])
  }

  private static func index(
    _ cursor: inout ByteCursor, _ flags: UInt8, _ structure: FileStructure, at path: String
  ) throws(HDF5Error) -> Index {
    switch try cursor.byte() {
    case 1:
      guard flags & 2 != 0 else { return .single(byteCount: nil, skippedFilters: 0) }
      let size = try structure.length(&cursor)
      return .single(byteCount: size, skippedFilters: UInt32(truncatingIfNeeded: try cursor.number(4)))
    case 2: return .implicit
    case 3:
      _ = try cursor.take(1)
      return .fixedArray
    case 4:
      _ = try cursor.take(5)
      return .extensibleArray
    case 5:
      _ = try cursor.take(6)
      return .tree2
    case let kind:
      throw HDF5Error(.unsupported, "its chunks have an index of the unknown kind \(kind)", at: path)
    }
  }
}
