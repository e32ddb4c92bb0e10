/// A file of named tensors from another framework: PyTorch, safetensors, NumPy or ONNX.
///
/// The format is told by the content, never by the path's extension. Nothing in a file is ever executed.
public struct TensorFile: Sendable {
  /// Where the file was.
  public let path: String
  /// The SHA-256 of the whole file.
  public let sourceDigest: Digest
  /// The size of the whole file.
  public let byteCount: Int
  /// `PyTorch zip`, `PyTorch legacy`, `PyTorch tar`, `safetensors`, `npz` or `ONNX`.
  public let format: String
  /// The tensors, in the order of the file.
  public let tensors: [FileTensor]
  /// What was found and applied, one sentence each: a nested key, removed prefixes, entries left aside.
  public let notes: [String]
  /// The graph that the tensors belong to, in an ONNX file.
  let model: ONNXModel?

  /// Reads a file.
  ///
  /// - Throws: ``PadawannError`` as `StoredFile.read(_:limit:)` and ``init(bytes:path:choosing:)`` do.
  public static func read(_ path: String, choosing choice: TensorChoice = TensorChoice())
    throws(PadawannError)
    -> TensorFile
  {
    try TensorFile(bytes: StoredFile.read(path), path: path, choosing: choice)
  }

  /// Reads a file that is in memory, perhaps compressed with gzip. An ONNX model reads the files beside `path` that have
  /// its numbers.
  ///
  /// - Throws: ``PadawannError`` `data` when it is damaged or has no named tensors, `unsupported` when it is something
  ///   else, for example a whole pickled module or TorchScript; the remedy says what to save instead.
  public init(bytes: [UInt8], path: String, choosing choice: TensorChoice = TensorChoice())
    throws(PadawannError)
  {
    do {
      let content = try GzipFile.content(of: bytes)
      let model = ONNXModel.begins(content) ? try ONNXModel(content, path: path) : nil
      let (format, contents) =
        if let model { try Self.contents(of: model, choice.keys) } else {
          try Self.contents(of: content, choice.keys)
        }
      self.model = model
      let chosen = try TensorNames.chosen(contents.tensors, prefix: choice.prefix)
      let plain = TensorNames.plain(chosen.tensors)
      self.path = path
      self.format = format
      sourceDigest = Digest(of: bytes)
      byteCount = bytes.count
      tensors = plain.tensors
      notes = contents.notes + chosen.notes + plain.notes
    } catch { throw error.inside(path) }
  }

  /// The tensor of a name.
  public func tensor(named name: String) -> FileTensor? { tensors.first { $0.name == name } }

  private static func contents(of bytes: [UInt8], _ keys: [String]?) throws(PadawannError) -> (
    format: String, contents: Contents
  ) {
    if bytes.starts(with: [0x50, 0x4b, 3, 4]) || bytes.starts(with: [0x50, 0x4b, 5, 6]) {
      return try zipped(bytes, keys)
    }
    if TorchLegacy.begins(bytes) {
      return ("PyTorch legacy", try TorchLegacy.read(bytes, .weights(keys: keys)))
    }
    guard keys == nil else { throw noKeys }
    if TarArchive.begins(bytes) { return ("PyTorch tar", try TorchTar.read(bytes)) }
    if SafeTensors.begins(bytes) { return ("safetensors", try SafeTensors.read(bytes)) }
    throw WrongFile.diagnosis(of: bytes)
  }

  private static let noKeys = PadawannError(
    .usage, "a key is for a checkpoint of PyTorch's, and this file has one list of tensors",
    remedy: "Give no key")

  private static func contents(of model: ONNXModel, _ keys: [String]?) throws(PadawannError) -> (
    format: String, contents: Contents
  ) {
    guard keys == nil else { throw noKeys }
    var contents = Contents()
    for tensor in model.graph.initialisers { contents.tensors.append(try tensor.fileTensor()) }
    return ("ONNX", contents)
  }

  private static func zipped(_ bytes: [UInt8], _ keys: [String]?) throws(PadawannError) -> (
    format: String, contents: Contents
  ) {
    let archive = try ZipArchive(bytes)
    if let root = TorchZip.root(of: archive) {
      return (
        "PyTorch zip",
        try TorchZip.read(archive, root: root, fileBytes: bytes.count, .weights(keys: keys))
      )
    }
    let programs = ["models/model.json", "serialized_exported_program.json"]
    if archive.entries.contains(where: { entry in programs.contains { entry.name.hasSuffix($0) } }) {
      throw PadawannError(
        .unsupported, "this is a program that torch.export saved (.pt2), not a file of tensors",
        remedy: "Save the weights with torch.save(model.state_dict(), 'weights.pt')")
    }
    guard archive.entries.contains(where: { $0.name.hasSuffix(".npy") }) else {
      throw PadawannError(
        .data, "this zip archive is neither PyTorch's nor NumPy's",
        remedy: "If it is a compressed file, unpack it first")
    }
    guard keys == nil else { throw noKeys }
    return ("npz", try arrays(archive, bytes.count))
  }

  private static func arrays(_ archive: ZipArchive, _ fileBytes: Int) throws(PadawannError) -> Contents {
    var contents = Contents()
    var budget = ExpansionBudget(fileBytes: fileBytes)
    var numbers = budget
    for entry in archive.entries {
      do { try budget.take(entry.size) } catch { throw error.inside("entry \(entry.name)") }
    }
    let arrays = try NumPyArchive(archive)
    for name in arrays.names {
      let array = try arrays.array(name)
      let tensor = try FileTensor(name, array.shape, array.type, in: array.bytes[...])
      do { try numbers.take(tensor.expandedBytes) } catch { throw error.inside("array \(name)") }
      contents.tensors.append(tensor)
    }
    return contents
  }
}
