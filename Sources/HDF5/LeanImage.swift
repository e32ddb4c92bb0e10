extension HDFGroup {
  /// This group as the root of an HDF5 file in memory, in as few bytes as the format allows.
  ///
  /// It is in the profile of ``encoded()``, and libhdf5 from 1.8 on reads it. Headers have exactly the room of what is in them, and
  /// nothing that only says that there is nothing. Groups in a group keep their order; datasets and attributes come back in the order
  /// of their names. Equal groups give equal bytes.
  ///
  /// Source: HDF5 File Format Specification version 3.0, sections II.A and IV.A.
  ///
  /// - Throws: ``HDF5Error`` of the kind `misuse` as ``encoded()``.
  public func encodedLean() throws(HDF5Error) -> [UInt8] {
    try TreeCheck.check(self, at: "/")
    var writer = LeanImageWriter()
    return writer.image(of: self)
  }
}

/// Writes objects one behind the other, each after those that it leads to.
private struct LeanImageWriter {
  private var image = [UInt8](repeating: 0, count: Superblock.byteCount)

  mutating func image(of root: HDFGroup) -> [UInt8] {
    let address = write(root)
    var block = HeaderBytes(Superblock.signature + [2, 8, 8, 0])
    for number in [0, .max, UInt64(image.count), address] { block.append(number, bytes: 8) }
    image.replaceSubrange(0..<block.bytes.count, with: block.bytes)
    seal(0..<Superblock.byteCount, of: &image)
    return image
  }

  /// - Returns: the address of the group's header.
  private mutating func write(_ group: HDFGroup) -> UInt64 {
    var links: [(name: String, address: UInt64)] = []
    // Where the order of links is kept, it is that of the names for datasets too.
    for entry in group.datasets.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
      links.append((entry.name, write(entry.value)))
    }
    for entry in group.groups { links.append((entry.name, write(entry.value))) }
    let isOrdered = !group.groups.map(\.name).isInByteOrder
    var header = LeanHeader()
    header.append(.linkInfo, .linkInfo(isOrdered ? links.count : nil))
    header.append(.groupInfo, HeaderBytes([0, 0]))
    for (rank, link) in links.enumerated() {
      header.append(.link, .link(link.name, to: link.address, rank: isOrdered ? rank : nil))
    }
    return finish(header, group.attributes)
  }

  /// - Returns: the address of the dataset's header.
  private mutating func write(_ dataset: HDFDataset) -> UInt64 {
    let bytes = dataset.elements.littleEndianBytes
    let data = bytes.isEmpty ? UInt64.max : UInt64(image.count)
    image += bytes
    var header = LeanHeader()
    header.append(.shape, .shape(dataset.shape))
    header.append(.type, .type(dataset.elements.type))
    // Room is made late and never filled, which the library says of all that we write.
    header.append(.fillValue, HeaderBytes([3, 6]))
    header.append(.layout, .contiguous(at: data, count: bytes.count))
    return finish(header, dataset.attributes)
  }

  private mutating func finish(_ header: LeanHeader, _ attributes: [HDFEntry<HDFValue>]) -> UInt64 {
    var header = header
    // Without this message the library sees no attributes.
    if !attributes.isEmpty { header.append(.attributeInfo, .attributeInfo) }
    for entry in attributes { header.append(.attribute, .attribute(entry)) }
    let start = image.count
    image += header.bytes
    seal(start..<image.count, of: &image)
    return UInt64(start)
  }
}

/// An object header of version 2 in one part, without time stamps or orders.
private struct LeanHeader {
  private var messages = HeaderBytes([])

  mutating func append(_ kind: HeaderMessage.Kind, _ body: HeaderBytes) {
    messages.append(UInt64(kind.rawValue), bytes: 1)
    messages.append(UInt64(body.bytes.count), bytes: 2)
    messages.append(0, bytes: 1)
    messages.bytes += body.bytes
  }

  /// The header with room for its checksum.
  var bytes: [UInt8] {
    let size = messages.bytes.count
    let (flag, width): (UInt8, Int) = size < 1 << 8 ? (0, 1) : size < 1 << 16 ? (1, 2) : (2, 4)
    var header = HeaderBytes(Array("OHDR".utf8) + [2, flag])
    header.append(UInt64(size), bytes: width)
    return header.bytes + messages.bytes + [0, 0, 0, 0]
  }
}

/// Bytes of a header, or the body of one of its messages; numbers are little-endian.
private struct HeaderBytes {
  var bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func append(_ number: UInt64, bytes count: Int) {
    for place in 0..<count { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * place))) }
  }

  /// That links are in the header, and how many were made where their order is kept.
  static func linkInfo(_ count: Int?) -> HeaderBytes {
    var body = HeaderBytes([0, count == nil ? 0 : 1])
    if let count { body.append(UInt64(count), bytes: 8) }
    for _ in 0..<2 { body.append(.max, bytes: 8) }
    return body
  }

  /// That attributes are in the header.
  static let attributeInfo = HeaderBytes([0, 0] + [UInt8](repeating: 0xff, count: 16))

  static func link(_ name: String, to address: UInt64, rank: Int?) -> HeaderBytes {
    let (isASCII, count) = (name.isASCII, name.utf8.count)
    let (sizeFlag, width): (UInt8, Int) = count < 1 << 8 ? (0, 1) : count < 1 << 16 ? (1, 2) : (2, 4)
    var body = HeaderBytes([1, sizeFlag | (rank == nil ? 0 : 4) | (isASCII ? 0 : 0x10)])
    if let rank { body.append(UInt64(rank), bytes: 8) }
    if !isASCII { body.bytes.append(1) }
    body.append(UInt64(count), bytes: width)
    body.bytes += name.utf8
    body.append(address, bytes: 8)
    return body
  }

  /// A scalar, or fixed lengths.
  static func shape(_ lengths: [Int]) -> HeaderBytes {
    var body = HeaderBytes([2, UInt8(lengths.count), 0, lengths.isEmpty ? 0 : 1])
    for length in lengths { body.append(UInt64(length), bytes: 8) }
    return body
  }

  /// Version 1 of the message, which all libraries read.
  static func type(_ type: HDFElementType) -> HeaderBytes {
    HeaderBytes([0x10 | type.spelling[0]] + type.spelling.dropFirst())
  }

  /// A text of a fixed length, padded with zeros.
  private static func text(width: Int) -> HeaderBytes {
    var body = HeaderBytes([0x13, 0x11, 0, 0])
    body.append(UInt64(width), bytes: 4)
    return body
  }

  static func contiguous(at address: UInt64, count: Int) -> HeaderBytes {
    var body = HeaderBytes([3, 1])
    body.append(address, bytes: 8)
    body.append(UInt64(count), bytes: 8)
    return body
  }

  static func attribute(_ entry: HDFEntry<HDFValue>) -> HeaderBytes {
    switch entry.value {
    case .integer(let number): attribute(entry.name, .int64([number]), [])
    case .float32(let number): attribute(entry.name, .float32([number]), [])
    case .float64(let number): attribute(entry.name, .float64([number]), [])
    case .array(let elements): attribute(entry.name, elements, [elements.count])
    case .text(let text): attribute(entry.name, [text], [])
    case .texts(let texts): attribute(entry.name, texts, [texts.count])
    }
  }

  private static func attribute(_ name: String, _ elements: HDFElements, _ shape: [Int]) -> HeaderBytes {
    attribute(name, .type(elements.type), .shape(shape), elements.littleEndianBytes)
  }

  private static func attribute(_ name: String, _ texts: [String], _ shape: [Int]) -> HeaderBytes {
    let width = texts.storedWidth
    let bytes = texts.flatMap { Array($0.utf8) + [UInt8](repeating: 0, count: width - $0.utf8.count) }
    return attribute(name, .text(width: width), .shape(shape), bytes)
  }

  private static func attribute(
    _ name: String, _ type: HeaderBytes, _ shape: HeaderBytes, _ value: [UInt8]
  ) -> HeaderBytes {
    var body = HeaderBytes([3, 0])
    body.append(UInt64(name.utf8.count + 1), bytes: 2)
    body.append(UInt64(type.bytes.count), bytes: 2)
    body.append(UInt64(shape.bytes.count), bytes: 2)
    body.bytes.append(name.isASCII ? 0 : 1)
    body.bytes += Array(name.utf8) + [0]
    body.bytes += type.bytes + shape.bytes + value
    return body
  }
}

extension String {
  fileprivate var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }
}

extension [String] {
  /// Whether they are in the order of their bytes, in which a library gives names whose own order is not kept.
  fileprivate var isInByteOrder: Bool {
    zip(self, dropFirst()).allSatisfy { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
