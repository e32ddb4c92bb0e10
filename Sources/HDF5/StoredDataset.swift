import CHDF5

/// One open dataset of a file that another program wrote.
struct StoredDataset: ~Copyable {
  let shape: [Int]
  let isFloat: Bool
  let isInteger: Bool
  let isUnsigned: Bool
  private let byteCount: Int
  private let path: String
  private let dataset: Handle

  var isUnsignedByte: Bool { isInteger && isUnsigned && byteCount == 1 }

  /// Opens the dataset at a path, all of whose components must be hard links.
  init(at path: String, in file: borrowing Handle) throws(HDF5Error) {
    try Self.checkLinks(path, in: file)
    let fileID = file.id
    let opened = try Handle(.missing, "the file has no dataset at this path", at: path) {
      H5Dopen2(fileID, path, padawann_default())
    }
    let id = opened.id
    let type = try Handle(.damaged, "the type cannot be read", at: path) { H5Dget_type(id) }
    let (family, size, sign) = Library.ask {
      (H5Tget_class(type.id), H5Tget_size(type.id), H5Tget_sign(type.id))
    }
    guard family == H5T_INTEGER || family == H5T_FLOAT, size <= 16 else {
      throw HDF5Error(.unsupported, "its elements are \(describe(type)), which is not read", at: path)
    }
    let space = try Handle(.damaged, "the shape cannot be read", at: path) { H5Dget_space(id) }
    shape = try HDF5.shape(of: space, at: path)
    isFloat = family == H5T_FLOAT
    isInteger = family == H5T_INTEGER && size <= 8
    isUnsigned = sign == H5T_SGN_NONE
    byteCount = size
    self.path = path
    dataset = opened
  }

  /// Reads all values into numbers of another type, once it is certain that the file has them and that they are no
  /// more than the limit.
  func read<Number: BitwiseCopyable>(
    _ zero: Number, _ limits: ReadLimits, _ memoryType: () -> hid_t
  ) throws(HDF5Error) -> [Number] {
    let count = product(of: shape) ?? .max
    let wider = max(byteCount, MemoryLayout<Number>.stride)
    guard saturatingProduct(count, wider) <= limits.payloadBytes else {
      throw HDF5Error(
        .tooLarge, "the shape \(shape) takes more than the limit of \(limits.payloadBytes) bytes", at: path)
    }
    try checkStorage(count, limits)
    let (id, memory) = (dataset.id, Library.ask(memoryType))
    return try filled(zero, count, at: path) {
      H5Dread(id, memory, padawann_whole_space(), padawann_whole_space(), padawann_default(), $0)
    }
  }

  /// An error about what the dataset holds.
  func refusal(_ content: String) -> HDF5Error {
    HDF5Error(.unsupported, "the dataset has \(content)", at: path)
  }

  private func checkStorage(_ count: Int, _ limits: ReadLimits) throws(HDF5Error) {
    let id = dataset.id
    let layout = try StoredLayout(of: dataset, rank: shape.count, at: path)
    let stored = Library.ask { H5Dget_storage_size(id) }
    guard count == 0 || stored > 0 else {
      throw HDF5Error(.damaged, "the shape \(shape) is declared, but no values are stored", at: path)
    }
    switch layout {
    case .compact, .contiguous:
      guard stored == hsize_t(saturatingProduct(count, byteCount)) else {
        throw HDF5Error(.damaged, "the shape \(shape) does not fit the \(stored) bytes stored", at: path)
      }
    case .chunked(let chunk, let filters):
      let known = [H5Z_FILTER_DEFLATE, H5Z_FILTER_SHUFFLE, H5Z_FILTER_FLETCHER32]
      for filter in filters where !known.contains(filter) {
        throw HDF5Error(
          .unsupported, "its values went through filter \(filter) (deflate and shuffle are read)", at: path)
      }
      guard saturatingProduct(product(of: chunk) ?? .max, byteCount) <= limits.payloadBytes else {
        throw HDF5Error(.tooLarge, "its chunks of shape \(chunk) are larger than the limit", at: path)
      }
    }
  }

  /// Follows a path link by link: the library itself would follow soft and external ones without asking.
  private static func checkLinks(_ path: String, in file: borrowing Handle) throws(HDF5Error) {
    let id = file.id
    var prefix = "/"
    for component in path.split(separator: "/") {
      guard component != "." else { continue }
      prefix = prefix.appending(component: String(component))
      let place = prefix
      let kind = Library.ask { padawann_named_link_type(id, place) }
      guard kind >= 0 else { throw HDF5Error(.missing, "the file has no object at this path", at: prefix) }
      guard kind == H5L_TYPE_HARD.rawValue else {
        throw HDF5Error(.unsupported, "a soft or external link leads there", at: prefix)
      }
    }
  }
}
