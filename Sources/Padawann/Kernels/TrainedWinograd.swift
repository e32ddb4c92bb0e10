import CKernels

/// A 3×3 convolution of stride 1 whose filters change: forward, backward to its input, and backward to its weights.
///
/// The gradient of the input is the convolution of the gradients, surrounded by zeros, with the filters turned by half a turn.
final class TrainedWinograd {
  private let shape: WinogradKernel.Geometry
  private let backwardShape: WinogradKernel.Geometry
  private let filters: LaneBuffer
  /// `nil` where the gradient of the input is not asked for.
  private let turnedFilters: LaneBuffer?
  private let identity: Epilogue
  private let backwardIdentity: Epilogue

  /// Makes room for the filters; ``refresh(_:_:)`` fills it.
  ///
  /// - Parameters:
  ///   - shape: from the input to the output.
  ///   - backward: from the gradients of the output to those of the input.
  ///   - goesBackward: whether those of the input are asked for.
  init(_ shape: WinogradKernel.Geometry, backward: WinogradKernel.Geometry, goesBackward: Bool)
    throws(PadawannError)
  {
    precondition(shape.kernel == 3 && backward.kernel == 3, "filters of 3×3 numbers")
    self.shape = shape
    backwardShape = backward
    filters = try Self.filters(shape)
    turnedFilters = goesBackward ? try Self.filters(backward) : nil
    identity = try .identity(outputs: shape.output.channels)
    backwardIdentity = try .identity(outputs: shape.input.channels)
  }

  private static func filters(_ shape: WinogradKernel.Geometry) throws(PadawannError) -> LaneBuffer {
    try LaneBuffer(
      count: lanes_winograd_filters_count(Int32(shape.input.channels), Int32(shape.output.channels)))
  }

  /// Takes over weights in the order of a ``DenseKernel`` of the same convolution.
  func refresh(_ set: InstructionSet, _ weights: LaneBuffer) {
    let (channels, outputs) = (Int32(shape.input.channels), Int32(shape.output.channels))
    let stored = UnsafePointer(weights.floats(from: 0, Int(channels) * 9 * stride))
    lanes_winograd_trained_filters(set.level, stored, Int32(stride), channels, outputs, 0, filters.floats)
    guard let turnedFilters else { return }
    lanes_winograd_trained_filters(
      set.level, stored, Int32(stride), channels, outputs, 1, turnedFilters.floats)
  }

  /// Numbers from one tap to the next, as in ``DenseKernel/stride``.
  private var stride: Int { (shape.output.channels + 15) / 16 * 16 }

  /// The sums of one block, without biases.
  func forward(_ set: InstructionSet, _ x: LaneBuffer, block: Int, to y: LaneBuffer, scratch: LaneBuffer) {
    Self.run(set, shape, filters, identity, x, block, adds: false, to: y, scratch)
  }

  /// The gradient of the input of one block; added to what is there, or in its place.
  func inputGradient(
    _ set: InstructionSet, _ dy: LaneBuffer, block: Int, adds: Bool, to dx: LaneBuffer, scratch: LaneBuffer
  ) {
    guard let turnedFilters else { preconditionFailure("the gradient of the input was asked for") }
    Self.run(set, backwardShape, turnedFilters, backwardIdentity, dy, block, adds: adds, to: dx, scratch)
  }

  private static func run(
    _ set: InstructionSet, _ shape: WinogradKernel.Geometry, _ filters: LaneBuffer, _ identity: Epilogue,
    _ x: LaneBuffer, _ block: Int, adds: Bool, to y: LaneBuffer, _ scratch: LaneBuffer
  ) {
    let (xCount, yCount) = (shape.input.count * LaneBuffer.width, shape.output.count * LaneBuffer.width)
    let target = y.floats(from: block * yCount, yCount)
    var value = shape.kernelValue(filters: filters.floats)
    value.fetches_ahead = 1
    identity.withKernelValue(addend: adds ? UnsafePointer(target) : nil) { epilogue in
      lanes_winograd_convolve(
        set.level, &value, x.floats(from: block * xCount, xCount), xCount, 1, epilogue, target, yCount,
        scratch.floats(from: 0, lanes_winograd_scratch_count(value.channels)))
    }
  }

  /// Adds the gradient of the weights of some channels, over all blocks, in the order of a ``DenseKernel``.
  func weightGradient(
    _ set: InstructionSet, _ x: LaneBuffer, _ dy: LaneBuffer, blocks: Int, channels: Range<Int>,
    to dw: LaneBuffer, scratch: LaneBuffer
  ) {
    precondition(channels.lowerBound >= 0 && channels.upperBound <= shape.input.channels, "channels exist")
    let (xCount, yCount) = (shape.input.count * LaneBuffer.width, shape.output.count * LaneBuffer.width)
    var value = shape.kernelValue(filters: nil)
    value.fetches_ahead = 1
    lanes_winograd_gradient(
      set.level, &value, x.floats(from: 0, blocks * xCount), xCount, dy.floats(from: 0, blocks * yCount),
      yCount,
      Int32(blocks), Int32(channels.lowerBound), Int32(channels.upperBound), Int32(stride),
      dw.floats(from: 0, shape.input.channels * 9 * stride),
      scratch.floats(from: 0, lanes_winograd_gradient_scratch_count(Int32(channels.count), Int32(stride))))
  }

  /// The number of floats of scratch that everything takes.
  var scratchCount: Int {
    let channels = max(shape.input.channels, shape.output.channels)
    return max(
      lanes_winograd_scratch_count(Int32(channels)),
      lanes_winograd_gradient_scratch_count(Int32(shape.input.channels), Int32(stride)))
  }
}
