/// An attribute of an operation, as stored models and architecture files give it.
package enum OperationAttribute: Hashable, Sendable {
  /// One or more whole numbers.
  case integers([Int])
  /// A real number.
  case real(Float)
  /// A word.
  case text(String)
  /// Yes or no.
  case flag(Bool)

  /// Whether it is no infinite number.
  package var isFinite: Bool { if case .real(let number) = self { number.isFinite } else { true } }
}

extension NodeOperation {
  /// Everything that describes the operation beside its ``name``, in a fixed order and in full.
  package var attributes: [(key: String, value: OperationAttribute)] {
    switch self {
    case .convolution(let layer):
      [
        ("outputs", .integers([layer.outputs])), ("kernel", layer.kernel.attribute),
        ("stride", layer.stride.attribute), ("padding", layer.padding.attribute),
        ("dilation", layer.dilation.attribute), ("groups", .integers([layer.groups])),
        ("bias", .flag(layer.hasBias)),
      ]
    case .linear(let layer): [("outputs", .integers([layer.outputs])), ("bias", .flag(layer.hasBias))]
    case .batchNormalisation(let epsilon): [("epsilon", .real(epsilon))]
    case .leakyRelu(let slope): [("slope", .real(slope))]
    case .clip(let minimum, let maximum): [("min", .real(minimum)), ("max", .real(maximum))]
    case .hardSigmoid(let alpha, let beta): [("alpha", .real(alpha)), ("beta", .real(beta))]
    case .pad(let pad):
      [("channels", .integers([pad.before, pad.behind])), ("padding", pad.padding.attribute)]
    case .gelu(let formula): [("approximate", .text(formula.rawValue))]
    case .maxPool(let pool): pool.attributes + [("dilation", pool.dilation.attribute)]
    case .averagePool(let pool, let counts): pool.attributes + [("count_include_pad", .flag(counts))]
    case .dropout(let rate): [("rate", .real(rate))]
    case .relu, .tanh, .sigmoid, .silu, .hardSwish, .globalAveragePool, .flatten, .add, .concat, .softmax,
      .logSoftmax:
      []
    }
  }

  /// The attributes without which ``init(name:attributes:)`` would make another operation.
  package var attributesBeyondDefaults: [(key: String, value: OperationAttribute)] {
    var kept = attributes
    for (key, _) in attributes {
      let fewer = kept.filter { $0.key != key }
      let dictionary = Dictionary(uniqueKeysWithValues: fewer.map { ($0.key, $0.value) })
      if (try? NodeOperation(name: name, attributes: dictionary)) == self { kept = fewer }
    }
    return kept
  }

  /// Makes an operation from its name and attributes; those that are left out have PyTorch's defaults.
  ///
  /// - Parameters:
  ///   - name: see ``name``.
  ///   - attributes: by key; a size may be given once for both directions, a padding once, twice, four times (top, left,
  ///     bottom, right) or as `same`.
  /// - Throws: ``PadawannError`` `data` for an unknown name or key, a missing size, or a value of the wrong kind.
  package init(name: String, attributes: [String: OperationAttribute]) throws(PadawannError) {
    var reader = AttributesReader(attributes)
    self = try Self.make(name, &reader)
    try reader.finish(name)
  }

  /// The keys that the attributes of an operation of that name can have.
  static func attributeKeys(of name: String) -> [String] {
    switch name {
    case "conv2d": ["outputs", "kernel", "stride", "padding", "dilation", "groups", "bias"]
    case "linear": ["outputs", "bias"]
    case "batch_norm": ["epsilon"]
    case "leaky_relu": ["slope"]
    case "clip": ["min", "max"]
    case "hard_sigmoid": ["alpha", "beta"]
    case "pad": ["channels", "padding"]
    case "gelu": ["approximate"]
    case "max_pool": ["kernel", "stride", "padding", "ceil_mode", "dilation"]
    case "avg_pool": ["kernel", "stride", "padding", "ceil_mode", "count_include_pad"]
    case "dropout": ["rate"]
    default: []
    }
  }

  private static func make(_ name: String, _ reader: inout AttributesReader) throws(PadawannError)
    -> NodeOperation
  {
    switch name {
    case "conv2d": .convolution(try Convolution(&reader))
    case "linear":
      .linear(Linear(outputs: try reader.integer("outputs"), hasBias: try reader.flag("bias", default: true)))
    case "batch_norm": .batchNormalisation(epsilon: try reader.real("epsilon", default: 1e-5))
    case "relu": .relu
    case "leaky_relu": .leakyRelu(slope: try reader.real("slope", default: 0.01))
    case "clip":
      .clip(
        minimum: try reader.real("min", default: -.infinity),
        maximum: try reader.real("max", default: .infinity))
    case "tanh": .tanh
    case "sigmoid": .sigmoid
    case "silu": .silu
    case "hard_sigmoid":
      .hardSigmoid(
        alpha: try reader.real("alpha", default: 1 / 6), beta: try reader.real("beta", default: 0.5))
    case "hard_swish": .hardSwish
    case "gelu": .gelu(try reader.formula())
    case "max_pool": .maxPool(try Pool(&reader, dilates: true))
    case "avg_pool":
      .averagePool(
        try Pool(&reader, dilates: false), countsPadding: try reader.flag("count_include_pad", default: true))
    case "pad": .pad(try Pad(&reader))
    case "global_avg_pool": .globalAveragePool
    case "flatten": .flatten
    case "add": .add
    case "concat": .concat
    case "dropout": .dropout(rate: try reader.real("rate", default: 0.5))
    case "softmax": .softmax
    case "log_softmax": .logSoftmax
    default:
      throw PadawannError(
        .unsupported, "the operation \"\(name)\" is not known", remedy: "Known are: \(Self.names)")
    }
  }

  private static let names = """
    conv2d, linear, batch_norm, relu, leaky_relu, clip, tanh, sigmoid, silu, hard_sigmoid, hard_swish, gelu, max_pool, \
    avg_pool, pad, global_avg_pool, flatten, add, concat, dropout, softmax, log_softmax
    """
}

extension Convolution {
  fileprivate init(_ reader: inout AttributesReader) throws(PadawannError) {
    self.init(outputs: try reader.integer("outputs"), kernel: try reader.extent("kernel"))
    stride = try reader.extent("stride", default: Extent(1))
    dilation = try reader.extent("dilation", default: Extent(1))
    groups = try reader.integer("groups", default: 1)
    hasBias = try reader.flag("bias", default: true)
    if let given = try reader.paddingOrSame() {
      padding = given
    } else {
      padding = try samePadding()
    }
  }

  /// The padding that keeps the size; an odd rest goes to the bottom and the right, as in PyTorch.
  private func samePadding() throws(PadawannError) -> Padding {
    guard stride == Extent(1) else {
      throw PadawannError(.data, "\"padding\": \"same\" needs a stride of 1")
    }
    let bounds = 1...Architecture.Limits.extent
    guard [kernel.height, kernel.width, dilation.height, dilation.width].allSatisfy(bounds.contains) else {
      throw PadawannError(.data, "a kernel or dilation is out of bounds")
    }
    let height = dilation.height * (kernel.height - 1)
    let width = dilation.width * (kernel.width - 1)
    return Padding(top: height / 2, left: width / 2, bottom: height - height / 2, right: width - width / 2)
  }
}

extension Pad {
  fileprivate init(_ reader: inout AttributesReader) throws(PadawannError) {
    let channels = try reader.integers("channels") ?? [0, 0]
    guard (1...2).contains(channels.count) else {
      throw PadawannError(.data, "\"channels\" is one or two whole numbers (before, behind)")
    }
    self.init(before: channels[0], behind: channels[channels.count - 1], try reader.padding())
  }
}

extension Pool {
  fileprivate init(_ reader: inout AttributesReader, dilates: Bool) throws(PadawannError) {
    let kernel = try reader.extent("kernel")
    self.init(
      kernel: kernel, stride: try reader.extent("stride", default: kernel),
      padding: try reader.padding(),
      dilation: dilates ? try reader.extent("dilation", default: Extent(1)) : Extent(1),
      roundsUp: try reader.flag("ceil_mode", default: false))
  }

  fileprivate var attributes: [(key: String, value: OperationAttribute)] {
    [
      ("kernel", kernel.attribute), ("stride", stride.attribute), ("padding", padding.shortAttribute),
      ("ceil_mode", .flag(roundsUp)),
    ]
  }
}

extension Extent {
  fileprivate var attribute: OperationAttribute { .integers([height, width]) }
}

extension Padding {
  fileprivate var attribute: OperationAttribute { .integers([top, left, bottom, right]) }

  /// Two numbers where opposite sides are equal, as pools of files before version 1.2 have them.
  fileprivate var shortAttribute: OperationAttribute {
    isEven ? .integers([top, left]) : attribute
  }
}
