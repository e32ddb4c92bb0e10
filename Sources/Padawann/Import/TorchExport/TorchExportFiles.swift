/// The contents of an archive of `torch.export`, and the tensors in them.
struct TorchExportFiles {
  private let archive: ZipArchive
  private let root: String
  private let fileBytes: Int
  private var contents: [String: [UInt8]] = [:]
  private var budget: ExpansionBudget

  /// Nothing is read yet.
  init(_ archive: ZipArchive, root: String, fileBytes: Int) {
    self.archive = archive
    self.root = root
    self.fileBytes = fileBytes
    budget = ExpansionBudget(fileBytes: fileBytes, times: 16, allowance: 1 << 20)
  }

  /// Reads every entry. Each checksum is verified, whether the content is used or not.
  mutating func load() throws(PadawannError) {
    var budget = ExpansionBudget(fileBytes: fileBytes, times: 16)
    for entry in archive.entries {
      do { try budget.take(entry.size) } catch { throw error.inside("entry \(entry.name)") }
      contents[entry.name] = try archive.content(of: entry, limit: entry.size)
    }
  }

  /// The content of an entry that must be there.
  func content(_ name: String) throws(PadawannError) -> [UInt8] {
    guard let content = contents[name] else {
      throw PadawannError(
        .data, "the archive lacks the entry \(printable(name))", remedy: ZipEntry.fetchAgain)
    }
    return content
  }

  /// The tensors of a layout.
  mutating func tensors(_ place: TorchExportLayout.Tensors) throws(PadawannError) -> [FileTensor] {
    switch place {
    case .saved(let names):
      guard let name = names.first(where: { contents[$0] != nil }), let content = contents[name] else {
        throw PadawannError(
          .data, "the archive lacks the entry \(printable(names.first ?? ""))", remedy: ZipEntry.fetchAgain)
      }
      do { return try saved(content) } catch { throw error.inside("entry \(name)") }
    case .listed(let name, let folder):
      do { return try listed(content(name), folder) } catch { throw error.inside("entry \(name)") }
    }
  }

  /// The tensors of an archive that `torch.save` wrote.
  private mutating func saved(_ bytes: [UInt8]) throws(PadawannError) -> [FileTensor] {
    let inner = try ZipArchive(bytes)
    guard let root = TorchZip.root(of: inner) else {
      throw PadawannError(.data, "this is no archive of torch.save", remedy: ZipEntry.fetchAgain)
    }
    // A dictionary without tensors has no storage.
    guard inner.entries.contains(where: { $0.name.hasPrefix(root + "data/") }) else { return [] }
    let tensors = try TorchZip.read(
      inner, root: root, fileBytes: bytes.count, .weights(keys: nil)
    ).tensors
    for tensor in tensors { try budget.take(tensor.expandedBytes) }
    return tensors
  }

  /// The tensors that a `PayloadConfig` lists.
  private mutating func listed(_ bytes: [UInt8], _ folder: String) throws(PadawannError) -> [FileTensor] {
    let bigEndian = try TorchZip.isBigEndian(contents[root + "byteorder"])
    try JSONReader.checkKeys(bytes)
    var json = JSONReader(bytes[...])
    var items: [Item] = []
    try json.object { json, key throws(PadawannError) in
      guard key == "config" else { return try json.skipValue() }
      try json.object { json, name throws(PadawannError) in items.append(try Item(name, &json)) }
    }
    var tensors: [FileTensor] = []
    for item in items {
      do { tensors.append(try tensor(item, folder, bigEndian)) } catch {
        throw error.inside("tensor \(printable(item.name))")
      }
    }
    return tensors
  }

  /// What a `PayloadConfig` says of a tensor.
  private struct Item {
    let name: String
    var path = ""
    var isPickled = false
    var meta: TorchTensorMeta?

    init(_ name: String, _ json: inout JSONReader) throws(PadawannError) {
      self.name = name
      try json.object { json, key throws(PadawannError) in
        switch key {
        case "path_name": path = try json.text()
        case "use_pickle": isPickled = try json.truth()
        case "tensor_meta": meta = try json.takeNull() ? nil : try TorchTensorMeta(&json)
        default: try json.skipValue()
        }
      }
    }
  }

  private mutating func tensor(_ item: Item, _ folder: String, _ bigEndian: Bool) throws(PadawannError)
    -> FileTensor
  {
    guard !item.isPickled, let meta = item.meta else {
      throw PadawannError(
        .unsupported, "this is a tensor of a special class", remedy: "Export a model of plain tensors")
    }
    let tensor = try meta.tensor(item.name, in: content(folder + item.path)[...], bigEndian: bigEndian)
    try budget.take(tensor.expandedBytes)
    return tensor
  }
}
