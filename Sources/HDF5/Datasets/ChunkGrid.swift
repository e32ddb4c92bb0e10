/// How chunks of one shape cover a dataset.
struct ChunkGrid {
  /// The length of each axis of the dataset.
  let shape: [Int]
  /// The shape of a chunk.
  let chunk: [Int]
  /// How many chunks there are along each axis.
  let lengths: [Int]
  /// How many chunks cover the dataset.
  let count: Int
  /// The size of a chunk's values.
  let chunkBytes: Int
  /// How many chunks there may be along each axis one day; nil without a limit.
  private let largest: [Int?]

  /// Checks that a layout fits a dataset.
  init(_ extent: DatasetExtent, _ layout: ChunkedLayout, elementBytes: Int, at path: String) throws(HDF5Error)
  {
    shape = extent.shape
    chunk = layout.chunk
    guard chunk.count == shape.count, layout.elementBytes == elementBytes else {
      throw HDF5Error(
        .damaged, "its chunks of shape \(chunk) do not fit its shape \(shape) and elements", at: path)
    }
    lengths = zip(shape, chunk).map { Self.pieces($0, $1) }
    largest = zip(extent.largest, chunk).map { limit, chunk in limit.map { Self.pieces($0, chunk) } }
    // The product of the shape is known to fit, and so these do.
    count = product(of: lengths) ?? 0
    chunkBytes = saturatingProduct(product(of: chunk) ?? .max, elementBytes)
  }

  private static func pieces(_ length: Int, _ chunk: Int) -> Int {
    length == 0 ? 0 : (length - 1) / chunk + 1
  }

  /// The number of a chunk of this dataset, row by row; nil when it is outside.
  func number(of place: [Int]) -> Int? {
    var number = 0
    for (position, length) in zip(place, lengths) {
      guard position >= 0, position < length else { return nil }
      number = number * length + position
    }
    return number
  }

  /// The place of a chunk along each axis.
  func place(of number: Int) -> [Int] {
    var (place, rest) = (lengths, number)
    for axis in lengths.indices.reversed() {
      place[axis] = rest % lengths[axis]
      rest /= lengths[axis]
    }
    return place
  }

  /// The one axis that may grow without a limit.
  var growingAxis: Int? {
    let axes = largest.indices.filter { largest[$0] == nil }
    return axes.count == 1 ? axes[0] : nil
  }

  /// The number of the chunk that an array of chunks has at a position; nil when the dataset does not reach so far.
  ///
  /// - Parameter slowest: the axis along which the array can grow; it comes before all others.
  func number(at position: Int, slowest: Int = 0) -> Int? {
    let axes = [slowest] + lengths.indices.filter { $0 != slowest }
    var (place, rest) = (lengths, position)
    for axis in axes.dropFirst().reversed() {
      guard let length = largest[axis], length > 0 else { return nil }
      place[axis] = rest % length
      rest /= length
    }
    place[slowest] = rest
    return number(of: place)
  }

  /// Whether a chunk reaches over the edge of the dataset.
  func isCutOff(_ place: [Int]) -> Bool {
    zip(zip(place, chunk), shape).contains { ($0.0 + 1) * $0.1 > $1 }
  }
}

extension ChunkGrid {
  /// Copies the values of a chunk to their places among those of the dataset.
  func copy(_ content: [UInt8], at place: [Int], elementBytes: Int, into values: inout [UInt8]) {
    let last = shape.count - 1
    // How much of the chunk is inside the dataset along each axis.
    let inside = shape.indices.map { min(chunk[$0], shape[$0] - place[$0] * chunk[$0]) }
    let rowBytes = inside[last] * elementBytes
    var position = [Int](repeating: 0, count: last)
    values.withUnsafeMutableBytes { target in
      content.withUnsafeBytes { source in
        repeat {
          var (from, to) = (0, 0)
          for axis in 0..<last {
            from = (from + position[axis]) * chunk[axis + 1]
            to = (to + place[axis] * chunk[axis] + position[axis]) * shape[axis + 1]
          }
          to += place[last] * chunk[last]
          let row = UnsafeRawBufferPointer(
            rebasing: source[from * elementBytes..<from * elementBytes + rowBytes])
          target[to * elementBytes..<to * elementBytes + rowBytes].copyBytes(from: row)
        } while Self.advance(&position, below: inside)
      }
    }
  }

  /// Goes to the next row; false after the last one.
  private static func advance(_ position: inout [Int], below lengths: [Int]) -> Bool {
    for axis in position.indices.reversed() {
      position[axis] += 1
      if position[axis] < lengths[axis] { return true }
      position[axis] = 0
    }
    return false
  }
}
