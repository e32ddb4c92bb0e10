import CKernels

/// A 3×3 or 5×5 convolution of stride 1; see `lanes_winograd` in CKernels.h.
struct WinogradKernel: Sendable {
  private let filters: Packed<Float>
  private let shape: Geometry

  /// Sizes of the filters, of the input, of the output before pooling, and of the padding above and at the left.
  struct Geometry: Sendable {
    /// 3 or 5.
    var kernel: Int
    var input: Shape
    var output: Shape
    var top: Int
    var left: Int
    /// Whether only the maximum of every 2×2 window is kept.
    var pools: Bool

    /// The outputs of a tile in a row or column, before pooling.
    var tileSize: Int { 7 - kernel }

    /// The number of elements that are stored.
    var storedCount: Int {
      pools ? output.channels * (output.height / 2) * (output.width / 2) : output.count
    }
  }

  /// Transforms the filters, outputs × channels × kernel × kernel.
  init(_ weights: [Float], _ shape: Geometry) throws(PadawannError) {
    let (channels, outputs) = (Int32(shape.input.channels), Int32(shape.output.channels))
    let (kernel, edges) = (shape.kernel, shape.input.channels * shape.output.channels)
    precondition((kernel == 3 || kernel == 5) && weights.count == edges * kernel * kernel, "square filters")
    filters = try Packed(count: lanes_winograd_filters_count(channels, outputs), zero: 0) { pointer in
      lanes_winograd_filters(weights, Int32(kernel), channels, outputs, pointer)
    }
    self.shape = shape
  }

  /// The rows and the columns of the input that the tiles read, each pair of them one; some lie partly outside.
  var tiles: (rows: [Range<Int>], columns: [Range<Int>]) {
    let tops = stride(from: -shape.top, to: shape.output.height - shape.top, by: shape.tileSize)
    let lefts = stride(from: -shape.left, to: shape.output.width - shape.left, by: shape.tileSize)
    return (tops.map { $0..<($0 + 6) }, lefts.map { $0..<($0 + 6) })
  }

  private var tileCount: Int {
    let size = shape.tileSize
    return (shape.output.height + size - 1) / size * ((shape.output.width + size - 1) / size)
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
  ///   - before: what happens to each channel of the input first, if anything; the padding stays zero.
  ///   - addend: of the shape of the output, which is not pooled then.
  ///   - zero: for each block's ``tiles`` whether their input is the same as that of all other such tiles; empty for no.
  func run(
    _ set: InstructionSet, _ x: LaneBuffer, after before: Epilogue?, blocks: Int, _ epilogue: Epilogue,
    adding addend: LaneBuffer?, zero: [UInt8], to y: LaneBuffer, scratch: LaneBuffer
  ) {
    run(
      set, x, after: before, blocks: 0..<blocks, epilogue, adding: addend, zero: zero, to: y, firstBlock: 0,
      scratch: scratch)
  }

  /// Runs over some blocks, and stores from `firstBlock` on.
  func run(
    _ set: InstructionSet, _ x: LaneBuffer, after before: Epilogue? = nil, blocks: Range<Int>,
    _ epilogue: Epilogue, adding addend: LaneBuffer? = nil, zero: [UInt8] = [], to y: LaneBuffer,
    firstBlock: Int, scratch: LaneBuffer
  ) {
    precondition(addend == nil || !shape.pools, "nothing is added to maxima")
    precondition(zero.isEmpty || zero.count == blocks.count * tileCount, "one mark per tile")
    precondition(epilogue.outputs == shape.output.channels, "one epilogue per output")
    precondition(before == nil || before?.outputs == shape.input.channels, "one epilogue per channel")
    let xCount = shape.input.count * LaneBuffer.width
    let yCount = shape.storedCount * LaneBuffer.width
    var value = shape.kernelValue(filters: filters.elements)
    let added = addend.map { UnsafePointer($0.floats(from: firstBlock * yCount, yCount * blocks.count)) }
    (before ?? epilogue).withKernelValue { beforeValue in
      epilogue.withKernelValue(addend: added) { epilogue in
        zero.withUnsafeBufferPointer { zero in
          value.before = before == nil ? nil : beforeValue
          value.zero = zero.isEmpty ? nil : zero.baseAddress
          lanes_winograd_convolve(
            set.level, &value, x.floats(from: blocks.lowerBound * xCount, xCount * blocks.count), xCount,
            Int32(blocks.count), epilogue, y.floats(from: firstBlock * yCount, yCount * blocks.count), yCount,
            scratch.floats(from: 0, scratchCount))
        }
      }
    }
  }
}

extension WinogradKernel.Geometry {
  /// The sizes as the kernels read them, without anything before them or zeros to skip.
  func kernelValue(filters: UnsafePointer<Float>?) -> lanes_winograd {
    var value = lanes_winograd()
    value.filters = filters
    value.kernel = Int32(kernel)
    value.channels = Int32(input.channels)
    value.height = Int32(input.height)
    value.width = Int32(input.width)
    value.outputs = Int32(output.channels)
    value.output_height = Int32(output.height)
    value.output_width = Int32(output.width)
    value.top = Int32(top)
    value.left = Int32(left)
    value.pools = pools ? 1 : 0
    return value
  }
}
