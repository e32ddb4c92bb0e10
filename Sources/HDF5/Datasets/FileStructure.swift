/// The structure of an HDF5 file that any program may have written: where its root group is, how wide its numbers are,
/// and how much of it may be read.
///
/// Every part is read through ``part(at:_:for:)``, which checks it against the end of the file and against a sum that
/// only a file whose parts refer to one another in circles exceeds.
///
/// Source: HDF5 File Format Specification, version 3.0; section II.A for the superblock.
struct FileStructure {
  let file: FileBytes
  let limits: ReadLimits
  /// The size of an address in bytes.
  let addressBytes: Int
  /// The size of a length in bytes.
  let lengthBytes: Int
  /// Where the object header of the root group is.
  let root: UInt64
  /// What a program put before the HDF5 file (the user block); addresses count from its end.
  private let base: UInt64
  /// So many bytes of a file's structure are read at most: those of some four million chunks, several times over.
  private static let largestStructure = 1 << 30
  private var bytesLeft: Int
  private var valueBytesLeft: Int

  /// Finds the superblock and reads it.
  ///
  /// - Throws: ``HDF5Error`` of the kind `missing` when there is none.
  init(_ file: FileBytes, _ limits: ReadLimits, name: String) throws(HDF5Error) {
    base = try FileStart.place(in: file, name)
    let start = try FileStart(try file.bytes(at: base, min(file.count - Int(base), 128), for: name), name)
    guard start.end <= UInt64(file.count) else {
      throw HDF5Error(
        .damaged, "the file should have \(start.end) bytes, but it has \(file.count): it is cut off", at: name
      )
    }
    self.file = file
    self.limits = limits
    (addressBytes, lengthBytes, root) = (start.addressBytes, start.lengthBytes, start.root)
    bytesLeft = min(saturatingProduct(file.count, 4), Self.largestStructure) + 1 << 22
    valueBytesLeft = file.count
  }

  // MARK: - Parts

  /// A part of the structure of an object.
  mutating func part(at address: UInt64, _ count: Int, for path: String) throws(HDF5Error) -> ArraySlice<
    UInt8
  > {
    try spend(count, for: path)
    return try bytes(at: address, count, for: path)
  }

  /// Takes bytes that are kept, or looked at once more, from what the structure of a file may take in total.
  mutating func spend(_ count: Int, for path: String) throws(HDF5Error) {
    guard count <= bytesLeft else {
      throw HDF5Error(
        .damaged, "the structure of the file takes more bytes than the file has: its parts run in circles",
        at: path)
    }
    bytesLeft -= max(count, 16)
  }

  /// A part with a signature and a version in front and a checksum at its end, both of which are checked.
  ///
  /// - Returns: what is between them.
  mutating func sealedPart(
    at address: UInt64, _ count: Int, _ signature: String, version: UInt8 = 0, for path: String
  ) throws(HDF5Error) -> ByteCursor {
    let bytes = try part(at: address, count, for: path)
    guard count >= 9, bytes.prefix(4).elementsEqual(signature.utf8) else {
      throw HDF5Error(.damaged, "a part of it (\(signature)) is not at byte \(address)", at: path)
    }
    try checkSum(bytes, signature, for: path)
    let found = bytes[bytes.startIndex + 4]
    guard found == version else {
      throw HDF5Error(
        .unsupported, "a part of it (\(signature)) has format version \(found), not \(version)", at: path)
    }
    return ByteCursor(bytes.dropFirst(5).dropLast(4), at: path)
  }

  /// A part that has nothing but a checksum behind it.
  mutating func page(at address: UInt64, _ count: Int, for path: String) throws(HDF5Error) -> ByteCursor {
    let bytes = try part(at: address, count + 4, for: path)
    try checkSum(bytes, "page of its index", for: path)
    return ByteCursor(bytes.dropLast(4), at: path)
  }

  /// Compares the checksum at the end of a part.
  func checkSum(_ bytes: ArraySlice<UInt8>, _ what: String, for path: String) throws(HDF5Error) {
    guard bytes.count >= 4, UInt64(lookup3(bytes.dropLast(4))) == littleEndian(bytes.suffix(4)) else {
      throw HDF5Error(.damaged, "a part of it (\(what)) does not fit its checksum", at: path)
    }
  }

  /// Values of a dataset. No byte of a file is the value of two elements, so that their sum is bounded.
  mutating func values(at address: UInt64, _ count: Int, for path: String) throws(HDF5Error) -> ArraySlice<
    UInt8
  > {
    guard count <= valueBytesLeft else {
      throw HDF5Error(.damaged, "its parts take more bytes than the file has: some are used twice", at: path)
    }
    valueBytesLeft -= count
    return try bytes(at: address, count, for: path)
  }

  private func bytes(at address: UInt64, _ count: Int, for path: String) throws(HDF5Error) -> ArraySlice<
    UInt8
  > {
    let (place, overflow) = address.addingReportingOverflow(base)
    guard !overflow else { throw HDF5Error(.damaged, "the address \(address) is impossible", at: path) }
    return try file.bytes(at: place, count, for: path)
  }

  /// How many bytes the file has from an address on.
  func available(at address: UInt64) -> Int {
    let (place, overflow) = address.addingReportingOverflow(base)
    return overflow || place > UInt64(file.count) ? 0 : file.count - Int(place)
  }

  private var missingAddress: UInt64 { UInt64.max >> UInt64(64 - 8 * addressBytes) }

  /// An address; nil where the file says that there is none.
  func address(_ cursor: inout ByteCursor) throws(HDF5Error) -> UInt64? {
    let value = try cursor.number(addressBytes)
    return value == missingAddress ? nil : value
  }

  /// A length.
  func length(_ cursor: inout ByteCursor) throws(HDF5Error) -> Int { try cursor.count(lengthBytes) }
}
