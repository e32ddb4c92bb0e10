extension Convolution {
  /// A convolution's edges as those of a linear layer from all elements of the input to all of the output, for small
  /// planes: padding is left out, and every pair of an output and an input position is an edge of its own.
  ///
  /// - Parameters:
  ///   - bits: one per weight, outputs × channels per group × kernel.
  ///   - source: the input, without padding.
  ///   - shape: the output.
  func edges(_ bits: Bitmask, from source: Shape, to shape: Shape) -> Bitmask {
    var edges = Bitmask(repeating: false, count: shape.count * source.count)
    let (channels, sharing) = (source.channels / groups, outputs / groups)
    for bit in bits.indices {
      let (rest, column) = bit.quotientAndRemainder(dividingBy: kernel.width)
      let (filter, row) = rest.quotientAndRemainder(dividingBy: kernel.height)
      let (output, member) = filter.quotientAndRemainder(dividingBy: channels)
      let channel = output / sharing * channels + member
      for position in 0..<(shape.height * shape.width) {
        let y = position / shape.width * stride.height + row * dilation.height - padding.top
        let x = position % shape.width * stride.width + column * dilation.width - padding.left
        guard y >= 0, y < source.height, x >= 0, x < source.width else { continue }
        let from = (channel * source.height + y) * source.width + x
        edges[(output * shape.height * shape.width + position) * source.count + from] = true
      }
    }
    return edges
  }

  /// The cost of ``edges(_:from:to:)`` by tables, in multiply-adds of one block: an edge was measured to take 0.43 of one
  /// and every input's tables 9.
  func lookupCost(_ source: Shape, _ shape: Shape) -> Double {
    0.43 * Double(source.count) * Double(shape.count) + 9 * Double(source.count)
  }
}
