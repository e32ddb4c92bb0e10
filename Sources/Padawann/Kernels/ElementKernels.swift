import CKernels

/// Kernels of operations without edges.
extension InstructionSet {
  /// `y[c][p] = epilogue(x[c][p])` over whole blocks; `y` may be `x`.
  func pointwise(_ x: LaneBuffer, plane: Int, blocks: Int, _ epilogue: Epilogue, to y: LaneBuffer) {
    let count = epilogue.outputs * plane * LaneBuffer.width
    for block in 0..<blocks {
      epilogue.withKernelValue {
        lanes_pointwise(
          level, x.floats(from: block * count, count), Int32(epilogue.outputs), Int32(plane), $0,
          y.floats(from: block * count, count))
      }
    }
  }

  /// `y = a + b`; `y` may be `a`.
  func add(_ a: LaneBuffer, _ b: LaneBuffer, elements: Int, to y: LaneBuffer) {
    let count = elements * LaneBuffer.width
    lanes_add(level, a.floats(from: 0, count), b.floats(from: 0, count), elements, y.floats(from: 0, count))
  }

  /// Copies elements from one place to another, whatever they are.
  func copy(_ x: LaneBuffer, from start: Int, elements: Int, to y: LaneBuffer, at end: Int) {
    let (width, count) = (LaneBuffer.width, elements * LaneBuffer.width)
    y.floats(from: end * width, count).update(from: x.floats(from: start * width, count), count: count)
  }

  /// The input in the middle of zeros.
  func pad(_ x: LaneBuffer, _ shape: Shape, by padding: Padding, blocks: Int, to y: LaneBuffer) {
    let padded = shape.padded(by: padding)
    var value = lanes_padding(
      channels: Int32(shape.channels), height: Int32(shape.height), width: Int32(shape.width),
      top: Int32(padding.top), left: Int32(padding.left), padded_height: Int32(padded.height),
      padded_width: Int32(padded.width))
    let (xCount, yCount) = (shape.count * LaneBuffer.width, padded.count * LaneBuffer.width)
    for block in 0..<blocks {
      lanes_pad(
        level, &value, x.floats(from: block * xCount, xCount), y.floats(from: block * yCount, yCount))
    }
  }

  /// How the divisor of a mean is found; `nil` stands for a maximum.
  enum Average: Sendable {
    case ofPaddedWindow
    case ofWhatIsInside
  }

  /// Maxima or means of windows.
  func pool(
    _ x: LaneBuffer, _ shape: Shape, _ pool: Pool, _ average: Average?, blocks: Int, to y: LaneBuffer,
    _ output: Shape
  ) {
    var value = kernelValue(shape, pool, average, output)
    let (xCount, yCount) = (shape.count * LaneBuffer.width, output.count * LaneBuffer.width)
    for block in 0..<blocks {
      lanes_pool_windows(
        level, &value, x.floats(from: block * xCount, xCount), y.floats(from: block * yCount, yCount))
    }
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
    (value.padding_height, value.padding_width) = (Int32(pool.padding.height), Int32(pool.padding.width))
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
