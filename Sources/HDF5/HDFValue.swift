/// Numbers of one type, as a dataset or an array attribute stores them.
public enum HDFElements: Equatable, Sendable {
  /// Unsigned bytes.
  case uint8([UInt8])
  /// Signed 32-bit integers.
  case int32([Int32])
  /// Signed 64-bit integers.
  case int64([Int64])
  /// IEEE half precision, as bit patterns (``Swift/Float/init(half:)``): `Float16` does not exist on every platform.
  case float16([UInt16])
  /// IEEE single precision.
  case float32([Float])
  /// IEEE double precision.
  case float64([Double])

  /// How many numbers there are.
  public var count: Int {
    switch self {
    case .uint8(let values): values.count
    case .int32(let values): values.count
    case .int64(let values): values.count
    case .float16(let values): values.count
    case .float32(let values): values.count
    case .float64(let values): values.count
    }
  }

  /// Their type.
  public var type: HDFElementType {
    switch self {
    case .uint8: .uint8
    case .int32: .int32
    case .int64: .int64
    case .float16: .float16
    case .float32: .float32
    case .float64: .float64
    }
  }
}

/// The type of one number; in a file it is little-endian.
public enum HDFElementType: String, CaseIterable, Sendable {
  /// Unsigned byte.
  case uint8
  /// Signed 32-bit integer.
  case int32
  /// Signed 64-bit integer.
  case int64
  /// IEEE half precision. Attributes do not have it.
  case float16
  /// IEEE single precision.
  case float32
  /// IEEE double precision.
  case float64

  /// Its size in a file and in memory.
  public var byteCount: Int {
    switch self {
    case .uint8: 1
    case .float16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }
}

/// What an attribute holds.
///
/// A scalar unsigned byte or 32-bit integer in a foreign file is read as ``integer(_:)``, and so written as 64 bits.
public enum HDFValue: Equatable, Sendable {
  /// A scalar integer, stored with 64 bits.
  case integer(Int64)
  /// A scalar of single precision.
  case float32(Float)
  /// A scalar of double precision.
  case float64(Double)
  /// A scalar text, stored as UTF-8 padded with zero bytes. It has no U+0000.
  case text(String)
  /// A list of texts, stored as UTF-8 and all padded to the same number of bytes.
  case texts([String])
  /// A list of numbers (one dimension).
  case array(HDFElements)
}

// MARK: - Equality

extension HDFElements {
  /// Whether a file has the same bits for both: not a number equals itself, and 0 is not -0.
  public static func == (first: HDFElements, second: HDFElements) -> Bool {
    switch (first, second) {
    case (.uint8(let mine), .uint8(let other)): mine == other
    case (.int32(let mine), .int32(let other)): mine == other
    case (.int64(let mine), .int64(let other)): mine == other
    case (.float16(let mine), .float16(let other)): mine == other
    case (.float32(let mine), .float32(let other)):
      mine.elementsEqual(other) { $0.bitPattern == $1.bitPattern }
    case (.float64(let mine), .float64(let other)):
      mine.elementsEqual(other) { $0.bitPattern == $1.bitPattern }
    default: false
    }
  }
}

extension HDFValue {
  /// Whether a file has the same bits for both: not a number equals itself, and 0 is not -0.
  public static func == (first: HDFValue, second: HDFValue) -> Bool {
    switch (first, second) {
    case (.integer(let mine), .integer(let other)): mine == other
    case (.float32(let mine), .float32(let other)): mine.bitPattern == other.bitPattern
    case (.float64(let mine), .float64(let other)): mine.bitPattern == other.bitPattern
    case (.text(let mine), .text(let other)): mine.utf8.elementsEqual(other.utf8)
    case (.texts(let mine), .texts(let other)):
      mine.elementsEqual(other) { $0.utf8.elementsEqual($1.utf8) }
    case (.array(let mine), .array(let other)): mine == other
    default: false
    }
  }
}
