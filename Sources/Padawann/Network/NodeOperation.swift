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
  /// What is around the input: -infinity for a maximum, zeros for an average.
  package var padding: Padding
  /// The distance between two elements of a window; 1 for an average.
  package var dilation: Extent
  /// Whether a last window that is only partly inside counts (PyTorch's `ceil_mode`).
  package var roundsUp: Bool

  /// Makes a window; ``Architecture`` checks it.
  package init(
    kernel: Extent, stride: Extent? = nil, padding: Padding = .none, dilation: Extent = Extent(1),
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

/// Zeros around the channels, rows and columns of an activation; a negative number cuts as many off instead, as PyTorch's `pad`
/// does it.
package struct Pad: Hashable, Sendable {
  /// Channels before the first.
  package var before: Int
  /// Channels behind the last.
  package var behind: Int
  /// Rows and columns.
  package var padding: Padding

  /// Makes a pad; ``Architecture`` checks it.
  package init(before: Int = 0, behind: Int = 0, _ padding: Padding = .none) {
    self.before = before
    self.behind = behind
    self.padding = padding
  }
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
  /// The nearest number from `minimum` to `maximum`; one of them may be infinite. ReLU6 is that from 0 to 6.
  case clip(minimum: Float, maximum: Float)
  /// The hyperbolic tangent.
  case tanh
  /// `1 / (1 + exp(-x))`.
  case sigmoid
  /// `x / (1 + exp(-x))`.
  case silu
  /// `alpha * x + beta`, at least 0 and at most 1.
  case hardSigmoid(alpha: Float, beta: Float)
  /// `x * min(max(x + 3, 0), 6) / 6`.
  case hardSwish
  /// See ``GELU``.
  case gelu(GELU)
  /// The maximum of every window.
  case maxPool(Pool)
  /// The mean of every window; padding counts as zeros in it or not at all.
  case averagePool(Pool, countsPadding: Bool)
  /// See ``Pad``.
  case pad(Pad)
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
    case .clip: "clip"
    case .tanh: "tanh"
    case .sigmoid: "sigmoid"
    case .silu: "silu"
    case .hardSigmoid: "hard_sigmoid"
    case .hardSwish: "hard_swish"
    case .gelu: "gelu"
    case .maxPool: "max_pool"
    case .averagePool: "avg_pool"
    case .pad: "pad"
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
