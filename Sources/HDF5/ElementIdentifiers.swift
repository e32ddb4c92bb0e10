import CHDF5

extension HDFElementType {
  /// The library's type in a file. It belongs to the library and is never given back.
  var fileIdentifier: hid_t {
    if self == .float16 { return Library.halfType }
    return Library.ask {
      switch self {
      case .uint8: padawann_file_uint8()
      case .int32: padawann_file_int32()
      case .int64: padawann_file_int64()
      case .float16, .float32: padawann_file_float32()
      case .float64: padawann_file_float64()
      }
    }
  }

  /// The library's type in memory. It belongs to the library and is never given back.
  var memoryIdentifier: hid_t {
    if self == .float16 { return Library.halfType }
    return Library.ask {
      switch self {
      case .uint8: padawann_memory_uint8()
      case .int32: padawann_memory_int32()
      case .int64: padawann_memory_int64()
      case .float16, .float32: padawann_memory_float32()
      case .float64: padawann_memory_float64()
      }
    }
  }
}

extension HDFElements {
  /// Lends the numbers as they lie in memory.
  func withPointer<Result>(_ body: (UnsafeRawPointer?) -> Result) -> Result {
    switch self {
    case .uint8(let values): values.withUnsafeBytes { body($0.baseAddress) }
    case .int32(let values): values.withUnsafeBytes { body($0.baseAddress) }
    case .int64(let values): values.withUnsafeBytes { body($0.baseAddress) }
    case .float16(let values): values.withUnsafeBytes { body($0.baseAddress) }
    case .float32(let values): values.withUnsafeBytes { body($0.baseAddress) }
    case .float64(let values): values.withUnsafeBytes { body($0.baseAddress) }
    }
  }

  /// Has the library fill `count` numbers of a type.
  ///
  /// - Parameter read: a call such as `H5Dread`, given the type in memory and the room for the numbers.
  init(
    _ type: HDFElementType, count: Int, at path: String,
    reading read: (hid_t, UnsafeMutableRawPointer) -> herr_t
  ) throws(HDF5Error) {
    let memory = type.memoryIdentifier
    self =
      switch type {
      case .uint8: .uint8(try filled(0, count, at: path) { read(memory, $0) })
      case .int32: .int32(try filled(0, count, at: path) { read(memory, $0) })
      case .int64: .int64(try filled(0, count, at: path) { read(memory, $0) })
      case .float16: .float16(try filled(0, count, at: path) { read(memory, $0) })
      case .float32: .float32(try filled(0, count, at: path) { read(memory, $0) })
      case .float64: .float64(try filled(0, count, at: path) { read(memory, $0) })
      }
  }
}

/// An array that the library fills. The caller has checked that the count is what the file really has.
func filled<Element: BitwiseCopyable>(
  _ zero: Element, _ count: Int, at path: String, _ read: (UnsafeMutableRawPointer) -> herr_t
) throws(HDF5Error) -> [Element] {
  var values = [Element](repeating: zero, count: count)
  guard count > 0 else { return values }
  try values.withUnsafeMutableBufferPointer { buffer throws(HDF5Error) in
    guard let base = buffer.baseAddress else { return }
    _ = try Library.call(.damaged, "the values cannot be read", at: path) {
      read(UnsafeMutableRawPointer(base))
    }
  }
  return values
}
