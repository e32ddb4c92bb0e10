import CHDF5

extension HDFGroup {
  /// This group as the root of an HDF5 file in memory.
  ///
  /// The file has superblock version 2, contiguous unfiltered data, no time stamps and no unused bytes, so equal
  /// groups give equal bytes, and each byte is either checked by HDF5 or belongs to a dataset. A dataset without
  /// elements is stored as its shape alone. The library is told to write no file.
  ///
  /// - Throws: ``HDF5Error`` of the kind `misuse` when names, shapes or sizes do not fit into HDF5, naming the
  ///   object; of the kind `library` when libhdf5 fails, for example for lack of memory.
  public func encoded() throws(HDF5Error) -> [UInt8] {
    try TreeCheck.check(self, at: "/")
    return try ImageWriter().encoded(self)
  }
}

/// Builds one file in memory.
private struct ImageWriter: ~Copyable {
  private let datasetCreation: Handle
  private let linkCreation: Handle
  private let attributeCreation: Handle

  init() throws(HDF5Error) {
    let datasets = try Settings.datasetCreation()
    let links = try Settings.linkCreation()
    let attributes = try Settings.attributeCreation()
    datasetCreation = datasets
    linkCreation = links
    attributeCreation = attributes
  }

  func encoded(_ root: HDFGroup) throws(HDF5Error) -> [UInt8] {
    let creation = try Settings.fileCreation(for: root)
    let access = try Settings.imageWriting()
    let name = Library.nextImageName()
    let file = try Handle(.library, "no file can be made in memory", at: "/") {
      H5Fcreate(name, padawann_truncate(), creation.id, access.id)
    }
    let group = try Handle(.library, "the root group cannot be opened", at: "/") {
      H5Gopen2(file.id, "/", padawann_default())
    }
    try write(root, into: group, at: "/")
    _ = try Library.call(.library, "the file cannot be completed", at: "/") {
      H5Fflush(file.id, H5F_SCOPE_GLOBAL)
    }
    return try Self.bytes(of: file)
  }

  private func write(_ group: HDFGroup, into location: borrowing Handle, at path: String) throws(HDF5Error) {
    try write(group.attributes, onto: location, at: path)
    for entry in group.datasets {
      try write(entry, into: location, at: path.appending(component: entry.name))
    }
    for entry in group.groups {
      let inner = path.appending(component: entry.name)
      let creation = try Settings.groupCreation(for: entry.value)
      let made = try makeGroup(entry.name, in: location, creation, at: inner)
      try write(entry.value, into: made, at: inner)
    }
  }

  private func makeGroup(
    _ name: String, in location: borrowing Handle, _ creation: borrowing Handle, at path: String
  ) throws(HDF5Error) -> Handle {
    let (parent, links, settings) = (location.id, linkCreation.id, creation.id)
    return try Handle(.library, "the group cannot be made", at: path) {
      H5Gcreate2(parent, name, links, settings, padawann_default())
    }
  }

  private func write(
    _ entry: HDFEntry<HDFDataset>, into location: borrowing Handle, at path: String
  ) throws(HDF5Error) {
    let (parent, links, settings) = (location.id, linkCreation.id, datasetCreation.id)
    let elements = entry.value.elements
    let space = try dataSpace(entry.value.shape, at: path)
    let type = elements.type.fileIdentifier
    let dataset = try Handle(.library, "the dataset cannot be made", at: path) {
      H5Dcreate2(parent, entry.name, type, space.id, links, settings, padawann_default())
    }
    if elements.count > 0 {
      let memory = elements.type.memoryIdentifier
      let (whole, plain) = (padawann_whole_space(), padawann_default())
      _ = try Library.call(.library, "the dataset cannot be written", at: path) {
        elements.withPointer { H5Dwrite(dataset.id, memory, whole, whole, plain, $0) }
      }
    }
    try write(entry.value.attributes, onto: dataset, at: path)
  }

  private static func bytes(of file: borrowing Handle) throws(HDF5Error) -> [UInt8] {
    let id = file.id
    let count = try Library.call(.library, "the file has no image", at: "/") { H5Fget_file_image(id, nil, 0) }
    var image: [UInt8] = try filled(0, count, at: "/") { H5Fget_file_image(id, $0, count) < 0 ? -1 : 0 }
    // Libraries before 2.0 take the mark of an open file out of the image that they hand over, but leave the checksum
    // as it was with the mark (HDFGroup/hdf5 issue 1915).
    if image.count >= Superblock.byteCount { seal(0..<Superblock.byteCount, of: &image) }
    return image
  }
}

// MARK: - Attributes

extension ImageWriter {
  private func write(
    _ attributes: [HDFEntry<HDFValue>], onto object: borrowing Handle, at path: String
  ) throws(HDF5Error) {
    for entry in attributes {
      let place = path.naming(attribute: entry.name)
      switch entry.value {
      case .integer(let value): try write(.int64([value]), [], entry.name, onto: object, at: place)
      case .float32(let value): try write(.float32([value]), [], entry.name, onto: object, at: place)
      case .float64(let value): try write(.float64([value]), [], entry.name, onto: object, at: place)
      case .array(let values): try write(values, [values.count], entry.name, onto: object, at: place)
      case .text(let text): try write([text], [], entry.name, onto: object, at: place)
      case .texts(let texts): try write(texts, [texts.count], entry.name, onto: object, at: place)
      }
    }
  }

  private func write(
    _ elements: HDFElements, _ shape: [Int], _ name: String, onto object: borrowing Handle, at place: String
  ) throws(HDF5Error) {
    let attribute = try makeAttribute(name, elements.type.fileIdentifier, shape, on: object, at: place)
    guard elements.count > 0 else { return }
    let memory = elements.type.memoryIdentifier
    _ = try Library.call(.library, "the attribute cannot be written", at: place) {
      elements.withPointer { H5Awrite(attribute.id, memory, $0) }
    }
  }

  private func write(
    _ texts: [String], _ shape: [Int], _ name: String, onto object: borrowing Handle, at place: String
  ) throws(HDF5Error) {
    let width = texts.storedWidth
    let type = try Handle(.library, "no text type", at: place) { H5Tcopy(padawann_c_string()) }
    try Settings.set(type) { H5Tset_size($0, width) }
    try Settings.set(type) { H5Tset_strpad($0, H5T_STR_NULLPAD) }
    try Settings.set(type) { H5Tset_cset($0, H5T_CSET_UTF8) }
    let attribute = try makeAttribute(name, type.id, shape, on: object, at: place)
    guard !texts.isEmpty else { return }
    var bytes: [UInt8] = []
    for text in texts {
      bytes += text.utf8
      bytes += repeatElement(0, count: width - text.utf8.count)
    }
    _ = try Library.call(.library, "the attribute cannot be written", at: place) {
      H5Awrite(attribute.id, type.id, bytes)
    }
  }

  private func makeAttribute(
    _ name: String, _ type: hid_t, _ shape: [Int], on object: borrowing Handle, at place: String
  ) throws(HDF5Error) -> Handle {
    let space = try dataSpace(shape, at: place)
    let (owner, settings) = (object.id, attributeCreation.id)
    return try Handle(.library, "the attribute cannot be made", at: place) {
      H5Acreate2(owner, name, type, space.id, settings, padawann_default())
    }
  }
}
