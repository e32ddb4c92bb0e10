/// The IDX format of MNIST (LeCun, Cortes and Burges): two zero bytes, the element type, the number of dimensions, each
/// size as a big-endian 32-bit integer, then the values, big-endian.
extension StoredArray {
  /// Reads an IDX file of one to four dimensions.
  ///
  /// - Parameters:
  ///   - bytes: the whole file, already inflated.
  ///   - limit: how many bytes its numbers may take in memory.
  /// - Throws: ``PadawannError`` `data` when the header is not one of IDX or the file is longer or shorter than it says.
  package init(idx bytes: [UInt8], limit: Int = 8 << 30) throws(PadawannError) {
    var reader = ByteReader(bytes)
    guard try reader.integer(UInt16.self, bigEndian: true) == 0 else {
      throw PadawannError(
        .data, "this is not an IDX file: it does not start with two zero bytes", at: "byte 0")
    }
    let code = try reader.byte()
    guard let type = IDXElement(rawValue: code) else {
      throw PadawannError(.data, "\(code) is not an element type of IDX", at: "byte 2")
    }
    let rank = Int(try reader.byte())
    guard (1...4).contains(rank) else {
      throw PadawannError(.data, "\(rank) dimensions are announced; 1 to 4 are possible", at: "byte 3")
    }
    var sizes: [Int] = []
    for _ in 0..<rank { sizes.append(Int(try reader.integer(UInt32.self, bigEndian: true))) }
    let count = try Self.product(sizes)
    guard count * type.size == reader.remaining else {
      throw PadawannError(
        .data,
        "the header announces \(count * type.size) bytes of values (\(sizes)) and \(reader.remaining) follow",
        remedy: "Get the file again")
    }
    try Self.check(count, bytesEach: type.sizeInMemory, limit: limit)
    try self.init(sizes: sizes, values: type.values(of: &reader, count: count))
  }
}

/// The element types of IDX; raw values are the third byte of a file.
private enum IDXElement: UInt8 {
  case uint8 = 0x08
  case int8 = 0x09
  case int16 = 0x0b
  case int32 = 0x0c
  case float32 = 0x0d
  case float64 = 0x0e

  var size: Int {
    switch self {
    case .uint8, .int8: 1
    case .int16: 2
    case .int32, .float32: 4
    case .float64: 8
    }
  }

  /// Integers but the unsigned bytes become `Int`, reals become `Float`.
  var sizeInMemory: Int {
    switch self {
    case .uint8: 1
    case .float32, .float64: 4
    case .int8, .int16, .int32: 8
    }
  }

  func values(of reader: inout ByteReader, count: Int) throws(PadawannError) -> StoredArray.Values {
    switch self {
    case .uint8: return .bytes(Array(try reader.take(count)))
    case .int8: return .integers(try reader.take(count).map { Int(Int8(bitPattern: $0)) })
    case .int16: return .integers(try integers(Int16.self, &reader, count).map { Int($0) })
    case .int32: return .integers(try integers(Int32.self, &reader, count).map { Int($0) })
    case .float32:
      return .floats(try integers(UInt32.self, &reader, count).map { Float(bitPattern: $0) })
    case .float64:
      return .floats(try integers(UInt64.self, &reader, count).map { Float(Double(bitPattern: $0)) })
    }
  }

  private func integers<I: FixedWidthInteger>(_ type: I.Type, _ reader: inout ByteReader, _ count: Int)
    throws(PadawannError) -> [I]
  {
    var values: [I] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try reader.integer(type, bigEndian: true)) }
    return values
  }
}
