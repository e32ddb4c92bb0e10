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

  /// The pixels behind some rows and columns; `nil` where these are not all inside the activation.
  func pixels(rows: Range<Int>, columns: Range<Int>, of shape: Shape) -> PixelSquare? {
    guard rows.lowerBound >= 0, rows.upperBound <= shape.height, columns.lowerBound >= 0,
      columns.upperBound <= shape.width
    else { return nil }
    return PixelSquare(
      rows: rows.lowerBound * stride.height..<(rows.upperBound - 1) * stride.height + extent.height,
      columns: columns.lowerBound * stride.width..<(columns.upperBound - 1) * stride.width + extent.width)
  }
}

/// A rectangle of an image.
struct PixelSquare: Sendable {
  var rows: Range<Int>
  var columns: Range<Int>
}
