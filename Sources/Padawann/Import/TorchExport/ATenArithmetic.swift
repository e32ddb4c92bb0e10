/// Functions of every number, sums and products.
extension ATenCall {
  mutating func elementwise() throws(PadawannError) {
    let source = try first()
    switch operation {
    case "relu": add("Relu", [source])
    case "relu6": clip(source, 0, 6)
    case "hardtanh": clip(source, try real("min_val", or: -1), try real("max_val", or: 1))
    case "clamp", "clip", "clamp_min", "clamp_max": try clamp(source)
    case "leaky_relu":
      add("LeakyRelu", [source], ["alpha": .init(real: Float(try real("negative_slope", or: 0.01)))])
    case "prelu", "_prelu_kernel": add("PRelu", [source, try slopes(for: source)])
    case "tanh": add("Tanh", [source])
    case "sigmoid": add("Sigmoid", [source])
    case "gelu":
      guard case .text(let formula) = self["approximate"] ?? .text("none") else {
        throw PadawannError(.unsupported, "it has an unknown formula")
      }
      add("Gelu", [source], ["approximate": .init(text: formula)])
    case "silu":
      let gate = step("Sigmoid", [source])
      add("Mul", [source, gate])
    case "hardswish": add("HardSwish", [source])
    case "hardsigmoid":
      add("HardSigmoid", [source], ["alpha": .init(real: 1 / 6), "beta": .init(real: 0.5)])
    case "log": add("Log", [source])
    case "sqrt": add("Sqrt", [source])
    default:
      let factor = constant(-1.0)
      add("Mul", [source, factor])
    }
  }

  /// The slopes of a PReLU: those of channels go along the second axis here, and along the last one in ONNX.
  private mutating func slopes(for source: String) throws(PadawannError) -> String {
    let weight = try tensor("weight")
    let (axes, slopes) = (try rank(source), sizes[weight] ?? [])
    guard axes > 2, slopes.count == 1, slopes != [1] else { return weight }
    let shape = constant([-1] + [Int](repeating: 1, count: axes - 2))
    return step("Reshape", [weight, shape])
  }

  private mutating func clip(_ source: String, _ low: Double?, _ high: Double?) {
    let low = low.map { constant($0) } ?? ""
    let high = high.map { constant($0) } ?? ""
    add("Clip", high.isEmpty ? [source, low] : [source, low, high])
  }

  private mutating func clamp(_ source: String) throws(PadawannError) {
    if case .tensor = self["min"] { throw PadawannError(.unsupported, "its bounds are tensors") }
    if case .tensor = self["max"] { throw PadawannError(.unsupported, "its bounds are tensors") }
    clip(
      source, self["min"] == nil ? nil : try real("min", or: 0),
      self["max"] == nil ? nil : try real("max", or: 0))
  }

  mutating func arithmetic() throws(PadawannError) {
    guard self["rounding_mode"] == nil else { throw PadawannError(.unsupported, "it rounds") }
    let isSymbolic = operation.hasPrefix("_operator.")
    let operands = node.arguments.prefix(2).map(\.value)
    var names: [String] = []
    for operand in operands { names.append(try self.operand(operand, isInteger: isSymbolic)) }
    if operation == "reciprocal" { names.insert(constant(1.0), at: 0) }
    guard names.count == 2 else { throw PadawannError(.data, "it has \(names.count) operands") }
    let factor = try real("alpha", or: 1)
    if factor != 1 {
      let scaled = constant(factor)
      let place = operation == "rsub" ? 0 : 1
      names[place] = step("Mul", [names[place], scaled])
    }
    switch operation {
    case "add", "_operator.add": add("Add", names)
    case "sub", "_operator.sub": add("Sub", names)
    case "rsub": add("Sub", names.reversed())
    case "mul", "_operator.mul": add("Mul", names)
    case "pow": add("Pow", names)
    default: add("Div", names)
    }
  }

  /// A tensor, or a number as a constant.
  private mutating func operand(_ argument: TorchArgument, isInteger: Bool) throws(PadawannError) -> String {
    switch argument {
    case .tensor(let name): return name
    case .symbol(let name) where isInteger: return name
    case .integer(let integer): return isInteger ? constant(integer) : constant(Double(integer))
    case .real(let real): return constant(real)
    default:
      throw PadawannError(.unsupported, "it computes with something other than tensors and fixed numbers")
    }
  }

  mutating func concat() throws(PadawannError) {
    guard case .tensors(let names) = self["tensors"], !names.isEmpty else {
      throw PadawannError(.unsupported, "it joins no tensors")
    }
    let known = names.compactMap { $0 }
    guard known.count == names.count else { throw PadawannError(.data, "a tensor that it joins is left out") }
    add("Concat", known, ["axis": .init(integer: try integer("dim", or: 0))])
  }
}
