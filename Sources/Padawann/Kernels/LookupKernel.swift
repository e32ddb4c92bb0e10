import CKernels

/// A linear layer whose weights are -1, 0 and 1, by tables of the sums of three inputs; see `lanes_lookup` in CKernels.h.
struct LookupKernel: Sendable {
  private let indices: Packed<UInt16>
  private let order: Packed<Int32>?
  private let inputs: Int
  private let outputs: Int

  /// The number of floats of scratch.
  static let scratchCount = Int(LOOKUP_SCRATCH_COUNT)

  /// Turns edges into indices of tables.
  ///
  /// - Parameters:
  ///   - mask: which edges are left, outputs × inputs.
  ///   - signs: which are negative.
  ///   - order: every input once; those that are often all zero together are best near each other, as groups of 24 zeros
  ///     cost nothing.
  init(mask: Bitmask, signs: Bitmask, outputs: Int, order: [Int]? = nil) throws(PadawannError) {
    precondition(mask.count == signs.count && mask.count % outputs == 0, "one sign per edge")
    self.outputs = outputs
    inputs = mask.count / outputs
    let all = 0..<inputs
    precondition(
      order.map { $0.count == all.count && $0.allSatisfy(all.contains) } ?? true, "every input")
    let (columns, rows) = (Int32(mask.count / outputs), Int32(outputs))
    let taken = order.map { $0.map(Int32.init) }
    indices = try Packed(count: lanes_lookup_indices_count(columns, rows), zero: 0) { pointer in
      lanes_lookup_indices(mask.words, signs.words, taken, columns, rows, pointer)
    }
    if let taken { self.order = try Packed(taken, zero: 0) } else { self.order = nil }
  }

  /// The size of what was packed.
  var bytes: Int { indices.bytes + (order?.bytes ?? 0) }

  /// Runs over whole blocks.
  func run(
    _ set: InstructionSet, _ x: LaneBuffer, blocks: Int, _ epilogue: Epilogue, to y: LaneBuffer,
    scratch: LaneBuffer
  ) {
    precondition(epilogue.outputs == outputs, "one epilogue per output")
    let (xCount, yCount) = (inputs * LaneBuffer.width, outputs * LaneBuffer.width)
    var tables = lanes_tables()
    tables.indices = indices.elements
    tables.order = order?.elements
    (tables.inputs, tables.outputs) = (Int32(inputs), Int32(outputs))
    for block in 0..<blocks {
      epilogue.withKernelValue {
        lanes_lookup(
          set.level, &tables, x.floats(from: block * xCount, xCount), $0,
          y.floats(from: block * yCount, yCount), scratch.floats(from: 0, Self.scratchCount))
      }
    }
  }
}
