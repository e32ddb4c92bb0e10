/// Which pixels an activation depends on, where every position computes the same function of its own square of pixels: row
/// `y` of it reads the rows `y * stride ..< y * stride + extent` of the image. So it is constant where the image is.
struct ReceptiveField: Sendable {
  private var stride = Extent(1)
  private var extent = Extent(1)

  /// The image's own.
  static let image = ReceptiveField()

  /// The field of a convolution's output; `nil` where padding makes positions differ.
  func after(_ convolution: Convolution) -> ReceptiveField? {
    guard convolution.padding == .none else { return nil }
    var result = self
    let (kernel, dilation) = (convolution.kernel, convolution.dilation)
    result.extent.height += (kernel.height - 1) * dilation.height * stride.height
    result.extent.width += (kernel.width - 1) * dilation.width * stride.width
    result.stride.height *= convolution.stride.height
    result.stride.width *= convolution.stride.width
    return result
  }

  /// The pixels behind every pair of some rows and some columns of an activation; `nil` where these are not all inside.
  func grid(rows: [Range<Int>], columns: [Range<Int>], of shape: Shape) -> PixelGrid {
    PixelGrid(
      rows: rows.map { Self.pixels($0, of: shape.height, stride.height, extent.height) },
      columns: columns.map { Self.pixels($0, of: shape.width, stride.width, extent.width) })
  }

  private static func pixels(_ range: Range<Int>, of size: Int, _ stride: Int, _ extent: Int) -> Range<Int>? {
    guard range.lowerBound >= 0, range.upperBound <= size else { return nil }
    return range.lowerBound * stride..<(range.upperBound - 1) * stride + extent
  }
}
