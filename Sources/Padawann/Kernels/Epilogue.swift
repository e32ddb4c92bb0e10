import CKernels

/// What is done to a finished sum of output `o`: `activation(sum * scale[o] + bias[o])`, the inner part rounded once; where there is an addend, it is
/// added before the activation.
///
/// Shared weights, the scale of pixels, biases and batch normalisations are all in these two numbers per output.
struct Epilogue: Sendable {
  /// A function that is cheap enough to be part of another kernel.
  enum Activation: Hashable, Sendable {
    case none
    case relu
    case leaky(slope: Float)
    case clip(low: Float, high: Float)
    case hardSwish

    /// It as a kernel reads it.
    var kernelValue: lanes_activation {
      var value = lanes_activation(kind: 0, slope: 1, low: -.infinity, high: .infinity)
      switch self {
      case .none: value.kind = Int32(ACTIVATION_NONE)
      case .relu: (value.kind, value.low) = (Int32(ACTIVATION_RELU), 0)
      case .leaky(let slope): (value.kind, value.slope) = (Int32(ACTIVATION_LEAKY), slope)
      case .clip(let low, let high):
        (value.kind, value.low, value.high) = (Int32(ACTIVATION_CLIP), low, high)
      case .hardSwish: value.kind = Int32(ACTIVATION_HARD_SWISH)
      }
      return value
    }

    /// Whether its result can fall while its argument rises.
    var falls: Bool {
      switch self {
      case .none, .relu, .clip: false
      case .leaky(let slope): slope < 0
      case .hardSwish: true
      }
    }
  }

  private let scale: Packed<Float>
  private let bias: Packed<Float>
  /// What is applied last.
  let activation: Activation

  /// One scale and one bias per output.
  init(scale: [Float], bias: [Float], _ activation: Activation) throws(PadawannError) {
    precondition(scale.count == bias.count, "every output has a scale and a bias")
    self.scale = try Packed(scale, zero: 0)
    // A bias of -0 becomes 0, so that finishing a sum in two steps gives the bits of one.
    self.bias = try Packed(bias.map { $0 + 0 }, zero: 0)
    self.activation = activation
  }

  /// Leaves sums as they are.
  static func identity(outputs: Int) throws(PadawannError) -> Epilogue {
    try Epilogue(
      scale: [Float](repeating: 1, count: outputs), bias: [Float](repeating: 0, count: outputs), .none)
  }

  /// The same for every output, several times in a row.
  func repeated(_ times: Int) throws(PadawannError) -> Epilogue {
    guard times != 1 else { return self }
    let numbers = [scale, bias].map { packed in
      (0..<(packed.count * times)).map { packed.elements[$0 / times] }
    }
    return try Epilogue(scale: numbers[0], bias: numbers[1], activation)
  }

  /// The number of outputs.
  var outputs: Int { scale.count }

  /// Whether sums are neither scaled nor shifted.
  var onlyActivates: Bool {
    (0..<scale.count).allSatisfy { scale.elements[$0] == 1 && bias.elements[$0] == 0 }
  }

  /// Calls a kernel, with the floats that it adds to what it stores, if any.
  func withKernelValue<Result>(
    addend: UnsafePointer<Float>? = nil, _ body: (UnsafePointer<lanes_epilogue>) -> Result
  ) -> Result {
    var value = lanes_epilogue()
    value.scale = scale.elements
    value.bias = bias.elements
    value.addend = addend
    value.activation = activation.kernelValue
    return withExtendedLifetime((scale, bias)) { body(&value) }
  }
}
