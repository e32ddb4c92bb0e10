import HDF5

/// A graph of neurons with what its file says about itself.
public struct StoredWann: Sendable {
  /// What the file holds.
  public var model: WannModel
  /// SHA-256 of the content: the identity of the model.
  public var digest: Digest
  /// The size of the file.
  public var byteCount: Int
  /// The bytes of it that are activations and connections; the rest describes them.
  public var payloadByteCount: Int
}

/// Reads and writes files of the class `wann`: the format of `Formats/wann.md`.
public enum WannFile {
  /// The bytes of a file. The same model gives the same bytes on every machine.
  ///
  /// - Throws: ``PadawannError`` `data` when a record breaks a rule of the format.
  public static func encoded(_ model: WannModel) throws(PadawannError) -> [UInt8] {
    let tree = try WannEncoding(model: model).tree()
    do throws(HDF5Error) {
      return try tree.encoded()
    } catch {
      throw PadawannError(.data, "the model cannot be stored: \(error.message)", at: error.path)
    }
  }

  /// The digest that a file of a model has; see ``StoredWann/digest``.
  ///
  /// - Throws: ``PadawannError`` `data` when a record breaks a rule of the format.
  public static func digest(of model: WannModel) throws(PadawannError) -> Digest {
    ContentDigest.digest(of: try WannEncoding(model: model).tree())
  }

  /// Changes a file, of which nothing is lost that another process adds at the same time; see ``ModelFile/update(_:_:)``.
  ///
  /// - Returns: what was written.
  @discardableResult
  public static func update(_ path: String, _ change: (StoredWann) throws -> WannModel) throws -> StoredWann {
    let lock = try FileLock(path)
    let written = try write(change(read(path)), to: path)
    _ = consume lock
    return written
  }

  static func model(_ tree: HDFGroup, byteCount: Int) throws(PadawannError) -> StoredWann {
    var decoding = WannDecoding()
    let model = try decoding.model(tree)
    return StoredWann(
      model: model, digest: ContentDigest.digest(of: tree), byteCount: byteCount,
      payloadByteCount: decoding.payloadBytes)
  }

  /// Reads a file and checks all of it.
  ///
  /// - Throws: as ``ModelFile/read(_:followsLinks:)``; `data` also for a model of another class.
  public static func read(_ path: String, followsLinks: Bool = true) throws(PadawannError) -> StoredWann {
    guard case .wann(let stored) = try StoredContent.read(path, followsLinks: followsLinks) else {
      throw PadawannError(
        .data, "this is a network of layers, not a graph of neurons", at: path,
        remedy: "Use a file of padawann wann")
    }
    return stored
  }

  /// Writes a file as a whole, reads it back and compares it with the model before it takes its place.
  ///
  /// - Returns: what was written.
  /// - Throws: as ``ModelFile/write(_:to:compact:followsLinks:)``.
  @discardableResult
  public static func write(_ model: WannModel, to path: String, followsLinks: Bool = true) throws
    -> StoredWann
  {
    let bytes = try encoded(model)
    var expected = model
    expected.unknown = model.unknown.only(at: WannEncoding.paths(of: model))
    return try StoredFile.write(
      bytes, to: path, followsLinks: followsLinks, readingBack: { try read($0) }
    ) { $0.model == expected }
  }
}
