/// What a neuron makes of the sum of its inputs: the eleven activations of WANN, with the numbers that its files use.
public enum NeuronActivation: Int, Codable, Hashable, Sendable, CaseIterable {
  /// x
  case linear = 1
  /// 1 above 0, otherwise 0
  case step
  /// sin πx
  case sine
  /// exp(-x²/2)
  case gaussian
  /// tanh x
  case tanh
  /// 1 / (1 + exp(-x))
  case sigmoid
  /// -x
  case inverse
  /// |x|
  case absolute
  /// The larger of x and 0
  case relu
  /// cos πx
  case cosine
  /// x²
  case square

  /// Those that hidden neurons have in the published search on MNIST.
  public static let published: [NeuronActivation] = [
    .linear, .sine, .gaussian, .tanh, .sigmoid, .inverse, .absolute, .relu, .cosine,
  ]

  /// As options and reports have it.
  public var name: String { "\(self)" }

  /// The activation of a name.
  public init?(name: String) {
    guard let activation = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = activation
  }
}
