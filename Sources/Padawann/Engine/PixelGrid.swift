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
