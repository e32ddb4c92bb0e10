/// The first bytes of an HDF5 file, checked before the library sees the file.
///
/// Source: HDF5 File Format Specification, section II.A "Disk Format: Level 0A - Format Signature and Superblock".
struct Superblock {
  static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
  static let byteCount = 48

  /// Where the object header of the root group is.
  var rootAddress: UInt64

  /// Checks that the superblock has version 2 or 3 and addresses of 8 bytes, and that it spans exactly the bytes.
  init(_ image: [UInt8]) throws(HDF5Error) {
    guard image.starts(with: Self.signature) else {
      throw HDF5Error(.unsupported, "the file does not begin with HDF5's signature", at: "/")
    }
    guard image.count >= Self.byteCount else { throw HDF5Error(.damaged, "the file is cut off", at: "/") }
    guard image[8] == 2 || image[8] == 3 else {
      throw HDF5Error(
        .unsupported, "superblock version \(image[8]) (versions 2 and 3 are read: h5py's libver \"v108\")",
        at: "/")
    }
    guard isSealed(0..<Self.byteCount, of: image) else {
      throw HDF5Error(.damaged, "the superblock does not fit its checksum", at: "/")
    }
    guard image[9] == 8, image[10] == 8 else {
      throw HDF5Error(.unsupported, "addresses and lengths do not have 8 bytes", at: "/")
    }
    guard image[11] == 0 else {
      throw HDF5Error(.damaged, "a program that wrote the file did not close it (consistency flags)", at: "/")
    }
    guard littleEndian(image[12..<20]) == 0 else {
      throw HDF5Error(.unsupported, "the base address is not 0", at: "/")
    }
    guard littleEndian(image[20..<28]) == .max else {
      throw HDF5Error(.unsupported, "the superblock has an extension", at: "/")
    }
    let end = littleEndian(image[28..<36])
    guard end == UInt64(image.count) else {
      throw HDF5Error(
        .damaged, "the file says that it ends at byte \(end), but it has \(image.count)", at: "/")
    }
    rootAddress = littleEndian(image[36..<44])
  }
}

/// An unsigned number of at most 8 bytes, the lowest first.
package func littleEndian(_ bytes: ArraySlice<UInt8>) -> UInt64 {
  bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
}
