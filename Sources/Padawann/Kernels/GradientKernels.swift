import CKernels

/// Kernels of training that have no edges, each for one block.
extension InstructionSet {
  /// `y = activation(y + bias)`, with one bias per channel and lane.
  func addBias(_ bias: BlockSlice, _ activation: Epilogue.Activation, plane: Int, to y: BlockSlice) {
    precondition(bias.elements * plane == y.elements, "one bias per channel and lane")
    var value = activation.kernelValue
    lanes_add_bias(level, y.floats, Int32(bias.elements), Int32(plane), bias.floats, &value)
  }

  /// The sums over the positions of every channel, lane by lane.
  func biasGradient(_ dy: BlockSlice, plane: Int, to sums: BlockSlice) {
    precondition(sums.elements * plane == dy.elements, "one sum per channel and lane")
    lanes_bias_gradient(level, dy.floats, Int32(sums.elements), Int32(plane), sums.floats)
  }

  /// The gradient in front of `activation(factor * x + …)`; `dx` may be `dy`.
  ///
  /// - Parameter y: its result; what it read where that does not tell its slope: for activations that fall.
  func activationGradient(
    _ activation: Epilogue.Activation, factor: Float = 1, _ y: BlockSlice, _ dy: BlockSlice, adds: Bool,
    to dx: BlockSlice
  ) {
    precondition(y.elements == dy.elements && dx.elements == dy.elements, "blocks of one size")
    var value = activation.kernelValue
    lanes_activation_gradient(
      level, &value, factor, y.floats, dy.floats, dy.elements, adds ? 1 : 0, dx.floats)
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

  /// The sums that the gradient of a batch normalisation takes: `dy` becomes the gradient in front of the activation with result
  /// `y`, and is added to the sums of its channel, as is `dy * (x - centre)`.
  func addNormalisationSums(
    _ activation: Epilogue.Activation, _ y: BlockSlice, _ dy: BlockSlice, _ x: BlockSlice, centre: [Float],
    lanes: Int, to sums: inout [Double], products: inout [Double]
  ) {
    precondition(y.elements == dy.elements && x.elements == dy.elements, "blocks of one size")
    precondition(sums.count == centre.count && products.count == centre.count, "one sum per channel")
    var value = activation.kernelValue
    lanes_normalisation_sums(
      level, &value, y.floats, dy.floats, x.floats, centre, Int32(centre.count),
      Int32(x.elements / centre.count), Int32(lanes), &sums, &products)
  }

  /// `dx = dy * factor + x * slope + offset`, with numbers per channel, in the first lanes; added to what is there, or in its
  /// place.
  func combine(
    _ dy: BlockSlice, _ x: BlockSlice, factors: [Float], slopes: [Float], offsets: [Float], lanes: Int,
    adds: Bool, to dx: BlockSlice
  ) {
    lanes_channel_combine(
      level, dy.floats, x.floats, factors, slopes, offsets, Int32(factors.count),
      Int32(x.elements / factors.count), Int32(lanes), adds ? 1 : 0, dx.floats)
  }

  /// `y = activation(a + b)`; `y` may be `a` or `b`.
  func add(_ a: BlockSlice, _ b: BlockSlice, _ activation: Epilogue.Activation, to y: BlockSlice) {
    precondition(a.elements == y.elements && b.elements == y.elements, "blocks of one size")
    var value = activation.kernelValue
    lanes_add_activated(level, a.floats, b.floats, y.elements, &value, y.floats)
  }
}
