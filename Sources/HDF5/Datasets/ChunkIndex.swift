/// A chunk of a dataset that a file has.
struct StoredChunk {
  /// Its number in the grid, row by row.
  let number: Int
  let address: UInt64
  /// Its size in the file.
  let byteCount: Int
  /// The filters that it did not go through, one bit each.
  let skippedFilters: UInt32
}

/// Finds the chunks of a dataset.
struct ChunkIndex {
  let layout: ChunkedLayout
  let grid: ChunkGrid
  let path: String

  /// So many chunks are read of one dataset at most, which bounds what the list of them takes.
  static let largestCount = 1 << 22

  /// The chunks that are stored, each once, in any order.
  func chunks(in structure: inout FileStructure) throws(HDF5Error) -> [StoredChunk] {
    guard let address = layout.address, grid.count > 0 else { return [] }
    var chunks: [StoredChunk] = []
    switch layout.index {
    case .tree1: chunks = try tree1(address, &structure)
    case .single(let byteCount, let skipped):
      guard grid.count == 1 else { throw damage("one chunk is stored, but \(grid.count) are needed") }
      chunks = [chunk(0, address, byteCount ?? grid.chunkBytes, skipped)]
    case .implicit:
      try check(count: grid.count)
      guard saturatingProduct(grid.count, grid.chunkBytes) <= structure.available(at: address) else {
        throw damage("its \(grid.count) chunks reach beyond the end of the file")
      }
      for number in 0..<grid.count {
        chunks.append(chunk(number, address + UInt64(number * grid.chunkBytes), grid.chunkBytes, 0))
      }
    case .fixedArray:
      chunks = try numbered(
        try FixedArray.entries(at: address, in: &structure, path: path), slowest: 0, structure)
    case .extensibleArray:
      guard let axis = grid.growingAxis else { throw damage("it cannot grow, but its index of chunks can") }
      chunks = try numbered(
        try ExtensibleArray.entries(at: address, in: &structure, path: path), slowest: axis, structure)
    case .tree2: chunks = try tree2(address, &structure)
    }
    try check(count: chunks.count)
    var seen: Set<Int> = []
    for chunk in chunks where !seen.insert(chunk.number).inserted { throw damage("a chunk is stored twice") }
    return chunks
  }

  private func chunk(_ number: Int, _ address: UInt64, _ byteCount: Int, _ skipped: UInt32) -> StoredChunk {
    StoredChunk(number: number, address: address, byteCount: byteCount, skippedFilters: skipped)
  }

  private func damage(_ message: String) -> HDF5Error { HDF5Error(.damaged, message, at: path) }

  private func check(count: Int) throws(HDF5Error) {
    guard count <= Self.largestCount else {
      throw HDF5Error(
        .tooLarge,
        "it has \(count) chunks, more than the limit of \(Self.largestCount); larger chunks are better",
        at: path)
    }
  }

  // MARK: - Trees

  private func tree1(_ address: UInt64, _ structure: inout FileStructure) throws(HDF5Error) -> [StoredChunk] {
    let leaves = try BTree1.leaves(
      at: address, type: 1, keyBytes: 8 + 8 * (grid.shape.count + 1), limit: Self.largestCount,
      in: &structure, path: path)
    var chunks: [StoredChunk] = []
    for leaf in leaves {
      var key = leaf.key
      let (byteCount, skipped) = (try key.count(4), UInt32(truncatingIfNeeded: try key.number(4)))
      var place: [Int] = []
      for length in grid.chunk {
        let offset = try key.count(8)
        guard offset % length == 0 else { throw damage("a chunk begins inside another") }
        place.append(offset / length)
      }
      guard let number = grid.number(of: place) else { continue }
      chunks.append(chunk(number, leaf.address, byteCount, skipped))
    }
    return chunks
  }

  private func tree2(_ address: UInt64, _ structure: inout FileStructure) throws(HDF5Error) -> [StoredChunk] {
    let tree = try BTree2.tree(
      at: address, types: [10, 11], in: &structure, path: path, limit: Self.largestCount + 1)
    try check(count: tree.records.count)
    let placeBytes = 8 * grid.shape.count
    var chunks: [StoredChunk] = []
    for record in tree.records {
      let width = record.count - placeBytes
      let entry = try ChunkEntry(isFiltered: tree.type == 11, byteCount: width, structure, path)
      var cursor = record
      let found = try entry.read(&cursor, structure)
      var place: [Int] = []
      for _ in grid.chunk { place.append(try cursor.count(8)) }
      guard let found, let number = grid.number(of: place) else { continue }
      chunks.append(chunk(number, found.address, found.byteCount ?? grid.chunkBytes, found.skippedFilters))
    }
    return chunks
  }

  // MARK: - Arrays

  private func numbered(_ array: ChunkArray, slowest: Int, _ structure: FileStructure) throws(HDF5Error)
    -> [StoredChunk]
  {
    var chunks: [StoredChunk] = []
    for run in array.runs {
      var cursor = run.entries
      for position in run.first..<run.first + run.count {
        guard let found = try array.entry.read(&cursor, structure),
          let number = grid.number(at: position, slowest: slowest)
        else { continue }
        chunks.append(chunk(number, found.address, found.byteCount ?? grid.chunkBytes, found.skippedFilters))
      }
    }
    return chunks
  }
}

/// Entries of an array of chunks, in runs that lie together in the file.
struct ChunkArray {
  struct Run {
    /// The position of the first entry in the array.
    let first: Int
    let count: Int
    let entries: ByteCursor
  }

  let entry: ChunkEntry
  var runs: [Run] = []

  /// Keeps a run of entries and goes past them.
  mutating func take(_ count: Int, from first: Int, _ cursor: inout ByteCursor, at path: String)
    throws(HDF5Error)
  {
    let bytes = try cursor.take(saturatingProduct(count, entry.byteCount))
    if count > 0 { runs.append(Run(first: first, count: count, entries: ByteCursor(bytes, at: path))) }
  }
}

/// How an index spells where a chunk is.
struct ChunkEntry {
  /// The size of an entry.
  let byteCount: Int
  private let isFiltered: Bool
  private let sizeBytes: Int

  /// Checks the size of an entry: an address, and for filtered chunks a size and the filters that were left out.
  init(isFiltered: Bool, byteCount: Int, _ structure: FileStructure, _ path: String) throws(HDF5Error) {
    self.isFiltered = isFiltered
    self.byteCount = byteCount
    sizeBytes = isFiltered ? byteCount - structure.addressBytes - 4 : 0
    guard isFiltered ? (1...8).contains(sizeBytes) : byteCount == structure.addressBytes else {
      throw HDF5Error(.damaged, "the entries of its index of chunks have \(byteCount) bytes", at: path)
    }
  }

  /// The next entry; nil when the chunk is not stored.
  func read(_ cursor: inout ByteCursor, _ structure: FileStructure) throws(HDF5Error)
    -> (address: UInt64, byteCount: Int?, skippedFilters: UInt32)?
  {
    let address = try structure.address(&cursor)
    guard isFiltered else { return address.map { ($0, nil, 0) } }
    let (size, skipped) = (try cursor.number(sizeBytes), UInt32(truncatingIfNeeded: try cursor.number(4)))
    return address.map { ($0, Int(clamping: size), skipped) }
  }
}
