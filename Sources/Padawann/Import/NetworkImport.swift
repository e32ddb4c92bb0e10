/// Puts the tensors of a pre-trained network into an architecture.
public struct NetworkImport: Hashable, Sendable {
  /// What is kept of each weight.
  public enum Weights: String, CaseIterable, Sendable {
    /// Its sign: the result is a PADAWANN.
    case sign
    /// Its number, for L1 pruning or evolution with pre-trained weights.
    case keep
  }

  /// What is kept of each weight.
  public var weights: Weights
  /// Whether the signs or numbers of edges that the file masks are kept too.
  public var retainsPruned: Bool
  /// Layers that keep their numbers even where only signs are kept of the others.
  package var keptLayers: Set<String> = []
  /// Layers whose numbers are the opposite of their signs, because the shared weight in them is negative.
  package var negatedLayers: Set<String> = []
  /// What the shared weight is multiplied by in layers of which only signs are kept, by name; 1 in all others.
  package var multipliers: [String: Float] = [:]
  /// Names of tensors that the architecture does not use, with `*` for any characters and `?` for one.
  public var ignored: Set<String>

  /// Makes the settings of an import.
  public init(weights: Weights = .sign, retainsPruned: Bool = false, ignored: Set<String> = []) {
    self.weights = weights
    self.retainsPruned = retainsPruned
    self.ignored = ignored
  }

  /// The preset whose tensors have exactly these names and shapes.
  public static func preset(for parameters: [ImportedParameter]) throws(PadawannError) -> Preset? {
    for preset in Preset.allCases {
      let architecture = try preset.architecture
      let needs = tensors(of: architecture)
      let found = fitted(parameters, to: architecture).parameters
      let shapes = Dictionary(found.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
      if needs.count == shapes.count, needs.allSatisfy({ shapes[$0.name] == $0.shape }) { return preset }
    }
    return nil
  }

  /// The parameters under the names that an architecture has for them: without what all names begin with up to a dot, where only
  /// so the tensors are found that it needs.
  ///
  /// - Returns: the parameters, and what was taken off; empty for nothing.
  public static func fitted(_ parameters: [ImportedParameter], to architecture: Architecture) -> (
    parameters: [ImportedParameter], prefix: String
  ) {
    let needs = tensors(of: architecture).map(\.name)
    var (names, prefix) = (parameters.map(\.name), "")
    while !Set(names).isSuperset(of: needs) {
      // What is left must be a layer's name and a tensor's.
      guard let first = names.first?.firstIndex(of: "."), let part = names.first?[...first],
        names.allSatisfy({ $0.hasPrefix(part) && $0.dropFirst(part.count).contains(".") })
      else { return (parameters, "") }
      names = names.map { String($0.dropFirst(part.count)) }
      prefix += part
    }
    guard !prefix.isEmpty else { return (parameters, "") }
    let renamed = zip(parameters, names).map { parameter, name in
      var parameter = parameter
      parameter.name = name
      return parameter
    }
    return (renamed, prefix)
  }

  /// The network of an architecture with the numbers of a file.
  ///
  /// A weighted node `n` takes the tensors `n.weight` and, if it has biases, `n.bias`; a batch normalisation takes
  /// `n.weight`, `n.bias`, `n.running_mean` and `n.running_var`. A weight of zero is a pruned edge.
  ///
  /// - Throws: ``PadawannError`` `data` when a tensor is missing, left over or of another shape; the error names it.
  public func network(_ parameters: [ImportedParameter], _ architecture: Architecture) throws(PadawannError)
    -> Network
  {
    var rest: [String: ImportedParameter] = [:]
    let patterns = ignored.sorted().map { ($0, NamePattern($0)) }
    for parameter in parameters where !patterns.contains(where: { $0.1.matches(parameter.name) }) {
      rest[parameter.name] = parameter
    }
    if let unknown = patterns.first(where: { pattern in !parameters.contains { pattern.1.matches($0.name) } })
    {
      throw PadawannError(.usage, "no tensor is named \"\(unknown.0)\", which should be ignored")
    }
    for need in Self.tensors(of: architecture) {
      guard let found = rest[need.name] else { throw Self.missing(need, among: parameters) }
      guard found.shape == need.shape else {
        throw PadawannError(
          .data,
          "the tensor \(need.name) has the shape \(Self.text(found.shape)), and \(Self.text(need.shape)) is needed",
          remedy: "Give the architecture of this network", choice: .architecture)
      }
    }
    var numbers: [NodeParameters] = []
    for index in architecture.nodes.indices {
      numbers.append(try self.parameters(of: index, in: architecture, &rest))
    }
    if let extra = parameters.first(where: { rest[$0.name] != nil }) {
      throw PadawannError(
        .data,
        "the tensor \(extra.name) (\(Self.text(extra.shape))) is left over: the architecture does not use it",
        remedy: "Give the architecture of this network, or leave the tensor out",
        choice: .architectureOrIgnored(tensor: extra.name))
    }
    return try Network(architecture: architecture, parameters: numbers)
  }

  /// A tensor that an architecture needs.
  struct Need {
    var name: String
    var shape: [Int]
  }

  /// The tensors that an architecture needs, in the order of its nodes.
  static func tensors(of architecture: Architecture) -> [Need] {
    architecture.nodes.indices.flatMap { index -> [Need] in
      let name = architecture.nodes[index].name
      func vectors(_ keys: String...) -> [Need] {
        keys.map { Need(name: "\(name).\($0)", shape: [architecture.shapes[index].channels]) }
      }
      let weight = Need(name: "\(name).weight", shape: architecture.weightShape(of: index) ?? [])
      switch architecture.nodes[index].operation {
      case .convolution(let layer): return [weight] + (layer.hasBias ? vectors("bias") : [])
      case .linear(let layer): return [weight] + (layer.hasBias ? vectors("bias") : [])
      case .batchNormalisation: return vectors("weight", "bias", "running_mean", "running_var")
      default: return []
      }
    }
  }

  private func parameters(
    of index: Int, in architecture: Architecture, _ rest: inout [String: ImportedParameter]
  )
    throws(PadawannError) -> NodeParameters
  {
    let name = architecture.nodes[index].name
    func values(_ key: String) -> [Float] { rest.removeValue(forKey: "\(name).\(key)")?.values ?? [] }
    if let shape = architecture.weightShape(of: index) {
      guard let weight = rest.removeValue(forKey: "\(name).weight") else { return .none }
      let bias = rest.removeValue(forKey: "\(name).bias")?.values
      do throws(PadawannError) {
        return .weighted(try edges(weight, shape, of: name), bias: bias)
      } catch {
        throw error.inside("\(name).weight")
      }
    }
    guard case .batchNormalisation = architecture.nodes[index].operation else { return .none }
    return .normalisation(
      BatchNormalisation(
        scale: values("weight"), shift: values("bias"), mean: values("running_mean"),
        variance: values("running_var")))
  }

  private func edges(_ parameter: ImportedParameter, _ shape: [Int], of layer: String) throws(PadawannError)
    -> EdgeWeights
  {
    var mask = Bitmask(parameter.values.lazy.map { $0 != 0 })
    if let given = parameter.mask {
      guard given.count == mask.count else {
        throw PadawannError(.data, "a mask of \(given.count) bits does not fit \(mask.count) weights")
      }
      mask = mask.intersection(given)
    }
    switch keptLayers.contains(layer) ? .keep : weights {
    case .sign:
      let isNegated = negatedLayers.contains(layer)
      let signs = Bitmask(parameter.values.lazy.map { isNegated ? $0 > 0 : $0 < 0 })
      return try EdgeWeights(
        shape: shape, mask: mask, values: .signs(signs), retainsPruned: retainsPruned,
        multiplier: multipliers[layer] ?? 1)
    case .keep:
      return try EdgeWeights(
        shape: shape, mask: mask, values: .own(parameter.values), retainsPruned: retainsPruned)
    }
  }

  private static func missing(_ need: Need, among parameters: [ImportedParameter]) -> PadawannError {
    let names = TensorNames.list(parameters.map { "\($0.name) (\(text($0.shape)))" })
    return PadawannError(
      .data, "the tensor \(need.name) (\(text(need.shape))) is missing; the file has \(names)",
      remedy: "Give the architecture of this network", choice: .architecture)
  }

  private static func text(_ shape: [Int]) -> String {
    shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: "×")
  }
}
