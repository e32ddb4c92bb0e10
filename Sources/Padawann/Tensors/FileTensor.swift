/// A named array of numbers in a file. Its numbers are converted when they are asked for.
public struct FileTensor: Sendable {
  /// What the file calls it, without the prefixes that ``TensorFile/notes`` speak of.
  public let name: String
  /// The sizes, outermost first; empty for a single number.
  public let shape: [Int]
  /// What the elements are.
  package let type: ElementType

  private let storage: ArraySlice<UInt8>
  private let offset: Int
  private let strides: [Int]
  private let bigEndian: Bool

  /// The largest number of elements of one tensor.
  public static let maximumCount = 1 << 31

  /// A view of a storage; `offset` and `strides` count elements.
  ///
  /// - Throws: ``PadawannError`` `data` when a number is negative or too large, or the view leaves the storage.
  init(
    _ name: String, _ shape: [Int], _ type: ElementType, in storage: ArraySlice<UInt8>, offset: Int = 0,
    strides: [Int]? = nil, bigEndian: Bool = false
  ) throws(PadawannError) {
    let rowStrides = try Self.rowStrides(of: shape)
    let strides = strides ?? rowStrides
    guard let last = Self.last(shape, offset, strides), last < storage.count / type.byteCount else {
      throw PadawannError(
        .data,
        "the shape \(shape) with offset \(offset) and strides \(strides) does not fit the \(storage.count) bytes"
          + " of its storage")
    }
    guard !name.isEmpty, name.utf8.count <= 4096,
      name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
    else {
      throw PadawannError(.data, "a tensor's name is empty, too long or has control characters")
    }
    self.name = name
    self.shape = shape
    self.type = type
    self.storage = storage
    self.offset = offset
    self.strides = strides
    self.bigEndian = bigEndian
  }

  private init(_ other: FileTensor, name: String) {
    self.name = name
    shape = other.shape
    type = other.type
    storage = other.storage
    offset = other.offset
    strides = other.strides
    bigEndian = other.bigEndian
  }

  func renamed(_ name: String) -> FileTensor { FileTensor(self, name: name) }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }
  /// What the elements take as they are or as `Float`.
  var expandedBytes: Int { count * max(type.byteCount, MemoryLayout<Float>.size) }

  /// The elements as `Float` in row order; see `ElementType.floats(_:bigEndian:)` for what is rounded.
  ///
  /// - Throws: ``PadawannError`` `data` when a truth value is neither 0 nor 1.
  public func floats() throws(PadawannError) -> [Float] {
    do { return try type.floats(rows(), bigEndian: bigEndian) } catch { throw error.inside("tensor \(name)") }
  }

  /// The elements as integers in row order.
  ///
  /// - Throws: ``PadawannError`` `data` when they are no integers or do not fit `Int`.
  public func integers() throws(PadawannError) -> [Int] {
    do { return try type.integers(rows(), bigEndian: bigEndian) } catch {
      throw error.inside("tensor \(name)")
    }
  }

  /// The strides of a tensor without gaps whose last index runs fastest.
  private static func rowStrides(of shape: [Int]) throws(PadawannError) -> [Int] {
    guard shape.count <= 64 else { throw PadawannError(.data, "a tensor has \(shape.count) dimensions") }
    var strides: [Int] = []
    var step = 1
    for size in shape.reversed() {
      strides.append(step)
      let (product, overflow) = step.multipliedReportingOverflow(by: max(size, 1))
      guard size >= 0, !overflow, product <= maximumCount else {
        throw PadawannError(.data, "a tensor of shape \(shape) is not possible here")
      }
      step = product
    }
    return strides.reversed()
  }

  /// The index of the last element in the storage, -1 for an empty tensor, `nil` when something is negative or overflows.
  private static func last(_ shape: [Int], _ offset: Int, _ strides: [Int]) -> Int? {
    guard offset >= 0, strides.count == shape.count, strides.allSatisfy({ $0 >= 0 }) else { return nil }
    if shape.contains(0) { return -1 }
    var last = offset
    for (size, stride) in zip(shape, strides) {
      let (distance, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, carry) = last.addingReportingOverflow(distance)
      guard !overflow, !carry else { return nil }
      last = sum
    }
    return last
  }

  /// The bytes of all elements in row order.
  private func rows() throws(PadawannError) -> ArraySlice<UInt8> {
    let size = type.byteCount
    let start = storage.startIndex + (shape.contains(0) ? 0 : offset * size)
    let rowStrides = try Self.rowStrides(of: shape)
    if shape.indices.allSatisfy({ shape[$0] <= 1 || strides[$0] == rowStrides[$0] }) {
      return storage[start..<(start + count * size)]
    }
    var result: [UInt8] = []
    result.reserveCapacity(count * size)
    var index = [Int](repeating: 0, count: shape.count)
    var source = start
    for _ in 0..<count {
      for byte in 0..<size { result.append(storage[source + byte]) }
      for axis in shape.indices.reversed() {
        index[axis] += 1
        source += strides[axis] * size
        if index[axis] < shape[axis] { break }
        source -= strides[axis] * size * shape[axis]
        index[axis] = 0
      }
    }
    return result[...]
  }
}
