/// A layer, as the tensors of one name tell.
struct SketchLayer: Sendable {
  enum Kind: Sendable {
    /// The inputs are those of one group.
    case convolution(outputs: Int, inputs: Int, kernel: Extent)
    case linear(outputs: Int, inputs: Int)
    case normalisation(channels: Int)
  }

  let name: String
  let kind: Kind
  let hasBias: Bool

  var isConvolution: Bool { if case .convolution = kind { true } else { false } }
  var isNormalisation: Bool { if case .normalisation = kind { true } else { false } }

  /// The layers of some tensors, in the order of the file.
  ///
  /// - Throws: ``PadawannError`` `unsupported` that names tensors which belong to none.
  static func all(of parameters: [ImportedParameter]) throws(PadawannError) -> [SketchLayer] {
    var names: [String] = []
    var tensors: [String: [String: [Int]]] = [:]
    var strange: [String] = []
    for parameter in parameters {
      guard let dot = parameter.name.lastIndex(of: ".") else {
        strange.append(parameter.name)
        continue
      }
      let name = String(parameter.name[..<dot])
      if tensors[name] == nil { names.append(name) }
      tensors[name, default: [:]][String(parameter.name[dot...].dropFirst())] = parameter.shape
    }
    var layers: [SketchLayer] = []
    for name in names {
      if let layer = SketchLayer(name, tensors[name] ?? [:]) {
        layers.append(layer)
      } else {
        strange += (tensors[name] ?? [:]).keys.sorted().map { "\(name).\($0)" }
      }
    }
    guard strange.isEmpty, !layers.isEmpty else {
      throw PadawannError(
        .unsupported,
        "these tensors are of no convolution, linear layer or batch normalisation: "
          + TensorNames.list(strange.map(printable)),
        remedy: "Leave them out with --ignore, if the network does without")
    }
    return inOrder(layers)
  }

  /// Files may have their tensors by name or by size: convolutions come before linear layers, and a normalisation behind a
  /// layer of as many channels, the one before it in the file if that is one.
  private static func inOrder(_ layers: [SketchLayer]) -> [SketchLayer] {
    let weighted = layers.filter(\.isConvolution) + layers.filter { !$0.isConvolution && !$0.isNormalisation }
    var behind: [String: SketchLayer] = [:]
    var alone: [SketchLayer] = []
    for (place, layer) in layers.enumerated() where layer.isNormalisation {
      if place > 0, layers[place - 1].channels == layer.channels, !layers[place - 1].isNormalisation {
        behind[layers[place - 1].name] = layer
      } else {
        alone.append(layer)
      }
    }
    for layer in alone {
      let owner = weighted.first { $0.channels == layer.channels && behind[$0.name] == nil }
      if let owner { behind[owner.name] = layer }
    }
    let placed = Set(behind.values.map(\.name))
    let rest = alone.filter { !placed.contains($0.name) }
    return weighted.flatMap { layer in [layer] + (behind[layer.name].map { [$0] } ?? []) } + rest
  }

  /// Whether its name is that of a layer in a block of a residual network.
  var isOfBlock: Bool {
    let parts = name.split(separator: ".")
    return parts.contains("shortcut") || parts.contains("downsample")
      || parts.count > 2 && parts[0].hasPrefix("layer") && parts[1].allSatisfy(\.isNumber)
  }

  private init?(_ name: String, _ tensors: [String: [Int]]) {
    self.name = name
    hasBias = tensors["bias"] != nil
    let rest = Set(tensors.keys).subtracting(["weight", "bias"])
    guard let weight = tensors["weight"] else { return nil }
    switch weight.count {
    case 4 where rest.isEmpty:
      kind = .convolution(outputs: weight[0], inputs: weight[1], kernel: Extent(weight[2], weight[3]))
    case 2 where rest.isEmpty: kind = .linear(outputs: weight[0], inputs: weight[1])
    case 1 where rest == ["running_mean", "running_var"] && hasBias:
      kind = .normalisation(channels: weight[0])
    default: return nil
    }
  }
}
