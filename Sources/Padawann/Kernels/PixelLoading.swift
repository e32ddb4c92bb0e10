import CKernels

/// How stored pixels become the first activation: `pixel * scale[c] + offset[c]`, rounded once.
struct PixelLoading: Sendable {
  private let scale: [Float]
  private let offset: [Float]
  private let plane: Int

  /// One scale and one offset per channel.
  init(scale: [Float], offset: [Float], plane: Int) {
    precondition(scale.count == offset.count, "every channel has a scale and an offset")
    self.scale = scale
    self.offset = offset
    self.plane = plane
  }

  /// Loads images into whole blocks from `firstBlock` on; lanes without an image become zero.
  func run(
    _ set: InstructionSet, _ pixels: Pixels, images: Range<Int>, to y: LaneBuffer, firstBlock: Int = 0
  ) {
    let elements = scale.count * plane
    precondition(images.lowerBound >= 0 && images.upperBound * elements <= pixels.count, "no such image")
    for (block, start) in stride(from: images.lowerBound, to: images.upperBound, by: LaneBuffer.width)
      .enumerated()
    {
      let count = min(LaneBuffer.width, images.upperBound - start)
      let size = elements * LaneBuffer.width
      let target = y.floats(from: (firstBlock + block) * size, size)
      let sizes = (Int32(count), Int32(elements), Int32(plane))
      switch pixels {
      case .bytes(let values):
        values.withUnsafeBufferPointer { buffer in
          guard let base = buffer.baseAddress else { return }
          lanes_load_bytes(
            set.level, base + start * elements, sizes.0, sizes.1, sizes.2, scale, offset, target)
        }
      case .floats(let values):
        values.withUnsafeBufferPointer { buffer in
          guard let base = buffer.baseAddress else { return }
          lanes_load_floats(
            set.level, base + start * elements, sizes.0, sizes.1, sizes.2, scale, offset, target)
        }
      }
    }
  }
}
