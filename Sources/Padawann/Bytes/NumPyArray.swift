/// An array as NumPy's `.npy` files have it (NEP 1; format versions 1.0 to 3.0).
package struct NumPyArray: Sendable, Equatable {
  /// The sizes, outermost first; empty for a single number.
  package let shape: [Int]
  /// What the elements are.
  package let type: ElementType
  /// The elements, little-endian, in C order.
  package let bytes: [UInt8]

  /// An array of elements that are already little-endian and in C order.
  ///
  /// - Throws: ``PadawannError`` `data` when the shape does not fit the bytes, `unsupported` for `bf16`, which NumPy does
  ///   not have.
  package init(shape: [Int], type: ElementType, bytes: [UInt8]) throws(PadawannError) {
    guard type != .bf16 else {
      throw PadawannError(.unsupported, "NumPy files have no bf16 numbers", remedy: "Convert them to f32")
    }
    guard Self.byteCount(of: shape, type) == bytes.count else {
      throw PadawannError(.data, "\(bytes.count) bytes do not fit the shape \(shape) of \(type.name)")
    }
    self.shape = shape
    self.type = type
    self.bytes = bytes
  }

  /// An array of `f32`.
  package init(shape: [Int], floats: [Float]) throws(PadawannError) {
    try self.init(shape: shape, type: .f32, bytes: Self.little(floats.lazy.map(\.bitPattern), floats.count))
  }

  /// An array of `u8`.
  package init(shape: [Int], bytes: [UInt8]) throws(PadawannError) {
    try self.init(shape: shape, type: .u8, bytes: bytes)
  }

  /// An array of `i64`.
  package init(shape: [Int], integers: [Int]) throws(PadawannError) {
    try self.init(shape: shape, type: .i64, bytes: Self.little(integers, integers.count))
  }

  /// Reads a whole `.npy` file. Its header is parsed as data; Fortran order and big-endian elements are converted.
  ///
  /// - Throws: ``PadawannError`` `data` when the file is malformed or its size is not what the header announces,
  ///   `unsupported` when the elements are objects, records, text, dates or complex numbers.
  package init(npy file: [UInt8]) throws(PadawannError) {
    var reader = ByteReader(file)
    let header = try NumPyHeader(&reader)
    guard let count = Self.byteCount(of: header.shape, header.type), count == reader.remaining else {
      throw PadawannError(
        .data,
        "the shape \(header.shape) of \(header.type.name) does not fit the \(reader.remaining) bytes that follow",
        at: "byte \(reader.position)")
    }
    var bytes = Array(try reader.take(reader.remaining))
    let size = header.type.byteCount
    if header.bigEndian && size > 1 {
      for start in stride(from: 0, to: bytes.count, by: size) { bytes[start..<(start + size)].reverse() }
    }
    if header.fortranOrder && header.shape.count > 1 { bytes = Self.inRowOrder(bytes, header.shape, size) }
    try self.init(shape: header.shape, type: header.type, bytes: bytes)
  }

  /// The number of elements.
  package var count: Int { bytes.count / type.byteCount }

  /// The elements as `Float`; see ``ElementType/floats(_:bigEndian:)``.
  package func floats() throws(PadawannError) -> [Float] { try type.floats(bytes[...]) }

  /// The elements as integers; see ``ElementType/integers(_:bigEndian:)``.
  package func integers() throws(PadawannError) -> [Int] { try type.integers(bytes[...]) }

  /// The array as a `.npy` file of version 1.0, as NumPy itself would write it.
  package var npy: [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let text = "{'descr': '\(NumPyHeader.name(of: type))', 'fortran_order': False, 'shape': (\(sizes)), }"
    // The elements begin at a multiple of 64 bytes.
    let padding = 63 - (10 + text.utf8.count) % 64
    let header = Array(text.utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0a]
    let length = [UInt8(truncatingIfNeeded: header.count), UInt8(truncatingIfNeeded: header.count >> 8)]
    return NumPyHeader.magic + [1, 0] + length + header + bytes
  }

  /// The size in bytes of a shape; `nil` when it is negative somewhere, overflows or has more than 64 dimensions.
  static func byteCount(of shape: [Int], _ type: ElementType) -> Int? {
    shape.count <= 64 ? (shape + [type.byteCount]).product : nil
  }

  /// Elements of Fortran order (the first index runs fastest) in C order.
  private static func inRowOrder(_ bytes: [UInt8], _ shape: [Int], _ size: Int) -> [UInt8] {
    guard !bytes.isEmpty else { return bytes }
    var steps: [Int] = []
    var step = size
    for length in shape {
      steps.append(step)
      step *= length
    }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = [Int](repeating: 0, count: shape.count)
    var source = 0
    while result.count < bytes.count {
      result.append(contentsOf: bytes[source..<(source + size)])
      for axis in shape.indices.reversed() {
        index[axis] += 1
        source += steps[axis]
        if index[axis] < shape[axis] { break }
        source -= steps[axis] * shape[axis]
        index[axis] = 0
      }
    }
    return result
  }

  private static func little<I: FixedWidthInteger>(_ values: some Sequence<I>, _ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * I.bitWidth / 8)
    for value in values {
      for position in 0..<I.bitWidth / 8 { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * position))) }
    }
    return bytes
  }
}
