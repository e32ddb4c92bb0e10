extension ONNXGraphWriter {
  /// Writes a node, whose inputs are written.
  ///
  /// - Throws: ``PadawannError`` `unsupported` for a pooling that no operation of ONNX is.
  mutating func write(_ index: Int) throws(PadawannError) {
    let value = source(index)
    switch architecture.nodes[index].operation {
    case .convolution(let layer): convolution(index, layer)
    case .linear:
      let inputs = [vector(value, for: index).name] + layerNumbers(index)
      add("Gemm", index, inputs, isFlat: true, [("transB", .integer(1))])
    case .batchNormalisation(let epsilon):
      let inputs = [value.name] + normalisationNumbers(index)
      add("BatchNormalization", index, inputs, isFlat: value.isFlat, [("epsilon", .real(epsilon))])
    case .relu: elementwise("Relu", index)
    case .leakyRelu(let slope): elementwise("LeakyRelu", index, [("alpha", .real(slope))])
    case .clip(let minimum, let maximum): clip(index, minimum, maximum)
    case .tanh: elementwise("Tanh", index)
    case .sigmoid: elementwise("Sigmoid", index)
    case .silu: silu(index)
    case .hardSigmoid(let alpha, let beta):
      elementwise("HardSigmoid", index, [("alpha", .real(alpha)), ("beta", .real(beta))])
    case .hardSwish:
      draft.need(opset: 14)
      elementwise("HardSwish", index)
    case .gelu(let formula):
      draft.need(opset: 20)
      elementwise("Gelu", index, [("approximate", .text(formula.rawValue))])
    case .maxPool(let pool): try maximum(index, pool)
    case .averagePool(let pool, let countsPadding): average(index, pool, countsPadding)
    case .pad(let pad): self.pad(index, pad)
    case .globalAveragePool: add("GlobalAveragePool", index, [image(value, for: index).name], isFlat: false)
    case .flatten: add("Flatten", index, [value.name], isFlat: true, [("axis", .integer(1))])
    case .add:
      let inputs = alike(index).map(\.name)
      add(inputs.count == 2 ? "Add" : "Sum", index, inputs, isFlat: value.isFlat)
    case .concat:
      add("Concat", index, alike(index).map(\.name), isFlat: value.isFlat, [("axis", .integer(1))])
    case .dropout(let rate):
      let ratio = draft.add("\(architecture.nodes[index].name)/ratio", shape: [], .reals([rate]))
      add("Dropout", index, [value.name, ratio], isFlat: value.isFlat)
    case .softmax: elementwise("Softmax", index, [("axis", .integer(1))])
    case .logSoftmax: elementwise("LogSoftmax", index, [("axis", .integer(1))])
    }
  }

  /// An operation that keeps the axes.
  private mutating func elementwise(
    _ operation: String, _ index: Int, _ attributes: [(key: String, value: ONNXDraft.Attribute)] = []
  ) {
    let value = source(index)
    add(operation, index, [value.name], isFlat: value.isFlat, attributes)
  }

  /// A bound that is infinite is left out.
  private mutating func clip(_ index: Int, _ minimum: Float, _ maximum: Float) {
    let (value, name) = (source(index), architecture.nodes[index].name)
    var inputs = [value.name]
    if minimum.isFinite || maximum.isFinite {
      inputs.append(minimum.isFinite ? draft.add("\(name)/min", shape: [], .reals([minimum])) : "")
    }
    if maximum.isFinite { inputs.append(draft.add("\(name)/max", shape: [], .reals([maximum]))) }
    add("Clip", index, inputs, isFlat: value.isFlat)
  }

  /// ONNX has it only since opset 24.
  private mutating func silu(_ index: Int) {
    let (value, name) = (source(index), "\(architecture.nodes[index].name)/sigmoid")
    let sigmoid = draft.add("Sigmoid", named: name, reading: [value.name], making: name)
    add("Mul", index, [value.name, sigmoid], isFlat: value.isFlat)
  }

  private mutating func pad(_ index: Int, _ pad: Pad) {
    let isFlat = source(index).isFlat && pad.padding == .none
    let value = isFlat ? source(index) : image(source(index), for: index)
    let (before, behind) = (pad.padding.sizes.prefix(2), pad.padding.sizes.suffix(2))
    let sizes =
      isFlat ? [0, pad.before, 0, pad.behind] : [0, pad.before] + before + [0, pad.behind] + behind
    let pads = draft.add("\(architecture.nodes[index].name)/sizes", shape: [sizes.count], .integers(sizes))
    add("Pad", index, [value.name, pads], isFlat: isFlat)
  }

  private mutating func convolution(_ index: Int, _ layer: Convolution) {
    let inputs = [image(source(index), for: index).name] + layerNumbers(index)
    add(
      "Conv", index, inputs, isFlat: false,
      [
        ("dilations", .integers(layer.dilation.sizes)), ("group", .integer(layer.groups)),
        ("kernel_shape", .integers(layer.kernel.sizes)), ("pads", .integers(layer.padding.sizes)),
        ("strides", .integers(layer.stride.sizes)),
      ])
  }

  // MARK: Pooling

  /// A maximum. `ceil_mode` says how many windows there are where that is PyTorch's number; elsewhere the padding behind the image
  /// says it, which no maximum sees.
  private mutating func maximum(_ index: Int, _ pool: Pool) throws(PadawannError) {
    let windows = PoolWindows(pool, architecture.inputShape(of: index), architecture.shapes[index])
    let roundsUp = pool.roundsUp && windows.roundedUpIsRight
    let end = roundsUp ? pool.padding.behind : windows.paddingBehind
    guard end.height < pool.kernel.height, end.width < pool.kernel.width else {
      throw PadawannError(
        .unsupported, "no pooling of ONNX has these windows", at: "node \(architecture.nodes[index].name)",
        remedy: "Export the model as .safetensors or .c")
    }
    let input = image(source(index), for: index)
    add(
      "MaxPool", index, [input.name], isFlat: false,
      [
        ("ceil_mode", .integer(roundsUp ? 1 : 0)), ("dilations", .integers(pool.dilation.sizes)),
        ("kernel_shape", .integers(pool.kernel.sizes)),
        ("pads", .integers(pool.padding.front.sizes + end.sizes)),
        ("strides", .integers(pool.stride.sizes)),
      ])
  }

  /// A mean. Programs differ in what a window counts that is rounded up, so that none is: padding behind the image makes as many
  /// windows, and what counts as zeros is added by a node of its own where that padding may not count.
  private mutating func average(_ index: Int, _ pool: Pool, _ countsPadding: Bool) {
    let windows = PoolWindows(pool, architecture.inputShape(of: index), architecture.shapes[index])
    var input = image(source(index), for: index).name
    var (start, end) = (pool.padding.front, windows.paddingBehind)
    let behind = pool.padding.behind
    var counts = countsPadding
    if countsPadding, end != behind {
      let name = "\(architecture.nodes[index].name)/pad"
      let sizes = [0, 0] + start.sizes + [0, 0] + behind.sizes
      let pads = draft.add("\(name)/sizes", shape: [8], .integers(sizes))
      input = draft.add("Pad", named: name, reading: [input, pads], making: name)
      end = Extent(end.height - behind.height, end.width - behind.width)
      start = Extent(0)
      counts = false
    }
    add(
      "AveragePool", index, [input], isFlat: false,
      [
        ("count_include_pad", .integer(counts ? 1 : 0)), ("kernel_shape", .integers(pool.kernel.sizes)),
        ("pads", .integers(start.sizes + end.sizes)), ("strides", .integers(pool.stride.sizes)),
      ])
  }
}

/// How many windows a pooling has, by ONNX's rules and by PyTorch's.
private struct PoolWindows {
  /// Whether ONNX has the right number of windows when it rounds up: PyTorch leaves out one that begins behind the image.
  let roundedUpIsRight: Bool
  /// The padding at the bottom and at the right with which there are as many when it rounds down; at least the pool's own.
  let paddingBehind: Extent

  init(_ pool: Pool, _ source: Shape, _ result: Shape) {
    func roundedUp(_ size: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ dilation: Int) -> Int {
      (size + padding - dilation * (kernel - 1) - 1 + stride - 1) / stride + 1
    }
    func missing(_ count: Int, _ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
      (count - 1) * stride + dilation * (kernel - 1) + 1 - size
    }
    let (kernel, stride, dilation) = (pool.kernel, pool.stride, pool.dilation)
    let (front, behind) = (pool.padding.front, pool.padding.behind)
    let (vertical, horizontal) = (front.height + behind.height, front.width + behind.width)
    roundedUpIsRight =
      roundedUp(source.height, kernel.height, stride.height, vertical, dilation.height) == result.height
      && roundedUp(source.width, kernel.width, stride.width, horizontal, dilation.width) == result.width
    let rows = missing(
      result.height, source.height + front.height, kernel.height, stride.height, dilation.height)
    let columns = missing(
      result.width, source.width + front.width, kernel.width, stride.width, dilation.width)
    paddingBehind = Extent(max(behind.height, rows), max(behind.width, columns))
  }
}

extension Extent {
  fileprivate var sizes: [Int] { [height, width] }
}

extension Padding {
  fileprivate var sizes: [Int] { [top, left, bottom, right] }
  fileprivate var front: Extent { Extent(top, left) }
  fileprivate var behind: Extent { Extent(bottom, right) }
}
