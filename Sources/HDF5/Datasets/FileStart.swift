/// The superblock of versions 0 to 3: what a program needs to find the root group.
///
/// Source: HDF5 File Format Specification, section II.A.
struct FileStart {
  /// The size of an address in bytes.
  let addressBytes: Int
  /// The size of a length in bytes.
  let lengthBytes: Int
  /// Where the object header of the root group is.
  let root: UInt64
  /// Where the file ends.
  let end: UInt64

  /// Where the signature is: at the beginning, or behind a user block of 512 bytes or a larger power of two.
  static func place(in file: FileBytes, _ name: String) throws(HDF5Error) -> UInt64 {
    var place = 0
    while place + 16 < file.count {
      if try file.bytes(at: UInt64(place), 8, for: name).elementsEqual(Superblock.signature) {
        return UInt64(place)
      }
      place = max(512, 2 * place)
    }
    throw HDF5Error(.missing, "the file cannot be opened as HDF5: it has no signature", at: name)
  }

  /// Reads a superblock and compares its checksum where it has one.
  init(_ header: ArraySlice<UInt8>, _ name: String) throws(HDF5Error) {
    var cursor = ByteCursor(header.dropFirst(8), at: name)
    let version = try cursor.byte()
    guard version <= 3 else {
      throw HDF5Error(
        .unsupported, "the file has a superblock of version \(version) (0 to 3 are read)", at: name)
    }
    if version < 2 { _ = try cursor.take(4) }
    (addressBytes, lengthBytes) = (Int(try cursor.byte()), Int(try cursor.byte()))
    guard [2, 4, 8].contains(addressBytes), [2, 4, 8].contains(lengthBytes) else {
      throw HDF5Error(
        .unsupported, "the file has addresses of \(addressBytes) and lengths of \(lengthBytes) bytes",
        at: name)
    }
    if version < 2 {
      _ = try cursor.take(version == 0 ? 9 : 13)
      _ = try cursor.take(2 * addressBytes)
      end = try cursor.number(addressBytes)
      try Self.checkDriver(try cursor.number(addressBytes), addressBytes, name)
      _ = try cursor.take(addressBytes)
      root = try cursor.number(addressBytes)
    } else {
      try Self.checkClosed(try cursor.byte(), version, name)
      _ = try cursor.take(2 * addressBytes)
      end = try cursor.number(addressBytes)
      root = try cursor.number(addressBytes)
      try Self.checkSum(header.dropLast(cursor.count), try cursor.number(4), name)
    }
  }

  private static func checkDriver(_ address: UInt64, _ addressBytes: Int, _ name: String) throws(HDF5Error) {
    guard address == UInt64.max >> UInt64(64 - 8 * addressBytes) else {
      throw HDF5Error(
        .unsupported, "the file is one of several that belong together (a file driver)", at: name)
    }
  }

  private static func checkClosed(_ flags: UInt8, _ version: UInt8, _ name: String) throws(HDF5Error) {
    guard version < 3 || flags & 1 == 0 else {
      throw HDF5Error(
        .unsupported, "a program that wrote the file did not close it (“h5clear -s” marks it as closed)",
        at: name)
    }
  }

  private static func checkSum(_ bytes: ArraySlice<UInt8>, _ sum: UInt64, _ name: String) throws(HDF5Error) {
    guard UInt64(lookup3(bytes)) == sum else {
      throw HDF5Error(.damaged, "the superblock does not fit its checksum", at: name)
    }
  }
}
