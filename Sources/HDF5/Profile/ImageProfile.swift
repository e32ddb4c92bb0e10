/// Checks the structure of a file before libhdf5 sees it.
///
/// The library's decoders have had memory errors on hostile files. The profile of ``HDFGroup/encoded()`` is small, so
/// everything in it can be checked here: each header by its checksum, each address to lie in the file, no byte to be
/// used twice, one hard link per object, only known types and layouts, and all limits.
///
/// Source: HDF5 File Format Specification version 3.0, sections II.A and IV.A.
struct ImageProfile {
  private let image: [UInt8]
  private let limits: ReadLimits
  private var budget: PayloadBudget
  private var claims: FileClaims
  private var headerParts: [Range<Int>] = []
  private var skippedMessages: [Int] = []

  /// Checks a whole file.
  ///
  /// - Returns: the file as the library may see it: with attributes that are skipped taken out.
  /// - Throws: ``HDF5Error``, naming the object and the rule that it breaks.
  static func checked(_ image: [UInt8], _ limits: ReadLimits) throws(HDF5Error) -> [UInt8] {
    guard image.count <= limits.fileBytes else {
      throw HDF5Error(
        .tooLarge, "the file has \(image.count) bytes, more than the limit of \(limits.fileBytes)", at: "/")
    }
    let superblock = try Superblock(image)
    var profile = ImageProfile(image, limits)
    _ = try profile.claims.claim(0, UInt64(Superblock.byteCount), at: "/")
    guard try profile.object(at: superblock.rootAddress, "/", depth: 0) == .group else {
      throw HDF5Error(.damaged, "the root of the file is no group", at: "/")
    }
    try profile.claims.check(unusedBytes: limits.unusedBytes)
    return profile.withoutSkippedAttributes()
  }

  private init(_ image: [UInt8], _ limits: ReadLimits) {
    self.image = image
    self.limits = limits
    budget = PayloadBudget(limits)
    claims = FileClaims(byteCount: image.count)
  }

  /// The file without the attributes that are left out: they become padding, so that the library never decodes them.
  private func withoutSkippedAttributes() -> [UInt8] {
    var result = image
    for start in skippedMessages {
      result[start] = HeaderMessage.Kind.padding.rawValue
      result[start + 3] = 0
    }
    if !skippedMessages.isEmpty {
      for part in headerParts { seal(part, of: &result) }
    }
    return result
  }
}

// MARK: - Objects

extension ImageProfile {
  private enum ObjectKind {
    case group, dataset
  }

  private mutating func object(at address: UInt64, _ path: String, depth: Int) throws(HDF5Error) -> ObjectKind
  {
    try budget.takeObject(at: path)
    let header = try header(at: address, path)
    try checkAttributes(header, at: path)
    let kinds = Set(header.messages.map(\.kind))
    if kinds.contains(.layout) {
      try checkDataset(header, at: path)
      return .dataset
    }
    guard kinds.contains(.linkInfo) else {
      throw HDF5Error(.unsupported, "it is neither a group nor a dataset (a named data type)", at: path)
    }
    try checkGroup(header, at: path, depth: depth)
    return .group
  }

  private mutating func checkGroup(_ header: ObjectHeader, at path: String, depth: Int) throws(HDF5Error) {
    guard depth <= min(limits.depth, TreeCheck.depth) else {
      throw HDF5Error(.tooLarge, "groups are nested deeper than \(limits.depth) levels", at: path)
    }
    try header.checkNone(of: [.shape, .type, .fillValue], in: "a group", at: path)
    try header.checkGroupInfo(at: path)
    let isOrdered = try header.indexFlags(.linkInfo, maximumBytes: 8, at: path)
    var names: Set<[UInt8]> = []
    for message in header.messages where message.kind == .link {
      let link = try StoredLink(message.body, isOrdered: isOrdered, at: path)
      let inner = path.appending(component: link.name)
      guard names.insert(Array(link.name.utf8)).inserted else {
        throw HDF5Error(.damaged, "the group has this name twice", at: inner)
      }
      guard !claims.beginsPart(at: link.address) else {
        throw HDF5Error(.unsupported, "another link leads to the same object", at: inner)
      }
      _ = try object(at: link.address, inner, depth: depth + 1)
    }
  }

  private mutating func checkDataset(_ header: ObjectHeader, at path: String) throws(HDF5Error) {
    try header.checkNone(of: [.linkInfo, .link, .groupInfo], in: "a dataset", at: path)
    let type = StoredType(try header.only(.type, at: path))
    guard case .number(let elementType) = type else {
      throw HDF5Error(
        .unsupported,
        "its element type is none of uint8, int32, int64, float16, float32, float64 (little-endian)",
        at: path)
    }
    let shape = try storedShape(try header.only(.shape, at: path), at: path)
    let size = saturatingProduct(product(of: shape) ?? .max, elementType.byteCount)
    try header.checkFillValue(elementBytes: elementType.byteCount, at: path)
    try budget.takeBytes(size, at: path)
    try checkLayout(try header.only(.layout, at: path), shape, size, at: path)
  }

  private mutating func checkLayout(
    _ message: ArraySlice<UInt8>, _ shape: [Int], _ size: Int, at path: String
  ) throws(HDF5Error) {
    var cursor = ByteCursor(message, at: path)
    let (version, kind) = (try cursor.byte(), try cursor.byte())
    guard version == 3 || version == 4 else {
      throw HDF5Error(.unsupported, "its layout has format version \(version), not 3 or 4", at: path)
    }
    switch kind {
    case 0:
      let stored = try cursor.count(2)
      _ = try cursor.take(stored)
      try Self.checkSize(UInt64(stored), shape, size, at: path)
    case 1:
      let (address, stored) = (try cursor.number(8), try cursor.number(8))
      guard size > 0 || address != .max else { return }
      guard address != .max else {
        throw HDF5Error(.damaged, "the shape \(shape) is declared, but no values are stored", at: path)
      }
      try Self.checkSize(stored, shape, size, at: path)
      _ = try claims.claim(address, stored, at: path)
    case 2: throw HDF5Error(.unsupported, "its values are stored in chunks", at: path)
    case 3: throw HDF5Error(.unsupported, "its values are in other datasets (a virtual dataset)", at: path)
    default: throw HDF5Error(.damaged, "its layout is unknown", at: path)
    }
  }

  private static func checkSize(
    _ stored: UInt64, _ shape: [Int], _ size: Int, at path: String
  ) throws(HDF5Error) {
    guard stored == UInt64(size) else {
      throw HDF5Error(.damaged, "the shape \(shape) takes \(size) bytes, but \(stored) are stored", at: path)
    }
  }

  private mutating func checkAttributes(_ header: ObjectHeader, at path: String) throws(HDF5Error) {
    let attributes = header.messages.filter { $0.kind == .attribute }
    guard attributes.count <= limits.attributesPerObject else {
      throw HDF5Error(
        .tooLarge, "\(attributes.count) attributes, more than the limit of \(limits.attributesPerObject)",
        at: path)
    }
    if header.messages.contains(where: { $0.kind == .attributeInfo }) {
      _ = try header.indexFlags(.attributeInfo, maximumBytes: 2, at: path)
    }
    var names: Set<[UInt8]> = []
    for (position, message) in attributes.enumerated() {
      guard let attribute = try readOrSkip(message, position: position, at: path) else { continue }
      let place = path.naming(attribute: attribute.name)
      guard names.insert(Array(attribute.name.utf8)).inserted else {
        throw HDF5Error(.damaged, "the object has this name twice", at: place)
      }
      try budget.takeBytes(attribute.byteCount, at: place)
    }
  }

  private mutating func readOrSkip(
    _ message: HeaderMessage, position: Int, at path: String
  ) throws(HDF5Error) -> StoredAttributeMessage? {
    do {
      return try StoredAttributeMessage(message.body, position: position, at: path)
    } catch {
      guard error.kind == .unsupported, limits.unknownAttributes == .skipped else { throw error }
      skippedMessages.append(message.start)
      return nil
    }
  }
}

// MARK: - Headers

extension ImageProfile {
  /// Reads an object header (version 2) with its continuations; each part has a checksum.
  private mutating func header(at address: UInt64, _ path: String) throws(HDF5Error) -> ObjectHeader {
    guard address < UInt64(image.count) else {
      throw HDF5Error(.damaged, "its address \(address) is beyond the end of the file", at: path)
    }
    let prefix = try ObjectHeaderPrefix(image[Int(address)...], at: path)
    var header = ObjectHeader()
    let first = try claims.claim(address, prefix.byteCount, at: path)
    try checkSum(first, path)
    var parts = [image[first].dropFirst(prefix.messagesOffset).dropLast(4)]
    while let part = parts.popLast() {
      for message in try prefix.messages(part, at: path) {
        if message.kind == .continuation {
          parts.append(try continuation(message.body, path))
        } else {
          header.messages.append(message)
        }
      }
    }
    return header
  }

  private mutating func continuation(
    _ message: ArraySlice<UInt8>, _ path: String
  ) throws(HDF5Error) -> ArraySlice<UInt8> {
    var cursor = ByteCursor(message, at: path)
    let range = try claims.claim(try cursor.number(8), try cursor.number(8), at: path)
    guard range.count >= 8, image[range].starts(with: Array("OCHK".utf8)) else {
      throw HDF5Error(.damaged, "a part of its header is missing", at: path)
    }
    try checkSum(range, path)
    return image[range].dropFirst(4).dropLast(4)
  }

  private mutating func checkSum(_ range: Range<Int>, _ path: String) throws(HDF5Error) {
    guard isSealed(range, of: image) else {
      throw HDF5Error(.damaged, "its header does not fit its checksum", at: path)
    }
    headerParts.append(range)
  }
}
