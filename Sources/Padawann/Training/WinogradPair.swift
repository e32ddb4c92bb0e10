/// Winograd's algorithm for a 3×3 convolution of stride 1, forward, and backward to its input: the gradient of the input is
/// the convolution of the gradients, surrounded by zeros, with the filters turned by half a turn.
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

  /// The kernels for the weights of one step, in the order of edges.
  ///
  /// - Parameter backward: whether the gradient of the input is asked for.
  func kernels(_ weights: [Float], backward: Bool) throws(PadawannError) -> Kernels {
    let forward = try WinogradKernel(weights, forwardShape)
    guard backward else { return Kernels(forward: forward, backward: nil) }
    let (inputs, outputs) = (forwardShape.input.channels, forwardShape.output.channels)
    var turned = [Float](repeating: 0, count: weights.count)
    for output in 0..<outputs {
      for input in 0..<inputs {
        for tap in 0..<9 {
          turned[(input * outputs + output) * 9 + 8 - tap] = weights[(output * inputs + input) * 9 + tap]
        }
      }
    }
    return Kernels(forward: forward, backward: try WinogradKernel(turned, backwardShape))
  }

  /// The kernels of one step.
  struct Kernels: Sendable {
    let forward: WinogradKernel
    let backward: WinogradKernel?
  }
}
