import CHDF5

/// One attribute of an open object.
struct StoredAttribute: ~Copyable {
  let name: String
  private let attribute: Handle
  private let place: String

  /// Opens the attribute at a position.
  init(of object: borrowing Handle, _ order: H5_index_t, position: hsize_t, at path: String) throws(HDF5Error)
  {
    let owner = object.id
    let opened = try Handle(.damaged, "attribute \(position) cannot be opened", at: path) {
      H5Aopen_by_idx(
        owner, ".", order, H5_ITER_INC, position, padawann_default(), padawann_default())
    }
    let found = try text(.damaged, "the name of attribute \(position) cannot be read", at: path) {
      H5Aget_name(opened.id, $1, $0)
    }
    name = found
    place = path.naming(attribute: found)
    attribute = opened
  }

  /// The value; ``ImageProfile`` has checked that its type and shape are ones that this module stores.
  func value() throws(HDF5Error) -> HDFValue {
    let id = attribute.id
    let type = try Handle(.damaged, "the type cannot be read", at: place) { H5Aget_type(id) }
    let space = try Handle(.damaged, "the shape cannot be read", at: place) { H5Aget_space(id) }
    let shape = try shape(of: space, at: place)
    if let elementType = HDFElementType(of: type) {
      return try numbers(elementType, shape)
    }
    return try texts(type, shape)
  }

  private func numbers(
    _ type: HDFElementType, _ shape: [Int]
  ) throws(HDF5Error) -> HDFValue {
    let count = try checkedCount(shape, type.byteCount)
    let id = attribute.id
    let elements = try HDFElements(type, count: count, at: place) { H5Aread(id, $0, $1) }
    return shape.isEmpty ? elements.scalar ?? .array(elements) : .array(elements)
  }

  private func texts(
    _ type: borrowing Handle, _ shape: [Int]
  ) throws(HDF5Error) -> HDFValue {
    let (id, typeID) = (attribute.id, type.id)
    guard Library.ask({ H5Tget_class(typeID) == H5T_STRING && H5Tis_variable_str(typeID) == 0 }) else {
      throw HDF5Error(.unsupported, "its type is \(describe(type)), which is not read here", at: place)
    }
    let width = Library.ask { H5Tget_size(typeID) }
    let count = try checkedCount(shape, width)
    let bytes = try filled(UInt8(0), count * width, at: place) { H5Aread(id, typeID, $0) }
    var texts: [String] = []
    for start in stride(from: 0, to: bytes.count, by: max(1, width)) {
      texts.append(try Self.unpadded(bytes[start..<start + width], at: place))
    }
    if shape.isEmpty, let text = texts.first { return .text(text) }
    return .texts(texts)
  }

  /// The number of elements, once it is certain that the file has that many bytes for them.
  private func checkedCount(
    _ shape: [Int], _ byteCount: Int
  ) throws(HDF5Error) -> Int {
    let count = product(of: shape) ?? .max
    let size = saturatingProduct(count, byteCount)
    let id = attribute.id
    guard Library.ask({ H5Aget_storage_size(id) }) == hsize_t(size), size <= 1 << 16 else {
      throw HDF5Error(.damaged, "its stored size does not fit its shape \(shape)", at: place)
    }
    return count
  }

  private static func unpadded(_ bytes: ArraySlice<UInt8>, at place: String) throws(HDF5Error) -> String {
    let used = bytes.prefix { $0 != 0 }
    guard bytes[used.endIndex...].allSatisfy({ $0 == 0 }) else {
      throw HDF5Error(.damaged, "the text goes on after its end (a zero byte)", at: place)
    }
    guard let text = String(validating: used, as: UTF8.self) else {
      throw HDF5Error(.damaged, "the text is not UTF-8", at: place)
    }
    return text
  }
}

extension HDFElements {
  /// The first number as a scalar attribute.
  fileprivate var scalar: HDFValue? {
    switch self {
    case .uint8(let values): values.first.map { .integer(Int64($0)) }
    case .int32(let values): values.first.map { .integer(Int64($0)) }
    case .int64(let values): values.first.map { .integer($0) }
    case .float16: nil
    case .float32(let values): values.first.map { .float32($0) }
    case .float64(let values): values.first.map { .float64($0) }
    }
  }
}

extension HDFElementType {
  /// The type that an open type of a file is, bit for bit; nil when it is another one.
  init?(of type: borrowing Handle) {
    let id = type.id
    for candidate in Self.allCases {
      let known = candidate.fileIdentifier
      if Library.ask({ H5Tequal(id, known) }) > 0 {
        self = candidate
        return
      }
    }
    return nil
  }
}

/// A name from the library: asked for its length first, then for its bytes.
func text(
  _ kind: HDF5Error.Kind, _ failure: String, at path: String,
  _ read: (UnsafeMutablePointer<CChar>?, Int) -> Int
) throws(HDF5Error) -> String {
  let count = try Library.call(kind, failure, at: path) { read(nil, 0) }
  guard count < 1 << 16 else { throw HDF5Error(kind, failure, at: path) }
  var buffer = [CChar](repeating: 0, count: count + 1)
  let room = buffer.count
  _ = try buffer.withUnsafeMutableBufferPointer { bytes throws(HDF5Error) in
    try Library.call(kind, failure, at: path) { read(bytes.baseAddress, room) }
  }
  guard let name = String(validating: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  else {
    throw HDF5Error(.damaged, "a name is not UTF-8", at: path)
  }
  return name
}
