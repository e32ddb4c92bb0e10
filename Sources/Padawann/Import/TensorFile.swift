/// A file of named tensors from another framework: PyTorch, safetensors, NumPy or ONNX, perhaps with a graph.
///
/// The format is told by the content, never by the path's extension. Nothing in a file is ever executed.
public struct TensorFile: Sendable {
  /// Where the file was.
  public let path: String
  /// The SHA-256 of the whole file.
  public let sourceDigest: Digest
  /// The size of the whole file.
  public let byteCount: Int
  /// `PyTorch zip`, `PyTorch legacy`, `PyTorch tar`, `PyTorch export`, `safetensors`, `npz` or `ONNX`.
  public let format: String
  /// The tensors, in the order of the file.
  public let tensors: [FileTensor]
  /// What was found and applied, one sentence each: a nested key, removed prefixes, entries left aside.
  public let notes: [String]
  /// What padawann says in the file about the network, if it has written it.
  package let record: PortableRecord?
  /// The graph that the tensors belong to, in an ONNX file or an exported program.
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
      let found = try Self.found(in: GzipFile.content(of: bytes), path, choice.keys)
      (format, model) = (found.format, found.model)
      let contents = found.contents
      record = try PortableRecord(found.model?.metadata ?? contents.metadata)
      let chosen = try TensorNames.chosen(contents.tensors, prefix: choice.prefix)
      // What padawann has written has its names from no wrapper.
      let plain = TensorNames.plain(chosen.tensors, prefixes: record == nil ? TensorNames.prefixes : [])
      self.path = path
      sourceDigest = Digest(of: bytes)
      byteCount = bytes.count
      tensors = plain.tensors
      notes = contents.notes + chosen.notes + plain.notes
    } catch { throw error.inside(path) }
  }

  /// The files beside it that were read too, as ONNX models have them.
  public var externalFiles: [ExternalFile] { model?.externalFiles ?? [] }

  /// The tensor of a name.
  public func tensor(named name: String) -> FileTensor? { tensors.first { $0.name == name } }

  /// What a file has.
  private struct Found {
    let format: String
    let contents: Contents
    var model: ONNXModel?
  }

  private static func found(in bytes: [UInt8], _ path: String, _ keys: [String]?) throws(PadawannError)
    -> Found
  {
    if ONNXModel.begins(bytes) { return try graph(ONNXModel(bytes, path: path), keys) }
    if bytes.starts(with: [0x50, 0x4b, 3, 4]) || bytes.starts(with: [0x50, 0x4b, 5, 6]) {
      return try zipped(bytes, keys)
    }
    if TorchLegacy.begins(bytes) {
      return Found(format: "PyTorch legacy", contents: try TorchLegacy.read(bytes, .weights(keys: keys)))
    }
    guard keys == nil else { throw noKeys }
    if TarArchive.begins(bytes) { return Found(format: "PyTorch tar", contents: try TorchTar.read(bytes)) }
    if SafeTensors.begins(bytes) {
      return Found(format: "safetensors", contents: try SafeTensors.read(bytes))
    }
    throw WrongFile.diagnosis(of: bytes)
  }

  private static let noKeys = PadawannError(
    .usage, "a key is for a checkpoint of PyTorch's, and this file has one list of tensors",
    remedy: "Give no key")

  private static func graph(_ model: ONNXModel, _ keys: [String]?) throws(PadawannError) -> Found {
    guard keys == nil else { throw noKeys }
    var contents = Contents()
    for tensor in model.graph.initialisers { contents.tensors.append(try tensor.fileTensor()) }
    return Found(format: "ONNX", contents: contents, model: model)
  }

  private static func zipped(_ bytes: [UInt8], _ keys: [String]?) throws(PadawannError) -> Found {
    let archive = try ZipArchive(bytes)
    if let export = try TorchExportArchive(archive, fileBytes: bytes.count) {
      guard keys == nil else { throw noKeys }
      var contents = Contents()
      contents.tensors = export.weights
      return Found(
        format: "PyTorch export", contents: contents, model: try ONNXModel(export, byteCount: bytes.count))
    }
    if let root = TorchZip.root(of: archive) {
      let contents = try TorchZip.read(
        archive, root: root, fileBytes: bytes.count, .weights(keys: keys))
      return Found(format: "PyTorch zip", contents: contents)
    }
    guard archive.entries.contains(where: { $0.name.hasSuffix(".npy") }) else {
      throw PadawannError(
        .data, "this zip archive is neither PyTorch's nor NumPy's",
        remedy: "If it is a compressed file, unpack it first")
    }
    guard keys == nil else { throw noKeys }
    return Found(format: "npz", contents: try arrays(archive, bytes.count))
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
