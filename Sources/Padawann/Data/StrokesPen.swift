extension Strokes {
  /// Draws polylines as lines of one width with round ends and soft edges.
  struct Pen {
    /// Rows and columns of an image.
    static let size = 28

    /// Over how many pixels the edge of a line fades.
    private static let softness: Float = 1.4
    private static let far: Float = 1e9

    /// The square of each pixel's distance from the nearest line, or ``far``.
    private var squares = [Float](repeating: far, count: size * size)

    /// Appends the image of `lines`, whose points are in pixels: the middle of the first pixel is (0.5, 0.5).
    mutating func draw(_ lines: [[Point]], radius: Float, into pixels: inout [UInt8]) {
      for index in squares.indices { squares[index] = Self.far }
      let reach = radius + Self.softness / 2
      for line in lines {
        for (start, end) in zip(line, line.dropFirst()) { approach(start, end, reach: reach) }
      }
      for square in squares {
        let ink = (reach - square.squareRoot()) / Self.softness
        pixels.append(UInt8(min(max(ink, 0), 1) * 255 + 0.5))
      }
    }

    /// Lowers the distances of the pixels around one segment.
    private mutating func approach(_ start: Point, _ end: Point, reach: Float) {
      let (dx, dy) = (end.x - start.x, end.y - start.y)
      let length = dx * dx + dy * dy
      for row in Self.pixels(from: min(start.y, end.y) - reach, to: max(start.y, end.y) + reach) {
        let y = Float(row) + 0.5 - start.y
        for column in Self.pixels(from: min(start.x, end.x) - reach, to: max(start.x, end.x) + reach) {
          let x = Float(column) + 0.5 - start.x
          let along = length > 0 ? min(max((x * dx + y * dy) / length, 0), 1) : 0
          let (offX, offY) = (x - along * dx, y - along * dy)
          let square = offX * offX + offY * offY
          let index = row * Self.size + column
          if square < squares[index] { squares[index] = square }
        }
      }
    }

    /// The pixels that a stretch of one axis touches, cut at the edges of the image.
    private static func pixels(from low: Float, to high: Float) -> Range<Int> {
      let limit = Float(size)
      let first = Int(min(max(low, 0), limit))
      return first..<max(first, Int(min(max(high + 1, 0), limit)))
    }
  }
}
