/// A heap that holds the links of a large group. Its blocks form a table whose rows double in size.
///
/// Source: HDF5 File Format Specification, section III.G.
struct FractalHeap {
  private let path: String
  private let width: Int
  private let firstBlockBytes: Int
  private let largestBlockBytes: Int
  private let offsetBytes: Int
  private let lengthBytes: Int
  private let hasChecksums: Bool
  private let root: (address: UInt64, rows: Int)
  private var blocks: [UInt64: ArraySlice<UInt8>] = [:]

  /// Reads the header of a heap.
  init(at address: UInt64, in structure: inout FileStructure, path: String) throws(HDF5Error) {
    self.path = path
    let (wide, long) = (structure.addressBytes, structure.lengthBytes)
    let size = 26 + 3 * wide + 12 * long
    var head = try structure.sealedPart(at: address, size, "FRHP", for: path)
    _ = try head.take(2)
    guard try head.count(2) == 0 else { throw HDF5Error(.unsupported, "its links are compressed", at: path) }
    hasChecksums = try head.byte() & 2 != 0
    let largestObject = try head.count(4)
    _ = try head.take(2 * wide + 10 * long)
    width = try head.count(2)
    firstBlockBytes = try structure.length(&head)
    largestBlockBytes = try structure.length(&head)
    let bits = try head.count(2)
    _ = try head.take(2)
    let rootAddress = try structure.address(&head)
    let rows = try head.count(2)
    guard width.nonzeroBitCount == 1, firstBlockBytes.nonzeroBitCount == 1,
      largestBlockBytes.nonzeroBitCount == 1,
      firstBlockBytes >= 64, firstBlockBytes <= largestBlockBytes, largestBlockBytes <= 1 << 32, bits <= 64,
      saturatingProduct(width, firstBlockBytes) <= 1 << 40, rows <= 64, let rootAddress
    else { throw HDF5Error(.damaged, "the measures of the heap of its links are impossible", at: path) }
    offsetBytes = (bits + 7) / 8
    let blockOffsetBytes = (largestBlockBytes.trailingZeroBitCount + 7) / 8
    let objectBits = Int.bitWidth - 1 - max(largestObject, 1).leadingZeroBitCount
    lengthBytes = min(blockOffsetBytes, objectBits / 8 + 1)
    root = (rootAddress, rows)
  }

  /// The bytes of an object of the heap.
  ///
  /// - Parameter identifier: what an index has: a kind, where the object is, and how long it is.
  mutating func object(_ identifier: ArraySlice<UInt8>, in structure: inout FileStructure) throws(HDF5Error)
    -> ArraySlice<UInt8>
  {
    var cursor = ByteCursor(identifier, at: path)
    guard try cursor.byte() == 0 else {
      throw HDF5Error(.unsupported, "a link is kept outside the heap of its group", at: path)
    }
    let (offset, length) = (try cursor.count(offsetBytes), try cursor.count(lengthBytes))
    let (block, start) = try self.block(with: offset, &structure)
    let place = offset - start
    guard place <= block.count, length <= block.count - place else {
      throw HDF5Error(.damaged, "a link is outside the block that it should be in", at: path)
    }
    return block[(block.startIndex + place)...].prefix(length)
  }

  /// The direct block that has an offset of the heap, and the offset at which it begins.
  private mutating func block(
    with offset: Int, _ structure: inout FileStructure
  ) throws(HDF5Error) -> (ArraySlice<UInt8>, start: Int) {
    var (address, rows, start) = (root.address, root.rows, 0)
    guard rows > 0 else { return (try directBlock(address, firstBlockBytes, &structure), 0) }
    while true {
      let place = try self.place(of: offset - start, rows: rows)
      let children = try indirectBlock(address, rows, &structure)
      let bytes = children.dropFirst(place.entry * structure.addressBytes)
      guard let child = try self.address(bytes, structure) else {
        throw HDF5Error(.damaged, "a link is in a block that the heap does not have", at: path)
      }
      start += place.start
      address = child
      let size = rowBlockBytes(place.row)
      if size <= largestBlockBytes { return (try directBlock(child, size, &structure), start) }
      // A block of a later row is itself a table, always one with fewer rows.
      let inner = size.trailingZeroBitCount - (width * firstBlockBytes).trailingZeroBitCount + 1
      guard inner > 0, inner < rows else {
        throw HDF5Error(.damaged, "the heap of its links is impossible", at: path)
      }
      rows = inner
    }
  }

  private func address(_ bytes: ArraySlice<UInt8>, _ structure: FileStructure) throws(HDF5Error) -> UInt64? {
    var cursor = ByteCursor(bytes, at: path)
    return try structure.address(&cursor)
  }

  private func rowBlockBytes(_ row: Int) -> Int { firstBlockBytes << max(0, row - 1) }

  /// Which entry of a table has an offset, and where the entry's block begins.
  private func place(of offset: Int, rows: Int) throws(HDF5Error) -> (entry: Int, row: Int, start: Int) {
    var start = 0
    // Rows beyond 2^44 bytes, which no file has, would overflow.
    for row in 0..<min(rows, 46 - firstBlockBytes.trailingZeroBitCount) {
      let size = rowBlockBytes(row)
      if offset < start + width * size {
        let column = (offset - start) / size
        return (row * width + column, row, start + column * size)
      }
      start += width * size
    }
    throw HDF5Error(.damaged, "a link is outside the heap of its group", at: path)
  }

  /// The addresses in a table of blocks.
  private mutating func indirectBlock(
    _ address: UInt64, _ rows: Int, _ structure: inout FileStructure
  ) throws(HDF5Error) -> ArraySlice<UInt8> {
    if let known = blocks[address] { return known }
    let head = 5 + structure.addressBytes + offsetBytes
    let size = head + saturatingProduct(rows * width, structure.addressBytes) + 4
    var cursor = try structure.sealedPart(at: address, size, "FHIB", for: path)
    _ = try cursor.take(head - 5)
    let table = try cursor.take(cursor.count)
    blocks[address] = table
    return table
  }

  /// A block of objects; offsets count from its first byte.
  private mutating func directBlock(
    _ address: UInt64, _ size: Int, _ structure: inout FileStructure
  ) throws(HDF5Error) -> ArraySlice<UInt8> {
    if let known = blocks[address] { return known }
    let block = try structure.part(at: address, size, for: path)
    guard block.starts(with: Array("FHDB".utf8)) else {
      throw HDF5Error(.damaged, "a block of its links is not at byte \(address)", at: path)
    }
    if hasChecksums {
      // The checksum is that of the block with zeros in its place.
      let place = block.startIndex + 5 + structure.addressBytes + offsetBytes
      var blank = Array(block)
      let found = littleEndian(block[place..<(place + 4)])
      for byte in 0..<4 { blank[place - block.startIndex + byte] = 0 }
      guard UInt64(lookup3(blank[...])) == found else {
        throw HDF5Error(.damaged, "a block of its links does not fit its checksum", at: path)
      }
    }
    blocks[address] = block
    return block
  }
}
