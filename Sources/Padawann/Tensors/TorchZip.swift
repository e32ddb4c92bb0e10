/// The zip archive that `torch.save` has written since PyTorch 1.6.
enum TorchZip {
  /// The folder in which everything is, with its slash; `nil` when the archive is not PyTorch's.
  static func root(of archive: ZipArchive) -> String? {
    let pickles = archive.entries.filter { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") }
    return pickles.min { $0.name.utf8.count < $1.name.utf8.count }.map { String($0.name.dropLast(8)) }
  }

  private static let pickleLimit = 64 << 20

  /// Reads the tensors that are wanted. Every entry's checksum is verified, whether its content is used or not.
  static func read(_ archive: ZipArchive, root: String, fileBytes: Int, _ wanted: WantedTensors)
    throws(PadawannError) -> Contents
  {
    try refuseScript(archive, root)
    guard archive.entries.filter({ $0.name.hasSuffix("data.pkl") }).count == 1 else {
      throw PadawannError(.data, "the archive has several pickles named data.pkl")
    }
    var contents: [String: [UInt8]] = [:]
    var budget = ExpansionBudget(fileBytes: fileBytes, times: 16)
    for entry in archive.entries {
      do { try budget.take(entry.size) } catch { throw error.inside("entry \(entry.name)") }
      contents[entry.name] = try archive.content(of: entry, limit: entry.size)
    }
    var reader = ByteReader(contents[root + "data.pkl"] ?? [])
    guard reader.remaining <= pickleLimit else {
      throw PadawannError(
        .data, "a pickle of \(reader.remaining) bytes is not accepted", at: "entry \(root)data.pkl")
    }
    let object: TorchObject
    do { object = TorchObject(pickle: try PickleMachine.load(&reader)) } catch {
      throw error.inside("entry \(root)data.pkl")
    }
    guard reader.isAtEnd else {
      throw PadawannError(.data, "something follows the pickle", at: "entry \(root)data.pkl")
    }
    let bigEndian = try isBigEndian(contents[root + "byteorder"])
    return try Contents(object, wanted, fileBytes: fileBytes) { name, tensor throws(PadawannError) in
      guard case .view(let view) = tensor else { throw PadawannError(.data, "the tensor has no storage") }
      guard let content = contents[root + "data/" + view.storage.key] else {
        throw PadawannError(
          .data, "the archive lacks the tensor's storage data/\(printable(view.storage.key))")
      }
      guard view.storage.byteCount(of: view.storage.count) == content.count, view.storage.part == nil else {
        throw PadawannError(
          .data, "\(view.storage.count) elements are announced and the storage has \(content.count) bytes")
      }
      return try FileTensor(
        name, view.shape, view.type, in: content[...], offset: view.offset, strides: view.strides,
        bigEndian: bigEndian)
    }
  }

  private static func refuseScript(_ archive: ZipArchive, _ root: String) throws(PadawannError) {
    let signs = ["constants.pkl", "code/", "attributes.pkl", "model.json"]
    guard !archive.entries.contains(where: { entry in signs.contains { entry.name.hasPrefix(root + $0) } })
    else {
      throw PadawannError(
        .unsupported, "this is a TorchScript archive (torch.jit.save): a program, not just weights",
        remedy: "Save its weights alone: torch.save(torch.jit.load('file.pt').state_dict(), 'weights.pt')")
    }
  }

  /// PyTorch has recorded the byte order since 2.1; before, only little-endian machines mattered.
  static func isBigEndian(_ record: [UInt8]?) throws(PadawannError) -> Bool {
    guard let record else { return false }
    if record.elementsEqual("little".utf8) { return false }
    if record.elementsEqual("big".utf8) { return true }
    throw PadawannError(.data, "the archive's byte order is neither little nor big")
  }
}

/// The tensors that a reader found and what it noted on the way.
struct Contents {
  var tensors: [FileTensor] = []
  var notes: [String] = []
  /// What the file says about itself, by key.
  var metadata: [String: String] = [:]

  init() {}

  /// The tensors that are wanted, each looked up by `locate`.
  init(
    _ object: TorchObject, _ wanted: WantedTensors, fileBytes: Int,
    locate: (String, TorchTensor) throws(PadawannError) -> FileTensor
  ) throws(PadawannError) {
    let places = try wanted.places(in: object)
    notes = places.notes
    var budget = ExpansionBudget(fileBytes: fileBytes, times: 16, allowance: 1 << 20)
    for (name, value) in places.tensors {
      do {
        let tensor = try locate(name, object.tensor(value))
        try budget.take(tensor.expandedBytes)
        tensors.append(tensor)
      } catch { throw error.inside("tensor \(printable(name))") }
    }
  }
}
