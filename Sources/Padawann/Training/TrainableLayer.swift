/// The numbers of a convolution or a linear layer while they are trained.
final class TrainableLayer {
  /// The sums, forward and backward.
  let kernel: DenseKernel
  /// A faster way to the same sums, and to the gradients of their inputs, for small windows.
  let winograd: WinogradPair?
  /// The padding around the input; `nil` where there is none.
  let padding: Padding?
  /// The shape of the weights, as ``EdgeWeights/shape``.
  let shape: [Int]
  /// The weights, in the kernel's order.
  let weights: TrainedNumbers
  /// The biases: sets × outputs. A layer without biases has zeros.
  let biases: TrainedNumbers

  /// The number of output channels.
  var outputs: Int { shape[0] }

  /// Prepares a layer.
  ///
  /// - Parameters:
  ///   - operation: a convolution or a linear layer.
  ///   - source: the shape of its input.
  ///   - output: the shape of its output.
  ///   - weights: in the order of edges.
  ///   - bias: one per output, or `nil`.
  ///   - biasSets: how many sets of biases there are, all beginning with `bias`.
  init(
    _ operation: NodeOperation, _ source: Shape, _ output: Shape, weights: [Float], bias: [Float]?,
    biasSets: Int
  ) throws(PadawannError) {
    guard let shape = operation.weightShape(of: source) else { preconditionFailure("a layer has weights") }
    self.shape = shape
    if case .convolution(let convolution) = operation {
      kernel = try convolution.kernel(source, output)
      padding = convolution.padding == .none ? nil : convolution.padding
      winograd = WinogradPair(convolution, source, output)
    } else {
      kernel = try DenseKernel(
        taps: Array(0..<source.count), positions: [0], outputs: shape[0], groups: 1, groupStep: 0,
        inputCount: source.count)
      padding = nil
      winograd = nil
    }
    let places = Self.places(kernel, shape)
    var stored = [Float](repeating: 0, count: kernel.weightCount)
    for (edge, place) in places.enumerated() { stored[place] = weights[edge] }
    self.weights = try TrainedNumbers(stored)
    let once = bias ?? [Float](repeating: 0, count: shape[0])
    biases = try TrainedNumbers([[Float]](repeating: once, count: biasSets).flatMap { $0 })
  }

  /// Where the kernel stores each edge, in the order of edges.
  var places: [Int] { Self.places(kernel, shape) }

  /// Numbers that are stored as the weights are, in the order of edges.
  func inEdgeOrder(_ stored: LaneBuffer) -> [Float] { places.map { stored[$0] } }

  /// Takes over weights, in the order of edges; those that a mask does not leave become 0.
  func setWeights(_ numbers: [Float], where mask: Bitmask) {
    var stored = [Float](repeating: 0, count: weights.count)
    for (edge, place) in places.enumerated() where mask[edge] { stored[place] = numbers[edge] }
    weights.values.replace(with: stored)
  }

  private static func places(_ kernel: DenseKernel, _ shape: [Int]) -> [Int] {
    let taps = kernel.tapCount
    var places: [Int] = []
    places.reserveCapacity(shape.reduce(1, *))
    for output in 0..<shape[0] {
      for tap in 0..<taps { places.append(kernel.place(output: output, tap: tap)) }
    }
    return places
  }
}

extension Convolution {
  /// The sums over the taps of the padded input.
  fileprivate func kernel(_ source: Shape, _ output: Shape) throws(PadawannError) -> DenseKernel {
    let padded = source.padded(by: padding)
    let channels = source.channels / groups
    var taps: [Int] = []
    for channel in 0..<channels {
      for row in 0..<kernel.height {
        for column in 0..<kernel.width {
          taps.append(
            (channel * padded.height + row * dilation.height) * padded.width + column * dilation.width)
        }
      }
    }
    var positions: [Int] = []
    for row in 0..<output.height {
      for column in 0..<output.width {
        positions.append(row * stride.height * padded.width + column * stride.width)
      }
    }
    return try DenseKernel(
      taps: taps, positions: positions, outputs: outputs / groups, groups: groups,
      groupStep: channels * padded.height * padded.width, inputCount: padded.count)
  }
}
