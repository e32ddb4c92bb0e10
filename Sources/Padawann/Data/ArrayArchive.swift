import HDF5

/// A file with several arrays: an npz archive, an HDF5 file, or a file of tensors.
struct ArrayArchive {
  /// What an array is wanted for.
  enum Role: String {
    case images
    case labels

    /// Names that are looked for when none is given.
    var usualNames: [String] {
      switch self {
      case .images: ["images", "image", "x", "X", "data"]
      case .labels: ["labels", "label", "y", "Y", "target", "targets"]
      }
    }

    /// Names that are looked for when a part is meant: `train_images` as in MedMNIST, `x_train` as in Keras, `train/x` in
    /// HDF5.
    func names(of split: FileSplit?) -> [String] {
      guard let part = split?.rawValue else { return usualNames }
      return usualNames.flatMap { ["\(part)_\($0)", "\($0)_\(part)", "\(part)/\($0)"] }
    }
  }

  private let names: [String]
  private let split: FileSplit?
  /// Whether the file has two tensors without names, of which the first is the images.
  private let isTuple: Bool
  private let read: (String) throws(PadawannError) -> StoredArray

  /// Reads the list of arrays.
  ///
  /// - Parameter split: the part that is meant, where the file has several.
  init(_ path: String, _ format: FileFormat, _ split: FileSplit?) throws(PadawannError) {
    self.split = split
    if format == .hdf5 {
      let file = try HDF5Arrays(path: path)
      names = file.names
      read = file.array
      isTuple = false
      return
    }
    let bytes = try GzipFile.read(path)
    let limit = ExpansionBudget.bytes(forFileAt: path)
    if let tensors = try Self.tensors(in: bytes) {
      names = tensors.map(\.name)
      isTuple = names == ["0", "1"]
      read = { name throws(PadawannError) in
        guard let tensor = tensors.first(where: { $0.name == name }) else {
          throw PadawannError(.data, "there is no tensor of that name")
        }
        return try StoredArray(tensor, limit: limit)
      }
      return
    }
    let archive = try NumPyArchive(bytes)
    names = archive.names
    isTuple = false
    read = { name throws(PadawannError) in
      try StoredArray(archive.array(name, limit: limit), limit: limit)
    }
  }

  /// Reads one array.
  ///
  /// - Parameter key: its name; without one, the only array with a usual name, of the part if one is meant.
  /// - Throws: ``PadawannError`` `data` when there is no such array, or several may be meant.
  func array(_ role: Role, key: String?) throws(PadawannError) -> StoredArray {
    let wanted =
      key.map { [$0] } ?? (isTuple && split == nil ? [role == .images ? "0" : "1"] : role.names(of: split))
    let found = names.filter { wanted.contains($0) || wanted.contains(Self.plain($0)) }
    guard let name = found.first, found.count == 1 else {
      let what = key.map { "“\($0)”" } ?? "the \(role.rawValue)"
      let list = names.prefix(20).joined(separator: ", ")
      let parts = split == nil && key == nil && found.isEmpty ? parts(of: role) : ""
      throw PadawannError(
        .data, found.isEmpty ? "there is no array for \(what)" : "several arrays may be \(what)",
        remedy: (parts.isEmpty ? "Choose" : "\(parts), or choose")
          + " with \(role.rawValue)-key=; the file has: \(list.isEmpty ? "none" : list)")
    }
    do { return try read(name) } catch { throw error.inside(name) }
  }

  /// Whether the arrays of the part have the names of MedMNIST, whose images have their channels last.
  var isMedMNIST: Bool { split.map { names.contains("\($0.rawValue)_images") } ?? false }

  /// Whether there are arrays for the images and the labels of the part that is meant.
  var hasItsPart: Bool { has(.images) && has(.labels) }

  /// Whether there is an array for this, of the part that is meant.
  func has(_ role: Role) -> Bool {
    isTuple && split == nil || names.contains { role.names(of: split).contains(Self.plain($0)) }
  }

  /// The first half of a remedy: the parts that have an array for this; empty without any.
  private func parts(of role: Role) -> String {
    let parts = FileSplit.allCases.filter { split in
      names.contains { role.names(of: split).contains(Self.plain($0)) }
    }
    let list = parts.map { "split=\($0.rawValue)" }.joined(separator: " or ")
    return list.isEmpty ? "" : "Write \(list)"
  }

  private static func plain(_ name: String) -> String { String(name.drop { $0 == "/" }) }
}

extension DatasetSpec {
  /// Whether an array of that name in a file is taken for the images of a dataset, or of a part of one.
  package static func isNameOfImages(_ name: String) -> Bool {
    let splits: [FileSplit?] = FileSplit.allCases + [nil]
    return splits.contains { ArrayArchive.Role.images.names(of: $0).contains(name) }
  }
}

/// The datasets of an HDF5 file.
private struct HDF5Arrays {
  private let file: HDFFile
  private let listings: [HDFFile.Listing]

  init(path: String) throws(PadawannError) {
    let limits = ReadLimits(payloadBytes: ExpansionBudget.bytes(forFileAt: path))
    do {
      file = try HDFFile(path: path, limits: limits)
      listings = try file.datasets()
    } catch {
      throw Self.problem(error)
    }
  }

  var names: [String] { listings.map(\.path) }

  func array(_ name: String) throws(PadawannError) -> StoredArray {
    let (shape, values) = try contents(of: name)
    return try StoredArray(sizes: shape, values: values)
  }

  private func contents(of name: String) throws(PadawannError) -> ([Int], StoredArray.Values) {
    do {
      switch listings.first(where: { $0.path == name })?.family {
      case .bytes:
        let bytes = try file.readBytes(name)
        return (bytes.shape, .bytes(bytes.values))
      case .integers:
        let integers = try file.readIntegers(name)
        return (integers.shape, .integers(integers.values.map { Int($0) }))
      case .floats, .other, nil:
        let floats = try file.readFloats(name)
        return (floats.shape, .floats(floats.values))
      }
    } catch {
      throw Self.problem(error, of: name)
    }
  }

  /// - Parameter name: the array that the caller names, so that it is not named twice.
  private static func problem(_ error: HDF5Error, of name: String? = nil) -> PadawannError {
    let text = error.path == name ? error.message : error.description
    return switch error.kind {
    case .unsupported, .misuse:
      PadawannError(
        .unsupported, text,
        remedy: "Rewrite the file with “h5repack -f GZIP=1 OLD NEW”, or save the arrays with numpy.savez")
    case .library: PadawannError(.inputOutput, text)
    case .missing: PadawannError(.data, text)
    case .damaged: PadawannError(.data, text, remedy: "Get the file again")
    case .tooLarge:
      PadawannError(
        .data, text,
        remedy: "Write the file again without compression and with all of its values, if this is no attack")
    }
  }
}

extension StoredArray {
  /// Takes a NumPy array over, whose numbers take `limit` bytes at most.
  init(_ array: NumPyArray, limit: Int) throws(PadawannError) {
    let size = array.type == .u8 ? 1 : array.type.isFloatingPoint ? 4 : 8
    try Self.check(array.count, bytesEach: size, limit: limit)
    let values: Values
    switch array.type {
    case .u8: values = .bytes(array.bytes)
    case let type where type.isFloatingPoint: values = .floats(try array.floats())
    default: values = .integers(try array.integers())
    }
    try self.init(sizes: array.shape, values: values)
  }
}
