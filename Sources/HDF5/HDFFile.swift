import CHDF5

/// An HDF5 file on a disk, open for reading datasets that other programs wrote, such as training data.
///
/// More is read here than in a model file: chunks, deflate, shuffle, and all integer and float types. Still nothing
/// makes the library open another file, and sizes are checked before memory is taken. The library reads the file's
/// structure itself, so a file from an untrusted source is better read in a process of its own.
public struct HDFFile: ~Copyable, Sendable {
  /// One dataset of a file.
  public struct Listing: Equatable, Sendable {
    /// Its path, beginning with `/`.
    public var path: String
    /// The length of each axis, the slowest first.
    public var shape: [Int]
    /// Its element type in words, for example `uint8` or `float64 (big-endian)`.
    public var type: String
  }

  private let file: Handle
  private let name: String
  private let limits: ReadLimits

  /// Opens a file; nothing is written to it and no lock is taken where the library allows that.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - limits: what it may have at most; ``ReadLimits/payloadBytes`` holds for each read, and for one chunk.
  /// - Throws: ``HDF5Error`` of the kind `missing` when it cannot be opened as HDF5.
  public init(path: String, limits: ReadLimits = ReadLimits()) throws(HDF5Error) {
    let access = try Settings.fileReading()
    let opened = try Handle(.missing, "the file cannot be opened as HDF5", at: path) {
      H5Fopen(path, padawann_read_only(), access.id)
    }
    name = path
    file = opened
    self.limits = limits
  }

  /// All datasets below hard links, in the order of their paths. Soft and external links are not followed.
  ///
  /// - Throws: ``HDF5Error`` when the file is damaged, has more objects or levels than the limits, or a cycle.
  public func datasets() throws(HDF5Error) -> [Listing] {
    let id = file.id
    var budget = PayloadBudget(limits)
    var found: [Listing] = []
    let root = try Handle(.damaged, "the root group cannot be opened", at: "/") {
      H5Gopen2(id, "/", padawann_default())
    }
    try list(root, at: "/", depth: 0, &budget, into: &found)
    return found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// A dataset's shape and its numbers in single precision, rounded by the library where they are wider.
  ///
  /// - Throws: ``HDF5Error``, naming the dataset.
  public func readFloats(_ path: String) throws(HDF5Error) -> (shape: [Int], values: [Float]) {
    let dataset = try StoredDataset(at: path, in: file)
    guard dataset.isFloat || dataset.isInteger else { throw dataset.refusal("no numbers") }
    return (dataset.shape, try dataset.read(Float(0), limits) { padawann_memory_float32() })
  }

  /// A dataset's shape and its integers.
  ///
  /// - Throws: ``HDF5Error``, naming the dataset, also when it holds floats or an integer needs an unsigned 64-bit
  ///   type.
  public func readIntegers(_ path: String) throws(HDF5Error) -> (shape: [Int], values: [Int64]) {
    let dataset = try StoredDataset(at: path, in: file)
    return (dataset.shape, try integers(dataset))
  }

  /// A dataset's shape and its integers, all of which are bytes (0 to 255).
  ///
  /// - Throws: ``HDF5Error``, naming the dataset, also when a value is not in the range of a byte.
  public func readBytes(_ path: String) throws(HDF5Error) -> (shape: [Int], values: [UInt8]) {
    let dataset = try StoredDataset(at: path, in: file)
    if dataset.isUnsignedByte {
      return (dataset.shape, try dataset.read(UInt8(0), limits) { padawann_memory_uint8() })
    }
    let wide = try integers(dataset)
    let values = wide.compactMap { UInt8(exactly: $0) }
    guard values.count == wide.count else { throw dataset.refusal("numbers that are no bytes (0 to 255)") }
    return (dataset.shape, values)
  }

  private func integers(_ dataset: borrowing StoredDataset) throws(HDF5Error) -> [Int64] {
    guard dataset.isInteger else { throw dataset.refusal("no integers") }
    guard dataset.isUnsigned else {
      return try dataset.read(Int64(0), limits) { padawann_memory_int64() }
    }
    let wide = try dataset.read(UInt64(0), limits) { padawann_memory_uint64() }
    guard wide.allSatisfy({ $0 <= UInt64(Int64.max) }) else {
      throw dataset.refusal("integers above the signed 64-bit range")
    }
    return wide.map { Int64($0) }
  }
}

// MARK: - Listing

extension HDFFile {
  private func list(
    _ group: borrowing Handle, at path: String, depth: Int, _ budget: inout PayloadBudget,
    into found: inout [Listing]
  ) throws(HDF5Error) {
    guard depth <= limits.depth else {
      throw HDF5Error(
        .tooLarge, "groups are nested deeper than \(limits.depth) levels, or in a circle", at: path)
    }
    let id = group.id
    var facts = H5G_info_t()
    _ = try Library.call(.damaged, "the group cannot be read", at: path) { H5Gget_info(id, &facts) }
    for position in 0..<facts.nlinks {
      try budget.takeObject(at: path)
      guard Library.ask({ padawann_link_type(id, H5_INDEX_NAME, position) }) == H5L_TYPE_HARD.rawValue else {
        continue
      }
      let name = try text(.damaged, "the name of link \(position) cannot be read", at: path) {
        H5Lget_name_by_idx(id, ".", H5_INDEX_NAME, H5_ITER_INC, position, $0, $1, padawann_default())
      }
      let inner = path.appending(component: name)
      let object = try Handle(.damaged, "the object cannot be opened", at: inner) {
        H5Oopen_by_idx(id, ".", H5_INDEX_NAME, H5_ITER_INC, position, padawann_default())
      }
      try list(object: object, at: inner, depth: depth, &budget, into: &found)
    }
  }

  private func list(
    object: borrowing Handle, at path: String, depth: Int, _ budget: inout PayloadBudget,
    into found: inout [Listing]
  ) throws(HDF5Error) {
    let id = object.id
    switch Library.ask({ H5Iget_type(id) }) {
    case H5I_GROUP: try list(object, at: path, depth: depth + 1, &budget, into: &found)
    case H5I_DATASET:
      let type = try Handle(.damaged, "the type cannot be read", at: path) { H5Dget_type(id) }
      let space = try Handle(.damaged, "the shape cannot be read", at: path) { H5Dget_space(id) }
      guard Library.ask({ H5Sget_simple_extent_type(space.id) }) != H5S_NULL else { return }
      found.append(Listing(path: path, shape: try shape(of: space, at: path), type: describe(type)))
    default: return
    }
  }
}
