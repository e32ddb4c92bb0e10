extension NumberForm {
  /// Numbers in single precision; wider ones are rounded to the nearest, ties to even.
  func floats(_ bytes: [UInt8]) -> [Float] {
    switch (kind, byteCount) {
    case (.float, 2): map(bytes) { (bits: UInt16) in Float(half: bits) }
    case (.float, 4): map(bytes) { (bits: UInt32) in Float(bitPattern: bits) }
    case (.float, _): map(bytes) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case (.bfloat, _): map(bytes) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    case (.unsigned, 1): map(bytes) { (bits: UInt8) in Float(bits) }
    case (.unsigned, 2): map(bytes) { (bits: UInt16) in Float(bits) }
    case (.unsigned, 4): map(bytes) { (bits: UInt32) in Float(bits) }
    case (.unsigned, _): map(bytes) { (bits: UInt64) in Float(bits) }
    case (.signed, 1): map(bytes) { (bits: UInt8) in Float(Int8(bitPattern: bits)) }
    case (.signed, 2): map(bytes) { (bits: UInt16) in Float(Int16(bitPattern: bits)) }
    case (.signed, 4): map(bytes) { (bits: UInt32) in Float(Int32(bitPattern: bits)) }
    case (.signed, _): map(bytes) { (bits: UInt64) in Float(Int64(bitPattern: bits)) }
    }
  }

  /// Integers; nil when one needs an unsigned 64-bit type. The type must be an integer type.
  func integers(_ bytes: [UInt8]) -> [Int64]? {
    switch (kind, byteCount) {
    case (.unsigned, 1): return map(bytes) { (bits: UInt8) in Int64(bits) }
    case (.unsigned, 2): return map(bytes) { (bits: UInt16) in Int64(bits) }
    case (.unsigned, 4): return map(bytes) { (bits: UInt32) in Int64(bits) }
    case (.signed, 1): return map(bytes) { (bits: UInt8) in Int64(Int8(bitPattern: bits)) }
    case (.signed, 2): return map(bytes) { (bits: UInt16) in Int64(Int16(bitPattern: bits)) }
    case (.signed, 4): return map(bytes) { (bits: UInt32) in Int64(Int32(bitPattern: bits)) }
    default:
      let numbers = map(bytes) { (bits: UInt64) in Int64(bitPattern: bits) }
      return kind == .unsigned && numbers.contains { $0 < 0 } ? nil : numbers
    }
  }

  /// Calls `transform` with the bits of each whole number.
  private func map<Bits: FixedWidthInteger, Number>(_ bytes: [UInt8], _ transform: (Bits) -> Number)
    -> [Number]
  {
    let size = MemoryLayout<Bits>.size
    return bytes.withUnsafeBytes { raw in
      [Number](unsafeUninitializedCapacity: raw.count / size) { numbers, count in
        count = raw.count / size
        for position in 0..<count {
          let bits = raw.loadUnaligned(fromByteOffset: position * size, as: Bits.self)
          let value = transform(isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits))
          numbers.initializeElement(at: position, to: value)
        }
      }
    }
  }
}
