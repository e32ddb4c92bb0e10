import CKernels

/// A convolution as sums over the edges of each output alone; see `lanes_edges` in CKernels.h.
struct EdgeKernel: Sendable {
  /// An edge that is left.
  struct Edge {
    /// The place of its tap among all taps of the output.
    var column: Int
    /// Where the tap lies, in elements of the input from a position.
    var offset: Int
    var weight: Float
    /// Which of an output's sums it belongs to; edges of one sum follow each other.
    var sum: Int
  }

  private let weights: Packed<Float>
  private let taps: Packed<Int32>
  private let starts: Packed<Int32>
  private let splits: Packed<Int32>
  private let columns: Packed<Int32>?
  private let positions: Packed<Int32>
  private let outputs: Int
  private let columnCount: Int
  private let columnsAtOnce: Int
  private let inputCount: Int

  /// After so many taps ``SumKernel`` begins another sum.
  static let tapsOfASum = 256

  /// Lays the edges out for the kernel.
  ///
  /// - Parameters:
  ///   - edges: those of each output, in the order of their columns.
  ///   - columns: where all taps lie, to copy what they read; `nil` to leave it where it is.
  ///   - columnCount: the number of taps of an output.
  ///   - positions: where each output position begins, in elements of the input.
  ///   - inputCount: the number of elements of the input; every position and tap must lie inside.
  init(_ edges: [[Edge]], columns: [Int]?, columnCount: Int, positions: [Int], inputCount: Int)
    throws(PadawannError)
  {
    let furthest = max(edges.lazy.flatMap { $0 }.map(\.offset).max() ?? 0, columns?.max() ?? 0)
    precondition((positions.max() ?? 0) + furthest < inputCount, "taps lie inside")
    // What is copied shares the cache with the edges themselves, which are read once.
    let columnsAtOnce = columns == nil ? Int(EDGE_COLUMNS) : Int(EDGE_COLUMNS) * 8 / 9
    let width = LaneBuffer.width
    let all = edges.flatMap { $0 }
    let places = all.map { edge in
      columns == nil ? edge.offset : edge.column % columnsAtOnce * Int(EDGE_POSITIONS)
    }
    let (starts, splits) = Self.blocks(edges, columnCount: columnCount, columnsAtOnce)
    weights = try Packed(all.map(\.weight), zero: 0)
    taps = try Packed(places.map { Int32($0 * width) }, zero: 0)
    self.starts = try Packed(starts, zero: 0)
    self.splits = try Packed(splits, zero: 0)
    self.columns = if let columns { try Packed(columns.map { Int32($0 * width) }, zero: 0) } else { nil }
    self.positions = try Packed(positions.map { Int32($0 * width) }, zero: 0)
    outputs = edges.count
    self.columnCount = columnCount
    self.columnsAtOnce = columnsAtOnce
    self.inputCount = inputCount
  }

  /// Where the edges of each output begin in every block of columns, and where another sum begins there, if one does.
  private static func blocks(_ edges: [[Edge]], columnCount: Int, _ columnsAtOnce: Int) -> (
    starts: [Int32], splits: [Int32]
  ) {
    let blocks = max(1, (columnCount + columnsAtOnce - 1) / columnsAtOnce)
    var (starts, splits): ([Int32], [Int32]) = ([], [])
    var count = 0
    for row in edges {
      var (next, sum) = (0, row.first?.sum ?? 0)
      for block in 0..<blocks {
        starts.append(Int32(count + next))
        var split: Int32 = -1
        while next < row.count, row[next].column < (block + 1) * columnsAtOnce {
          if row[next].sum != sum { (split, sum) = (Int32(count + next), row[next].sum) }
          next += 1
        }
        splits.append(split)
      }
      count += row.count
    }
    return (starts + [Int32(count)], splits)
  }

  /// The size of what was packed.
  var bytes: Int { weights.bytes + taps.bytes }

  /// Runs over whole blocks, as ``SumKernel/run(_:_:blocks:_:adding:zero:to:)``.
  func run(
    _ set: InstructionSet, _ x: LaneBuffer, blocks: Int, _ epilogue: Epilogue, adding addend: LaneBuffer?,
    zero: [UInt8], to y: LaneBuffer
  ) {
    let (xCount, yCount) = (inputCount * LaneBuffer.width, outputs * positions.count * LaneBuffer.width)
    precondition(epilogue.outputs == outputs, "one epilogue per output")
    precondition(
      zero.isEmpty || (zero.count == blocks * positions.count && addend == nil), "one mark per position")
    var value = kernelValue
    epilogue.withKernelValue(addend: addend.map { UnsafePointer($0.floats(from: 0, yCount * blocks)) }) {
      epilogue in
      zero.withUnsafeBufferPointer { zero in
        value.zero = zero.isEmpty ? nil : zero.baseAddress
        lanes_sum_edges(
          set.level, &value, x.floats(from: 0, xCount * blocks), xCount, Int32(blocks), epilogue,
          y.floats(from: 0, yCount * blocks), yCount)
      }
    }
  }

  /// The layer as the kernel reads it, while this value lives.
  private var kernelValue: lanes_edges {
    var value = lanes_edges()
    value.weights = weights.elements
    value.taps = taps.elements
    value.starts = starts.elements
    value.splits = splits.elements
    value.columns = columns?.elements
    value.positions = positions.elements
    value.column_count = Int32(columnCount)
    value.columns_at_once = Int32(columnsAtOnce)
    value.blocks = Int32(splits.count / max(1, outputs))
    value.position_count = Int32(positions.count)
    value.outputs = Int32(outputs)
    return value
  }
}
