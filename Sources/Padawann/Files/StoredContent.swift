package import HDF5

/// What a file in the container of `Formats/padawann.md` holds.
public enum StoredContent: Sendable {
  /// A network of layers.
  case padawann(StoredModel)
  /// A graph of neurons.
  case wann(StoredWann)

  /// SHA-256 of the content: the identity of the model.
  public var digest: Digest {
    switch self {
    case .padawann(let stored): stored.digest
    case .wann(let stored): stored.digest
    }
  }

  /// The size of the file.
  public var byteCount: Int {
    switch self {
    case .padawann(let stored): stored.byteCount
    case .wann(let stored): stored.byteCount
    }
  }

  /// Reads a file of either class; see ``ModelFile/read(_:followsLinks:)``.
  public static func read(_ path: String, followsLinks: Bool = true) throws(PadawannError) -> StoredContent {
    let bytes = try StoredFile.read(path, limit: ModelFile.sizeLimit, followsLinks: followsLinks)
    do throws(PadawannError) { return try content(encoded: bytes) } catch { throw error.inside(path) }
  }

  /// The same from the bytes of a file.
  public static func content(encoded bytes: [UInt8]) throws(PadawannError) -> StoredContent {
    try content(ModelFile.tree(encoded: bytes), byteCount: bytes.count)
  }

  /// The same from the tree of a file.
  package static func content(_ tree: HDFGroup, byteCount: Int) throws(PadawannError) -> StoredContent {
    guard case .text(WannEncoding.modelClass) = tree.attribute("class") else {
      return .padawann(try ModelFile.model(tree, byteCount: byteCount))
    }
    return .wann(try WannFile.model(tree, byteCount: byteCount))
  }
}
