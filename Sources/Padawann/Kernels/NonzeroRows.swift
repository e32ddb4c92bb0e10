import CKernels

/// For each row of each image, one bit per column that is not 0 in some channel; of at most 64 columns.
func nonzeroRows(of pixels: [UInt8], _ shape: Shape, images: Int) -> [UInt64] {
  precondition(shape.width <= 64 && pixels.count == images * shape.count, "whole images of 64 columns")
  return [UInt64](unsafeUninitializedCapacity: images * shape.height) { rows, count in
    guard let rows = rows.baseAddress else { return }
    lanes_ink(pixels, images, Int32(shape.channels), Int32(shape.height), Int32(shape.width), rows)
    count = images * shape.height
  }
}
