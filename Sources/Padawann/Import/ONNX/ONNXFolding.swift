/// Nodes that are computed at once, because all that they read is known: the arithmetic of shapes that exporters write
/// out, and weights that a node reshapes or transposes.
struct ONNXFolding {
  let opset: Int
  private var budget: ExpansionBudget

  /// Nothing is computed yet.
  init(opset: Int, fileBytes: Int) {
    self.opset = opset
    budget = ExpansionBudget(fileBytes: fileBytes)
  }

  /// Takes memory for numbers; a few bytes can ask for any number of them.
  mutating func take(_ shape: [Int]) throws(PadawannError) {
    // An empty tensor may not hide sizes whose product is too large.
    guard shape.product != nil, let count = shape.map({ max($0, 1) }).product,
      count <= FileTensor.maximumCount
    else {
      throw PadawannError(.data, "a tensor of shape \(shape) is not possible here")
    }
    try budget.take(count * MemoryLayout<Int>.size)
  }

  /// The value of a node that reads only constants; `nil` when it is none that is folded.
  mutating func value(of node: ONNXNode, _ inputs: [ONNXConstant?]) throws(PadawannError) -> ONNXConstant? {
    if node.operation == "Constant" { return try constant(node) }
    guard let first = inputs.first ?? nil else { return nil }
    switch node.operation {
    case "ConstantOfShape": return try filled(node, first)
    case "Identity", "Dropout": return first
    case "Neg": return first.mapped { -$0 }
    case "Sqrt": return first.mapped { $0.squareRoot() }
    case "Cast": return cast(node, first)
    case "Transpose": return try transposed(node, first)
    case "Reshape", "Flatten", "Squeeze", "Unsqueeze": return try reshaped(node, first, inputs)
    case "Gather": return try gathered(node, first, inputs)
    case "Slice": return try sliced(node, first, inputs)
    case "DequantizeLinear": return try dequantised(node, inputs)
    case "Concat": return try joined(node, inputs.compactMap { $0 })
    case "Add", "Sub", "Mul", "Div", "Pow": return try combined(node, inputs)
    default: return nil
    }
  }

  private mutating func constant(_ node: ONNXNode) throws(PadawannError) -> ONNXConstant? {
    if let tensor = node.attributes["value"]?.tensor {
      try take(tensor.shape)
      return try ONNXConstant(tensor)
    }
    if let real = node.attributes["value_float"]?.real { return ONNXConstant([], .reals([real])) }
    if let integer = node.attributes["value_int"]?.integer { return ONNXConstant([], .integers([integer])) }
    if let list = node.attributes["value_floats"] {
      return ONNXConstant([list.reals.count], .reals(list.reals))
    }
    if let list = node.attributes["value_ints"] { return ONNXConstant(list.integers) }
    return nil
  }

  private mutating func filled(_ node: ONNXNode, _ sizes: ONNXConstant) throws(PadawannError) -> ONNXConstant?
  {
    // What is the same for every image of an open batch is known for one.
    guard let shape = sizes.integers?.map({ $0 == ONNXTranslation.anyBatch ? 1 : $0 }) else { return nil }
    try take(shape)
    let count = shape.reduce(1, *)
    guard let tensor = node.attributes["value"]?.tensor else {
      return ONNXConstant(shape, .reals([Float](repeating: 0, count: count)))
    }
    let value = try ONNXConstant(tensor)
    guard value.count == 1 else { throw PadawannError(.data, "its value is not one number") }
    return value.taking([Int](repeating: 0, count: count), as: shape)
  }

  private func cast(_ node: ONNXNode, _ value: ONNXConstant) -> ONNXConstant? {
    switch node.attributes["to"]?.integer {
    case 1, 10, 11, 16: return ONNXConstant(value.shape, .reals(value.reals), origin: value.origin)
    case 6, 7:
      if case .integers = value.numbers { return value }
      guard value.reals.allSatisfy({ abs($0) < 0x1p53 }) else { return nil }
      return ONNXConstant(value.shape, .integers(value.reals.map { Int($0) }))
    default: return nil
    }
  }

  private mutating func transposed(_ node: ONNXNode, _ value: ONNXConstant) throws(PadawannError)
    -> ONNXConstant
  {
    let order = node.attributes["perm"]?.integers ?? value.shape.indices.reversed()
    guard order.sorted() == Array(value.shape.indices) else {
      throw PadawannError(.data, "its order of axes \(order) does not fit the shape \(value.shape)")
    }
    try take(value.shape)
    return value.transposed(order)
  }

  private mutating func reshaped(_ node: ONNXNode, _ value: ONNXConstant, _ inputs: [ONNXConstant?])
    throws(PadawannError) -> ONNXConstant?
  {
    let shape: [Int]
    switch node.operation {
    case "Flatten":
      let axis = try ONNXAxes.index(node.attributes["axis"]?.integer ?? 1, value.shape.count + 1)
      shape = [value.shape[..<axis].reduce(1, *), value.shape[axis...].reduce(1, *)]
    case "Reshape":
      guard let target = inputs.dropFirst().first??.integers else { return nil }
      shape = try ONNXAxes.resolved(
        target, from: value.shape, keepsZeros: node.attributes["allowzero"]?.integer == 1)
    default:
      let axes = try ONNXAxes.list(node, inputs)
      shape =
        node.operation == "Squeeze"
        ? try ONNXAxes.squeezed(value.shape, axes) : try ONNXAxes.unsqueezed(value.shape, axes ?? [], 1)
    }
    try take(shape)
    guard shape.product == value.count else {
      throw PadawannError(.data, "\(value.count) numbers cannot have the shape \(shape)")
    }
    return value.reshaped(shape)
  }

  private mutating func gathered(_ node: ONNXNode, _ value: ONNXConstant, _ inputs: [ONNXConstant?])
    throws(PadawannError) -> ONNXConstant?
  {
    guard let indices = inputs.dropFirst().first ?? nil, let list = indices.integers else { return nil }
    let axis = try ONNXAxes.index(node.attributes["axis"]?.integer ?? 0, value.shape.count)
    let size = value.shape[axis]
    let inner = value.shape[(axis + 1)...].reduce(1, *)
    let shape = value.shape[..<axis] + indices.shape + value.shape[(axis + 1)...]
    try take(Array(shape))
    var sources: [Int] = []
    for outer in 0..<value.shape[..<axis].reduce(1, *) {
      for given in list {
        let index = try ONNXAxes.index(given, size)
        sources += ((outer * size + index) * inner)..<((outer * size + index + 1) * inner)
      }
    }
    return value.taking(sources, as: Array(shape))
  }

  private mutating func sliced(_ node: ONNXNode, _ value: ONNXConstant, _ inputs: [ONNXConstant?])
    throws(PadawannError) -> ONNXConstant?
  {
    func list(_ key: String, _ position: Int) -> [Int]? {
      opset < 10
        ? node.attributes[key]?.integers
        : inputs.indices.contains(position) ? inputs[position]?.integers : nil
    }
    guard let starts = list("starts", 1), let ends = list("ends", 2), starts.count == ends.count else {
      return nil
    }
    let axes = list("axes", 3) ?? Array(starts.indices)
    let steps = opset < 10 ? starts.map { _ in 1 } : list("steps", 4) ?? starts.map { _ in 1 }
    guard axes.count == starts.count, steps.count == starts.count, !steps.contains(0) else { return nil }
    var result = value
    for (place, given) in axes.enumerated() {
      let axis = try ONNXAxes.index(given, value.shape.count)
      try take(result.shape)
      result = result.sliced(axis, from: starts[place], to: ends[place], step: steps[place])
    }
    return result
  }

  private mutating func joined(_ node: ONNXNode, _ parts: [ONNXConstant]) throws(PadawannError)
    -> ONNXConstant?
  {
    guard let first = parts.first else { return nil }
    let axis = try ONNXAxes.index(node.attributes["axis"]?.integer ?? 0, first.shape.count)
    let outer = first.shape[..<axis].reduce(1, *)
    var shape = first.shape
    shape[axis] = 0
    for part in parts {
      guard part.shape.count == shape.count, part.shape[..<axis] == shape[..<axis],
        part.shape[(axis + 1)...] == shape[(axis + 1)...]
      else { throw PadawannError(.data, "the shapes \(first.shape) and \(part.shape) cannot be joined") }
      shape[axis] += part.shape[axis]
    }
    try take(shape)
    func rows<Number>(_ lists: [[Number]]) -> [Number] {
      var result: [Number] = []
      for row in 0..<outer {
        for list in lists {
          let length = list.count / outer
          result += list[(row * length)..<((row + 1) * length)]
        }
      }
      return result
    }
    let integers = parts.compactMap(\.integers)
    return ONNXConstant(
      shape, integers.count == parts.count ? .integers(rows(integers)) : .reals(rows(parts.map(\.reals))))
  }
}
