import CKernels

/// A convolution or a linear layer without a mask, forward and backward; see `lanes_dense` in Training.h.
///
/// Weights are stored group by group, tap by tap, the outputs of a group side by side and filled up to sixteen.
struct DenseKernel: Sendable {
  private let taps: Packed<Int32>
  private let positions: Packed<Int32>
  private let groups: Int
  /// The outputs of one group.
  let outputs: Int
  /// Elements from one group's inputs to the next's.
  private let groupStep: Int
  private let inputCount: Int

  /// Describes a layer.
  ///
  /// - Parameters:
  ///   - taps: the inputs of a position, in elements of the (padded) input of a group.
  ///   - positions: where each output position begins, in elements of the input.
  ///   - outputs: the number of outputs of a group.
  ///   - groups: the number of groups.
  ///   - groupStep: elements from one group's inputs to the next's.
  ///   - inputCount: the number of elements of the input.
  init(taps: [Int], positions: [Int], outputs: Int, groups: Int, groupStep: Int, inputCount: Int)
    throws(PadawannError)
  {
    let furthest = (taps.max() ?? 0) + (positions.max() ?? 0) + (groups - 1) * groupStep
    precondition(furthest < inputCount, "taps lie inside")
    self.taps = try Packed(taps.map { Int32($0 * LaneBuffer.width) }, zero: 0)
    self.positions = try Packed(positions.map { Int32($0 * LaneBuffer.width) }, zero: 0)
    self.groups = groups
    self.outputs = outputs
    self.groupStep = groupStep
    self.inputCount = inputCount
  }

  /// The taps of one group.
  var tapCount: Int { taps.count }
  /// Numbers from one tap to the next.
  var stride: Int { (outputs + 15) / 16 * 16 }
  /// The number of stored weights, with what fills them up.
  var weightCount: Int { groups * tapCount * stride }

  /// Where the weight of an output and a tap is stored.
  func place(output: Int, tap: Int) -> Int {
    (output / outputs * tapCount + tap) * stride + output % outputs
  }

  /// The sums of some outputs of every group in some blocks; without biases.
  func forward(
    _ set: InstructionSet, _ weights: LaneBuffer, _ x: LaneBuffer, blocks: Range<Int>,
    outputs some: Range<Int>,
    to y: LaneBuffer
  ) {
    for group in 0..<groups {
      let first = group * tapCount * stride + some.lowerBound
      withValue(taps: 0..<tapCount, outputs: some.count) { value in
        let (from, to) = (inputs(x, blocks, group), gradients(y, blocks, group, some.lowerBound))
        lanes_dense_forward(
          set.level, &value, weights.floats(from: first, tapCount * stride - some.lowerBound), from,
          inputCount * LaneBuffer.width, Int32(blocks.count), to, outputStep)
      }
    }
  }

  /// Adds the gradient of the inputs that some taps of every group reach.
  func inputGradient(
    _ set: InstructionSet, _ weights: LaneBuffer, _ dy: LaneBuffer, blocks: Range<Int>, taps some: Range<Int>,
    to dx: LaneBuffer
  ) {
    for group in 0..<groups {
      let first = (group * tapCount + some.lowerBound) * stride
      withValue(taps: some, outputs: outputs) { value in
        lanes_dense_input_gradient(
          set.level, &value, weights.floats(from: first, some.count * stride),
          gradients(dy, blocks, group, 0),
          outputStep, Int32(blocks.count), inputs(dx, blocks, group), inputCount * LaneBuffer.width)
      }
    }
  }

  /// Adds the gradient of the weights of some taps of every group, over all blocks.
  func weightGradient(
    _ set: InstructionSet, _ x: LaneBuffer, _ dy: LaneBuffer, blocks: Int, taps some: Range<Int>,
    to dw: LaneBuffer
  ) {
    for group in 0..<groups {
      withValue(taps: 0..<tapCount, outputs: outputs) { value in
        lanes_dense_weight_gradient(
          set.level, &value, inputs(x, 0..<blocks, group), inputCount * LaneBuffer.width,
          gradients(dy, 0..<blocks, group, 0), outputStep, Int32(blocks), Int32(some.lowerBound),
          Int32(some.upperBound), dw.floats(from: group * tapCount * stride, tapCount * stride))
      }
    }
  }

  /// Whether ``laneGradient(_:_:_:blocks:groups:taps:to:)`` is faster: ``weightGradient(_:_:_:blocks:taps:to:)`` takes sixteen
  /// outputs at a time. It needs many positions.
  var prefersLanes: Bool { positions.count >= 16 && outputs * 4 <= stride * 3 }

  /// The number of groups.
  var groupCount: Int { groups }

  /// Adds the gradient of the weights of some taps of some groups, over all blocks, in the order of lanes.
  func laneGradient(
    _ set: InstructionSet, _ x: LaneBuffer, _ dy: LaneBuffer, blocks: Int, groups some: Range<Int>,
    taps: Range<Int>, to dw: LaneBuffer
  ) {
    withValue(taps: 0..<tapCount, outputs: outputs) { value in
      lanes_dense_lane_gradient(
        set.level, &value, Int32(some.lowerBound), Int32(some.upperBound), groupStep * LaneBuffer.width,
        inputs(x, 0..<blocks, 0), inputCount * LaneBuffer.width, gradients(dy, 0..<blocks, 0, 0), outputStep,
        Int32(blocks), Int32(taps.lowerBound), Int32(taps.upperBound), dw.floats(from: 0, weightCount))
    }
  }

  private var outputStep: Int { groups * outputs * positions.count * LaneBuffer.width }

  private func withValue(taps some: Range<Int>, outputs: Int, _ body: (inout lanes_dense) -> Void) {
    var value = lanes_dense(
      taps: taps.elements + some.lowerBound, positions: positions.elements, tap_count: Int32(some.count),
      position_count: Int32(positions.count), outputs: Int32(outputs), stride: Int32(stride))
    withExtendedLifetime((taps, positions)) { body(&value) }
  }

  private func inputs(_ x: LaneBuffer, _ blocks: Range<Int>, _ group: Int) -> UnsafeMutablePointer<Float> {
    let (size, offset) = (inputCount * LaneBuffer.width, group * groupStep * LaneBuffer.width)
    return x.floats(from: blocks.lowerBound * size, blocks.count * size) + offset
  }

  private func gradients(_ y: LaneBuffer, _ blocks: Range<Int>, _ group: Int, _ output: Int)
    -> UnsafeMutablePointer<Float>
  {
    let offset = (group * outputs + output) * positions.count * LaneBuffer.width
    return y.floats(from: blocks.lowerBound * outputStep, blocks.count * outputStep) + offset
  }
}
