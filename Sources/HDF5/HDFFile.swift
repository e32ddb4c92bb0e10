/// An HDF5 file for reading datasets that other programs wrote, such as training data.
///
/// More is read here than in a model file: all versions of the format, chunks with any index, deflate, shuffle and
/// fletcher32, and all integer and float types. A file may come from anyone: libhdf5, whose decoders have had memory
/// errors, never sees it. Every part is checked against the file and the limits before memory is taken for it.
public struct HDFFile: Sendable {
  /// Which numbers a dataset has.
  public enum Family: Equatable, Sendable {
    /// Unsigned bytes; ``HDFFile/readBytes(_:)`` has them as they are.
    case bytes
    /// Other integers, truth values among them; ``HDFFile/readIntegers(_:)`` has them as they are.
    case integers
    /// Floats; ``HDFFile/readFloats(_:)`` rounds them to single precision.
    case floats
    /// No numbers.
    case other
  }

  /// One dataset of a file.
  public struct Listing: Equatable, Sendable {
    /// Its path, beginning with `/`.
    public var path: String
    /// The length of each axis, the slowest first.
    public var shape: [Int]
    /// Its element type in words, for example `uint8` or `float64 (big-endian)`.
    public var type: String
    /// Which numbers it has.
    public var family: Family
  }

  private let structure: FileStructure

  /// Opens a file and reads its superblock; nothing is written to it and no lock is taken.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - limits: what it may have at most; ``ReadLimits/payloadBytes`` holds for each read.
  /// - Throws: ``HDF5Error`` of the kind `missing` when it cannot be opened as HDF5.
  public init(path: String, limits: ReadLimits = ReadLimits()) throws(HDF5Error) {
    structure = try FileStructure(FileBytes(path: path), limits, name: path)
  }

  /// Opens a file that is in memory.
  ///
  /// - Throws: ``HDF5Error`` as ``init(path:limits:)`` does.
  public init(bytes: [UInt8], limits: ReadLimits = ReadLimits()) throws(HDF5Error) {
    structure = try FileStructure(FileBytes(bytes), limits, name: "/")
  }

  /// All datasets below hard links, in the order of their paths. Soft and external links are not followed.
  ///
  /// - Throws: ``HDF5Error`` when the file is damaged, has more objects or levels than the limits, or a cycle.
  public func datasets() throws(HDF5Error) -> [Listing] {
    var walk = Walk(structure: structure, budget: PayloadBudget(structure.limits))
    let root = try ObjectMessages(at: structure.root, in: &walk.structure, path: "/")
    try walk.list(root, depth: 0)
    return walk.found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// A dataset's shape and its numbers in single precision; wider ones are rounded to the nearest, ties to even.
  ///
  /// - Throws: ``HDF5Error``, naming the dataset.
  public func readFloats(_ path: String) throws(HDF5Error) -> (shape: [Int], values: [Float]) {
    let (dataset, form, bytes) = try values(path) { _ in 4 }
    return (dataset.extent.shape, form.floats(bytes))
  }

  /// A dataset's shape and its integers.
  ///
  /// - Throws: ``HDF5Error``, naming the dataset, also when it holds floats or an integer needs an unsigned 64-bit
  ///   type.
  public func readIntegers(_ path: String) throws(HDF5Error) -> (shape: [Int], values: [Int64]) {
    let (dataset, form, bytes) = try values(path, onlyIntegers: true) { _ in 8 }
    guard let values = form.integers(bytes) else {
      throw dataset.refusal("integers above the signed 64-bit range")
    }
    return (dataset.extent.shape, values)
  }

  /// A dataset's shape and its integers, all of which are bytes (0 to 255).
  ///
  /// - Throws: ``HDF5Error``, naming the dataset, also when a value is not in the range of a byte.
  public func readBytes(_ path: String) throws(HDF5Error) -> (shape: [Int], values: [UInt8]) {
    let (dataset, form, bytes) = try values(path, onlyIntegers: true) { $0.isUnsignedByte ? 1 : 8 }
    if form.isUnsignedByte { return (dataset.extent.shape, bytes) }
    let wide = form.integers(bytes) ?? [-1]
    let values = wide.compactMap { UInt8(exactly: $0) }
    guard values.count == wide.count else { throw dataset.refusal("numbers that are no bytes (0 to 255)") }
    return (dataset.extent.shape, values)
  }

  /// The bytes of a dataset.
  ///
  /// - Parameter numberBytes: the size of the numbers that those of a type become.
  private func values(
    _ path: String, onlyIntegers: Bool = false, becoming numberBytes: (NumberForm) -> Int
  ) throws(HDF5Error) -> (ForeignDataset, NumberForm, [UInt8]) {
    var structure = structure
    let dataset = try Self.dataset(path, in: &structure)
    guard case .number(let form) = dataset.element else {
      throw HDF5Error(
        .unsupported, "its elements are \(dataset.element.description), which is not read", at: dataset.path)
    }
    guard form.isInteger || !onlyIntegers else { throw dataset.refusal("no integers") }
    return (dataset, form, try dataset.bytes(form, becoming: numberBytes(form), in: &structure))
  }

  /// Follows a path link by link; only hard links are followed.
  private static func dataset(_ path: String, in structure: inout FileStructure) throws(HDF5Error)
    -> ForeignDataset
  {
    var place = "/"
    var object = try ObjectMessages(at: structure.root, in: &structure, path: place)
    for component in path.split(separator: "/") where component != "." {
      let links = try GroupLinks(of: object, in: &structure)
      place = place.appending(component: String(component))
      switch links.target(of: component) {
      case nil: throw HDF5Error(.missing, "the file has no object at this path", at: place)
      case .elsewhere?: throw HDF5Error(.unsupported, "a soft or external link leads there", at: place)
      case .object(let address)?: object = try ObjectMessages(at: address, in: &structure, path: place)
      }
    }
    guard object.has(.layout) else {
      throw HDF5Error(.missing, "the file has no dataset at this path", at: place)
    }
    guard let dataset = try ForeignDataset(object, in: &structure) else {
      throw HDF5Error(.unsupported, "it has no shape (a null data space)", at: place)
    }
    return dataset
  }
}

// MARK: - Listing

/// Goes through the groups of a file.
private struct Walk {
  var structure: FileStructure
  var budget: PayloadBudget
  var found: [HDFFile.Listing] = []

  mutating func list(_ group: ObjectMessages, depth: Int) throws(HDF5Error) {
    guard depth <= min(structure.limits.depth, TreeCheck.depth) else {
      throw HDF5Error(
        .tooLarge, "groups are nested deeper than \(structure.limits.depth) levels, or in a circle",
        at: group.path)
    }
    for (name, target) in try GroupLinks(of: group, in: &structure).entries {
      try budget.takeObject(at: group.path)
      guard case .object(let address) = target else { continue }
      let path = group.path.appending(component: name)
      let object = try ObjectMessages(at: address, in: &structure, path: path)
      if object.has(.layout) {
        try add(object)
      } else if object.isGroup {
        try list(object, depth: depth + 1)
      }
    }
  }

  /// Lists a dataset; one with something that is not read is listed with what that is.
  private mutating func add(_ object: ObjectMessages) throws(HDF5Error) {
    do {
      guard let dataset = try ForeignDataset(object, in: &structure) else { return }
      found.append(
        HDFFile.Listing(
          path: object.path, shape: dataset.extent.shape, type: dataset.element.description,
          family: dataset.element.family))
    } catch {
      guard error.kind == .unsupported else { throw error }
      found.append(HDFFile.Listing(path: object.path, shape: [], type: error.message, family: .other))
    }
  }
}

extension ForeignDataset {
  /// An error about what the dataset holds.
  fileprivate func refusal(_ content: String) -> HDF5Error {
    HDF5Error(.unsupported, "the dataset has \(content)", at: path)
  }
}

extension ObjectMessages {
  fileprivate var isGroup: Bool { has(.symbolTable) || has(.linkInfo) || has(.link) }
}

extension NumberForm {
  fileprivate var isUnsignedByte: Bool { kind == .unsigned && byteCount == 1 }
}

extension ElementForm {
  fileprivate var family: HDFFile.Family {
    guard case .number(let form) = self else { return .other }
    if form.isUnsignedByte { return .bytes }
    return form.isInteger ? .integers : .floats
  }
}
