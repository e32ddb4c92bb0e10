/// Two sizes or steps, along rows and columns.
package struct Extent: Hashable, Sendable {
  /// Along rows (vertically).
  package var height: Int
  /// Along columns (horizontally).
  package var width: Int

  /// Makes an extent; ``Architecture`` checks its bounds.
  package init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// The same along both.
  package init(_ both: Int) { self.init(both, both) }
}

/// How many rows or columns are added around an image.
package struct Padding: Hashable, Sendable {
  /// Rows above.
  package var top: Int
  /// Columns at the left.
  package var left: Int
  /// Rows below.
  package var bottom: Int
  /// Columns at the right.
  package var right: Int

  /// Makes a padding; ``Architecture`` checks its bounds.
  package init(top: Int, left: Int, bottom: Int, right: Int) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  /// The same at opposite sides.
  package init(_ vertical: Int, _ horizontal: Int) {
    self.init(top: vertical, left: horizontal, bottom: vertical, right: horizontal)
  }

  /// No padding.
  package static let none = Padding(0, 0)
}

/// A two-dimensional cross-correlation, PyTorch's `Conv2d` with zero padding.
///
/// Its weights have the shape outputs × (inputs / groups) × kernel height × kernel width.
package struct Convolution: Hashable, Sendable {
  /// The number of output channels.
  package var outputs: Int
  /// The size of a filter.
  package var kernel: Extent
  /// The step between two positions of a filter.
  package var stride: Extent
  /// The zeros around the input.
  package var padding: Padding
  /// The distance between two taps of a filter.
  package var dilation: Extent
  /// The number of groups of channels that do not see each other.
  package var groups: Int
  /// Whether each output channel has a bias.
  package var hasBias: Bool

  /// Makes a convolution; ``Architecture`` checks it.
  package init(
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
package struct Linear: Hashable, Sendable {
  /// The number of outputs.
  package var outputs: Int
  /// Whether each output has a bias.
  package var hasBias: Bool

  /// Makes a linear layer; ``Architecture`` checks it.
  package init(outputs: Int, hasBias: Bool = true) {
    self.outputs = outputs
    self.hasBias = hasBias
  }
}

/// A window that moves over every channel, as PyTorch's pooling layers do it.
package struct Pool: Hashable, Sendable {
  /// The size of the window.
  package var kernel: Extent
  /// The step between two windows.
  package var stride: Extent
  /// The ring around the input: -infinity for a maximum, zeros for an average.
  package var padding: Extent
  /// The distance between two elements of a window; 1 for an average.
  package var dilation: Extent
  /// Whether a last window that is only partly inside counts (PyTorch's `ceil_mode`).
  package var roundsUp: Bool

  /// Makes a window; ``Architecture`` checks it.
  package init(
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
package enum GELU: String, Hashable, Sendable, CaseIterable {
  /// `x * (1 + erf(x / √2)) / 2`.
  case exact = "none"
  /// The formula with `tanh`.
  case tanh
}

/// What a node computes from the activations of its inputs.
package enum NodeOperation: Hashable, Sendable {
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
  package var isWeighted: Bool {
    switch self {
    case .convolution, .linear: true
    default: false
    }
  }

  /// The operation's name in stored models and in architecture files.
  package var name: String {
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
