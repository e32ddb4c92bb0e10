/// The zip archive of `torch.export.save`: a program in JSON, and its tensors.
///
/// There are three layouts. Since PyTorch 2.9 every storage is an entry of raw bytes, and a JSON file says which tensors are
/// in it; 2.8 had the tensors as `torch.save` writes them; up to 2.7 there was no folder around. Nothing is executed in any.
struct TorchExportArchive {
  /// The program.
  let program: TorchProgram
  /// Parameters and buffers, by their names in the module, in the order of the archive.
  let weights: [FileTensor]
  /// Tensors that the module's code has.
  let constants: [FileTensor]

  /// The largest program that is read.
  private static let programLimit = 64 << 20

  /// Reads an archive; `nil` when it is none of `torch.export`.
  ///
  /// - Throws: ``PadawannError`` `data` when it is damaged, `unsupported` when it has no program, or several.
  init?(_ archive: ZipArchive, fileBytes: Int) throws(PadawannError) {
    guard let layout = try TorchExportLayout(archive) else { return nil }
    var files = TorchExportFiles(archive, root: layout.root, fileBytes: fileBytes)
    try files.load()
    let json = try files.content(layout.program)
    guard json.count <= Self.programLimit else {
      throw PadawannError(
        .data, "a program of \(json.count) bytes is not accepted", at: "entry \(layout.program)")
    }
    do { program = try TorchProgram(json: json) } catch { throw error.inside("entry \(layout.program)") }
    weights = try files.tensors(layout.weights)
    constants = try files.tensors(layout.constants)
  }
}

/// Which entries of an archive have what.
struct TorchExportLayout {
  /// Where tensors are.
  enum Tensors {
    /// An archive of `torch.save` in the archive; one that is not there has none.
    case saved([String])
    /// A file that says which tensors are in which entry of a folder.
    case listed(String, folder: String)
  }

  /// The folder in which everything is, with its slash.
  let root: String
  let program: String
  let weights: Tensors
  let constants: Tensors

  private static let legacyProgram = "serialized_exported_program.json"

  /// Finds the entries; `nil` when the archive is not of `torch.export`.
  init?(_ archive: ZipArchive) throws(PadawannError) {
    if archive.entry(named: Self.legacyProgram) != nil {
      (root, program) = ("", Self.legacyProgram)
      weights = .saved(["serialized_state_dict.pt", "serialized_state_dict.json"])
      constants = .saved(["serialized_constants.pt", "serialized_constants.json"])
      return
    }
    let names = archive.entries.map(\.name)
    guard let mark = names.first(where: { $0 == "archive_format" || $0.hasSuffix("/archive_format") }) else {
      return nil
    }
    let root = String(mark.dropLast("archive_format".count))
    let models = names.filter { $0.hasPrefix(root + "models/") && $0.hasSuffix(".json") }
    guard models.count == 1, let program = models.first else { throw Self.refusal(models, names, root) }
    self.root = root
    self.program = program
    let name = program.dropFirst(root.count + "models/".count).dropLast(".json".count)
    func tensors(_ folder: String, _ kind: String) -> Tensors {
      let old = "\(root)\(folder)\(name).pt"
      if archive.entry(named: old) != nil { return .saved([old]) }
      return .listed("\(root)\(folder)\(name)_\(kind)_config.json", folder: root + folder)
    }
    weights = tensors("data/weights/", "weights")
    constants = tensors("data/constants/", "constants")
  }

  private static func refusal(_ models: [String], _ names: [String], _ root: String) -> PadawannError {
    if models.count > 1 {
      return PadawannError(
        .unsupported, "the archive has \(models.count) programs: \(TensorNames.list(models.map(printable)))",
        remedy: "Save the one that is meant: torch.export.save(program, 'net.pt2')")
    }
    if names.contains(where: { $0.hasPrefix(root + "data/aotinductor/") }) {
      return PadawannError(
        .unsupported, "this is a compiled package of AOTInductor: machine code without a graph",
        remedy: "Save the program before it is compiled: torch.export.save(program, 'net.pt2')")
    }
    return PadawannError(
      .data, "this archive of torch.export has no program (models/*.json)", remedy: ZipEntry.fetchAgain)
  }
}
