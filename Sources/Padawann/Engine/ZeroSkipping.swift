// Where pixels are zero in all images of a block, layers that read them directly have nothing to add up. These types find such
// places, and an order of the images in which there are many.

/// Squares of an image, row by row: every pair of a range of rows and a range of columns is one.
///
/// Ranges that are partly outside of the image, and columns behind the 64th, are `nil`, and so are their squares.
struct PixelGrid: Sendable {
  /// The rows of each row of squares.
  let rows: [Range<Int>?]
  /// The columns of each column of squares, one bit each, the first in the lowest.
  let columns: [UInt64?]

  /// Makes a grid.
  init(rows: [Range<Int>?], columns: [Range<Int>?]) {
    self.rows = rows
    self.columns = columns.map { range in
      guard let range, !range.isEmpty, range.upperBound <= 64 else { return nil }
      return (UInt64.max >> UInt64(64 - range.count)) << UInt64(range.lowerBound)
    }
  }

  private init(_ rows: [Range<Int>?], _ columns: [UInt64?]) {
    self.rows = rows
    self.columns = columns
  }

  /// At most so many of the rows and of the columns, at equal distances.
  func sampled(_ most: Int) -> PixelGrid {
    func some<Element>(_ all: [Element]) -> [Element] {
      all.count <= most ? all : (0..<most).map { all[(2 * $0 + 1) * all.count / (2 * most)] }
    }
    return PixelGrid(some(rows), some(columns))
  }

  /// The number of squares.
  var count: Int { rows.count * columns.count }
}

/// Which pixels an activation depends on, where every position computes the same function of its own square of pixels: row
/// `y` of it reads the rows `y * stride ..< y * stride + extent` of the image. So it is constant where the image is.
struct ReceptiveField: Sendable {
  private var stride = Extent(1)
  private var extent = Extent(1)

  /// The image's own.
  static let image = ReceptiveField()

  /// The field of a convolution's output; `nil` where padding makes positions differ.
  func after(_ convolution: Convolution) -> ReceptiveField? {
    guard convolution.padding == .none else { return nil }
    var result = self
    let (kernel, dilation) = (convolution.kernel, convolution.dilation)
    result.extent.height += (kernel.height - 1) * dilation.height * stride.height
    result.extent.width += (kernel.width - 1) * dilation.width * stride.width
    result.stride.height *= convolution.stride.height
    result.stride.width *= convolution.stride.width
    return result
  }

  /// The pixels behind every pair of some rows and some columns of an activation; `nil` where these are not all inside.
  func grid(rows: [Range<Int>], columns: [Range<Int>], of shape: Shape) -> PixelGrid {
    PixelGrid(
      rows: rows.map { Self.pixels($0, of: shape.height, stride.height, extent.height) },
      columns: columns.map { Self.pixels($0, of: shape.width, stride.width, extent.width) })
  }

  private static func pixels(_ range: Range<Int>, of size: Int, _ stride: Int, _ extent: Int) -> Range<Int>? {
    guard range.lowerBound >= 0, range.upperBound <= size else { return nil }
    return range.lowerBound * stride..<(range.upperBound - 1) * stride + extent
  }
}

/// Where images are not zero: for each row of each image, one bit per column that is not 0 in some channel.
///
/// Handwriting leaves a fifth of MNIST's 8×8 squares zero. Sixteen images are evaluated together, and a square saves time
/// only where all of them are zero; so images are taken in an order in which similar ones meet (``order(by:)``). Of the
/// zero squares of MNIST's test images, 0.5 of 22 in a hundred are shared by all sixteen in the stored order and 18 in
/// this one. Logits do not depend on the order.
struct NonzeroMap: Sendable {
  private let height: Int
  private let rows: [UInt64]

  /// Looks at every pixel; `nil` for images of real numbers and for those of more than 64 columns.
  init?(_ dataset: Dataset) {
    guard case .bytes(let pixels) = dataset.pixels, dataset.shape.width <= 64 else { return nil }
    height = dataset.shape.height
    rows = nonzeroRows(of: pixels, dataset.shape, images: dataset.count)
  }

  /// For each square, 1 where it is zero in all of some images, else 0; a `nil` square is not.
  func zero(_ grid: PixelGrid, in images: ArraySlice<Int>) -> [UInt8] {
    var union = [UInt64](repeating: 0, count: height)
    for image in images {
      for row in 0..<height { union[row] |= rows[image * height + row] }
    }
    var marks: [UInt8] = []
    marks.reserveCapacity(grid.count)
    for rows in grid.rows {
      let nonzero = rows.map { $0.reduce(0) { $0 | union[$1] } }
      for columns in grid.columns {
        if let nonzero, let columns { marks.append(nonzero & columns == 0 ? 1 : 0) } else { marks.append(0) }
      }
    }
    return marks
  }

  /// All images, so that those with the same zero squares are near each other: sorted by 64 squares at most, the ones
  /// that tell most about an image first.
  func order(by grid: PixelGrid) -> [Int] {
    let grid = grid.sampled(8)
    let images = Array(0..<(height == 0 ? 0 : rows.count / height))
    let nonzeros = images.flatMap { image in
      grid.rows.map { $0.map { $0.reduce(0) { $0 | rows[image * height + $1] } } ?? .max }
    }
    func isZero(_ square: Int, _ image: Int) -> Bool {
      let (row, column) = square.quotientAndRemainder(dividingBy: grid.columns.count)
      return grid.columns[column].map { $0 & nonzeros[image * grid.rows.count + row] == 0 } ?? false
    }
    let counts = (0..<grid.count).map { square in images.count { isZero(square, $0) } }
    let places = counts.indices.sorted {
      abs(2 * counts[$0] - images.count) < abs(2 * counts[$1] - images.count)
    }
    let keys = images.map { image in places.reduce(UInt64(0)) { $0 << 1 | (isZero($1, image) ? 1 : 0) } }
    return images.sorted { (keys[$0], $0) < (keys[$1], $1) }
  }
}
