import HDF5

/// A model with what its file says about itself.
public struct StoredModel: Sendable {
  /// What the file holds.
  public var model: Model
  /// SHA-256 of the content (`Formats/padawann.md`, "Digests"): the identity of the model, whatever its encoding costs.
  public var digest: Digest
  /// How the file stores it.
  public var form: ModelForm
  /// How many numbers besides those of edges have 16 bits.
  public var halfNumberCount: Int
  /// The size of the file.
  public var byteCount: Int
  /// The bytes of it that are masks, signs, values, biases and normalisation parameters; the rest describes them.
  public var payloadByteCount: Int

  /// Whether masks and signs are arithmetically coded.
  public var isCompact: Bool { form.layout != .plain }
}

/// Reads and writes model files: the format of `Formats/padawann.md`.
public enum ModelFile {
  /// The largest file that is accepted, in bytes.
  public static let sizeLimit = 1 << 30

  /// The bytes of a model file. The same model gives the same bytes on every machine.
  ///
  /// - Parameters:
  ///   - model: what is stored.
  ///   - form: how; whatever it is, the same model is read back.
  /// - Throws: ``PadawannError`` `data` when a record breaks a rule of the format.
  public static func encoded(_ model: Model, as form: ModelForm = .plain) throws(PadawannError) -> [UInt8] {
    let encoding = ModelEncoding(model: model, form: form)
    let tree = try encoding.tree()
    do throws(HDF5Error) {
      return try encoding.isLean ? tree.encodedLean() : tree.encoded()
    } catch {
      throw PadawannError(.data, "the model cannot be stored: \(error.message)", at: error.path)
    }
  }

  /// The digest that a file of a model has; see ``StoredModel/digest``.
  ///
  /// - Parameters:
  ///   - model: what is stored.
  ///   - form: how.
  /// - Throws: ``PadawannError`` `data` when a record breaks a rule of the format.
  public static func digest(of model: Model, as form: ModelForm = .plain) throws(PadawannError) -> Digest {
    ContentDigest.digest(of: try ModelEncoding(model: model, form: form).tree())
  }

  /// Reads a model from the bytes of a file; see ``read(_:followsLinks:)``.
  public static func model(encoded bytes: [UInt8]) throws(PadawannError) -> StoredModel {
    try model(tree(encoded: bytes), byteCount: bytes.count)
  }

  /// What a file holds, of whatever class, unless it is damaged.
  static func tree(encoded bytes: [UInt8]) throws(PadawannError) -> HDFGroup {
    let limits = ReadLimits(
      fileBytes: sizeLimit, objects: 12 * Architecture.Limits.nodes + 2 * ModelRules.maximumTasks, depth: 4,
      attributesPerObject: 256, payloadBytes: sizeLimit, unusedBytes: 0)
    do throws(HDF5Error) {
      return try HDFGroup(encoded: bytes, limits: limits)
    } catch {
      throw Self.error(error, bytes)
    }
  }

  static func model(_ tree: HDFGroup, byteCount: Int) throws(PadawannError) -> StoredModel {
    var decoding = ModelDecoding()
    let model = try decoding.model(tree)
    return StoredModel(
      model: model, digest: ContentDigest.digest(of: tree), form: decoding.form,
      halfNumberCount: decoding.halfCount, byteCount: byteCount, payloadByteCount: decoding.payloadBytes)
  }

  /// Reads a model file and checks all of it: structure, sizes, both kinds of digests, and the network.
  ///
  /// - Parameters:
  ///   - path: the path of the file.
  ///   - followsLinks: whether the path may be a symbolic link.
  /// - Throws: ``PadawannError`` `missing` when there is no such file, `data` when it is damaged or breaks a rule of the
  ///   format, `unsupported` when it needs a newer program.
  public static func read(_ path: String, followsLinks: Bool = true) throws(PadawannError) -> StoredModel {
    let bytes = try StoredFile.read(path, limit: sizeLimit, followsLinks: followsLinks)
    do throws(PadawannError) {
      return try model(encoded: bytes)
    } catch {
      throw error.inside(path)
    }
  }

  /// Writes a model file as a whole, reads it back and compares it with the model before it takes its place.
  ///
  /// - Parameters:
  ///   - model: what is stored.
  ///   - path: where the file shall be.
  ///   - form: see ``encoded(_:as:)``.
  ///   - followsLinks: whether the file that a symbolic link leads to is written; otherwise a link is refused.
  /// - Returns: what was written.
  /// - Throws: ``PadawannError`` `cannotCreate`, `inputOutput` or `data`; the file that was there before is untouched then.
  @discardableResult
  public static func write(
    _ model: Model, to path: String, as form: ModelForm = .plain, followsLinks: Bool = true
  ) throws -> StoredModel {
    let bytes = try encoded(model, as: form)
    var expected = model
    expected.unknown = model.unknown.only(at: ModelEncoding.paths(of: model))
    return try StoredFile.write(
      bytes, to: path, followsLinks: followsLinks, readingBack: { try read($0) }
    ) { $0.model == expected }
  }

  /// Changes a model file, of which nothing is lost that another process adds at the same time: whoever changes it waits for
  /// the one before.
  ///
  /// - Parameters:
  ///   - path: the path of the file.
  ///   - change: given what is stored, gives what shall be.
  /// - Returns: what was written, in the form that the file had.
  /// - Throws: as ``read(_:followsLinks:)`` and ``write(_:to:as:followsLinks:)``, and what `change` throws.
  @discardableResult
  public static func update(_ path: String, _ change: (StoredModel) throws -> Model) throws -> StoredModel {
    let lock = try FileLock(path)
    let stored = try read(path)
    let written = try write(change(stored), to: path, as: stored.form)
    _ = consume lock
    return written
  }

  private static func error(_ error: HDF5Error, _ bytes: [UInt8]) -> PadawannError {
    let reasons = error.reasons.isEmpty ? "" : " (HDF5 says: \(error.reasons.joined(separator: "; ")))"
    guard !bytes.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]) else {
      return PadawannError(
        .data, "the model file is damaged or not one: \(error.message)\(reasons)", at: error.path)
    }
    var error = PadawannError(.data, "this is not a padawann model: it does not begin as an HDF5 file")
    (error.remedy, error.choice) = foreignRemedy(bytes)
    return error
  }

  /// What to do with a file that is something else.
  private static func foreignRemedy(_ bytes: [UInt8]) -> (String, PadawannError.Choice?) {
    let (zip, gzip, idx): ([UInt8], [UInt8], [UInt8]) = ([0x50, 0x4b], [0x1f, 0x8b], [0, 0, 8])
    if bytes.isEmpty { return ("The file is empty: make it again", nil) }
    if bytes.starts(with: zip) {
      return (
        "If it has the weights of a network, import it; if it is a dataset, give it as one", .importOrDataset
      )
    }
    if bytes.starts(with: gzip) || bytes.starts(with: idx) {
      return ("It looks like a dataset: give it as one", .dataset)
    }
    return ("Import a network to make a model", .imported)
  }
}
