/// Winograd's algorithm for a 3×3 convolution of stride 1, forward, and backward to its input.
struct WinogradPair: Sendable {
  private let forwardShape: WinogradKernel.Geometry
  private let backwardShape: WinogradKernel.Geometry

  /// `nil` for another convolution, or for one with so few channels that plain sums are as fast.
  init?(_ convolution: Convolution, _ source: Shape, _ output: Shape) {
    guard convolution.kernel == Extent(3), convolution.stride == Extent(1), convolution.dilation == Extent(1),
      convolution.groups == 1, source.channels >= 8, output.channels >= 8, output.height * output.width >= 16,
      convolution.padding.top <= 2, convolution.padding.left <= 2
    else { return nil }
    forwardShape = WinogradKernel.Geometry(
      kernel: 3, input: source, output: output, top: convolution.padding.top, left: convolution.padding.left,
      pools: false)
    backwardShape = WinogradKernel.Geometry(
      kernel: 3, input: output, output: source, top: 2 - convolution.padding.top,
      left: 2 - convolution.padding.left, pools: false)
  }

  /// The kernels.
  ///
  /// - Parameter goesBackward: whether the gradient of the input is asked for.
  func kernels(goesBackward: Bool) throws(PadawannError) -> TrainedWinograd {
    try TrainedWinograd(forwardShape, backward: backwardShape, goesBackward: goesBackward)
  }
}
