extension Pad {
  /// The shape of what it makes of an activation.
  func padded(_ source: Shape) -> Shape {
    Shape(
      channels: source.channels + before + behind, height: source.height + padding.top + padding.bottom,
      width: source.width + padding.left + padding.right)
  }

  /// The channels, rows and columns of the input that are kept; none where any of them is empty.
  func kept(of source: Shape) -> (channels: Range<Int>, rows: Range<Int>, columns: Range<Int>) {
    func kept(_ size: Int, _ before: Int, _ behind: Int) -> Range<Int> {
      max(0, -before)..<max(0, -before, min(size, size + behind))
    }
    return (
      kept(source.channels, before, behind), kept(source.height, padding.top, padding.bottom),
      kept(source.width, padding.left, padding.right)
    )
  }

  /// Goes through the runs of elements that are kept: parts of rows.
  ///
  /// - Parameters:
  ///   - source: the shape of the input.
  ///   - body: is given the place of the first element in the input, its place in the result, and how many follow one
  ///     another there.
  func forEachRun(of source: Shape, _ body: (_ from: Int, _ to: Int, _ count: Int) -> Void) {
    let result = padded(source)
    let (channels, rows, columns) = kept(of: source)
    guard !columns.isEmpty else { return }
    for channel in channels {
      for row in rows {
        let from = (channel * source.height + row) * source.width + columns.lowerBound
        let to =
          ((channel + before) * result.height + row + padding.top) * result.width + columns.lowerBound
          + padding.left
        body(from, to, columns.count)
      }
    }
  }

  /// The result of an activation.
  func evaluate(_ x: [SIMD16<Float>], _ source: Shape) -> [SIMD16<Float>] {
    var y = [SIMD16<Float>](repeating: .zero, count: padded(source).count)
    forEachRun(of: source) { from, to, count in
      y.replaceSubrange(to..<(to + count), with: x[from..<(from + count)])
    }
    return y
  }
}
