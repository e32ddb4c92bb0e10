/// An index of chunks whose number never changes.
///
/// Source: HDF5 File Format Specification, section VII.C "The Fixed Array Index".
enum FixedArray {
  /// All entries of an array.
  static func entries(at address: UInt64, in structure: inout FileStructure, path: String) throws(HDF5Error)
    -> ChunkArray
  {
    let headBytes = 12 + structure.lengthBytes + structure.addressBytes
    var head = try structure.sealedPart(at: address, headBytes, "FAHD", for: path)
    let isFiltered = try head.byte() == 1
    let entry = try ChunkEntry(isFiltered: isFiltered, byteCount: Int(try head.byte()), structure, path)
    let pageBits = try head.byte()
    let count = try structure.length(&head)
    guard pageBits < 32 else {
      throw HDF5Error(.damaged, "its index of chunks has pages of 2^\(pageBits)", at: path)
    }
    var array = ChunkArray(entry: entry)
    guard let block = try structure.address(&head) else { return array }
    let prefixBytes = 6 + structure.addressBytes
    guard count > 1 << Int(pageBits) else {
      let size = prefixBytes + saturatingProduct(count, entry.byteCount)
      var cursor = try structure.sealedPart(at: block, size + 4, "FADB", for: path)
      _ = try cursor.take(prefixBytes - 5)
      try array.take(count, from: 0, &cursor, at: path)
      return array
    }
    try readPages(block, count, perPage: 1 << Int(pageBits), &array, &structure, path)
    return array
  }

  /// Pages lie behind a map of those that were ever written; each has its own checksum.
  private static func readPages(
    _ block: UInt64, _ count: Int, perPage: Int, _ array: inout ChunkArray, _ structure: inout FileStructure,
    _ path: String
  ) throws(HDF5Error) {
    let pages = (count - 1) / perPage + 1
    let prefixBytes = 6 + structure.addressBytes
    let mapBytes = (pages - 1) / 8 + 1
    var cursor = try structure.sealedPart(at: block, prefixBytes + mapBytes + 4, "FADB", for: path)
    _ = try cursor.take(prefixBytes - 5)
    let written = BitMap(try cursor.take(mapBytes))
    let pageBytes = perPage * array.entry.byteCount + 4
    guard saturatingProduct(pages - 1, pageBytes) <= structure.available(at: block) else {
      throw HDF5Error(.damaged, "the pages of its index of chunks are beyond the end of the file", at: path)
    }
    var place = block + UInt64(prefixBytes + mapBytes + 4)
    for page in 0..<pages {
      let inPage = min(perPage, count - page * perPage)
      if written.has(page) {
        var entries = try structure.page(at: place, inPage * array.entry.byteCount, for: path)
        try array.take(inPage, from: page * perPage, &entries, at: path)
      }
      place += UInt64(pageBytes)
    }
  }
}

/// Bits of a file, the highest of each byte first.
struct BitMap {
  private let bytes: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

  /// Whether a bit is set; the map must be long enough.
  func has(_ position: Int) -> Bool {
    bytes[bytes.startIndex + position / 8] & (0x80 >> UInt8(position % 8)) != 0
  }
}
