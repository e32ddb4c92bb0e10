import CKernels

/// A 3×3 convolution of stride 1; see `lanes_winograd` in CKernels.h.
struct WinogradKernel: Sendable {
  private let filters: Packed<Float>
  private let shape: Geometry

  /// Sizes of the input, of the output before pooling, and of the padding above and at the left.
  struct Geometry: Sendable {
    var input: Shape
    var output: Shape
    var top: Int
    var left: Int
    /// Whether only the maximum of every 2×2 window is kept.
    var pools: Bool

    /// The number of elements that are stored.
    var storedCount: Int {
      pools ? output.channels * (output.height / 2) * (output.width / 2) : output.count
    }
  }

  /// Transforms the filters, outputs × channels × 3 × 3.
  init(_ weights: [Float], _ shape: Geometry) throws(PadawannError) {
    let (channels, outputs) = (Int32(shape.input.channels), Int32(shape.output.channels))
    precondition(weights.count == shape.input.channels * shape.output.channels * 9, "filters of 3×3")
    filters = try Packed(count: lanes_winograd_filters_count(channels, outputs), zero: 0) { pointer in
      lanes_winograd_filters(weights, channels, outputs, pointer)
    }
    self.shape = shape
  }

  /// The 6×6 squares of the input that the tiles read, row by row; some lie partly outside.
  var tiles: [(rows: Range<Int>, columns: Range<Int>)] {
    stride(from: -shape.top, to: shape.output.height - shape.top, by: 4).flatMap { top in
      stride(from: -shape.left, to: shape.output.width - shape.left, by: 4).map { left in
        (top..<(top + 6), left..<(left + 6))
      }
    }
  }

  /// The size of what was packed.
  var bytes: Int { filters.bytes }
  /// The number of floats of scratch.
  var scratchCount: Int { Self.scratchCount(channels: shape.input.channels) }
  /// The number of floats of scratch for an input of that many channels.
  static func scratchCount(channels: Int) -> Int { lanes_winograd_scratch_count(Int32(channels)) }

  /// Runs over whole blocks from the first on.
  ///
  /// - Parameters:
  ///   - addend: of the shape of the output, which is not pooled then.
  ///   - blank: for each block's ``tiles`` whether their input is the same as that of all other such tiles; empty for no.
  func run(
    _ set: InstructionSet, _ x: LaneBuffer, blocks: Int, _ epilogue: Epilogue, adding addend: LaneBuffer?,
    blank: [UInt8], to y: LaneBuffer, scratch: LaneBuffer
  ) {
    run(
      set, x, blocks: 0..<blocks, epilogue, adding: addend, blank: blank, to: y, firstBlock: 0,
      scratch: scratch)
  }

  /// Runs over some blocks, and stores from `firstBlock` on; the scratch begins at `scratchStart`.
  func run(
    _ set: InstructionSet, _ x: LaneBuffer, blocks: Range<Int>, _ epilogue: Epilogue,
    adding addend: LaneBuffer? = nil, blank: [UInt8] = [], to y: LaneBuffer, firstBlock: Int,
    scratch: LaneBuffer, scratchStart: Int = 0
  ) {
    precondition(addend == nil || !shape.pools, "nothing is added to maxima")
    precondition(blank.isEmpty || blank.count == blocks.count * tiles.count, "one mark per tile")
    precondition(epilogue.outputs == shape.output.channels, "one epilogue per output")
    let xCount = shape.input.count * LaneBuffer.width
    let yCount = shape.storedCount * LaneBuffer.width
    var value = kernelValue
    let added = addend.map { UnsafePointer($0.floats(from: firstBlock * yCount, yCount * blocks.count)) }
    epilogue.withKernelValue(addend: added) { epilogue in
      blank.withUnsafeBufferPointer { blank in
        value.blank = blank.isEmpty ? nil : blank.baseAddress
        lanes_winograd_convolve(
          set.level, &value, x.floats(from: blocks.lowerBound * xCount, xCount * blocks.count), xCount,
          Int32(blocks.count), epilogue, y.floats(from: firstBlock * yCount, yCount * blocks.count), yCount,
          scratch.floats(from: scratchStart, scratchCount))
      }
    }
  }

  private var kernelValue: lanes_winograd {
    var value = lanes_winograd()
    value.filters = filters.elements
    value.channels = Int32(shape.input.channels)
    value.height = Int32(shape.input.height)
    value.width = Int32(shape.input.width)
    value.outputs = Int32(shape.output.channels)
    value.output_height = Int32(shape.output.height)
    value.output_width = Int32(shape.output.width)
    value.top = Int32(shape.top)
    value.left = Int32(shape.left)
    value.pools = shape.pools ? 1 : 0
    return value
  }
}
