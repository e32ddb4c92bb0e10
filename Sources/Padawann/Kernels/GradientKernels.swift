import CKernels

/// Part of a buffer: the elements of one block of activations.
struct BlockSlice {
  let buffer: LaneBuffer
  /// Where it begins, in elements.
  let start: Int
  let elements: Int

  /// Block `block` of activations of `elements` elements.
  init(_ buffer: LaneBuffer, block: Int, elements: Int) {
    self.buffer = buffer
    start = block * elements
    self.elements = elements
  }

  private init(_ buffer: LaneBuffer, start: Int, elements: Int) {
    self.buffer = buffer
    self.start = start
    self.elements = elements
  }

  /// Some of the elements.
  func part(_ range: Range<Int>) -> BlockSlice {
    precondition(range.lowerBound >= 0 && range.upperBound <= elements, "beyond the end of a block")
    return BlockSlice(buffer, start: start + range.lowerBound, elements: range.count)
  }

  fileprivate var floats: UnsafeMutablePointer<Float> {
    buffer.floats(from: start * LaneBuffer.width, elements * LaneBuffer.width)
  }

  /// All numbers become zero.
  func clear() { floats.update(repeating: 0, count: elements * LaneBuffer.width) }

  /// Every number becomes a function of those of two blocks, one by one.
  func map(_ a: BlockSlice, _ b: BlockSlice, _ function: (Float, Float) -> Float) {
    precondition(a.elements == elements && b.elements == elements, "blocks of one size")
    let (to, a, b) = (floats, a.floats, b.floats)
    for index in 0..<(elements * LaneBuffer.width) { to[index] = function(a[index], b[index]) }
  }

  /// Reads or writes the number of an element and a lane.
  subscript(element: Int, lane: Int) -> Float {
    get { buffer[(start + element) * LaneBuffer.width + lane] }
    nonmutating set { buffer[(start + element) * LaneBuffer.width + lane] = newValue }
  }
}

/// Kernels of training that have no edges, each for one block.
extension InstructionSet {
  /// `y = activation(y + bias)`, with one bias per channel and lane.
  func addBias(_ bias: BlockSlice, _ activation: Epilogue.Activation, plane: Int, to y: BlockSlice) {
    precondition(bias.elements * plane == y.elements, "one bias per channel and lane")
    let (kind, slope) = activation.kernelValue
    lanes_add_bias(level, y.floats, Int32(bias.elements), Int32(plane), bias.floats, kind, slope)
  }

  /// The sums over the positions of every channel, lane by lane.
  func biasGradient(_ dy: BlockSlice, plane: Int, to sums: BlockSlice) {
    precondition(sums.elements * plane == dy.elements, "one sum per channel and lane")
    lanes_bias_gradient(level, dy.floats, Int32(sums.elements), Int32(plane), sums.floats)
  }

  /// The gradient in front of `max(x, slope * x)` for a slope from 0; `dx` may be `dy`.
  func activationGradient(_ y: BlockSlice, _ dy: BlockSlice, slope: Float, adds: Bool, to dx: BlockSlice) {
    precondition(y.elements == dy.elements && dx.elements == dy.elements, "blocks of one size")
    lanes_activation_gradient(level, y.floats, dy.floats, dy.elements, slope, adds ? 1 : 0, dx.floats)
  }

  /// `y += x`.
  func accumulate(_ x: BlockSlice, to y: BlockSlice) {
    precondition(x.elements == y.elements, "blocks of one size")
    lanes_add(level, y.floats, x.floats, x.elements, y.floats)
  }

  /// Adds the gradient of the inputs of windows.
  func poolGradient(
    _ x: BlockSlice, _ shape: Shape, _ pool: Pool, _ average: Average?, _ dy: BlockSlice, _ output: Shape,
    to dx: BlockSlice
  ) {
    precondition(
      x.elements == shape.count && dx.elements == shape.count && dy.elements == output.count, "shapes fit")
    var value = kernelValue(shape, pool, average, output)
    lanes_pool_gradient(level, &value, x.floats, dy.floats, dx.floats)
  }

  /// The windows of one block.
  func pool(
    _ x: BlockSlice, _ shape: Shape, _ pool: Pool, _ average: Average?, _ output: Shape, to y: BlockSlice
  ) {
    precondition(x.elements == shape.count && y.elements == output.count, "shapes fit")
    var value = kernelValue(shape, pool, average, output)
    lanes_pool_windows(level, &value, x.floats, y.floats)
  }

  /// Keeps each number with probability `1 - rate`, multiplied by `1 / (1 - rate)`; `y` may be `x`.
  ///
  /// - Parameter keys: one per lane, of which all else is a function.
  func drop(_ x: BlockSlice, rate: Float, keys: [UInt64], to y: BlockSlice) {
    precondition(keys.count == LaneBuffer.width && x.elements == y.elements, "one key per lane")
    lanes_drop(
      level, x.floats, x.elements, keys.map { UInt32(truncatingIfNeeded: $0) }, keys.map { UInt32($0 >> 32) },
      UInt32((rate * 0x1p24).rounded()), 1 / (1 - rate), y.floats)
  }

  /// Adds, for every channel, the sum of `a - centre` over the positions and lanes of a block.
  func addSums(_ a: BlockSlice, centre: [Float], lanes: Int, to sums: inout [Double]) {
    lanes_channel_sums(
      level, a.floats, nil, centre, nil, Int32(sums.count), Int32(a.elements / sums.count), Int32(lanes),
      &sums)
  }

  /// Adds, for every channel, the sum of `(a - centreA) * (b - centreB)`.
  func addProducts(
    _ a: BlockSlice, _ b: BlockSlice, centres: (a: [Float], b: [Float]), lanes: Int, to sums: inout [Double]
  ) {
    lanes_channel_sums(
      level, a.floats, b.floats, centres.a, centres.b, Int32(sums.count), Int32(a.elements / sums.count),
      Int32(lanes), &sums)
  }

  /// `dx += dy * factor + x * slope + offset`, with numbers per channel, in the first lanes.
  func combine(
    _ dy: BlockSlice, _ x: BlockSlice, factors: [Float], slopes: [Float], offsets: [Float], lanes: Int,
    to dx: BlockSlice
  ) {
    lanes_channel_combine(
      level, dy.floats, x.floats, factors, slopes, offsets, Int32(factors.count),
      Int32(x.elements / factors.count), Int32(lanes), dx.floats)
  }

  /// `y[c][p] = epilogue(x[c][p])` of one block.
  func pointwise(_ x: BlockSlice, _ epilogue: Epilogue, to y: BlockSlice) {
    precondition(x.elements == y.elements && x.elements % epilogue.outputs == 0, "blocks of one size")
    epilogue.withKernelValue {
      lanes_pointwise(
        level, x.floats, Int32(epilogue.outputs), Int32(x.elements / epilogue.outputs), $0, y.floats)
    }
  }

  /// The input in the middle of zeros, of one block.
  func pad(_ x: BlockSlice, _ shape: Shape, by padding: Padding, to y: BlockSlice) {
    let padded = shape.padded(by: padding)
    precondition(x.elements == shape.count && y.elements == padded.count, "shapes fit")
    var value = lanes_padding(
      channels: Int32(shape.channels), height: Int32(shape.height), width: Int32(shape.width),
      top: Int32(padding.top), left: Int32(padding.left), padded_height: Int32(padded.height),
      padded_width: Int32(padded.width))
    lanes_pad(level, &value, x.floats, y.floats)
  }
}

extension Epilogue.Activation {
  fileprivate var kernelValue: (kind: Int32, slope: Float) {
    switch self {
    case .none: (Int32(ACTIVATION_NONE), 0)
    case .relu: (Int32(ACTIVATION_RELU), 0)
    case .leaky(let slope): (Int32(ACTIVATION_LEAKY), slope)
    }
  }
}
