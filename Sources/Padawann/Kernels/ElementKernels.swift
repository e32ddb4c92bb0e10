import CKernels

/// Kernels of operations without edges, each for one block.
extension InstructionSet {
  /// `y[c][p] = epilogue(x[c][p])`; `y` may be `x`.
  func pointwise(_ x: BlockSlice, _ epilogue: Epilogue, to y: BlockSlice) {
    precondition(x.elements == y.elements && x.elements % epilogue.outputs == 0, "blocks of one size")
    epilogue.withKernelValue {
      lanes_pointwise(
        level, x.floats, Int32(epilogue.outputs), Int32(x.elements / epilogue.outputs), $0, y.floats)
    }
  }

  /// `y = a + b`; `y` may be `a`.
  func add(_ a: BlockSlice, _ b: BlockSlice, to y: BlockSlice) {
    precondition(a.elements == y.elements && b.elements == y.elements, "blocks of one size")
    lanes_add(level, a.floats, b.floats, y.elements, y.floats)
  }

  /// The input in the middle of zeros.
  func pad(_ x: BlockSlice, _ shape: Shape, by padding: Padding, to y: BlockSlice) {
    let padded = shape.padded(by: padding)
    precondition(x.elements == shape.count && y.elements == padded.count, "shapes fit")
    var value = lanes_padding(
      channels: Int32(shape.channels), height: Int32(shape.height), width: Int32(shape.width),
      top: Int32(padding.top), left: Int32(padding.left), padded_height: Int32(padded.height),
      padded_width: Int32(padded.width))
    lanes_pad(level, &value, x.floats, y.floats)
  }

  /// The input with zeros around it, or without what is cut off.
  func pad(_ x: BlockSlice, _ shape: Shape, by pad: Pad, to y: BlockSlice) {
    precondition(x.elements == shape.count && y.elements == pad.padded(shape).count, "shapes fit")
    y.clear()
    pad.forEachRun(of: shape) { from, to, count in
      y.part(to..<(to + count)).copy(x.part(from..<(from + count)))
    }
  }

  /// How the divisor of a mean is found; `nil` stands for a maximum.
  enum Average: Sendable {
    case ofPaddedWindow
    case ofWhatIsInside
  }

  /// Maxima or means of windows.
  func pool(
    _ x: BlockSlice, _ shape: Shape, _ pool: Pool, _ average: Average?, _ output: Shape, to y: BlockSlice
  ) {
    precondition(x.elements == shape.count && y.elements == output.count, "shapes fit")
    var value = kernelValue(shape, pool, average, output)
    lanes_pool_windows(level, &value, x.floats, y.floats)
  }

  /// The windows of a pool as the kernels read them.
  func kernelValue(_ shape: Shape, _ pool: Pool, _ average: Average?, _ output: Shape) -> lanes_pool {
    var value = lanes_pool()
    (value.channels, value.height, value.width) = (
      Int32(shape.channels), Int32(shape.height), Int32(shape.width)
    )
    (value.output_height, value.output_width) = (Int32(output.height), Int32(output.width))
    (value.kernel_height, value.kernel_width) = (Int32(pool.kernel.height), Int32(pool.kernel.width))
    (value.stride_height, value.stride_width) = (Int32(pool.stride.height), Int32(pool.stride.width))
    (value.top, value.left) = (Int32(pool.padding.top), Int32(pool.padding.left))
    (value.bottom, value.right) = (Int32(pool.padding.bottom), Int32(pool.padding.right))
    (value.dilation_height, value.dilation_width) = (Int32(pool.dilation.height), Int32(pool.dilation.width))
    value.average = average.map { $0 == .ofPaddedWindow ? 1 : 2 } ?? 0
    return value
  }
}

extension Shape {
  /// The shape with its padding.
  func padded(by padding: Padding) -> Shape {
    Shape(
      channels: channels, height: height + padding.top + padding.bottom,
      width: width + padding.left + padding.right)
  }
}
