import CKernels

/// A linear layer whose weights are -1, 0 and 1, by tables of the sums of three inputs; see `lanes_lookup` in CKernels.h.
struct LookupKernel: Sendable {
  private let indices: Packed<UInt16>
  private let inputs: Int
  private let outputs: Int

  /// The number of floats of scratch.
  static let scratchCount = Int(LOOKUP_SCRATCH_COUNT)

  /// Turns edges into indices of tables.
  ///
  /// - Parameters:
  ///   - mask: which edges are left, outputs × inputs.
  ///   - signs: which are negative.
  init(mask: Bitmask, signs: Bitmask, outputs: Int) throws(PadawannError) {
    precondition(mask.count == signs.count && mask.count % outputs == 0, "one sign per edge")
    self.outputs = outputs
    inputs = mask.count / outputs
    let (columns, rows) = (Int32(mask.count / outputs), Int32(outputs))
    indices = try Packed(count: lanes_lookup_indices_count(columns, rows), zero: 0) { pointer in
      lanes_lookup_indices(mask.words, signs.words, columns, rows, pointer)
    }
  }

  /// The size of what was packed.
  var bytes: Int { indices.bytes }

  /// Runs over whole blocks.
  func run(
    _ set: InstructionSet, _ x: LaneBuffer, blocks: Int, _ epilogue: Epilogue, to y: LaneBuffer,
    scratch: LaneBuffer
  ) {
    precondition(epilogue.outputs == outputs, "one epilogue per output")
    let (xCount, yCount) = (inputs * LaneBuffer.width, outputs * LaneBuffer.width)
    for block in 0..<blocks {
      epilogue.withKernelValue {
        lanes_lookup(
          set.level, indices.elements, Int32(inputs), Int32(outputs), x.floats(from: block * xCount, xCount),
          $0, y.floats(from: block * yCount, yCount), scratch.floats(from: 0, Self.scratchCount))
      }
    }
  }
}
