/// One message of an object header: a property of the object.
struct HeaderMessage {
  /// The kinds that the profile has.
  enum Kind: UInt8 {
    case padding = 0x00
    case shape = 0x01
    case linkInfo = 0x02
    case type = 0x03
    case fillValue = 0x05
    case link = 0x06
    case layout = 0x08
    case groupInfo = 0x0a
    case attribute = 0x0c
    case continuation = 0x10
    case attributeInfo = 0x15
  }

  var kind: Kind
  /// Where the message begins in the file: its kind, its size, its flags, then its body.
  var start: Int
  var body: ArraySlice<UInt8>

  /// What a kind outside the profile is, in words.
  static func name(ofKind number: UInt8) -> String {
    switch number {
    case 0x07: "values in other files (external storage)"
    case 0x0b: "filters"
    case 0x0d: "a comment"
    case 0x0f, 0x13, 0x14, 0x17, 0x18: "a setting of the whole file"
    case 0x11: "a group of the old kind (symbol table)"
    case 0x12, 0x0e: "a time stamp of the old kind"
    case 0x16: "more than one link to the object"
    default: "a property of kind \(number)"
    }
  }
}

/// A link of a group.
struct StoredLink {
  let name: String
  let address: UInt64

  /// Reads a link message (version 1) and refuses what is no hard link.
  ///
  /// - Parameter isOrdered: whether the group says that it keeps the order of its links.
  init(_ message: ArraySlice<UInt8>, isOrdered: Bool, at path: String) throws(HDF5Error) {
    var cursor = ByteCursor(message, at: path)
    let (version, flags) = (try cursor.byte(), try cursor.byte())
    guard version == 1, flags & 0xe0 == 0, (flags & 0x04 != 0) == isOrdered else {
      throw HDF5Error(.damaged, "a link of the group has an unknown format", at: path)
    }
    let kind = flags & 0x08 == 0 ? 0 : try cursor.byte()
    if isOrdered { _ = try cursor.take(8) }
    // The library frees a name that it never had when the encoding is unknown.
    let encoding = flags & 0x10 == 0 ? 0 : try cursor.byte()
    guard encoding <= 1 else {
      throw HDF5Error(.damaged, "the name of a link of the group has an unknown encoding", at: path)
    }
    let nameBytes = try cursor.take(try cursor.count(1 << Int(flags & 3)))
    guard let name = String(validating: nameBytes, as: UTF8.self), TreeCheck.isLinkName(name) else {
      throw HDF5Error(.damaged, "a link of the group has an impossible name", at: path)
    }
    let place = path.appending(component: name)
    switch kind {
    case 0: address = try cursor.number(8)
    case 1: throw HDF5Error(.unsupported, "it is a soft link", at: place)
    case 64: throw HDF5Error(.unsupported, "it is a link to another file (external link)", at: place)
    default: throw HDF5Error(.unsupported, "it is a user-defined link", at: place)
    }
    self.name = name
  }
}

/// An attribute of an object, as far as the profile looks at it.
struct StoredAttributeMessage {
  let name: String
  /// The size of its value.
  let byteCount: Int

  /// Reads an attribute message (version 3) and checks that it has all of its value.
  ///
  /// - Throws: an error of the kind `unsupported` when it is well-formed but outside the profile.
  init(_ message: ArraySlice<UInt8>, position: Int, at path: String) throws(HDF5Error) {
    var cursor = ByteCursor(message, at: path)
    let (version, flags) = (try cursor.byte(), try cursor.byte())
    guard version == 3 else {
      throw HDF5Error(
        .unsupported,
        "attribute \(position) has format version \(version), not 3 (h5py writes 3 with libver=(\"v108\", \"v108\"))",
        at: path)
    }
    guard flags == 0 else {
      throw HDF5Error(.unsupported, "attribute \(position) has a named data type", at: path)
    }
    let (nameSize, typeSize, shapeSize) = (try cursor.count(2), try cursor.count(2), try cursor.count(2))
    guard try cursor.byte() <= 1 else {
      throw HDF5Error(.damaged, "the name of attribute \(position) has an unknown encoding", at: path)
    }
    let nameBytes = try cursor.take(nameSize)
    guard nameBytes.last == 0, nameBytes.count > 1, !nameBytes.dropLast().contains(0),
      let name = String(validating: nameBytes.dropLast(), as: UTF8.self)
    else { throw HDF5Error(.damaged, "attribute \(position) has an impossible name", at: path) }
    self.name = name
    let place = path.naming(attribute: name)
    let type = StoredType(try cursor.take(typeSize))
    guard let width = type.byteCount, type != .number(.float16) else {
      throw HDF5Error(
        .unsupported, "its type is not read here (numbers and text of a fixed length are)", at: place)
    }
    let shape = try storedShape(try cursor.take(shapeSize), at: place)
    guard shape.count <= 1 else {
      throw HDF5Error(
        .unsupported, "it has \(shape.count) axes (attributes of at most one are read)", at: place)
    }
    byteCount = saturatingProduct(product(of: shape) ?? .max, width)
    guard byteCount <= cursor.count else {
      throw HDF5Error(.damaged, "its shape \(shape) takes more than the bytes stored", at: place)
    }
  }
}
