/// The links of a group, however the file keeps them: in the header, in a table of the old kind, or in an index.
struct GroupLinks {
  /// Where a link leads.
  enum Target: Equatable {
    case object(UInt64)
    /// A soft, external or user-defined link, which is not followed.
    case elsewhere
  }

  private(set) var entries: [(name: String, target: Target)] = []
  private let path: String
  private let limit: Int
  /// The paths of all objects below a link have its name in them, which bounds what they take together.
  private static let longestName = 4096

  /// Reads all links of a group.
  ///
  /// - Throws: ``HDF5Error``; of the kind `tooLarge` when there are more than the limits allow.
  init(of group: ObjectMessages, in structure: inout FileStructure) throws(HDF5Error) {
    path = group.path
    limit = structure.limits.objects
    if var table = try group.only(.symbolTable) {
      let tree = try table.number(structure.addressBytes)
      try readTable(tree, names: try table.number(structure.addressBytes), &structure)
      return
    }
    for message in try group.all(.link) { try add(message, &structure) }
    guard var info = try group.only(.linkInfo) else { return }
    let (version, flags) = (try info.byte(), try info.byte())
    guard version == 0 else {
      throw HDF5Error(.unsupported, "its links have format version \(version)", at: path)
    }
    if flags & 1 != 0 { _ = try info.take(8) }
    guard let heapAddress = try structure.address(&info), let index = try structure.address(&info) else {
      return
    }
    var heap = try FractalHeap(at: heapAddress, in: &structure, path: path)
    for var record in try BTree2.tree(
      at: index, types: [5], in: &structure, path: path, limit: limit + 1
    ).records {
      _ = try record.take(4)
      let message = try heap.object(try record.take(record.count), in: &structure)
      try add(ByteCursor(message, at: path), &structure)
    }
  }

  /// Where the link of a name leads.
  func target(of name: some StringProtocol) -> Target? {
    // Swift finds texts equal that have different bytes.
    entries.first { $0.name.utf8.elementsEqual(name.utf8) }?.target
  }

  private mutating func add(
    _ bytes: ArraySlice<UInt8>, _ target: Target, _ structure: inout FileStructure
  ) throws(HDF5Error) {
    guard entries.count < limit else {
      throw HDF5Error(.tooLarge, "the group has more than \(limit) links", at: path)
    }
    guard bytes.count <= Self.longestName else {
      throw HDF5Error(
        .tooLarge, "the name of a link has \(bytes.count) bytes, more than the limit of \(Self.longestName)",
        at: path)
    }
    // All links of a file could have the same name, and each is kept.
    try structure.spend(bytes.count, for: path)
    guard let name = String(validating: bytes, as: UTF8.self) else {
      throw HDF5Error(.unsupported, "the name of link \(entries.count) is not UTF-8", at: path)
    }
    guard TreeCheck.isLinkName(name) else {
      throw HDF5Error(.damaged, "a link of the group has an impossible name", at: path)
    }
    entries.append((name, target))
  }

  // MARK: - Link messages

  private mutating func add(_ message: ByteCursor, _ structure: inout FileStructure) throws(HDF5Error) {
    var cursor = message
    let (version, flags) = (try cursor.byte(), try cursor.byte())
    guard version == 1, flags & 0xe0 == 0 else {
      throw HDF5Error(.damaged, "a link of the group has an unknown format", at: path)
    }
    let kind = flags & 0x08 == 0 ? 0 : try cursor.byte()
    if flags & 0x04 != 0 { _ = try cursor.take(8) }
    if flags & 0x10 != 0 { _ = try cursor.take(1) }
    let name = try cursor.take(try cursor.count(1 << Int(flags & 3)))
    let target = kind == 0 ? Target.object(try cursor.number(structure.addressBytes)) : .elsewhere
    try add(name, target, &structure)
  }

  // MARK: - Symbol tables

  private mutating func readTable(_ tree: UInt64, names: UInt64, _ structure: inout FileStructure)
    throws(HDF5Error)
  {
    var heap = ByteCursor(try structure.part(at: names, 8 + 3 * structure.lengthBytes, for: path), at: path)
    guard try heap.take(4).elementsEqual("HEAP".utf8), try heap.byte() == 0 else {
      throw HDF5Error(.damaged, "the names of the group's links are not at byte \(names)", at: path)
    }
    _ = try heap.take(3)
    let size = try structure.length(&heap)
    _ = try structure.length(&heap)
    var place = ByteCursor(
      try structure.part(
        at: names + UInt64(8 + 2 * structure.lengthBytes), structure.addressBytes, for: path), at: path)
    let text = try structure.part(at: try place.number(structure.addressBytes), size, for: path)
    let nodes = try BTree1.leaves(
      at: tree, type: 0, keyBytes: structure.lengthBytes, limit: limit, in: &structure, path: path)
    for node in nodes { try readNode(node.address, text, &structure) }
  }

  private mutating func readNode(
    _ address: UInt64, _ text: ArraySlice<UInt8>, _ structure: inout FileStructure
  ) throws(HDF5Error) {
    var head = ByteCursor(try structure.part(at: address, 8, for: path), at: path)
    guard try head.take(4).elementsEqual("SNOD".utf8), try head.byte() == 1 else {
      throw HDF5Error(.damaged, "a table of links is not at byte \(address)", at: path)
    }
    _ = try head.byte()
    let count = try head.count(2)
    let width = 2 * structure.addressBytes + 24
    var cursor = ByteCursor(try structure.part(at: address + 8, count * width, for: path), at: path)
    for _ in 0..<count {
      let (name, object) = (
        try cursor.count(structure.addressBytes), try cursor.number(structure.addressBytes)
      )
      let kind = try cursor.number(4)
      _ = try cursor.take(20)
      guard name < text.count else {
        throw HDF5Error(.damaged, "the name of a link is outside the group's names", at: path)
      }
      let rest = text[(text.startIndex + name)...]
      guard let end = rest.firstIndex(of: 0) else {
        throw HDF5Error(.damaged, "the name of a link does not end", at: path)
      }
      try add(rest[..<end], kind == 2 ? .elsewhere : .object(object), &structure)
    }
  }
}
