import CHDF5

extension HDFGroup {
  /// Reads a whole HDF5 file from its bytes, strictly: nothing outside what ``image()`` writes is taken.
  ///
  /// The library gets a copy of the bytes and opens no file. Refused are links other than one hard link per object,
  /// data in other files, chunks, filters, and types other than those of ``HDFElements`` and fixed-length text.
  ///
  /// - Parameters:
  ///   - image: the bytes of the file.
  ///   - limits: what the file may have at most.
  /// - Throws: ``HDF5Error``, naming the object that is refused.
  public init(image: [UInt8], limits: ReadLimits = ReadLimits()) throws(HDF5Error) {
    guard image.count <= limits.imageBytes else {
      throw HDF5Error(
        .tooLarge, "the file has \(image.count) bytes, more than the limit of \(limits.imageBytes)", at: "/")
    }
    _ = try Superblock(image)
    let access = try Settings.imageReading(image)
    let name = Library.nextImageName()
    let file = try Handle(.damaged, "this is no HDF5 file that can be read", at: "/") {
      H5Fopen(name, padawann_read_only(), access.id)
    }
    var reader = ImageReader(byteCount: UInt64(image.count), limits)
    let root = try Handle(.damaged, "the root group cannot be opened", at: "/") {
      H5Gopen2(file.id, "/", padawann_default())
    }
    self = try reader.group(root, at: "/", depth: 0)
  }
}

/// Walks one file, counting what it takes.
private struct ImageReader {
  private struct Identity: Hashable {
    var first: UInt64
    var second: UInt64
  }

  private let byteCount: UInt64
  private let limits: ReadLimits
  private var budget: PayloadBudget
  private var seen: Set<Identity> = []

  init(byteCount: UInt64, _ limits: ReadLimits) {
    self.byteCount = byteCount
    self.limits = limits
    budget = PayloadBudget(limits)
  }

  mutating func group(_ group: borrowing Handle, at path: String, depth: Int) throws(HDF5Error) -> HDFGroup {
    guard depth <= limits.depth else {
      throw HDF5Error(.tooLarge, "groups are nested deeper than \(limits.depth) levels", at: path)
    }
    var result = HDFGroup()
    result.attributes = try attributes(of: group, try Self.order(ofGroup: group, at: path), at: path)
    let id = group.id
    var facts = H5G_info_t()
    _ = try Library.call(.damaged, "the group cannot be read", at: path) { H5Gget_info(id, &facts) }
    guard facts.nlinks <= hsize_t(max(0, limits.objects)) else {
      throw HDF5Error(.tooLarge, "the file has more than \(limits.objects) objects", at: path)
    }
    let order = try Self.linkOrder(of: group, at: path)
    for position in 0..<facts.nlinks {
      try readLink(position, order, of: group, at: path, depth: depth, into: &result)
    }
    return result
  }

  private mutating func readLink(
    _ position: hsize_t, _ order: H5_index_t, of group: borrowing Handle, at path: String, depth: Int,
    into result: inout HDFGroup
  ) throws(HDF5Error) {
    let id = group.id
    let name = try text(.damaged, "the name of link \(position) cannot be read", at: path) {
      H5Lget_name_by_idx(id, ".", order, H5_ITER_INC, position, $0, $1, padawann_default())
    }
    guard TreeCheck.isLinkName(name) else {
      throw HDF5Error(.damaged, "\"\(name)\" cannot name an object", at: path)
    }
    let inner = path.appending(component: name)
    try checkHard(Library.ask { padawann_link_type(id, order, position) }, at: inner)
    let object = try Handle(.damaged, "the object cannot be opened", at: inner) {
      H5Oopen_by_idx(id, ".", order, H5_ITER_INC, position, padawann_default())
    }
    let objectID = object.id
    switch Library.ask({ H5Iget_type(objectID) }) {
    case H5I_GROUP:
      result.groups.append(HDFEntry(name, try self.group(object, at: inner, depth: depth + 1)))
    case H5I_DATASET: result.datasets.append(HDFEntry(name, try dataset(object, at: inner)))
    default:
      throw HDF5Error(.unsupported, "it is neither a group nor a dataset (a named data type)", at: inner)
    }
  }

  private mutating func dataset(_ dataset: borrowing Handle, at path: String) throws(HDF5Error) -> HDFDataset
  {
    let id = dataset.id
    let type = try Handle(.damaged, "the type cannot be read", at: path) { H5Dget_type(id) }
    guard let elementType = HDFElementType(of: type) else {
      throw HDF5Error(.unsupported, "its elements are \(describe(type)), which is not read here", at: path)
    }
    let space = try Handle(.damaged, "the shape cannot be read", at: path) { H5Dget_space(id) }
    let shape = try shape(of: space, at: path)
    let count = product(of: shape) ?? .max
    try checkStorage(of: dataset, shape, elementType, at: path)
    try budget.takeBytes(saturatingProduct(count, elementType.byteCount), at: path)
    let elements = try HDFElements(elementType, count: count, at: path) { memory, room in
      H5Dread(id, memory, padawann_whole_space(), padawann_whole_space(), padawann_default(), room)
    }
    var result = HDFDataset(shape: shape, elements)
    result.attributes = try attributes(of: dataset, try Self.order(ofDataset: dataset, at: path), at: path)
    return result
  }

  /// Makes sure that the values are in this file, as many as the shape says.
  private func checkStorage(
    of dataset: borrowing Handle, _ shape: [Int], _ type: HDFElementType, at path: String
  ) throws(HDF5Error) {
    let id = dataset.id
    let size = saturatingProduct(product(of: shape) ?? .max, type.byteCount)
    let stored = Library.ask { H5Dget_storage_size(id) }
    switch try StoredLayout(of: dataset, rank: shape.count, at: path) {
    case .chunked: throw HDF5Error(.unsupported, "its values are stored in chunks", at: path)
    case .compact: break
    case .contiguous where size == 0: return
    case .contiguous:
      let address = Library.ask { padawann_dataset_address(id) }
      guard address != padawann_no_address() else {
        throw HDF5Error(.damaged, "the shape \(shape) is declared, but no values are stored", at: path)
      }
      let (end, overflow) = address.addingReportingOverflow(UInt64(size))
      guard !overflow, end <= byteCount else {
        throw HDF5Error(.damaged, "its values go beyond the end of the file", at: path)
      }
    }
    guard stored == hsize_t(size) else {
      throw HDF5Error(.damaged, "the shape \(shape) takes \(size) bytes, but \(stored) are stored", at: path)
    }
  }
}

// MARK: - What groups and datasets share

extension ImageReader {
  /// Counts an object, refuses one that another link has led to, and reads its attributes.
  private mutating func attributes(
    of object: borrowing Handle, _ order: H5_index_t, at path: String
  ) throws(HDF5Error) -> [HDFEntry<HDFValue>] {
    try budget.takeObject(at: path)
    let id = object.id
    var count: hsize_t = 0
    var identity: [UInt64] = [0, 0]
    _ = try Library.call(.damaged, "the object cannot be read", at: path) {
      padawann_object_facts(id, &count, &identity)
    }
    guard seen.insert(Identity(first: identity[0], second: identity[1])).inserted else {
      throw HDF5Error(.unsupported, "another link leads to the same object", at: path)
    }
    guard count <= hsize_t(max(0, limits.attributesPerObject)) else {
      throw HDF5Error(
        .tooLarge, "\(count) attributes, more than the limit of \(limits.attributesPerObject)", at: path)
    }
    var result: [HDFEntry<HDFValue>] = []
    for position in 0..<Int(count) {
      let attribute = try StoredAttribute(of: object, order, position: position, at: path)
      if let value = try attribute.value(&budget) {
        result.append(HDFEntry(attribute.name, value))
      } else if limits.unknownAttributes == .refused {
        throw HDF5Error(
          .unsupported, "its type is not read here (numbers and fixed-length text of at most one axis are)",
          at: path.naming(attribute: attribute.name))
      }
    }
    return result
  }

  private func checkHard(_ linkType: Int32, at path: String) throws(HDF5Error) {
    switch linkType {
    case H5L_TYPE_HARD.rawValue: return
    case H5L_TYPE_SOFT.rawValue: throw HDF5Error(.unsupported, "it is a soft link", at: path)
    case H5L_TYPE_EXTERNAL.rawValue:
      throw HDF5Error(.unsupported, "it is a link to another file (external link)", at: path)
    case -1: throw HDF5Error(.damaged, "the link cannot be read", at: path)
    default: throw HDF5Error(.unsupported, "it is a user-defined link", at: path)
    }
  }

  private static func linkOrder(of group: borrowing Handle, at path: String) throws(HDF5Error) -> H5_index_t {
    let id = group.id
    let settings = try Handle(.damaged, "the group cannot be read", at: path) { H5Gget_create_plist(id) }
    return try order(settings, at: path) { H5Pget_link_creation_order($0, &$1) }
  }

  private static func order(ofGroup group: borrowing Handle, at path: String) throws(HDF5Error) -> H5_index_t
  {
    let id = group.id
    let settings = try Handle(.damaged, "the group cannot be read", at: path) { H5Gget_create_plist(id) }
    return try order(settings, at: path) { H5Pget_attr_creation_order($0, &$1) }
  }

  private static func order(
    ofDataset dataset: borrowing Handle, at path: String
  ) throws(HDF5Error) -> H5_index_t {
    let id = dataset.id
    let settings = try Handle(.damaged, "the dataset cannot be read", at: path) { H5Dget_create_plist(id) }
    return try order(settings, at: path) { H5Pget_attr_creation_order($0, &$1) }
  }

  /// The order in which things were made where the file keeps it, otherwise the order of their names.
  private static func order(
    _ settings: borrowing Handle, at path: String, _ ask: (hid_t, inout UInt32) -> herr_t
  ) throws(HDF5Error) -> H5_index_t {
    let id = settings.id
    var flags: UInt32 = 0
    _ = try Library.call(.damaged, "the order of entries cannot be read", at: path) { ask(id, &flags) }
    return flags & padawann_order_tracked() == 0 ? H5_INDEX_NAME : H5_INDEX_CRT_ORDER
  }
}
