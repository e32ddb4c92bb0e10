/// Turns a network into steps.
///
/// Every weighted layer sums over numbers without the shared weight; the shared weight, the scale of the pixels, biases and
/// batch normalisations come after the sum, together (``Epilogue``). So one set of packed weights serves all shared
/// weights, negative ones too, whatever the network's operations are, and sums that no shared weight has touched yet (those
/// of the first layer) are computed once for all.
struct Planner {
  let network: Network
  let magnitudes: [Magnitude]
  let overridesOwn: Bool
  let input: ImageScaling
  let graph: ReaderGraph

  private(set) var steps: [Step] = []
  /// The number of elements of each value; value 0 is the image.
  private(set) var counts: [Int]
  private var isShared: [Bool] = [true]
  /// How many convolutions by Winograd's algorithm are behind a value.
  private var depths: [Int] = [0]
  /// Which pixels a value depends on, where that is the same for every position.
  private var fields: [ReceptiveField?] = [.image]
  private var valueOfNode: [Int: Int] = [Node.image: 0]
  /// How value 0 comes from pixels.
  private(set) var loading: PixelLoading

  /// Plans a network for several magnitudes that see the same numbers in its layers.
  init(
    _ network: Network, _ graph: ReaderGraph, _ magnitudes: [Magnitude], overridesOwn: Bool,
    input: ImageScaling
  ) throws(PadawannError) {
    self.network = network
    self.magnitudes = magnitudes
    self.overridesOwn = overridesOwn
    self.input = input
    self.graph = graph
    loading = input.loading
    counts = [network.architecture.input.count]
    for index in network.architecture.nodes.indices
    where graph.isNeeded[index] && valueOfNode[index] == nil {
      try plan(index)
    }
    foldIntoLoading()
    foldPointwiseSteps()
  }

  /// The value that holds the logits.
  var logits: Int { valueOfNode[network.architecture.logitsNode] ?? 0 }

  // MARK: - nodes

  private mutating func plan(_ index: Int) throws(PadawannError) {
    let node = network.architecture.nodes[index]
    let sources = node.inputs.map { valueOfNode[$0] ?? 0 }
    let source = network.architecture.inputShape(of: index)
    let shape = network.architecture.shapes[index]
    switch node.operation {
    case .convolution(let layer): try plan(layer, index)
    case .linear(let layer): try plan(layer, index)
    case .flatten, .dropout: valueOfNode[index] = sources[0]
    case .batchNormalisation, .relu, .leakyRelu, .clip, .hardSigmoid, .hardSwish: try planChain(index)
    case .maxPool(let pool): append(.pool(pool, nil, from: source, to: shape), sources, index)
    case .averagePool(let pool, let counts):
      append(
        .pool(pool, counts ? .ofPaddedWindow : .ofWhatIsInside, from: source, to: shape), sources, index)
    case .globalAveragePool:
      let whole = Pool(kernel: Extent(source.height, source.width))
      append(.pool(whole, .ofWhatIsInside, from: source, to: shape), sources, index)
    case .pad(let pad): append(.pad(source, pad), sources, index)
    case .add: append(.add(count: shape.count), sources, index)
    case .concat: append(.concat(counts: sources.map { counts[$0] }), sources, index)
    case .tanh: append(.function(.tanh, count: shape.count), sources, index)
    case .sigmoid: append(.function(.sigmoid, count: shape.count), sources, index)
    case .silu: append(.function(.silu, count: shape.count), sources, index)
    case .gelu(let formula): append(.function(.gelu(formula), count: shape.count), sources, index)
    case .softmax: append(.softmax(source, logarithm: false), sources, index)
    case .logSoftmax: append(.softmax(source, logarithm: true), sources, index)
    }
  }

  /// Batch normalisations and an activation that no layer before them took along.
  private mutating func planChain(_ index: Int) throws(PadawannError) {
    let shape = network.architecture.shapes[index]
    var tail = FoldedTail(network, graph)
    var chain = AffineChain(outputs: shape.channels)
    tail.begin(with: index, &chain)
    tail.extend(&chain)
    let source = valueOfNode[network.architecture.nodes[index].inputs[0]] ?? 0
    append(.pointwise([try chain.epilogue()], plane: shape.height * shape.width), [source], index)
    fields[fields.count - 1] = fields[source]
    finish(index, tail)
  }

  // MARK: - layers

  private mutating func plan(_ convolution: Convolution, _ index: Int) throws(PadawannError) {
    guard case .weighted(let edges, let bias) = network.parameters[index] else { return }
    let weights = LayerWeights(edges, overridesOwn: overridesOwn)
    let node = network.architecture.nodes[index]
    let source = network.architecture.inputShape(of: index)
    let shape = network.architecture.shapes[index]
    var value = valueOfNode[node.inputs[0]] ?? 0
    if let kernel = try LayerKernel(tables: weights, convolution, from: source, to: shape) {
      try appendLayer(kernel, weights, bias, value, foldedTail(of: index, value), index, count: shape.count)
      return
    }
    if depths[value] < Self.winogradLayers,
      convolution.prefersWinograd(remainingEdges: weights.remainingEdges, source, shape)
    {
      let tail = foldedTail(of: index, value, mayPool: true, mayAdd: true)
      let geometry = WinogradKernel.Geometry(
        kernel: convolution.kernel.height, input: source, output: shape, top: convolution.padding.top,
        left: convolution.padding.left, pools: tail.pools)
      let kernel = try WinogradKernel(weights.numbers, geometry)
      let tiles = kernel.tiles
      let squares = fields[value]?.grid(rows: tiles.rows, columns: tiles.columns, of: source)
      try appendLayer(
        .winograd(kernel), weights, bias, value, tail, index, count: geometry.storedCount, squares)
      return
    }
    let field = fields[value]?.after(convolution)
    let windows = convolution.windows(to: shape)
    let squares = fields[value]?.grid(rows: windows.rows, columns: windows.columns, of: source)
    if convolution.padding != .none {
      append(
        .surround(source, convolution.padding), [value], count: source.padded(by: convolution.padding).count)
      value = counts.count - 1
    }
    let kernel = try LayerKernel(weights, convolution, from: source, to: shape)
    let tail = foldedTail(of: index, value, mayAdd: true)
    try appendLayer(kernel, weights, bias, value, tail, index, count: shape.count, squares)
    if tail.addend == nil { fields[fields.count - 1] = field }
  }

  private mutating func plan(_ linear: Linear, _ index: Int) throws(PadawannError) {
    guard case .weighted(let edges, let bias) = network.parameters[index] else { return }
    let weights = LayerWeights(edges, overridesOwn: overridesOwn)
    let value = valueOfNode[network.architecture.nodes[index].inputs[0]] ?? 0
    let readsImage = value == 0 || readsActivatedImage(value)
    let kernel = try LayerKernel(
      weights, outputs: linear.outputs, inputs: counts[value],
      image: readsImage ? network.architecture.input : nil)
    try appendLayer(kernel, weights, bias, value, foldedTail(of: index, value), index, count: linear.outputs)
  }

  /// Whether a value is the image after something that happens to each of its elements.
  private func readsActivatedImage(_ value: Int) -> Bool {
    guard let step = steps.first(where: { $0.output == value }), step.inputs == [0] else { return false }
    if case .pointwise = step.work { return true }
    return false
  }

  /// The nodes that a layer takes along. Sums that are shared by all magnitudes are stored before anything is done to them.
  private func foldedTail(
    of index: Int, _ value: Int, mayPool: Bool = false, mayAdd: Bool = false
  ) -> FoldedTail {
    var tail = FoldedTail(network, graph)
    var chain = AffineChain(outputs: network.architecture.shapes[index].channels)
    let values = valueOfNode
    let isSplit = splits(value)
    tail.begin(
      after: index, mayPool: mayPool && !isSplit, mayAdd: { mayAdd && !isSplit && values[$0] != nil })
    tail.extend(&chain)
    return tail
  }

  private func splits(_ value: Int) -> Bool { isShared[value] && magnitudes.count > 1 }

  private mutating func appendLayer(
    _ kernel: LayerKernel, _ weights: LayerWeights, _ bias: [Float]?, _ value: Int, _ tail: FoldedTail,
    _ index: Int, count: Int, _ squares: PixelGrid? = nil
  ) throws(PadawannError) {
    let shape = network.architecture.shapes[index]
    let plane = shape.height * shape.width
    let epilogues = try self.epilogues(weights, bias, readsImage: value == 0, tail)
    let isWinograd = if case .winograd = kernel { true } else { false }
    let copies = if case .lookup = kernel { plane } else { 1 }
    if splits(value) {
      append(
        kernel.work([try .identity(outputs: shape.channels * copies)]), [value], count: count, isWinograd)
      steps[steps.count - 1].squares = squares
      append(.pointwise(epilogues, plane: plane), [counts.count - 1], count: count, dependsOnMagnitude: true)
    } else {
      let addend = tail.addend.map { valueOfNode[$0] ?? 0 }
      append(
        kernel.work(try epilogues.map { epilogue throws(PadawannError) in try epilogue.repeated(copies) }),
        [value] + (addend.map { [$0] } ?? []), count: count, isWinograd,
        dependsOnMagnitude: magnitudes.count > 1)
      // What is added is not the same wherever the input is.
      steps[steps.count - 1].squares = addend == nil ? squares : nil
      steps[steps.count - 1].adds = addend != nil
    }
    finish(index, tail)
  }

  /// A node and those that are folded into it end in the newest value.
  private mutating func finish(_ index: Int, _ tail: FoldedTail) {
    for node in [index] + tail.folded { valueOfNode[node] = counts.count - 1 }
  }

  /// What each magnitude does to the sums of a layer. A layer that reads unscaled pixels scales its sums instead.
  private func epilogues(
    _ weights: LayerWeights, _ bias: [Float]?, readsImage: Bool, _ tail: FoldedTail
  ) throws(PadawannError) -> [Epilogue] {
    let image = readsImage ? input.remaining : .none
    let offsets =
      image.offset == 0
      ? [Double](repeating: 0, count: weights.outputs) : weights.sums.map { $0 * image.offset }
    var epilogues: [Epilogue] = []
    for magnitude in magnitudes {
      let scale = weights.scale(magnitude)
      var chain = AffineChain(
        scale: [Double](repeating: scale * image.scale, count: weights.outputs),
        bias: offsets.enumerated().map { Double(bias?[$0] ?? 0) + scale * $1 })
      tail.apply(to: &chain)
      epilogues.append(try chain.epilogue())
    }
    return epilogues
  }

  /// Lets the loading of pixels take an activation function along that is the only reader of the image.
  private mutating func foldIntoLoading() {
    let readers = steps.indices.filter { steps[$0].inputs.contains(0) }
    guard readers.count == 1, case .pointwise(let epilogues, _) = steps[readers[0]].work,
      epilogues.count == 1, epilogues[0].onlyActivates, steps[readers[0]].output != logits
    else { return }
    loading.activation = epilogues[0].activation
    let activated = steps.remove(at: readers[0]).output
    for index in steps.indices {
      steps[index].inputs = steps[index].inputs.map { $0 == activated ? 0 : $0 }
    }
  }

  /// Lets layers by Winograd's algorithm do what happens to their inputs, where nothing else reads these: what all
  /// magnitudes share is then read by each, and not written again.
  private mutating func foldPointwiseSteps() {
    for place in steps.indices.reversed() {
      guard case .pointwise(let epilogues, _) = steps[place].work, steps[place].output != logits else {
        continue
      }
      let readers = steps.indices.filter { steps[$0].inputs.contains(steps[place].output) }
      guard readers.count == 1, case .winograd = steps[readers[0]].work, steps[readers[0]].before.isEmpty,
        steps[readers[0]].inputs.dropFirst().allSatisfy({ $0 != steps[place].output })
      else { continue }
      steps[readers[0]].inputs[0] = steps[place].inputs[0]
      steps[readers[0]].before = epilogues
      steps.remove(at: place)
    }
  }

  // MARK: - values

  private mutating func append(_ work: Step.Work, _ inputs: [Int], _ node: Int) {
    append(work, inputs, count: network.architecture.shapes[node].count)
    valueOfNode[node] = counts.count - 1
  }

  private mutating func append(
    _ work: Step.Work, _ inputs: [Int], count: Int, _ isWinograd: Bool = false,
    dependsOnMagnitude: Bool = false
  ) {
    let shared = !dependsOnMagnitude && inputs.allSatisfy { isShared[$0] }
    steps.append(Step(work: work, inputs: inputs, output: counts.count, isShared: shared))
    counts.append(count)
    isShared.append(shared)
    fields.append(nil)
    depths.append((inputs.map { depths[$0] }.max() ?? 0) + (isWinograd ? 1 : 0))
  }

  /// After so many layers by Winograd's algorithm, one behind the other, sums are taken directly.
  ///
  /// One such layer was measured to add at most 3e-7 of its largest output (random signs, masks and numbers, 8 to 256
  /// channels). Even if these errors all added up, 32 layers would stay below 1e-5 of the largest logit; measured were
  /// 1.2e-6.
  static let winogradLayers = 32
}

extension Convolution {
  /// The rows and the columns of the input that the rows and the columns of the output read; some lie partly outside.
  fileprivate func windows(to shape: Shape) -> (rows: [Range<Int>], columns: [Range<Int>]) {
    func ranges(_ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ padding: Int) -> [Range<Int>] {
      (0..<size).map { $0 * stride - padding }.map { $0..<($0 + (kernel - 1) * dilation + 1) }
    }
    return (
      ranges(shape.height, kernel.height, stride.height, dilation.height, padding.top),
      ranges(shape.width, kernel.width, stride.width, dilation.width, padding.left)
    )
  }
}

extension LayerKernel {
  fileprivate func work(_ epilogues: [Epilogue]) -> Step.Work {
    switch self {
    case .sum(let kernel): .sum(kernel, epilogues)
    case .edges(let kernel): .edges(kernel, epilogues)
    case .winograd(let kernel): .winograd(kernel, epilogues)
    case .lookup(let kernel): .lookup(kernel, epilogues)
    }
  }
}
