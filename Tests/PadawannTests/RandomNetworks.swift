import Padawann

/// Networks that nobody designed: random graphs of every operation, random masks, random images.
struct RandomNetworks {
  private var generator: KeyedGenerator
  private var nodes: [Node] = []
  private var shapes: [Shape] = []
  private let image: Shape

  private init(_ seed: UInt64, image: Shape) {
    generator = KeyedGenerator(seed)
    self.image = image
  }

  /// A network from its seed alone, with images for it.
  static func make(_ seed: UInt64) throws -> (network: Network, dataset: Dataset) {
    var sizes = KeyedGenerator(seed &+ 1_000_000)
    func size(_ choices: [Int]) -> Int { choices[sizes.next(below: choices.count)] }
    let shape = Shape(
      channels: size([1, 1, 2, 3, 5]), height: size([1, 2, 3, 7, 11, 16]), width: size([1, 3, 5, 9, 15, 17]))
    var random = RandomNetworks(seed, image: shape)
    let network = try random.network()
    return (network, try random.dataset(bytes: seed % 3 != 0, channelwise: seed % 4 == 0))
  }

  private mutating func pick(_ count: Int) -> Int { generator.next(below: count) }

  private mutating func network() throws -> Network {
    for _ in 0..<(1 + pick(9)) { grow() }
    append(.flatten, [nodes.count - 1])
    append(
      .linear(Linear(outputs: [1, 4, 10, 15, 16, 17, 33][pick(7)], hasBias: pick(4) > 0)), [nodes.count - 1])
    // A softmax that more follows would magnify what is lost in its large arguments.
    if looseEnds(of: nodes).count == 1, pick(2) == 0 {
      append([NodeOperation.softmax, .logSoftmax, .dropout(rate: 0.5)][pick(3)], [nodes.count - 1])
    }
    joinLooseEnds()
    let architecture = try Architecture(input: image, nodes: nodes)
    let density: Float = [0, 0.1, 0.5, 0.9, 1][pick(5)]
    let ownsSome = pick(3)
    return try Network(
      architecture: architecture,
      parameters: try architecture.nodes.indices.map { try parameters($0, architecture, density, ownsSome) })
  }

  /// Appends a random node that fits behind what there is; a choice that does not fit appends nothing.
  private mutating func grow() {
    let inputs = [pick(4) == 0 ? pick(nodes.count + 1) - 1 : nodes.count - 1]
    let source = inputs[0] == Node.image ? image : shapes[inputs[0]]
    switch pick(18) {
    case 0...3: append(.convolution(convolution(source)), inputs)
    case 4: append(.batchNormalisation(epsilon: 1e-3), inputs)
    case 5, 6: append(.relu, inputs)
    case 7: append(.leakyRelu(slope: [0.1, -0.2][pick(2)]), inputs)
    case 8: append([.tanh, .sigmoid, .gelu(.exact), .gelu(.tanh)][pick(4)], inputs)
    case 9, 10: append(pool(), inputs)
    case 11: append([.globalAveragePool, .dropout(rate: 0.2), .softmax][pick(3)], inputs)
    case 12: append(.add, inputs + equalShapes(source))
    case 13: append([.silu, .hardSwish, .hardSigmoid(alpha: 0.3, beta: 0.4)][pick(3)], inputs)
    case 14: append(.clip(minimum: [-.infinity, -0.5, 0][pick(3)], maximum: [0.5, 6][pick(2)]), inputs)
    case 15: append(.pad(pad(source)), inputs)
    case 16: append(.maxPool(Pool(kernel: Extent(1), stride: Extent(1 + pick(3), 2))), inputs)
    default: append(.concat, inputs + equalShapes(source))
    }
  }

  private mutating func equalShapes(_ shape: Shape) -> [Int] {
    let equal = shapes.indices.filter { shapes[$0] == shape }
    return equal.isEmpty ? [] : [equal[pick(equal.count)]]
  }

  private mutating func convolution(_ source: Shape) -> Convolution {
    let divisors = (1...source.channels).filter { source.channels % $0 == 0 }
    let groups = pick(3) == 0 ? divisors[pick(divisors.count)] : 1
    let isPlain = pick(2) == 0
    let kernel = isPlain ? [3, 3, 5][pick(3)] : [1, 2, 3, 5][pick(4)]
    return Convolution(
      outputs: groups * [1, 2, 3, 7, 8, 9, 17, 24][pick(8)],
      kernel: Extent(kernel, isPlain ? kernel : [1, 3][pick(2)]),
      stride: isPlain ? Extent(1) : Extent(1 + pick(2), 1 + pick(3)),
      padding: Padding(top: pick(3), left: pick(3), bottom: pick(3), right: pick(2)),
      dilation: isPlain ? Extent(1) : Extent(1 + pick(2)), groups: groups, hasBias: pick(4) > 0)
  }

  private mutating func pool() -> NodeOperation {
    if pick(2) == 0 { return .maxPool(Pool(kernel: Extent(2), roundsUp: pick(3) == 0)) }
    let kernel = Extent(1 + pick(3), 1 + pick(3))
    let pool = Pool(
      kernel: kernel, stride: Extent(1 + pick(2)), padding: padding(kernel),
      roundsUp: pick(2) == 0)
    return pick(2) == 0 ? .maxPool(pool) : .averagePool(pool, countsPadding: pick(2) == 0)
  }

  private mutating func padding(_ kernel: Extent) -> Padding {
    guard pick(3) == 0 else { return Padding(kernel.height / 2, kernel.width / 2) }
    return Padding(
      top: pick(kernel.height), left: pick(kernel.width), bottom: pick(kernel.height),
      right: pick(kernel.width))
  }

  private mutating func pad(_ source: Shape) -> Pad {
    func amount(_ size: Int, _ most: Int) -> Int { pick(4) == 0 && size > 2 ? -1 : pick(most) }
    return Pad(
      before: amount(source.channels, 3), behind: amount(source.channels, 3),
      Padding(
        top: amount(source.height, 2), left: amount(source.width, 2), bottom: amount(source.height, 2),
        right: amount(source.width, 2)))
  }

  private mutating func append(_ operation: NodeOperation, _ inputs: [Int]) {
    let grown = nodes + [Node("n\(nodes.count)", operation, inputs: inputs)]
    // Whether it fits is known to the architecture alone; loose ends do not matter yet.
    let closed = grown + looseEnds(of: grown).map { Node("end\($0)", .flatten, inputs: [$0]) }
    let ends = closed.indices.suffix(closed.count - grown.count)
    let joined = ends.count > 1 ? closed + [Node("join", .concat, inputs: Array(ends))] : closed
    guard let fitting = try? Architecture(input: image, nodes: joined) else { return }
    nodes = grown
    shapes = Array(fitting.shapes.prefix(grown.count))
  }

  private func looseEnds(of nodes: [Node]) -> [Int] {
    let read = Set(nodes.flatMap(\.inputs))
    return nodes.indices.filter { !read.contains($0) }
  }

  /// Every node must be read: what is left over is joined at the end.
  private mutating func joinLooseEnds() {
    let ends = looseEnds(of: nodes)
    guard ends.count > 1 else { return }
    for end in ends {
      nodes.append(Node("flat\(end)", .flatten, inputs: [end]))
    }
    nodes.append(Node("join", .concat, inputs: Array(nodes.indices.suffix(ends.count))))
  }

  private mutating func numbers(_ count: Int, from low: Float = -0.5) -> [Float] {
    (0..<count).map { _ in generator.uniform() + low }
  }

  private mutating func parameters(
    _ index: Int, _ architecture: Architecture, _ density: Float, _ ownsSome: Int
  )
    throws -> NodeParameters
  {
    if case .batchNormalisation = architecture.nodes[index].operation {
      let channels = architecture.shapes[index].channels
      return .normalisation(
        BatchNormalisation(
          scale: numbers(channels), shift: numbers(channels), mean: numbers(channels),
          variance: numbers(channels, from: 0.1)))
    }
    guard let shape = architecture.weightShape(of: index) else { return .none }
    let count = shape.reduce(1, *)
    let mask = Bitmask((0..<count).map { _ in generator.uniform() < density })
    let signs = Bitmask((0..<count).map { _ in generator.uniform() < 0.5 })
    let owns = ownsSome == 0 || (ownsSome == 1 && pick(2) == 0)
    let values = numbers(count, from: 0.01).enumerated().map { signs[$0] ? -$1 : $1 }
    let weights = try EdgeWeights(shape: shape, mask: mask, values: owns ? .own(values) : .signs(signs))
    let hasBias =
      switch architecture.nodes[index].operation {
      case .convolution(let layer): layer.hasBias
      case .linear(let layer): layer.hasBias
      default: false
      }
    return .weighted(weights, bias: hasBias ? numbers(shape[0]) : nil)
  }

  private mutating func dataset(bytes: Bool, channelwise: Bool) throws -> Dataset {
    let images = 1 + pick(40)
    let count = images * image.count
    let pixels: Pixels =
      bytes
      ? .bytes((0..<count).map { _ in pick(3) == 0 ? 0 : UInt8(pick(256)) }) : .floats(numbers(count))
    let normalisation =
      channelwise
      ? Normalisation(
        divisor: bytes ? 255 : 1, mean: numbers(image.channels), deviation: numbers(image.channels, from: 0.5)
      )
      : Normalisation(divisor: bytes ? 255 : 1, mean: [0.1307], deviation: [0.3081])
    return try Dataset(
      name: "random", shape: image, pixels: pixels, labels: [Int](repeating: 0, count: images),
      classNames: ["any"], normalisation: normalisation)
  }
}
