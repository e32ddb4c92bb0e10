/// Where images are not blank: for each row of each image, one bit per column that is not 0 in some channel.
///
/// Handwriting leaves a fifth of MNIST's 8×8 squares blank. Sixteen images are evaluated together, and a square saves time
/// only where all of them are blank; so images are taken in an order in which similar ones meet (``order(by:)``). Of the
/// blank squares of MNIST's test images, 0.5 of 22 in a hundred are shared by all sixteen in the stored order and 18 in
/// this one. Logits do not depend on the order.
struct InkMap: Sendable {
  private let height: Int
  private let rows: [UInt64]

  /// Looks at every pixel; `nil` for images of real numbers and for those of more than 64 columns.
  init?(_ dataset: Dataset) {
    guard case .bytes(let pixels) = dataset.pixels, dataset.shape.width <= 64 else { return nil }
    let shape = dataset.shape
    height = shape.height
    var rows = [UInt64](repeating: 0, count: dataset.count * shape.height)
    var pixel = 0
    for line in 0..<(dataset.count * shape.channels * shape.height) {
      var ink: UInt64 = 0
      for column in 0..<shape.width {
        ink |= (pixels[pixel] == 0 ? 0 : 1) &<< UInt64(column)
        pixel += 1
      }
      rows[line / (shape.channels * shape.height) * shape.height + line % shape.height] |= ink
    }
    self.rows = rows
  }

  /// For each square, 1 where it is blank in all of some images, else 0; a `nil` square is not.
  func blank(_ squares: [PixelSquare?], in images: ArraySlice<Int>) -> [UInt8] {
    var union = [UInt64](repeating: 0, count: height)
    for image in images {
      for row in 0..<height { union[row] |= rows[image * height + row] }
    }
    return squares.map { square in
      guard let square else { return 0 }
      var ink: UInt64 = 0
      for row in square.rows { ink |= union[row] }
      return ink & (UInt64.max >> UInt64(64 - square.columns.count)) << UInt64(square.columns.lowerBound) == 0
        ? 1 : 0
    }
  }

  /// All images, so that those with the same blank squares are near each other: sorted by their first 64 squares, the
  /// ones that tell most about an image first.
  func order(by squares: [PixelSquare?]) -> [Int] {
    let squares = Array(squares.prefix(64))
    let images = Array(0..<(height == 0 ? 0 : rows.count / height))
    let blank = images.map { self.blank(squares, in: [$0]) }
    let counts = squares.indices.map { square in blank.count { $0[square] == 1 } }
    let places = squares.indices.sorted {
      abs(2 * counts[$0] - images.count) < abs(2 * counts[$1] - images.count)
    }
    let keys = blank.map { marks in places.reduce(UInt64(0)) { $0 << 1 | UInt64(marks[$1]) } }
    return images.sorted { (keys[$0], $0) < (keys[$1], $1) }
  }
}
