/// The messages of an object header of any version: what is known about a group, a dataset or a named type.
///
/// Source: HDF5 File Format Specification, section IV.A.
struct ObjectMessages {
  /// The kinds that matter for reading values.
  enum Kind: Int {
    case shape = 0x01
    case linkInfo = 0x02
    case type = 0x03
    case oldFillValue = 0x04
    case fillValue = 0x05
    case link = 0x06
    case externalFiles = 0x07
    case layout = 0x08
    case filters = 0x0b
    case continuation = 0x10
    case symbolTable = 0x11
  }

  private struct Message {
    var kind: Kind
    var isShared: Bool
    var body: ArraySlice<UInt8>
  }

  let path: String
  private var messages: [Message] = []

  /// Reads an object header with its continuations.
  init(at address: UInt64, in structure: inout FileStructure, path: String) throws(HDF5Error) {
    self.path = path
    let start = try structure.part(at: address, 6, for: path)
    if start.starts(with: Array("OHDR".utf8)) {
      try readVersion2(at: address, &structure)
    } else {
      try readVersion1(at: address, &structure)
    }
  }

  /// Whether there is a message of a kind.
  func has(_ kind: Kind) -> Bool { messages.contains { $0.kind == kind } }

  /// The bodies of all messages of a kind.
  func all(_ kind: Kind) throws(HDF5Error) -> [ByteCursor] {
    var bodies: [ByteCursor] = []
    for message in messages where message.kind == kind {
      bodies.append(ByteCursor(try own(message), at: path))
    }
    return bodies
  }

  /// The body of the only message of a kind; nil when there is none.
  func only(_ kind: Kind) throws(HDF5Error) -> ByteCursor? {
    let found = messages.filter { $0.kind == kind }
    guard let message = found.first else { return nil }
    guard found.count == 1 else {
      throw HDF5Error(.damaged, "its header has \(found.count) messages about its \(kind), not one", at: path)
    }
    return ByteCursor(try own(message), at: path)
  }

  /// The type of the elements, which may be kept in the header of a named type.
  func type(in structure: inout FileStructure) throws(HDF5Error) -> ByteCursor? {
    guard let message = messages.first(where: { $0.kind == .type }), message.isShared else {
      return try only(.type)
    }
    var cursor = ByteCursor(message.body, at: path)
    let (version, place) = (try cursor.byte(), try cursor.byte())
    guard (1...3).contains(version) else {
      throw HDF5Error(.damaged, "a shared part of its header has format version \(version)", at: path)
    }
    guard version < 3 || place == 2 else {
      throw HDF5Error(.unsupported, "its type is in a table that objects of the file share", at: path)
    }
    if version == 1 { _ = try cursor.take(6) }
    let header = try ObjectMessages(at: try cursor.number(structure.addressBytes), in: &structure, path: path)
    return try header.only(.type)
  }

  private func own(_ message: Message) throws(HDF5Error) -> ArraySlice<UInt8> {
    guard !message.isShared else {
      throw HDF5Error(.unsupported, "a part of its header is shared with others", at: path)
    }
    return message.body
  }

  // MARK: - Versions

  private mutating func readVersion1(at address: UInt64, _ structure: inout FileStructure) throws(HDF5Error) {
    var cursor = ByteCursor(try structure.part(at: address, 16, for: path), at: path)
    let version = try cursor.byte()
    guard version == 1 else { throw HDF5Error(.damaged, "it has no header at byte \(address)", at: path) }
    _ = try cursor.take(7)
    let size = try cursor.count(4)
    var parts = [try structure.part(at: address + 16, size, for: path)]
    while let part = parts.popLast() {
      var cursor = ByteCursor(part, at: path)
      while cursor.count >= 8 {
        let (kind, size, flags) = (try cursor.count(2), try cursor.count(2), try cursor.byte())
        _ = try cursor.take(3)
        let body = try cursor.take(size)
        guard let next = try add(kind, flags, body, structure) else { continue }
        parts.append(try structure.part(at: next.address, next.count, for: path))
      }
    }
  }

  private mutating func readVersion2(at address: UInt64, _ structure: inout FileStructure) throws(HDF5Error) {
    // The longest prefix has 34 bytes; a header at the end of the file may be shorter as a whole.
    let start = try structure.part(at: address, min(34, structure.available(at: address)), for: path)
    let prefix = try ObjectHeaderPrefix(start, at: path)
    guard let size = Int(exactly: prefix.byteCount) else {
      throw HDF5Error(.damaged, "the size of its header is impossible", at: path)
    }
    let first = try structure.part(at: address, size, for: path)
    try structure.checkSum(first, "header", for: path)
    var parts = [first.dropFirst(prefix.messagesOffset).dropLast(4)]
    while let part = parts.popLast() {
      var cursor = ByteCursor(part, at: path)
      while cursor.count >= (prefix.hasOrder ? 6 : 4) {
        let (kind, size, flags) = (Int(try cursor.byte()), try cursor.count(2), try cursor.byte())
        if prefix.hasOrder { _ = try cursor.take(2) }
        guard let next = try add(kind, flags, try cursor.take(size), structure) else { continue }
        let more = try structure.part(at: next.address, next.count, for: path)
        guard more.count >= 8, more.starts(with: Array("OCHK".utf8)) else {
          throw HDF5Error(.damaged, "a part of its header is missing", at: path)
        }
        try structure.checkSum(more, "header", for: path)
        parts.append(more.dropFirst(4).dropLast(4))
      }
    }
  }

  /// Keeps a message.
  ///
  /// - Returns: where the header goes on, when the message says that.
  private mutating func add(
    _ kind: Int, _ flags: UInt8, _ body: ArraySlice<UInt8>, _ structure: FileStructure
  ) throws(HDF5Error) -> (address: UInt64, count: Int)? {
    if kind == Kind.continuation.rawValue {
      var cursor = ByteCursor(body, at: path)
      return (try cursor.number(structure.addressBytes), try structure.length(&cursor))
    }
    guard kind <= 0x18 || flags & 0x80 == 0 else {
      throw HDF5Error(.unsupported, "its header has a message of the unknown kind \(kind)", at: path)
    }
    guard messages.count < 1 << 16 else {
      throw HDF5Error(.tooLarge, "its header has more than \(1 << 16) messages", at: path)
    }
    if let kind = Kind(rawValue: kind) {
      messages.append(Message(kind: kind, isShared: flags & 2 != 0, body: body))
    }
    return nil
  }
}
