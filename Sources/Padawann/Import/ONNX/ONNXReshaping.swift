/// Nodes that change the axes of a value and none of its numbers.
extension ONNXTranslation {
  mutating func reshape(_ node: ONNXNode) throws(PadawannError) {
    let source = try plain(node)
    guard let target = try constant(node, 1)?.integers else {
      throw PadawannError(.data, "the shape that it makes is no list of integers")
    }
    let keepsZeros = node.attributes["allowzero"]?.integer == 1
    let sizes = try ONNXAxes.resolved(target, from: [batch] + source.sizes, keepsZeros: keepsZeros)
    // A model of an open batch may all the same be written for one image.
    guard sizes.first == batch || sizes.first == 1 && batch == Self.anyBatch,
      Array(sizes.dropFirst()).product == source.sizes.product
    else {
      throw PadawannError(
        .unsupported, "it makes \(target) of \(text(source)), which mixes images of the batch")
    }
    try regroup(node, source, Array(sizes.dropFirst()))
  }

  mutating func flatten(_ node: ONNXNode) throws(PadawannError) {
    let source = try plain(node)
    let sizes = source.sizes
    let axis = try ONNXAxes.index(node.attributes["axis"]?.integer ?? 1, sizes.count + 2)
    guard axis > 0, sizes[..<(axis - 1)].allSatisfy({ $0 == 1 }) else {
      throw PadawannError(.unsupported, "it makes one vector of several images or channels")
    }
    try regroup(node, source, [sizes.reduce(1, *)])
  }

  mutating func changeAxes(_ node: ONNXNode) throws(PadawannError) {
    let source = try plain(node)
    let second = node.inputs.count > 1 ? try constant(node, 1) : nil
    let axes = try ONNXAxes.list(node, [nil, second])
    let full = [batch] + source.sizes
    guard node.operation == "Unsqueeze" || axes != nil || batch != 1 else {
      throw PadawannError(.unsupported, "it removes the batch")
    }
    let sizes =
      node.operation == "Squeeze"
      ? try ONNXAxes.squeezed(full, axes) : try ONNXAxes.unsqueezed(full, axes ?? [], 1)
    let rank = max(full.count, sizes.count)
    for axis in axes ?? [] where try ONNXAxes.index(axis, rank) == 0 {
      throw PadawannError(.unsupported, "it moves the batch")
    }
    try regroup(node, source, Array(sizes.dropFirst()))
  }

  private mutating func regroup(_ node: ONNXNode, _ source: ONNXActivation, _ sizes: [Int])
    throws(PadawannError)
  {
    if let result = source.regrouped(sizes) { return set(result, of: node) }
    // An image that comes as a vector is read as the image that it is.
    if source.node == Node.image, !source.isShared, !builder.readsImage, source.places == nil,
      (1...3).contains(sizes.count), let name = node.outputs.first
    {
      return set(try image(sizes, named: name), of: node)
    }
    throw PadawannError(
      .unsupported, "it makes \(sizes.map(String.init).joined(separator: "×")) of \(text(source))")
  }

  private func text(_ source: ONNXActivation) -> String {
    source.sizes.map(String.init).joined(separator: "×")
  }

  mutating func transpose(_ node: ONNXNode) throws(PadawannError) {
    var source = try activation(node)
    let rank = source.groups.count + 1
    let order = node.attributes["perm"]?.integers ?? Array((0..<rank).reversed())
    guard order.sorted() == Array(0..<rank) else {
      throw PadawannError(.data, "its order of axes \(order) does not fit \(rank) axes")
    }
    guard order.first == 0 else { throw PadawannError(.unsupported, "it moves the batch") }
    source.groups = order.dropFirst().map { source.groups[$0 - 1] }
    set(source, of: node)
  }

  mutating func shape(_ node: ONNXNode) throws(PadawannError) {
    let sizes = [batch] + (try activation(node)).sizes
    func bound(_ key: String, _ standard: Int) -> Int {
      let given = node.attributes[key]?.integer ?? standard
      return min(
        max(given < 0 ? given.addingReportingOverflow(sizes.count).partialValue : given, 0), sizes.count)
    }
    let start = bound("start", 0)
    set(ONNXConstant(Array(sizes[start..<max(start, bound("end", sizes.count))])), of: node)
  }

  // MARK: The image

  /// The image as a value of these sizes; sets its shape in the network.
  mutating func image(_ sizes: [Int], named name: String) throws(PadawannError) -> ONNXActivation {
    guard let count = sizes.product, count > 0, count <= Architecture.Limits.activation else {
      throw PadawannError(.data, "an image of shape \(sizes) is out of bounds")
    }
    let (shape, groups): (Shape, [[ImageAxis]])
    switch sizes.count {
    case 1:
      shape = try vectorShape(count)
      groups = [[.channel, .row, .column]]
    case 2: (shape, groups) = (Shape(channels: 1, height: sizes[0], width: sizes[1]), [[.row], [.column]])
    default:
      if isChannelsLast(name, sizes) {
        shape = Shape(channels: sizes[2], height: sizes[0], width: sizes[1])
        groups = [[.row], [.column], [.channel]]
        if sizes[2] > 1 {
          notes.append(
            "the model reads rows × columns × channels; the network reads channels × rows × columns")
        }
      } else {
        shape = Shape(channels: sizes[0], height: sizes[1], width: sizes[2])
        groups = [[.channel], [.row], [.column]]
      }
    }
    builder.input = shape
    return ONNXActivation(Node.image, shape, groups)
  }

  private func vectorShape(_ count: Int) throws(PadawannError) -> Shape {
    guard let vectorShape else { return Shape(channels: count) }
    guard vectorShape.count == count else {
      throw PadawannError(
        .usage, "an image of \(vectorShape) has \(vectorShape.count) numbers, and the model reads \(count)")
    }
    return vectorShape
  }

  /// Whether an image comes as rows × columns × channels: what reads it first tells, or else the number of channels.
  private func isChannelsLast(_ name: String, _ sizes: [Int]) -> Bool {
    let passing: Set<String> = ["Identity", "Cast", "Add", "Sub", "Mul", "Div", "Pad"]
    var names = [name]
    for _ in 0..<16 {
      let next = names.flatMap { readers[$0] ?? [] }
      for node in next {
        if node.operation == "Transpose" { return node.attributes["perm"]?.integers == [0, 3, 1, 2] }
        if ["Conv", "MaxPool", "AveragePool", "BatchNormalization", "GlobalAveragePool"].contains(
          node.operation)
        {
          return false
        }
      }
      names = next.filter { passing.contains($0.operation) }.compactMap(\.outputs.first)
      if names.isEmpty { break }
    }
    return [1, 3].contains(sizes[2]) && sizes[0] > 4
  }
}
