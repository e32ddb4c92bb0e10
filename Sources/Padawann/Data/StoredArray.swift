/// An array of numbers as some file stores it: sizes and values in row-major order.
package struct StoredArray: Equatable, Sendable {
  /// The numbers of an array. Which case it is depends on the file's element type, not on the numbers.
  package enum Values: Equatable, Sendable {
    /// Unsigned 8-bit integers.
    case bytes([UInt8])
    /// Integers of any other type.
    case integers([Int])
    /// Real numbers; 64-bit ones are rounded.
    case floats([Float])

    /// The number of values.
    package var count: Int {
      switch self {
      case .bytes(let values): values.count
      case .integers(let values): values.count
      case .floats(let values): values.count
      }
    }
  }

  /// The size of each dimension; the first counts the samples.
  package let sizes: [Int]
  /// As many values as the product of the sizes.
  package let values: Values

  /// Checks that the sizes and the number of values agree.
  ///
  /// - Throws: ``PadawannError`` `data`.
  package init(sizes: [Int], values: Values) throws(PadawannError) {
    guard try Self.product(sizes) == values.count else {
      throw PadawannError(
        .data, "an array of \(sizes) cannot have \(values.count) values")
    }
    self.sizes = sizes
    self.values = values
  }

  /// The product of the sizes, each of which must be zero or positive.
  static func product(_ sizes: some Sequence<Int>) throws(PadawannError) -> Int {
    guard let product = sizes.product, product <= 1 << 40 else {
      throw PadawannError(.data, "the announced sizes are impossible: \(Array(sizes))")
    }
    return product
  }

  /// Refuses numbers that take more than `limit` bytes in memory.
  static func check(_ count: Int, bytesEach size: Int, limit: Int) throws(PadawannError) {
    guard let bytes = [count, size].product, bytes <= limit else {
      throw PadawannError(
        .data, "its \(count) numbers take more than the limit of \(limit) bytes",
        remedy: "Store them as unsigned bytes, or decompress the file first")
    }
  }

  /// The values as pixels. Integers that are all in 0…255 are 8-bit pixels, whatever type the file gives them.
  var pixels: Pixels {
    switch values {
    case .bytes(let values): return .bytes(values)
    case .floats(let values): return .floats(values)
    case .integers(let values):
      let fits = values.allSatisfy { (0...255).contains($0) }
      return fits ? .bytes(values.map { UInt8($0) }) : .floats(values.map { Float($0) })
    }
  }

  /// The values as labels: one integer per sample.
  ///
  /// - Throws: ``PadawannError`` `data` when the array is not a vector or one column, or a number is not an integer.
  func labels() throws(PadawannError) -> [Int] {
    if sizes.count == 2, sizes[1] > 1 {
      throw PadawannError(
        .data,
        "labels of shape \(sizes) are \(sizes[1]) labels per image (several classes at once, or one-hot), where one class number is "
          + "needed",
        remedy: "Store the labels as a vector of integers, for example with numpy's argmax(axis=1)")
    }
    guard sizes.count == 1 || (sizes.count == 2 && sizes[1] == 1) else {
      throw PadawannError(
        .data, "labels of shape \(sizes) are not one class number per image",
        remedy: "Store the labels as a vector of integers")
    }
    switch values {
    case .bytes(let values): return values.map { Int($0) }
    case .integers(let values): return values
    case .floats(let values):
      if let wrong = values.firstIndex(where: { $0 != $0.rounded() || abs($0) > 65_536 }) {
        throw PadawannError(.data, "label \(values[wrong]) of image \(wrong) is not a class number")
      }
      return values.map { Int($0) }
    }
  }
}
