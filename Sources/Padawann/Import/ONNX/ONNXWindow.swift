/// The window of a convolution or a pooling.
struct ONNXWindow {
  let stride: Extent
  let dilation: Extent
  let padding: Padding

  /// Reads the attributes of a node.
  ///
  /// - Parameter sizes: those of its input: channels, rows and columns.
  init(_ node: ONNXNode, _ kernel: Extent, on sizes: [Int]) throws(PadawannError) {
    stride = try Self.extent(node, "strides")
    dilation = try Self.extent(node, "dilations")
    let pads = node.attributes["pads"]?.integers ?? [0, 0, 0, 0]
    switch node.attributes["auto_pad"]?.text ?? "NOTSET" {
    case "NOTSET", "":
      guard pads.count == 4, pads.allSatisfy({ (0...Architecture.Limits.extent).contains($0) }) else {
        throw PadawannError(.unsupported, "its pads are \(pads)")
      }
      padding = Padding(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3])
    case "VALID": padding = .none
    case "SAME_UPPER", "SAME_LOWER":
      let isUpper = node.attributes["auto_pad"]?.text == "SAME_UPPER"
      let rows = Self.same(sizes[1], kernel.height, stride.height, dilation.height)
      let columns = Self.same(sizes[2], kernel.width, stride.width, dilation.width)
      let (top, left) = isUpper ? (rows / 2, columns / 2) : (rows - rows / 2, columns - columns / 2)
      padding = Padding(top: top, left: left, bottom: rows - top, right: columns - left)
    case let other: throw PadawannError(.unsupported, "its auto_pad is \(printable(other))")
    }
  }

  private static func extent(_ node: ONNXNode, _ key: String) throws(PadawannError) -> Extent {
    let sizes = node.attributes[key]?.integers ?? [1, 1]
    guard sizes.count == 2, sizes.allSatisfy({ (1...Architecture.Limits.extent).contains($0) }) else {
      throw PadawannError(.unsupported, "its \(key) are \(sizes)")
    }
    return Extent(sizes[0], sizes[1])
  }

  /// How many zeros give ⌈size / stride⌉ places.
  private static func same(_ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
    let places = (size + stride - 1) / stride
    return max(0, (places - 1) * stride + (kernel - 1) * dilation + 1 - size)
  }
}

extension ONNXTranslation {
  // MARK: Pooling

  mutating func pool(_ node: ONNXNode) throws(PadawannError) {
    let given = try activation(node)
    guard given.groups.count == 3, given.isChannelsFirst else {
      throw PadawannError(.unsupported, "its input is not channels, rows and columns")
    }
    let kernel = node.attributes["kernel_shape"]?.integers ?? []
    guard kernel.count == 2, kernel.allSatisfy({ (1...Architecture.Limits.extent).contains($0) }) else {
      throw PadawannError(.unsupported, "its window is \(kernel)")
    }
    let window = try ONNXWindow(node, Extent(kernel[0], kernel[1]), on: given.sizes)
    let roundsUp = node.attributes["ceil_mode"]?.integer ?? 0 != 0
    let isMaximum = node.operation == "MaxPool"
    let counts = !isMaximum && node.attributes["count_include_pad"]?.integer ?? 0 == 1
    // PyTorch writes an average that counts its padding as a Pad and an average without any.
    if !isMaximum, !roundsUp, given.padding != .none, window.padding == .none {
      let pool = Pool(kernel: Extent(kernel[0], kernel[1]), stride: window.stride, padding: given.padding)
      let operation = NodeOperation.averagePool(pool, countsPadding: true)
      if (try? operation.outputShape(of: [given.shape])) != nil {
        return try addImage(operation, node, given)
      }
    }
    let source = try padded(given)
    if !isMaximum, window.padding == .none, kernel == Array(source.sizes.dropFirst()) {
      return try addImage(.globalAveragePool, node, source)
    }
    let pool =
      Self.pool(node, window, kernel, source.shape, counts)
      ?? Pool(
        kernel: Extent(kernel[0], kernel[1]), stride: window.stride, padding: window.padding,
        dilation: window.dilation, roundsUp: roundsUp)
    try addImage(isMaximum ? .maxPool(pool) : .averagePool(pool, countsPadding: counts), node, source)
  }

  /// The pooling with the same windows and equal paddings, if there is one. What is added behind the last row or column changes nothing but their number,
  /// which rounding up gives too, unless an average counts it.
  private static func pool(
    _ node: ONNXNode, _ window: ONNXWindow, _ kernel: [Int], _ shape: Shape, _ counts: Bool
  ) -> Pool? {
    let padding = window.padding
    let roundsUp = node.attributes["ceil_mode"]?.integer ?? 0 != 0
    let isEven = padding.top == padding.bottom && padding.left == padding.right
    guard isEven || !counts else { return nil }
    func places(_ size: Int, _ before: Int, _ after: Int, _ axis: Int, _ stride: Int, _ dilation: Int) -> Int
    {
      let room = size + before + after - dilation * (kernel[axis] - 1) - 1
      return room < 0 ? 0 : (room + (roundsUp ? stride - 1 : 0)) / stride + 1
    }
    let rows = places(
      shape.height, padding.top, padding.bottom, 0, window.stride.height, window.dilation.height)
    let columns = places(
      shape.width, padding.left, padding.right, 1, window.stride.width, window.dilation.width)
    for up in [roundsUp, !roundsUp] {
      let pool = Pool(
        kernel: Extent(kernel[0], kernel[1]), stride: window.stride,
        padding: Padding(padding.top, padding.left),
        dilation: window.dilation, roundsUp: up)
      let result = try? NodeOperation.maxPool(pool).outputShape(of: [shape])
      if isEven && up == roundsUp && result != nil { return pool }
      if result?.height == rows, result?.width == columns { return pool }
    }
    return nil
  }

  mutating func globalPool(_ node: ONNXNode) throws(PadawannError) {
    let source = try plain(node)
    guard source.isChannelsFirst else {
      throw PadawannError(.unsupported, "its input is not channels, rows and columns")
    }
    let window = Pool(kernel: Extent(source.shape.height, source.shape.width))
    try addImage(node.operation == "GlobalMaxPool" ? .maxPool(window) : .globalAveragePool, node, source)
  }

  /// A pooling to a given size (PyTorch's, which ONNX has not); here with windows that are all of one size.
  mutating func adaptivePool(_ node: ONNXNode) throws(PadawannError) {
    let source = try plain(node)
    let target = node.attributes["output_size"]?.integers ?? []
    guard source.groups.count == 3, source.isChannelsFirst, target.count == 2, target.allSatisfy({ $0 > 0 })
    else {
      throw PadawannError(.unsupported, "its input is not channels, rows and columns")
    }
    if target == [source.shape.height, source.shape.width] { return set(source, of: node) }
    let pool = try Pool(adaptingTo: Extent(target[0], target[1]), of: source.shape)
    let isMaximum = node.operation == "AdaptiveMaxPool"
    try addImage(isMaximum ? .maxPool(pool) : .averagePool(pool, countsPadding: true), node, source)
  }

  private mutating func addImage(_ operation: NodeOperation, _ node: ONNXNode, _ source: ONNXActivation)
    throws(PadawannError)
  {
    let name = ONNXNames.name(of: node, operation: operation.name)
    let index = try builder.add(operation, named: name, reading: [source.node])
    let groups: [[ImageAxis]] = [[.channel], [.row], [.column]]
    set(ONNXActivation(index, builder.shape(of: index), Array(groups.prefix(source.groups.count))), of: node)
  }

  /// A mean over all rows and columns.
  mutating func mean(_ node: ONNXNode) throws(PadawannError) {
    let source = try plain(node)
    let rank = source.groups.count + 1
    let second = try constant(node, 1)?.integers
    let given = node.attributes["axes"]?.integers ?? second ?? Array(0..<rank)
    var axes = Set<Int>()
    for axis in given { axes.insert(try ONNXAxes.index(axis, rank)) }
    let gone = source.groups.indices.filter { axes.contains($0 + 1) }
    let left = source.groups.indices.filter { !axes.contains($0 + 1) }
    guard !axes.contains(0), gone.allSatisfy({ !source.groups[$0].contains(.channel) }),
      left.allSatisfy({ source.groups[$0].allSatisfy { $0 == .channel } })
    else { throw PadawannError(.unsupported, "it is not the mean over rows and columns") }
    let index = try builder.add(
      .globalAveragePool, named: ONNXNames.name(of: node, operation: "global_avg_pool"),
      reading: [source.node])
    let keeps = node.attributes["keepdims"]?.integer ?? 1 == 1
    let groups =
      keeps
      ? source.groups.indices.map { gone.contains($0) ? [] : source.groups[$0] }
      : left.map { source.groups[$0] }
    var result = ONNXActivation(index, builder.shape(of: index), groups)
    result.order = source.order
    set(result, of: node)
  }
}
