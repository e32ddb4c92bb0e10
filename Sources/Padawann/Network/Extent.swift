/// Two sizes or steps, along rows and columns.
package struct Extent: Hashable, Sendable {
  /// Along rows (vertically).
  package var height: Int
  /// Along columns (horizontally).
  package var width: Int

  /// Makes an extent; ``Architecture`` checks its bounds.
  package init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// The same along both.
  package init(_ both: Int) { self.init(both, both) }
}

/// How many rows or columns are added around an image.
package struct Padding: Hashable, Sendable {
  /// Rows above.
  package var top: Int
  /// Columns at the left.
  package var left: Int
  /// Rows below.
  package var bottom: Int
  /// Columns at the right.
  package var right: Int

  /// Makes a padding; ``Architecture`` checks its bounds.
  package init(top: Int, left: Int, bottom: Int, right: Int) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  /// The same at opposite sides.
  package init(_ vertical: Int, _ horizontal: Int) {
    self.init(top: vertical, left: horizontal, bottom: vertical, right: horizontal)
  }

  /// Whether opposite sides have as many.
  package var isEven: Bool { top == bottom && left == right }

  /// No padding.
  package static let none = Padding(0, 0)
}
