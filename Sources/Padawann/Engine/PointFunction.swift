/// A function of single numbers that has no kernel: computed in `Double` and rounded once, as the reference does.
enum PointFunction: Sendable {
  case tanh
  case sigmoid
  case gelu(GELU)

  /// The function of every number.
  func apply(_ x: LaneBuffer, elements: Int, to y: LaneBuffer) {
    for index in 0..<(elements * LaneBuffer.width) { y[index] = Float(value(Double(x[index]))) }
  }

  private func value(_ x: Double) -> Double {
    switch self {
    case .tanh: tanhOf(x)
    case .sigmoid: 1 / (1 + expOf(-x))
    case .gelu(let formula): formula.value(x)
    }
  }
}

/// Softmax over the channels of every position, for each image on its own.
func channelSoftmax(_ x: LaneBuffer, _ shape: Shape, logarithm: Bool, blocks: Int, to y: LaneBuffer) {
  let width = LaneBuffer.width
  let plane = shape.height * shape.width * width
  for block in 0..<blocks {
    for position in 0..<plane {
      let start = block * shape.count * width + position
      let elements = stride(from: start, to: start + shape.channels * plane, by: plane)
      let top = Double(elements.reduce(-Float.infinity) { max($0, x[$1]) })
      let sum = elements.reduce(0.0) { $0 + expOf(Double(x[$1]) - top) }
      for element in elements {
        let shifted = Double(x[element]) - top
        y[element] = Float(logarithm ? shifted - logOf(sum) : expOf(shifted) / sum)
      }
    }
  }
}
