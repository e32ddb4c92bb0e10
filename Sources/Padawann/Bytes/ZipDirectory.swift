/// Where a zip archive's central directory is, and the records in it.
struct ZipDirectory {
  /// The offset of the first record.
  let offset: Int
  private let count: Int
  private let end: Int

  /// The end record is at most this long: 22 bytes and a comment.
  private static let longestEnd = 22 + 0xffff
  /// The ZIP64 end record and its locator, which stand before the end record.
  private static let wideEnd = 56 + 20

  /// Of an archive, of which only the end is read.
  init(_ file: any RandomAccess) throws(PadawannError) {
    let length = min(file.byteCount, Self.longestEnd + Self.wideEnd)
    try self.init(tail: file.bytes(at: file.byteCount - length, count: length), at: file.byteCount - length)
  }

  /// Of the last bytes of an archive, which begin at `base`.
  private init(tail: [UInt8], at base: Int) throws(PadawannError) {
    let found = try Self.endRecord(in: tail)
    let place = base + found
    var reader = ByteReader(tail)
    try reader.move(to: found + 4)
    let disks = [try reader.integer(UInt16.self), try reader.integer(UInt16.self)]
    let counts = [try reader.integer(UInt16.self), try reader.integer(UInt16.self)]
    let size = try reader.integer(UInt32.self)
    let offset = try reader.integer(UInt32.self)
    guard disks.allSatisfy({ $0 == 0 }), counts[0] == counts[1] else { throw Self.severalDisks }

    var record = (count: UInt64(counts[1]), size: UInt64(size), offset: UInt64(offset))
    var end = place
    if let wide = try Self.wideRecord(before: found, in: tail, at: base) {
      guard counts[1] == .max || UInt64(counts[1]) == wide.count, size == .max || UInt64(size) == wide.size,
        offset == .max || UInt64(offset) == wide.offset
      else {
        throw PadawannError(.data, "the archive's two end records disagree", remedy: ZipEntry.fetchAgain)
      }
      record = (wide.count, wide.size, wide.offset)
      end = wide.place
    }
    // Nothing may stand before, between or after: prefixes and gaps are how one file poses as two.
    guard record.offset <= UInt64(end), record.size == UInt64(end) - record.offset,
      record.count <= record.size / 46
    else {
      throw PadawannError(
        .data, "the archive's directory is not where its end record says", at: "byte \(place)",
        remedy: ZipEntry.fetchAgain)
    }
    self.offset = Int(record.offset)
    self.count = Int(record.count)
    self.end = end
  }

  private static let severalDisks = PadawannError(.unsupported, "the archive is spread over several disks")

  /// The offset of the one end record whose comment ends with the file.
  private static func endRecord(in bytes: [UInt8]) throws(PadawannError) -> Int {
    let first = max(0, bytes.count - longestEnd)
    let candidates = (first..<max(first, bytes.count - 21)).filter { start in
      guard bytes[start] == 0x50, bytes[start...].starts(with: [0x50, 0x4b, 5, 6]) else { return false }
      let comment = Int(bytes[start + 20]) | Int(bytes[start + 21]) << 8
      return start + 22 + comment == bytes.count
    }
    guard let place = candidates.first else {
      throw PadawannError(
        .data, "the zip archive has no end record; the file is truncated or damaged",
        remedy: ZipEntry.fetchAgain)
    }
    guard candidates.count == 1 else {
      throw PadawannError(.data, "the zip archive has \(candidates.count) end records", at: "byte \(place)")
    }
    return place
  }

  private struct WideRecord {
    let place: Int
    let count: UInt64
    let size: UInt64
    let offset: UInt64
  }

  /// The ZIP64 end record that a locator just before the end record points to.
  private static func wideRecord(before end: Int, in bytes: [UInt8], at base: Int) throws(PadawannError)
    -> WideRecord?
  {
    guard end >= wideEnd else { return nil }
    var reader = ByteReader(bytes)
    try reader.move(to: end - 20)
    guard try reader.integer(UInt32.self) == 0x0706_4b50 else { return nil }
    let disk = try reader.integer(UInt32.self)
    let place = try reader.integer(UInt64.self)
    let disks = try reader.integer(UInt32.self)
    guard disk == 0, disks <= 1 else { throw severalDisks }
    guard place == UInt64(base + end - wideEnd) else {
      throw PadawannError(
        .data, "the ZIP64 end record is not where its locator says", at: "byte \(base + end - 20)")
    }
    try reader.move(to: end - wideEnd)
    guard try reader.integer(UInt32.self) == 0x0606_4b50, try reader.integer(UInt64.self) == 44 else {
      throw PadawannError(.data, "the ZIP64 end record is malformed", at: "byte \(place)")
    }
    try reader.skip(4)
    let here = [try reader.integer(UInt32.self), try reader.integer(UInt32.self)]
    let counts = [try reader.integer(UInt64.self), try reader.integer(UInt64.self)]
    guard here == [0, 0], counts[0] == counts[1] else { throw severalDisks }
    return WideRecord(
      place: Int(place), count: counts[1], size: try reader.integer(), offset: try reader.integer())
  }

  /// All records, which must fill the directory exactly.
  func entries(of file: any RandomAccess) throws(PadawannError) -> [ZipEntry] {
    var reader = ByteReader(try file.bytes(at: offset, count: end - offset))
    var entries: [ZipEntry] = []
    for _ in 0..<count { entries.append(try Self.entry(&reader, directoryOffset: offset)) }
    guard reader.isAtEnd else {
      throw PadawannError(
        .data, "the archive's directory has bytes that no entry owns", at: "byte \(offset + reader.position)")
    }
    return entries
  }

  private static func entry(_ reader: inout ByteReader, directoryOffset: Int) throws(PadawannError)
    -> ZipEntry
  {
    let start = directoryOffset + reader.position
    guard try reader.integer(UInt32.self) == 0x0201_4b50 else {
      throw PadawannError(.data, "a record of the archive's directory is malformed", at: "byte \(start)")
    }
    try reader.skip(4)
    let flags = try reader.integer(UInt16.self)
    let method = try reader.integer(UInt16.self)
    try reader.skip(4)
    let crc = try reader.integer(UInt32.self)
    var sizes = [UInt64(try reader.integer(UInt32.self)), UInt64(try reader.integer(UInt32.self))]
    let lengths = [
      Int(try reader.integer(UInt16.self)), Int(try reader.integer(UInt16.self)),
      Int(try reader.integer(UInt16.self)),
    ]
    let disk = try reader.integer(UInt16.self)
    try reader.skip(6)
    var offset = UInt64(try reader.integer(UInt32.self))
    let name = try reader.text(lengths[0])
    if let objection = ZipEntry.objection(toName: name) { throw PadawannError(.data, objection) }
    let extra = try reader.part(at: reader.position, count: lengths[1])
    try reader.skip(lengths[1] + lengths[2])
    do { try widen(&sizes, &offset, from: extra) } catch { throw error.inside("entry \(name)") }
    guard disk == 0 else { throw severalDisks.inside("entry \(name)") }
    // Bits 0, 5, 6 and 13: encrypted, patched, strongly encrypted, masked headers.
    guard flags & 0x2061 == 0 else { throw PadawannError(.unsupported, "the entry \(name) is encrypted") }
    guard method == 0 || method == 8 else {
      throw PadawannError(
        .unsupported, "the entry \(name) is compressed with method \(method); only deflate is read")
    }
    guard method == 8 || sizes[0] == sizes[1], max(sizes[0], sizes[1], offset) < 1 << 62 else {
      throw PadawannError(.data, "the sizes of the entry \(name) make no sense")
    }
    return ZipEntry(
      name: name, compressedSize: Int(sizes[0]), size: Int(sizes[1]), method: method, crc: crc, flags: flags,
      headerOffset: Int(offset))
  }

  /// Replaces what did not fit into 32 bits by the numbers of the ZIP64 extra field, which has them in this order.
  private static func widen(
    _ sizes: inout [UInt64], _ offset: inout UInt64, from extra: ByteReader
  ) throws(PadawannError) {
    var fields = extra
    var wide: ByteReader?
    while fields.remaining >= 4 {
      let kind = try fields.integer(UInt16.self)
      let count = Int(try fields.integer(UInt16.self))
      if kind == 1, wide == nil { wide = try fields.part(at: fields.position, count: count) }
      try fields.skip(count)
    }
    let unknown = UInt64(UInt32.max)
    guard var wide else {
      guard sizes[0] != unknown, sizes[1] != unknown, offset != unknown else {
        throw PadawannError(.data, "an entry's ZIP64 sizes are missing")
      }
      return
    }
    if sizes[1] == unknown { sizes[1] = try wide.integer() }
    if sizes[0] == unknown { sizes[0] = try wide.integer() }
    if offset == unknown { offset = try wide.integer() }
  }
}
