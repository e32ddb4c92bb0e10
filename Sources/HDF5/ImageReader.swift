import CHDF5

extension HDFGroup {
  /// Reads a whole HDF5 file from its bytes, strictly: nothing outside what ``encoded()`` writes is taken.
  ///
  /// The structure of the file is checked before libhdf5 gets a copy of the bytes, so that a hostile file does not
  /// reach its decoders: superblock version 2 or 3, one hard link per object, every header with its checksum, only
  /// contiguous or compact data without filters in this file, and only the types of ``HDFElements`` and fixed-length
  /// text. The library never sees attributes that ``ReadLimits/unknownAttributes`` leaves out.
  ///
  /// - Parameters:
  ///   - image: the bytes of the file.
  ///   - limits: what the file may have at most.
  /// - Throws: ``HDF5Error``, naming the object and what is refused about it.
  public init(encoded image: [UInt8], limits: ReadLimits = ReadLimits()) throws(HDF5Error) {
    let checked = try ImageProfile.checked(image, limits)
    let access = try Settings.imageReading(checked)
    let name = Library.nextImageName()
    let file = try Handle(.damaged, "this is no HDF5 file that can be read", at: "/") {
      H5Fopen(name, padawann_read_only(), access.id)
    }
    let root = try Handle(.damaged, "the root group cannot be opened", at: "/") {
      H5Gopen2(file.id, "/", padawann_default())
    }
    self = try ImageReader.group(root, at: "/")
  }
}

/// Walks a file that ``ImageProfile`` has checked: links are hard and form a tree, values are whole and in the file.
private enum ImageReader {
  static func group(_ group: borrowing Handle, at path: String) throws(HDF5Error) -> HDFGroup {
    let id = group.id
    let settings = try Handle(.damaged, "the group cannot be read", at: path) { H5Gget_create_plist(id) }
    var result = HDFGroup()
    result.attributes = try attributes(of: group, settings, at: path)
    let order = try order(settings, at: path) { H5Pget_link_creation_order($0, &$1) }
    for link in try links(of: group, order, at: path) {
      try readLink(link, of: group, at: path, into: &result)
    }
    return result
  }

  private struct Link {
    let name: String?
    let facts: padawann_link
  }

  /// All links in one pass: the library sorts all of a group's links for each that is asked for by its position.
  private static func links(
    of group: borrowing Handle, _ order: H5_index_t, at path: String
  ) throws(HDF5Error) -> [Link] {
    let id = group.id
    var links: [Link] = []
    _ = try withUnsafeMutablePointer(to: &links) { found throws(HDF5Error) in
      try Library.call(.damaged, "the links of the group cannot be read", at: path) {
        padawann_visit_links(
          id, order,
          { _, name, facts, context in
            guard let name, let facts, let context else { return -1 }
            let link = Link(name: String(validatingCString: name), facts: facts.pointee)
            context.assumingMemoryBound(to: [Link].self).pointee.append(link)
            return 0
          }, found)
      }
    }
    return links
  }

  private static func readLink(
    _ link: Link, of group: borrowing Handle, at path: String, into result: inout HDFGroup
  ) throws(HDF5Error) {
    guard let name = link.name else { throw HDF5Error(.damaged, "the name of a link is not UTF-8", at: path) }
    let inner = path.appending(component: name)
    let id = group.id
    let object = try Handle(.damaged, "the object cannot be opened", at: inner) {
      padawann_open(id, link.facts)
    }
    let objectID = object.id
    if Library.ask({ H5Iget_type(objectID) }) == H5I_GROUP {
      result.groups.append(HDFEntry(name, try self.group(object, at: inner)))
    } else {
      result.datasets.append(HDFEntry(name, try dataset(object, at: inner)))
    }
  }

  private static func dataset(_ dataset: borrowing Handle, at path: String) throws(HDF5Error) -> HDFDataset {
    let id = dataset.id
    let type = try Handle(.damaged, "the type cannot be read", at: path) { H5Dget_type(id) }
    guard let elementType = HDFElementType(of: type) else {
      throw HDF5Error(.unsupported, "its elements are \(describe(type)), which is not read here", at: path)
    }
    let space = try Handle(.damaged, "the shape cannot be read", at: path) { H5Dget_space(id) }
    let shape = try shape(of: space, at: path)
    let settings = try Handle(.damaged, "the dataset cannot be read", at: path) { H5Dget_create_plist(id) }
    let elements = try HDFElements(elementType, count: product(of: shape) ?? 0, at: path) { memory, room in
      H5Dread(id, memory, padawann_whole_space(), padawann_whole_space(), padawann_default(), room)
    }
    var result = HDFDataset(shape: shape, elements)
    result.attributes = try attributes(of: dataset, settings, at: path)
    return result
  }

  private static func attributes(
    of object: borrowing Handle, _ settings: borrowing Handle, at path: String
  ) throws(HDF5Error) -> [HDFEntry<HDFValue>] {
    let id = object.id
    var count: hsize_t = 0
    _ = try Library.call(.damaged, "the object cannot be read", at: path) {
      padawann_attribute_count(id, &count)
    }
    let order = try order(settings, at: path) { H5Pget_attr_creation_order($0, &$1) }
    var result: [HDFEntry<HDFValue>] = []
    for position in 0..<count {
      let attribute = try StoredAttribute(of: object, order, position: position, at: path)
      result.append(HDFEntry(attribute.name, try attribute.value()))
    }
    return result
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
