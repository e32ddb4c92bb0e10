extension Pool {
  typealias Lanes = SIMD16<Float>

  /// The maximum of every window; elements of the padding never win.
  func maximum(_ x: [Lanes], _ source: Shape, to shape: Shape) -> [Lanes] {
    overWindows(source, shape) { channel, rows, columns in
      var best = Lanes(repeating: -.infinity)
      forEachInside(rows, columns, source) { row, column in
        let value = x[(channel * source.height + row) * source.width + column]
        best.replace(with: value, where: value .> best)
      }
      return best
    }
  }

  /// The mean of every window, by PyTorch's rules for the divisor.
  func average(_ x: [Lanes], _ source: Shape, _ countsPadding: Bool, to shape: Shape) -> [Lanes] {
    overWindows(source, shape) { channel, rows, columns in
      var sum = Lanes.zero
      var inside = 0
      forEachInside(rows, columns, source) { row, column in
        sum += x[(channel * source.height + row) * source.width + column]
        inside += 1
      }
      // A window that is rounded up ends with the padding, not beyond it.
      let height = min(rows.upperBound, source.height + padding.bottom) - rows.lowerBound
      let width = min(columns.upperBound, source.width + padding.right) - columns.lowerBound
      return sum / Float(countsPadding ? height * width : inside)
    }
  }

  /// One value per channel and window; a window is given by its rows and columns of the input, which may lie outside.
  private func overWindows(_ source: Shape, _ shape: Shape, _ value: (Int, Range<Int>, Range<Int>) -> Lanes)
    -> [Lanes]
  {
    var result: [Lanes] = []
    result.reserveCapacity(shape.count)
    for channel in 0..<shape.channels {
      for row in 0..<shape.height {
        let top = row * stride.height - padding.top
        let rows = top..<(top + dilation.height * (kernel.height - 1) + 1)
        for column in 0..<shape.width {
          let left = column * stride.width - padding.left
          result.append(value(channel, rows, left..<(left + dilation.width * (kernel.width - 1) + 1)))
        }
      }
    }
    return result
  }

  private func forEachInside(
    _ rows: Range<Int>, _ columns: Range<Int>, _ source: Shape, _ body: (Int, Int) -> Void
  ) {
    for row in Swift.stride(from: rows.lowerBound, to: rows.upperBound, by: dilation.height)
    where (0..<source.height).contains(row) {
      for column in Swift.stride(from: columns.lowerBound, to: columns.upperBound, by: dilation.width)
      where (0..<source.width).contains(column) {
        body(row, column)
      }
    }
  }
}
