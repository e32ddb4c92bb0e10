import HDF5

/// The type of the numbers that a file stores, named as safetensors does but in lower case.
package enum ElementType: String, Sendable, Hashable, CaseIterable {
  /// IEEE 754 binary64.
  case f64
  /// IEEE 754 binary32.
  case f32
  /// IEEE 754 binary16.
  case f16
  /// The upper half of a binary32 ("bfloat16").
  case bf16
  /// A signed integer.
  case i64, i32, i16, i8
  /// An unsigned integer.
  case u64, u32, u16, u8
  /// One byte that is 0 or 1.
  case bool

  /// The size of one element in bytes.
  package var byteCount: Int {
    switch self {
    case .f64, .i64, .u64: 8
    case .f32, .i32, .u32: 4
    case .f16, .bf16, .i16, .u16: 2
    case .i8, .u8, .bool: 1
    }
  }

  /// How reports name it, for example `f32`.
  package var name: String { rawValue }

  /// Whether elements are floating-point numbers.
  package var isFloatingPoint: Bool {
    switch self {
    case .f64, .f32, .f16, .bf16: true
    default: false
    }
  }

  /// Elements as `Float`, one after the other.
  ///
  /// Values that `Float` does not have (most of `f64`, large integers) are rounded to the nearest, ties to even.
  ///
  /// - Parameters:
  ///   - bytes: whole elements; trailing bytes that fill no element are left aside.
  ///   - bigEndian: whether the elements are stored most significant byte first.
  /// - Throws: ``PadawannError`` `data` when a truth value is neither 0 nor 1.
  package func floats(_ bytes: ArraySlice<UInt8>, bigEndian: Bool = false) throws(PadawannError) -> [Float] {
    switch self {
    case .f64: Self.map(bytes, bigEndian) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case .f32: Self.map(bytes, bigEndian) { (bits: UInt32) in Float(bitPattern: bits) }
    case .f16: Self.map(bytes, bigEndian, Float.init(half:))
    case .bf16: Self.map(bytes, bigEndian) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    case .i64: Self.map(bytes, bigEndian) { (bits: UInt64) in Float(Int64(bitPattern: bits)) }
    case .i32: Self.map(bytes, bigEndian) { (bits: UInt32) in Float(Int32(bitPattern: bits)) }
    case .i16: Self.map(bytes, bigEndian) { (bits: UInt16) in Float(Int16(bitPattern: bits)) }
    case .i8: Self.map(bytes, bigEndian) { (bits: UInt8) in Float(Int8(bitPattern: bits)) }
    case .u64: Self.map(bytes, bigEndian) { (bits: UInt64) in Float(bits) }
    case .u32: Self.map(bytes, bigEndian) { (bits: UInt32) in Float(bits) }
    case .u16: Self.map(bytes, bigEndian) { (bits: UInt16) in Float(bits) }
    case .u8: bytes.map { Float($0) }
    case .bool: try Self.truthValues(bytes).map { Float($0) }
    }
  }

  /// Elements as integers, without any rounding.
  ///
  /// - Throws: ``PadawannError`` `data` when the type is not an integer type, a number exceeds `Int`, or a truth value is
  ///   neither 0 nor 1.
  package func integers(_ bytes: ArraySlice<UInt8>, bigEndian: Bool = false) throws(PadawannError) -> [Int] {
    switch self {
    case .f64, .f32, .f16, .bf16:
      throw PadawannError(.data, "integers are needed where the elements are \(name)")
    case .i64: return Self.map(bytes, bigEndian) { (bits: UInt64) in Int(truncatingIfNeeded: bits) }
    case .i32: return Self.map(bytes, bigEndian) { (bits: UInt32) in Int(Int32(bitPattern: bits)) }
    case .i16: return Self.map(bytes, bigEndian) { (bits: UInt16) in Int(Int16(bitPattern: bits)) }
    case .i8: return Self.map(bytes, bigEndian) { (bits: UInt8) in Int(Int8(bitPattern: bits)) }
    case .u64:
      let numbers = Self.map(bytes, bigEndian) { (bits: UInt64) in Int(truncatingIfNeeded: bits) }
      guard let large = numbers.firstIndex(where: { $0 < 0 }) else { return numbers }
      throw PadawannError(.data, "element \(large) exceeds \(Int.max)")
    case .u32: return Self.map(bytes, bigEndian) { (bits: UInt32) in Int(bits) }
    case .u16: return Self.map(bytes, bigEndian) { (bits: UInt16) in Int(bits) }
    case .u8: return bytes.map { Int($0) }
    case .bool: return try Self.truthValues(bytes).map { Int($0) }
    }
  }

  private static func truthValues(_ bytes: ArraySlice<UInt8>) throws(PadawannError) -> ArraySlice<UInt8> {
    guard let wrong = bytes.firstIndex(where: { $0 > 1 }) else { return bytes }
    throw PadawannError(
      .data,
      "element \(wrong - bytes.startIndex) is a truth value with the byte \(bytes[wrong]); only 0 and 1 exist"
    )
  }

  /// Calls `transform` with the bit pattern of each element.
  private static func map<Bits: FixedWidthInteger, Value>(
    _ bytes: ArraySlice<UInt8>, _ bigEndian: Bool, _ transform: (Bits) -> Value
  ) -> [Value] {
    let size = Bits.bitWidth / 8
    var result: [Value] = []
    result.reserveCapacity(bytes.count / size)
    for start in stride(from: bytes.startIndex, through: bytes.endIndex - size, by: size) {
      var bits: Bits = 0
      for position in 0..<size { bits |= Bits(truncatingIfNeeded: bytes[start + position]) << (8 * position) }
      result.append(transform(bigEndian ? bits.byteSwapped : bits))
    }
    return result
  }
}
