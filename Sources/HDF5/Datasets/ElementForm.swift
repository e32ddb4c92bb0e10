/// How a file stores the elements of a dataset.
///
/// Source: HDF5 File Format Specification, section IV.A.2.d "The Datatype Message".
enum ElementForm: Equatable {
  /// Numbers of one of the types that can be read.
  case number(NumberForm)
  /// Anything else, in words.
  case other(String)

  /// Reads the message about the type.
  init(_ message: ByteCursor) throws(HDF5Error) {
    var cursor = message
    let head = try cursor.byte()
    let flags = try cursor.number(3)
    let size = try cursor.count(4)
    switch head & 0x0f {
    case 0, 4: self = try Self.integer(&cursor, flags, size)
    case 1: self = try Self.float(&cursor, flags, size)
    case 8: self = try Self.enumeration(cursor)
    case let family: self = .other(Self.name(ofFamily: family, flags))
    }
  }

  /// How the type is called in lists and errors.
  var description: String {
    switch self {
    case .number(let form): form.description
    case .other(let description): description
    }
  }

  private static func integer(_ cursor: inout ByteCursor, _ flags: UInt64, _ size: Int) throws(HDF5Error)
    -> ElementForm
  {
    let (offset, precision) = (try cursor.count(2), try cursor.count(2))
    guard [1, 2, 4, 8].contains(size), offset == 0, precision == 8 * size else {
      return .other("integers of \(precision) bits in \(size) bytes")
    }
    let kind = flags & 8 == 0 ? NumberForm.Kind.unsigned : .signed
    return .number(NumberForm(kind: kind, byteCount: size, isBigEndian: flags & 1 != 0))
  }

  private static func float(_ cursor: inout ByteCursor, _ flags: UInt64, _ size: Int) throws(HDF5Error)
    -> ElementForm
  {
    let (offset, precision) = (try cursor.count(2), try cursor.count(2))
    var places: [Int] = []
    for _ in 0..<4 { places.append(try cursor.count(1)) }
    let bias = try cursor.count(4)
    let spelling = FloatSpelling(sign: Int(flags >> 8 & 0xff), places: places, bias: bias)
    // The leading bit of the mantissa is implied; the order of bytes is not VAX's.
    guard offset == 0, precision == 8 * size, flags & 0x30 == 0x20, flags & 0x40 == 0,
      let kind = spelling.kind(size)
    else { return .other("floats of \(precision) bits of a format of their own") }
    return .number(NumberForm(kind: kind, byteCount: size, isBigEndian: flags & 1 != 0))
  }

  /// An enumeration has the integers of its base type, which comes first; names of values are not needed.
  private static func enumeration(_ message: ByteCursor) throws(HDF5Error) -> ElementForm {
    var cursor = message
    guard try cursor.byte() & 0x0f == 0 else { return .other("enumerated, but no integers") }
    let flags = try cursor.number(3)
    let size = try cursor.count(4)
    guard case .number(var form) = try integer(&cursor, flags, size) else {
      return .other("enumerated integers of an unusual size")
    }
    form.isEnumerated = true
    return .number(form)
  }

  private static func name(ofFamily family: UInt8, _ flags: UInt64) -> String {
    switch family {
    case 2: "times"
    case 3: "text"
    case 5: "opaque bytes"
    case 6: "compound"
    case 7: "references"
    case 9: flags & 0x0f == 1 ? "variable-length text" : "variable-length lists"
    case 10: "arrays"
    case 11: "complex numbers"
    default: "of the unknown kind \(family)"
    }
  }
}

/// The type of a number in a file.
struct NumberForm: Equatable {
  /// What the bits mean.
  enum Kind {
    case unsigned, signed, float, bfloat
  }

  var kind: Kind
  /// The size of one number: 1, 2, 4 or 8.
  var byteCount: Int
  var isBigEndian: Bool
  /// Whether the type names its values, as h5py does for truth values.
  var isEnumerated = false

  var isInteger: Bool { kind == .unsigned || kind == .signed }

  /// For example `uint8` or `float64 (big-endian)`.
  var description: String {
    let family =
      switch kind {
      case .unsigned: "uint"
      case .signed: "int"
      case .float: "float"
      case .bfloat: "bfloat"
      }
    let order = isBigEndian && byteCount > 1 ? " (big-endian)" : ""
    return "\(family)\(8 * byteCount)\(order)\(isEnumerated ? " (enumerated)" : "")"
  }
}

/// Where sign, exponent and mantissa of a float are.
private struct FloatSpelling {
  let sign: Int
  /// Place and size of the exponent, place and size of the mantissa.
  let places: [Int]
  let bias: Int

  func kind(_ byteCount: Int) -> NumberForm.Kind? {
    switch (byteCount, sign, places, bias) {
    case (2, 15, [10, 5, 0, 10], 15), (4, 31, [23, 8, 0, 23], 127), (8, 63, [52, 11, 0, 52], 1023): .float
    case (2, 15, [7, 8, 0, 7], 127): .bfloat
    default: nil
    }
  }
}
