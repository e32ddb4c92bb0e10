import HDF5

/// What the checkpoints of all kinds of runs have in common: an HDF5 file that says what it is, and its digest.
enum CheckpointFile {
  /// The bytes of a file.
  ///
  /// - Parameters:
  ///   - tree: all but `format`, `format_version` and the digest, which are added.
  /// - Throws: ``PadawannError`` `data` when it cannot be stored.
  static func image(of tree: HDFGroup, format: String, version: Int64) throws(PadawannError) -> [UInt8] {
    var root = tree
    root.attributes =
      [HDFEntry("format", .text(format)), HDFEntry("format_version", .integer(version))] + tree.attributes
    root.attributes.append(
      HDFEntry(ContentDigest.attribute, .text(ContentDigest.digest(of: root).description)))
    do throws(HDF5Error) {
      return try root.image()
    } catch {
      throw PadawannError(.data, "the checkpoint cannot be stored: \(error.message)", at: error.path)
    }
  }

  /// Reads a file, trusting nothing.
  ///
  /// - Throws: ``PadawannError`` `data` when it is damaged or something else, `unsupported` when it is of another version.
  static func tree(_ image: [UInt8], format: String, version: Int64, _ limits: ReadLimits)
    throws(PadawannError) -> HDFGroup
  {
    let root: HDFGroup
    do throws(HDF5Error) {
      root = try HDFGroup(image: image, limits: limits)
    } catch {
      throw PadawannError(.data, "the checkpoint is damaged: \(error.message)", at: error.path)
    }
    var reader = AttributeReader(root, "/")
    guard try reader.text("format") == format else {
      throw PadawannError(.data, "this is not the checkpoint of such a run")
    }
    guard try reader.integer("format_version") == Int(version) else {
      throw PadawannError(
        .unsupported, "the checkpoint is of another version", remedy: "Use the padawann that wrote it")
    }
    guard try reader.digest(ContentDigest.attribute) == ContentDigest.digest(of: root) else {
      throw PadawannError(.data, "the checkpoint does not match its SHA-256 digest: it is damaged")
    }
    return root
  }
}
