/// A smooth activation and its derivative, in `Double`, rounded once.
enum SmoothFunction: Sendable {
  case tanh
  case sigmoid
  case silu
  case gelu(GELU)

  /// `nil` for another operation.
  init?(_ operation: NodeOperation) {
    switch operation {
    case .tanh: self = .tanh
    case .sigmoid: self = .sigmoid
    case .silu: self = .silu
    case .gelu(let formula): self = .gelu(formula)
    default: return nil
    }
  }

  /// The function of every number.
  func apply(_ x: BlockSlice, to y: BlockSlice) {
    y.map(x, x) { value, _ in Float(self.value(Double(value))) }
  }

  /// `dx += derivative * dy`.
  func addGradient(_ x: BlockSlice, _ y: BlockSlice, _ dy: BlockSlice, to dx: BlockSlice) {
    for element in 0..<x.elements {
      for lane in 0..<LaneBuffer.width {
        let slope = slope(Double(x[element, lane]), Double(y[element, lane]))
        dx[element, lane] += Float(Double(dy[element, lane]) * slope)
      }
    }
  }

  private func value(_ x: Double) -> Double {
    switch self {
    case .tanh: tanhOf(x)
    case .sigmoid: 1 / (1 + expOf(-x))
    case .silu: x / (1 + expOf(-x))
    case .gelu(let formula): formula.value(x)
    }
  }

  private func slope(_ x: Double, _ y: Double) -> Double {
    switch self {
    case .tanh: return 1 - y * y
    case .sigmoid: return y * (1 - y)
    case .silu:
      let share = 1 / (1 + expOf(-x))
      return share * (1 + x * (1 - share))
    case .gelu(.exact):
      return 0.5 * (1 + erfOf(x / 2.0.squareRoot())) + x * expOf(-x * x / 2) / (2 * Double.pi).squareRoot()
    case .gelu(.tanh):
      let root = (2 / Double.pi).squareRoot()
      let t = tanhOf(root * (x + 0.044715 * x * x * x))
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 3 * 0.044715 * x * x)
    }
  }
}

/// Softmax over the channels of every position, for each image on its own.
func softmaxOverChannels(_ x: BlockSlice, _ shape: Shape, logarithm: Bool, to y: BlockSlice) {
  forEachPosition(shape) { lane, elements in
    let top = Double(elements.reduce(-Float.infinity) { max($0, x[$1, lane]) })
    let sum = elements.reduce(0.0) { $0 + expOf(Double(x[$1, lane]) - top) }
    for element in elements {
      let shifted = Double(x[element, lane]) - top
      y[element, lane] = Float(logarithm ? shifted - logOf(sum) : expOf(shifted) / sum)
    }
  }
}

/// Adds the gradient in front of a softmax: `y (dy - Σ y dy)`, or `dy - exp(y) Σ dy` for its logarithm.
func softmaxGradient(_ y: BlockSlice, _ shape: Shape, logarithm: Bool, _ dy: BlockSlice, to dx: BlockSlice) {
  forEachPosition(shape) { lane, elements in
    let sum = elements.reduce(0.0) {
      $0 + Double(dy[$1, lane]) * (logarithm ? 1 : Double(y[$1, lane]))
    }
    for element in elements {
      let (value, gradient) = (Double(y[element, lane]), Double(dy[element, lane]))
      dx[element, lane] += Float(logarithm ? gradient - expOf(value) * sum : value * (gradient - sum))
    }
  }
}

private func forEachPosition(_ shape: Shape, _ body: (_ lane: Int, _ elements: StrideTo<Int>) -> Void) {
  let plane = shape.height * shape.width
  for position in 0..<plane {
    let elements = stride(from: position, to: shape.count, by: plane)
    for lane in 0..<LaneBuffer.width { body(lane, elements) }
  }
}
