/// The lengths of a dataset's axes, now and at most.
///
/// Source: HDF5 File Format Specification, section IV.A.2.b "The Dataspace Message".
struct DatasetExtent {
  /// The length of each axis, the slowest first; empty for a scalar.
  let shape: [Int]
  /// The largest length that each axis may get; nil when there is no limit.
  let largest: [Int?]
  /// The product of the shape.
  let count: Int

  /// Reads the message about the shape; nil when the dataset has none (a null data space).
  ///
  /// - Parameter lengthBytes: the size of a length in the file.
  init?(_ message: ByteCursor, lengthBytes: Int, at path: String) throws(HDF5Error) {
    var cursor = message
    let (version, rank, flags) = (try cursor.byte(), Int(try cursor.byte()), try cursor.byte())
    guard version == 1 || version == 2 else {
      throw HDF5Error(.unsupported, "its shape has format version \(version)", at: path)
    }
    let kind = version == 1 ? 1 : try cursor.byte()
    if version == 1 { _ = try cursor.take(5) }
    guard kind != 2 else { return nil }
    guard rank <= TreeCheck.rank, flags & 2 == 0, kind == 1 || kind == 0 && rank == 0 else {
      throw HDF5Error(.damaged, "its shape is neither a scalar nor up to \(TreeCheck.rank) axes", at: path)
    }
    var lengths: [Int] = []
    for _ in 0..<rank { lengths.append(try cursor.count(lengthBytes)) }
    var limits: [Int?] = lengths
    if flags & 1 != 0 {
      for axis in 0..<rank { limits[axis] = Self.limit(try cursor.number(lengthBytes), lengthBytes) }
    }
    for (length, limit) in zip(lengths, limits) where length > limit ?? .max {
      throw HDF5Error(.damaged, "its shape \(lengths) is larger than it can become", at: path)
    }
    guard let product = product(of: lengths) else {
      throw HDF5Error(.tooLarge, "the shape \(lengths) has more elements than can be counted", at: path)
    }
    (shape, largest, count) = (lengths, limits, product)
  }

  private static func limit(_ value: UInt64, _ byteCount: Int) -> Int? {
    value == UInt64.max >> UInt64(64 - 8 * byteCount) ? nil : Int(clamping: value)
  }
}
