/// What an object header begins with.
struct ObjectHeaderPrefix {
  /// Where its messages begin.
  let messagesOffset: Int
  /// The size of the first part of the header with prefix and checksum.
  let byteCount: UInt64
  /// Whether each message says when it was made.
  let hasOrder: Bool

  init(_ bytes: ArraySlice<UInt8>, at path: String) throws(HDF5Error) {
    var cursor = ByteCursor(bytes, at: path)
    let signature = try cursor.take(4)
    guard signature.elementsEqual("OHDR".utf8), try cursor.byte() == 2 else {
      throw HDF5Error(.unsupported, "its header is none of version 2", at: path)
    }
    let flags = try cursor.byte()
    guard flags & 0xc0 == 0 else { throw HDF5Error(.damaged, "its header has unknown flags", at: path) }
    hasOrder = flags & 0x04 != 0
    if flags & 0x20 != 0 { _ = try cursor.take(16) }  // Times.
    if flags & 0x10 != 0 { _ = try cursor.take(4) }  // When an index of attributes would begin and end.
    let size = try cursor.number(1 << Int(flags & 3))
    let prefix = bytes.count - cursor.count
    let (total, overflow) = size.addingReportingOverflow(UInt64(prefix + 4))
    guard !overflow else { throw HDF5Error(.damaged, "the size of its header is impossible", at: path) }
    messagesOffset = prefix
    byteCount = total
  }

  /// Splits a part of the header into its messages; what is too short for a message at the end is a gap.
  func messages(_ part: ArraySlice<UInt8>, at path: String) throws(HDF5Error) -> [HeaderMessage] {
    var cursor = ByteCursor(part, at: path)
    var messages: [HeaderMessage] = []
    while cursor.count >= (hasOrder ? 6 : 4) {
      let start = part.endIndex - cursor.count
      let (number, size, flags) = (try cursor.byte(), try cursor.count(2), try cursor.byte())
      if hasOrder { _ = try cursor.take(2) }
      let body = try cursor.take(size)
      guard let kind = HeaderMessage.Kind(rawValue: number) else {
        throw HDF5Error(
          .unsupported, "it has \(HeaderMessage.name(ofKind: number)), which is not read here", at: path)
      }
      // A shared message is stored in another place, which this check would not see.
      guard flags & 0x02 == 0 else {
        throw HDF5Error(.unsupported, "a part of its header is shared with others", at: path)
      }
      if kind != .padding { messages.append(HeaderMessage(kind: kind, start: start, body: body)) }
    }
    return messages
  }
}

/// The messages of an object.
struct ObjectHeader {
  var messages: [HeaderMessage] = []

  /// The body of the only message of a kind.
  func only(_ kind: HeaderMessage.Kind, at path: String) throws(HDF5Error) -> ArraySlice<UInt8> {
    let found = messages.filter { $0.kind == kind }
    guard found.count == 1, let message = found.first else {
      throw HDF5Error(.damaged, "its header has \(found.count) messages about its \(kind), not one", at: path)
    }
    return message.body
  }

  func checkNone(
    of kinds: [HeaderMessage.Kind], in object: String, at path: String
  ) throws(HDF5Error) {
    for message in messages where kinds.contains(message.kind) {
      throw HDF5Error(.damaged, "\(object) has a header message about its \(message.kind)", at: path)
    }
  }

  /// Checks a message about links or attributes: they must be in the header, not in an index outside.
  ///
  /// - Returns: whether their order is kept.
  func indexFlags(_ kind: HeaderMessage.Kind, maximumBytes: Int, at path: String) throws(HDF5Error) -> Bool {
    var cursor = ByteCursor(try only(kind, at: path), at: path)
    let (version, flags) = (try cursor.byte(), try cursor.byte())
    guard version == 0, flags & ~3 == 0 else {
      throw HDF5Error(.damaged, "its header has an unknown \(kind)", at: path)
    }
    if flags & 1 != 0 { _ = try cursor.take(maximumBytes) }
    let (heap, names) = (try cursor.number(8), try cursor.number(8))
    let order = flags & 2 != 0 ? try cursor.number(8) : .max
    guard heap == .max, names == .max, order == .max else {
      let entries = kind == .linkInfo ? "links" : "attributes"
      throw HDF5Error(.unsupported, "its \(entries) are in an index outside its header", at: path)
    }
    return flags & 1 != 0
  }

  /// Checks the value of elements that were never written: it must be whole and have an element's size.
  func checkFillValue(elementBytes: Int, at path: String) throws(HDF5Error) {
    guard messages.contains(where: { $0.kind == .fillValue }) else { return }
    var cursor = ByteCursor(try only(.fillValue, at: path), at: path)
    let (version, flags) = (try cursor.byte(), try cursor.byte())
    guard version == 3, flags & 0xc0 == 0 else {
      throw HDF5Error(.unsupported, "its fill value has format version \(version), not 3", at: path)
    }
    guard flags & 0x20 != 0 else { return }
    let size = try cursor.count(4)
    guard size == 0 || size == elementBytes else {
      throw HDF5Error(.damaged, "its fill value has \(size) bytes, an element \(elementBytes)", at: path)
    }
    _ = try cursor.take(size)
  }

  /// Checks the numbers that tell a group when to make an index and how much room to keep; they must be whole.
  func checkGroupInfo(at path: String) throws(HDF5Error) {
    guard messages.contains(where: { $0.kind == .groupInfo }) else { return }
    var cursor = ByteCursor(try only(.groupInfo, at: path), at: path)
    let (version, flags) = (try cursor.byte(), try cursor.byte())
    guard version == 0, flags & ~3 == 0 else {
      throw HDF5Error(.damaged, "its header has an unknown \(HeaderMessage.Kind.groupInfo)", at: path)
    }
    if flags & 1 != 0 { _ = try cursor.take(4) }
    if flags & 2 != 0 { _ = try cursor.take(4) }
  }
}
