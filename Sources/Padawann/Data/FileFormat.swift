import Pictures

/// The formats that a single file may have.
enum FileFormat: Sendable {
  case idx
  case npy
  case npz
  case hdf5
  /// A file of tensors that is no zip archive; those that are count as npz until their entries are read.
  case tensors
  case csv
  case picture

  /// What to call it.
  var title: String {
    switch self {
    case .idx: "an IDX file"
    case .npy: "an npy file"
    case .npz: "an npz archive"
    case .hdf5: "an HDF5 file"
    case .tensors: "a file of tensors"
    case .csv: "a text file"
    case .picture: "a picture"
    }
  }

  private static let hdf5Signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

  /// Recognises a file by its first bytes, inflated if need be.
  ///
  /// - Throws: ``PadawannError`` `data` when it is none of the formats, `unsupported` for a picture that is neither PNG nor
  ///   JPEG.
  static func of(_ path: String) throws(PadawannError) -> FileFormat {
    let start = try GzipFile.prefix(path, 1024)
    guard !start.isEmpty else { throw PadawannError(.data, "the file is empty", at: path) }
    if start.starts(with: [0x93] + Array("NUMPY".utf8)) { return .npy }
    if start.starts(with: [0x50, 0x4b, 3, 4]) || start.starts(with: [0x50, 0x4b, 5, 6]) { return .npz }
    // HDF5's own signature may stand behind a block of the user's: at byte 512 or a power of two after it.
    if [0, 512].contains(where: { start.dropFirst($0).starts(with: hdf5Signature) }) { return .hdf5 }
    if SafeTensors.begins(start) || TorchLegacy.begins(start) { return .tensors }
    if let kind = PictureKind(start) {
      do { try PictureFile.check(kind) } catch { throw error.inside(path) }
      return .picture
    }
    if start.starts(with: [0, 0]) { return .idx }
    // No text has these control characters.
    guard !start.contains(where: { $0 < 9 || (14..<32).contains($0) && $0 != 27 }) else {
      throw PadawannError(
        .data, "this is not a format that is known", at: path,
        remedy:
          "IDX, npy, npz, HDF5, PyTorch, safetensors, CSV, PNG, JPEG (each also gzip-compressed, but for HDF5) and CIFAR’s .bin can be read"
      )
    }
    return .csv
  }
}
