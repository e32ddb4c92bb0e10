import CKernels

/// How stored pixels become the first activation: `activation(pixel * scale[c] + offset[c])`, the inner part rounded once.
struct PixelLoading: Sendable {
  private let scale: [Float]
  private let offset: [Float]
  private let plane: Int
  /// What happens to every number last.
  var activation = Epilogue.Activation.none

  /// One scale and one offset per channel.
  init(scale: [Float], offset: [Float], plane: Int) {
    precondition(scale.count == offset.count, "every channel has a scale and an offset")
    self.scale = scale
    self.offset = offset
    self.plane = plane
  }

  /// Loads images, given by their indices, into whole blocks from `firstBlock` on; lanes without an image become zero.
  func run(
    _ set: InstructionSet, _ pixels: Pixels, images: ArraySlice<Int>, to y: LaneBuffer, firstBlock: Int = 0
  ) {
    let elements = scale.count * plane
    precondition(images.allSatisfy { $0 >= 0 && ($0 + 1) * elements <= pixels.count }, "no such image")
    let size = elements * LaneBuffer.width
    for (block, start) in stride(from: images.startIndex, to: images.endIndex, by: LaneBuffer.width)
      .enumerated()
    {
      let lanes = images[start..<min(start + LaneBuffer.width, images.endIndex)]
      let target = y.floats(from: (firstBlock + block) * size, size)
      let sizes = (Int32(lanes.count), Int32(elements), Int32(plane))
      withKernelValue { loading in
        switch pixels {
        case .bytes(let values):
          Self.gathered(lanes, of: values, elements) {
            lanes_load_bytes(set.level, $0, sizes.0, sizes.1, sizes.2, loading, target)
          }
        case .floats(let values):
          Self.gathered(lanes, of: values, elements) {
            lanes_load_floats(set.level, $0, sizes.0, sizes.1, sizes.2, loading, target)
          }
        }
      }
    }
  }

  private func withKernelValue(_ body: (UnsafePointer<lanes_epilogue>) -> Void) {
    scale.withUnsafeBufferPointer { scale in
      offset.withUnsafeBufferPointer { offset in
        var value = lanes_epilogue()
        value.scale = scale.baseAddress
        value.bias = offset.baseAddress
        value.activation = activation.kernelValue
        body(&value)
      }
    }
  }

  /// Some images one after the other: where they are, or a copy.
  private static func gathered<Pixel: BitwiseCopyable>(
    _ images: ArraySlice<Int>, of values: [Pixel], _ elements: Int, _ body: (UnsafePointer<Pixel>) -> Void
  ) {
    values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress, let first = images.first else { return }
      guard !zip(images, first...).allSatisfy({ $0 == $1 }) else { return body(base + first * elements) }
      withUnsafeTemporaryAllocation(of: Pixel.self, capacity: images.count * elements) { copy in
        guard let target = copy.baseAddress else { return }
        for (place, image) in images.enumerated() {
          (target + place * elements).initialize(from: base + image * elements, count: elements)
        }
        body(target)
      }
    }
  }
}

/// For each row of each image, one bit per column that is not 0 in some channel; of at most 64 columns.
func nonzeroRows(of pixels: [UInt8], _ shape: Shape, images: Int) -> [UInt64] {
  precondition(shape.width <= 64 && pixels.count == images * shape.count, "whole images of 64 columns")
  return [UInt64](unsafeUninitializedCapacity: images * shape.height) { rows, count in
    guard let rows = rows.baseAddress else { return }
    lanes_nonzero_rows(pixels, images, Int32(shape.channels), Int32(shape.height), Int32(shape.width), rows)
    count = images * shape.height
  }
}
