import CKernels

/// A convolution or a linear layer as sums over taps of its (padded) input; see `lanes_sums` in CKernels.h.
struct SumKernel: Sendable {
  private let weights: Packed<Float>
  private let taps: Packed<Int32>
  private let starts: Packed<Int32>
  private let positions: Packed<Int32>
  private let outputs: Int
  private let inputCount: Int

  /// Outputs that share the loading of their inputs.
  static let together = 8

  /// Lays the weights out for the kernel.
  ///
  /// - Parameters:
  ///   - taps: for each group of ``together`` outputs its taps, in elements of the input.
  ///   - weights: for each group, its taps × ``together`` numbers.
  ///   - positions: where each output position begins, in elements of the input.
  ///   - inputCount: the number of elements of the input; every position and tap must lie inside.
  init(
    taps: [[Int]], weights: [[Float]], positions: [Int], outputs: Int, inputCount: Int
  ) throws(PadawannError) {
    let furthest = (positions.max() ?? 0) + (taps.lazy.flatMap { $0 }.max() ?? 0)
    precondition(
      furthest < inputCount && taps.count == (outputs + Self.together - 1) / Self.together, "taps lie inside")
    var starts: [Int32] = [0]
    for group in taps { starts.append((starts.last ?? 0) + Int32(group.count)) }
    let width = LaneBuffer.width
    self.weights = try Packed(Array(weights.joined()), zero: 0)
    self.taps = try Packed(taps.flatMap { $0.map { Int32($0 * width) } }, zero: 0)
    self.starts = try Packed(starts, zero: 0)
    self.positions = try Packed(positions.map { Int32($0 * width) }, zero: 0)
    self.outputs = outputs
    self.inputCount = inputCount
  }

  /// The size of what was packed.
  var bytes: Int { weights.bytes + taps.bytes }

  /// Runs over whole blocks, and adds the addend, which has the shape of the output.
  ///
  /// - Parameter zero: for each block's positions whether their input is the same as that of all other such positions;
  ///   empty for no.
  func run(
    _ set: InstructionSet, _ x: LaneBuffer, blocks: Int, _ epilogue: Epilogue, adding addend: LaneBuffer?,
    zero: [UInt8], to y: LaneBuffer
  ) {
    let (xCount, yCount) = (inputCount * LaneBuffer.width, outputs * positions.count * LaneBuffer.width)
    precondition(epilogue.outputs == outputs, "one epilogue per output")
    precondition(
      zero.isEmpty || (zero.count == blocks * positions.count && addend == nil), "one mark per position")
    var value = lanes_sums()
    value.weights = weights.elements
    value.taps = taps.elements
    value.starts = starts.elements
    value.positions = positions.elements
    value.position_count = Int32(positions.count)
    value.outputs = Int32(outputs)
    epilogue.withKernelValue(addend: addend.map { UnsafePointer($0.floats(from: 0, yCount * blocks)) }) {
      epilogue in
      zero.withUnsafeBufferPointer { zero in
        value.zero = zero.isEmpty ? nil : zero.baseAddress
        lanes_sum(
          set.level, &value, x.floats(from: 0, xCount * blocks), xCount, Int32(blocks), epilogue,
          y.floats(from: 0, yCount * blocks), yCount)
      }
    }
  }
}
