/// A data type as a header message spells it, as far as the profile has it.
enum StoredType: Equatable {
  case number(HDFElementType)
  case text(width: Int)
  case other

  /// Compares the message with the few spellings that there are; anything else is another type.
  init(_ message: ArraySlice<UInt8>) {
    // Versions 1 and 3 spell these types alike.
    guard let first = message.first, [1, 3].contains(first >> 4) else {
      self = .other
      return
    }
    let spelling = [first & 0x0f] + message.dropFirst()
    if let type = HDFElementType.allCases.first(where: { spelling.starts(with: $0.spelling) }) {
      self = .number(type)
    } else if spelling.count >= 8, spelling[0] == 3, [0x00, 0x01, 0x10, 0x11].contains(spelling[1]),
      spelling[2] == 0, spelling[3] == 0
    {
      let width = Int(truncatingIfNeeded: littleEndian(spelling[4..<8]))
      self = width > 0 ? .text(width: width) : .other
    } else {
      self = .other
    }
  }

  /// The size of one value; nil for a type outside the profile.
  var byteCount: Int? {
    switch self {
    case .number(let type): type.byteCount
    case .text(let width): width
    case .other: nil
    }
  }
}

extension HDFElementType {
  /// Class, bit field, size, bit offset and precision; for floats also where sign, exponent and mantissa are.
  var spelling: [UInt8] {
    switch self {
    case .uint8: [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0]
    case .int32: [0, 8, 0, 0, 4, 0, 0, 0, 0, 0, 32, 0]
    case .int64: [0, 8, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0]
    case .float16: [1, 32, 15, 0, 2, 0, 0, 0, 0, 0, 16, 0, 10, 5, 0, 10, 15, 0, 0, 0]
    case .float32: [1, 32, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0]
    case .float64: [1, 32, 63, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 255, 3, 0, 0]
    }
  }
}

/// A shape as a header message spells it: version 2, a scalar or fixed lengths.
func storedShape(_ message: ArraySlice<UInt8>, at path: String) throws(HDF5Error) -> [Int] {
  var cursor = ByteCursor(message, at: path)
  let version = try cursor.byte()
  guard version == 2 else {
    throw HDF5Error(.unsupported, "its shape has format version \(version), not 2", at: path)
  }
  let (rank, flags, kind) = (Int(try cursor.byte()), try cursor.byte(), try cursor.byte())
  guard kind == 0 && rank == 0 || kind == 1 && rank > 0, rank <= TreeCheck.rank, flags & ~1 == 0 else {
    throw HDF5Error(.unsupported, "its shape is neither a scalar nor up to \(TreeCheck.rank) axes", at: path)
  }
  var shape: [Int] = []
  for _ in 0..<rank { shape.append(try cursor.count(8)) }
  if flags & 1 != 0 {
    for length in shape where try cursor.number(8) != UInt64(length) {
      throw HDF5Error(.unsupported, "its shape is not fixed (largest lengths differ)", at: path)
    }
  }
  guard product(of: shape) != nil else {
    throw HDF5Error(.tooLarge, "the shape \(shape) has more elements than can be counted", at: path)
  }
  return shape
}
