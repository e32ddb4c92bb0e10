/// Two sizes or steps, along rows and columns.
public struct Extent: Hashable, Sendable {
  /// Along rows (vertically).
  public var height: Int
  /// Along columns (horizontally).
  public var width: Int

  /// Makes an extent; ``Architecture`` checks its bounds.
  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// The same along both.
  public init(_ both: Int) { self.init(both, both) }
}

/// How many rows or columns are added around an image.
public struct Padding: Hashable, Sendable {
  /// Rows above.
  public var top: Int
  /// Columns at the left.
  public var left: Int
  /// Rows below.
  public var bottom: Int
  /// Columns at the right.
  public var right: Int

  /// Makes a padding; ``Architecture`` checks its bounds.
  public init(top: Int, left: Int, bottom: Int, right: Int) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  /// The same at opposite sides.
  public init(_ vertical: Int, _ horizontal: Int) {
    self.init(top: vertical, left: horizontal, bottom: vertical, right: horizontal)
  }

  /// No padding.
  public static let none = Padding(0, 0)
}

/// A two-dimensional cross-correlation, PyTorch's `Conv2d` with zero padding.
///
/// Its weights have the shape outputs × (inputs / groups) × kernel height × kernel width.
public struct Convolution: Hashable, Sendable {
  /// The number of output channels.
  public var outputs: Int
  /// The size of a filter.
  public var kernel: Extent
  /// The step between two positions of a filter.
  public var stride: Extent
  /// The zeros around the input.
  public var padding: Padding
  /// The distance between two taps of a filter.
  public var dilation: Extent
  /// The number of groups of channels that do not see each other.
  public var groups: Int
  /// Whether each output channel has a bias.
  public var hasBias: Bool

  /// Makes a convolution; ``Architecture`` checks it.
  public init(
    outputs: Int, kernel: Extent, stride: Extent = Extent(1), padding: Padding = .none,
    dilation: Extent = Extent(1), groups: Int = 1, hasBias: Bool = true
  ) {
    self.outputs = outputs
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.hasBias = hasBias
  }
}

/// A fully connected layer; its weights have the shape outputs × inputs.
public struct Linear: Hashable, Sendable {
  /// The number of outputs.
  public var outputs: Int
  /// Whether each output has a bias.
  public var hasBias: Bool

  /// Makes a linear layer; ``Architecture`` checks it.
  public init(outputs: Int, hasBias: Bool = true) {
    self.outputs = outputs
    self.hasBias = hasBias
  }
}

/// A window that moves over every channel, as PyTorch's pooling layers do it.
public struct Pool: Hashable, Sendable {
  /// The size of the window.
  public var kernel: Extent
  /// The step between two windows.
  public var stride: Extent
  /// The ring around the input: -infinity for a maximum, zeros for an average.
  public var padding: Extent
  /// The distance between two elements of a window; 1 for an average.
  public var dilation: Extent
  /// Whether a last window that is only partly inside counts (PyTorch's `ceil_mode`).
  public var roundsUp: Bool

  /// Makes a window; ``Architecture`` checks it.
  public init(
    kernel: Extent, stride: Extent? = nil, padding: Extent = Extent(0), dilation: Extent = Extent(1),
    roundsUp: Bool = false
  ) {
    self.kernel = kernel
    self.stride = stride ?? kernel
    self.padding = padding
    self.dilation = dilation
    self.roundsUp = roundsUp
  }
}

/// The formula of a gaussian error linear unit.
public enum GELU: String, Hashable, Sendable, CaseIterable {
  /// `x * (1 + erf(x / √2)) / 2`.
  case exact = "none"
  /// The formula with `tanh`.
  case tanh
}

/// What a node computes from the activations of its inputs.
public enum NodeOperation: Hashable, Sendable {
  /// See ``Convolution``.
  case convolution(Convolution)
  /// See ``Linear``.
  case linear(Linear)
  /// `(x - mean) / √(variance + epsilon) * scale + shift` with one of each per channel, fixed when evaluating.
  case batchNormalisation(epsilon: Float)
  /// `max(x, 0)`.
  case relu
  /// `x` where positive, otherwise `slope * x`.
  case leakyRelu(slope: Float)
  /// The hyperbolic tangent.
  case tanh
  /// `1 / (1 + exp(-x))`.
  case sigmoid
  /// See ``GELU``.
  case gelu(GELU)
  /// The maximum of every window.
  case maxPool(Pool)
  /// The mean of every window; padding counts as zeros in it or not at all.
  case averagePool(Pool, countsPadding: Bool)
  /// The mean of every channel.
  case globalAveragePool
  /// Channels × rows × columns become a vector, row-major.
  case flatten
  /// The sum of two or more activations of one shape.
  case add
  /// The channels of two or more activations of equal rows and columns, one after the other.
  case concat
  /// Drops activations while training; the identity when evaluating.
  case dropout(rate: Float)
  /// `exp(x) / Σ exp(x)` over the channels.
  case softmax
  /// The logarithm of ``softmax``.
  case logSoftmax

  /// Whether the node has edges: a convolution or a linear layer.
  public var isWeighted: Bool {
    switch self {
    case .convolution, .linear: true
    default: false
    }
  }

  /// The operation's name in stored models and in architecture files.
  public var name: String {
    switch self {
    case .convolution: "conv2d"
    case .linear: "linear"
    case .batchNormalisation: "batch_norm"
    case .relu: "relu"
    case .leakyRelu: "leaky_relu"
    case .tanh: "tanh"
    case .sigmoid: "sigmoid"
    case .gelu: "gelu"
    case .maxPool: "max_pool"
    case .averagePool: "avg_pool"
    case .globalAveragePool: "global_avg_pool"
    case .flatten: "flatten"
    case .add: "add"
    case .concat: "concat"
    case .dropout: "dropout"
    case .softmax: "softmax"
    case .logSoftmax: "log_softmax"
    }
  }
}
