/// `y = activation(x * scale[c] + bias[c])` with numbers in `Double`, as nodes are folded into one another.
struct AffineChain {
  private(set) var scale: [Double]
  private(set) var bias: [Double]
  var activation = Epilogue.Activation.none

  /// Starts with one scale and one bias per output.
  init(scale: [Double], bias: [Double]) {
    self.scale = scale
    self.bias = bias
  }

  /// Leaves numbers as they are.
  init(outputs: Int) {
    self.init(
      scale: [Double](repeating: 1, count: outputs), bias: [Double](repeating: 0, count: outputs))
  }

  /// Appends a batch normalisation, before any activation.
  mutating func append(_ numbers: BatchNormalisation, epsilon: Float) {
    for channel in scale.indices {
      let deviation = (Double(numbers.variance[channel]) + Double(epsilon)).squareRoot()
      let slope = Double(numbers.scale[channel]) / deviation
      scale[channel] *= slope
      bias[channel] = (bias[channel] - Double(numbers.mean[channel])) * slope + Double(numbers.shift[channel])
    }
  }

  /// Appends `x * factor + summand`, before any activation.
  mutating func append(factor: Double, summand: Double) {
    for channel in scale.indices {
      scale[channel] *= factor
      bias[channel] = bias[channel] * factor + summand
    }
  }

  /// Rounds the numbers, once.
  func epilogue() throws(PadawannError) -> Epilogue {
    try Epilogue(scale: scale.map { Float($0) }, bias: bias.map { Float($0) }, activation)
  }
}
