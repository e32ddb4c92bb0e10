/// Operations that change the axes of a tensor.
extension ATenCall {
  mutating func reshape() throws(PadawannError) {
    let source = try first()
    guard operation == "flatten" else {
      guard case .integers(let sizes) = self["size"] ?? self["shape"] ?? .none else {
        throw PadawannError(.unsupported, "it changes the type of the numbers")
      }
      let shape = list(sizes)
      return add("Reshape", [source, shape], ["allowzero": .init(integer: 1)])
    }
    let rank = try rank(source)
    let start = try ONNXAxes.index(try integer("start_dim", or: 0), max(rank, 1))
    let end = try ONNXAxes.index(try integer("end_dim", or: -1), max(rank, 1))
    guard end == rank - 1, start <= end else {
      throw PadawannError(.unsupported, "it merges axes that are not the last")
    }
    let shape = constant([Int](repeating: 0, count: start) + [-1])
    add("Reshape", [source, shape])
  }

  /// A list of whole numbers, of which the program computes some.
  private mutating func list(_ sizes: [TorchSize]) -> String {
    let fixed = sizes.compactMap { if case .fixed(let size) = $0 { size } else { nil } }
    if fixed.count == sizes.count { return constant(fixed) }
    var parts: [String] = []
    for size in sizes {
      switch size {
      case .fixed(let size): parts.append(constant([size]))
      case .symbol(let name): parts.append(step("Unsqueeze", [name], ["axes": .init(integers: [0])]))
      }
    }
    return step("Concat", parts, ["axis": .init(integer: 0)])
  }

  /// Zeros of a size that the program says.
  mutating func zeros() throws(PadawannError) {
    guard try real("fill_value", or: 0) == 0 else {
      throw PadawannError(.unsupported, "it makes something other than zeros")
    }
    guard case .integers(let sizes) = self["size"] else {
      throw PadawannError(.unsupported, "its argument size has no whole numbers")
    }
    let shape = list(sizes)
    add("ConstantOfShape", [shape])
  }

  mutating func transpose() throws(PadawannError) {
    let source = try first()
    let rank = try rank(source)
    var order = Array(0..<rank)
    switch operation {
    case "t", "numpy_T": order.reverse()
    case "permute", "permute_copy":
      order = []
      for axis in try integers("dims") ?? [] { order.append(try ONNXAxes.index(axis, rank)) }
    default:
      guard case .integer(let first) = self["dim0"], case .integer(let second) = self["dim1"] else {
        throw PadawannError(.unsupported, "its axes are not fixed")
      }
      order.swapAt(try ONNXAxes.index(first, rank), try ONNXAxes.index(second, rank))
    }
    add("Transpose", [source], ["perm": .init(integers: order)])
  }

  mutating func changeAxes() throws(PadawannError) {
    let source = try first()
    let given = try integers("dim")
    guard operation.hasPrefix("squeeze") else {
      return add("Unsqueeze", [source], ["axes": .init(integers: given ?? [])])
    }
    guard let given else { return add("Squeeze", [source]) }
    // PyTorch leaves an axis as it is whose size is not 1.
    guard let sizes = sizes[source] else {
      throw PadawannError(.data, "the program does not say how large \(printable(source)) is")
    }
    var axes: [Int] = []
    for axis in given {
      let place = try ONNXAxes.index(axis, sizes.count)
      if sizes[place] == 1 { axes.append(place) }
    }
    if axes.isEmpty { return add("Identity", [source]) }
    add("Squeeze", [source], ["axes": .init(integers: axes)])
  }

  mutating func slice() throws(PadawannError) {
    let source = try first()
    let (start, end) = (try integer("start", or: 0), try integer("end", or: .max))
    let step = try integer("step", or: 1)
    // Exporters write out slices that take everything.
    if start == 0, end == .max, step == 1 { return add("Identity", [source]) }
    let axis = try integer("dim", or: 0)
    let inputs = [source] + [start, end, axis, step].map { constant([$0]) }
    add("Slice", inputs)
  }

  mutating func cast() throws(PadawannError) {
    let source = try first()
    switch self["dtype"] {
    case nil: add("Identity", [source])
    case .type(let type):
      add("Cast", [source], ["to": .init(integer: TorchTensorMeta.floatingPoint.contains(type) ? 1 : 7)])
    default: throw PadawannError(.unsupported, "it has an unknown type")
    }
  }

  /// One size of a tensor.
  mutating func size() throws(PadawannError) {
    let sizes = step("Shape", [try first()])
    let place = constant(try integer("dim", or: 0))
    add("Gather", [sizes, place], ["axis": .init(integer: 0)])
  }
}
