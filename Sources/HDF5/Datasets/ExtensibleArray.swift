/// An index of chunks that can grow along one axis.
///
/// The first entries are in the index block; those that follow are in data blocks, which the index block names, then in
/// data blocks that super blocks name. Block sizes double with every second super block, the number of data blocks
/// with those between.
///
/// Source: HDF5 File Format Specification, section VII.D "The Extensible Array Index".
struct ExtensibleArray {
  private let path: String
  private let isFiltered: UInt8
  private let entryBytes: Int
  private let positionBytes: Int
  private let inIndexBlock: Int
  private let smallestBlock: Int
  private let smallestPointers: Int
  private let perPage: Int
  private let superBlocks: Int
  private var array: ChunkArray

  /// All entries of an array.
  static func entries(at address: UInt64, in structure: inout FileStructure, path: String) throws(HDF5Error)
    -> ChunkArray
  {
    var head = try structure.sealedPart(
      at: address, 16 + 6 * structure.lengthBytes + structure.addressBytes, "EAHD", for: path)
    var array = try ExtensibleArray(&head, structure, path)
    _ = try head.take(6 * structure.lengthBytes)
    if let block = try structure.address(&head) { try array.readIndexBlock(block, &structure) }
    return array.array
  }

  private init(_ head: inout ByteCursor, _ structure: FileStructure, _ path: String) throws(HDF5Error) {
    self.path = path
    isFiltered = try head.byte()
    entryBytes = Int(try head.byte())
    let positionBits = Int(try head.byte())
    inIndexBlock = Int(try head.byte())
    smallestBlock = Int(try head.byte())
    smallestPointers = Int(try head.byte())
    let pageBits = Int(try head.byte())
    positionBytes = (positionBits + 7) / 8
    let smallestBits = smallestBlock.trailingZeroBitCount
    guard positionBits <= 40, pageBits <= 32, smallestBits <= positionBits,
      smallestBlock.nonzeroBitCount == 1,
      smallestPointers.nonzeroBitCount == 1
    else { throw HDF5Error(.damaged, "the measures of its index of chunks are impossible", at: path) }
    perPage = 1 << pageBits
    superBlocks = 1 + positionBits - smallestBits
    array = ChunkArray(
      entry: try ChunkEntry(isFiltered: isFiltered == 1, byteCount: entryBytes, structure, path))
  }

  /// How many data blocks a super block has.
  private func blocks(ofSuperBlock number: Int) -> Int { 1 << (number / 2) }
  /// How many entries a data block of a super block has.
  private func entries(inBlockOf number: Int) -> Int { smallestBlock << ((number + 1) / 2) }
  /// The position of the first entry of a super block.
  private func start(ofSuperBlock number: Int) -> Int { inIndexBlock + smallestBlock * (1 << number - 1) }

  private mutating func readIndexBlock(_ address: UInt64, _ structure: inout FileStructure) throws(HDF5Error)
  {
    let direct = min(2 * smallestPointers.trailingZeroBitCount, superBlocks)
    let directBlocks = 2 * (smallestPointers - 1)
    let pointers = directBlocks + superBlocks - direct
    let size = 6 + structure.addressBytes + inIndexBlock * entryBytes + pointers * structure.addressBytes
    var cursor = try structure.sealedPart(at: address, size + 4, "EAIB", for: path)
    _ = try cursor.take(1 + structure.addressBytes)
    try array.take(inIndexBlock, from: 0, &cursor, at: path)
    for number in 0..<direct {
      for block in 0..<blocks(ofSuperBlock: number) {
        guard let address = try structure.address(&cursor) else { continue }
        let count = entries(inBlockOf: number)
        guard count <= perPage else {
          throw HDF5Error(.unsupported, "its index of chunks has pages where none are usual", at: path)
        }
        try readBlock(
          address, count, from: start(ofSuperBlock: number) + block * count, pages: nil, &structure)
      }
    }
    for number in direct..<superBlocks {
      guard let address = try structure.address(&cursor) else { continue }
      try readSuperBlock(address, number, &structure)
    }
  }

  private mutating func readSuperBlock(
    _ address: UInt64, _ number: Int, _ structure: inout FileStructure
  ) throws(HDF5Error) {
    let (blocks, count) = (blocks(ofSuperBlock: number), entries(inBlockOf: number))
    let pages = count > perPage ? count / perPage : 0
    let mapBytes = blocks * ((pages + 7) / 8)
    let head = 6 + structure.addressBytes + positionBytes
    let size = head + mapBytes + blocks * structure.addressBytes
    var cursor = try structure.sealedPart(at: address, size + 4, "EASB", for: path)
    _ = try cursor.take(head - 5)
    let written = BitMap(try cursor.take(mapBytes))
    for block in 0..<blocks {
      guard let address = try structure.address(&cursor) else { continue }
      let first = start(ofSuperBlock: number) + block * count
      let inBlock = (0..<pages).filter { written.has(block * pages + $0) }
      try readBlock(address, count, from: first, pages: pages > 0 ? inBlock : nil, &structure)
    }
  }

  /// A data block: its entries, or those of its pages that were ever written.
  private mutating func readBlock(
    _ address: UInt64, _ count: Int, from first: Int, pages: [Int]?, _ structure: inout FileStructure
  ) throws(HDF5Error) {
    let head = 6 + structure.addressBytes + positionBytes
    let size = head + (pages == nil ? saturatingProduct(count, entryBytes) : 0)
    var cursor = try structure.sealedPart(at: address, size + 4, "EADB", for: path)
    _ = try cursor.take(head - 5)
    guard let pages else { return try array.take(count, from: first, &cursor, at: path) }
    for page in pages {
      let place = address + UInt64(head + 4) + UInt64(page * (perPage * entryBytes + 4))
      var entries = try structure.page(at: place, perPage * entryBytes, for: path)
      try array.take(perPage, from: first + page * perPage, &entries, at: path)
    }
  }
}
