import HDF5

/// Turns the nodes of a model into groups, and, in a compact file, their numbers into two vectors for all nodes.
struct NodeEncoding {
  let model: Model
  let layout: ModelForm.Layout
  /// Whether the file has numbers of 16 bits: all besides those of edges that are such.
  let hasHalves: Bool
  private var encoder = BinaryCoder.Encoder()
  private var parameters: [Float] = []
  private var halfParameters: [UInt16] = []

  init(model: Model, layout: ModelForm.Layout, hasHalves: Bool) {
    self.model = model
    self.layout = layout
    self.hasHalves = hasHalves
  }

  private var isCompact: Bool { layout != .plain }

  /// The group of all nodes.
  mutating func group() -> HDFGroup {
    var group = HDFGroup()
    let architecture = model.network.architecture
    for index in architecture.nodes.indices {
      group.groups.append(HDFEntry(architecture.nodes[index].name, node(index)))
    }
    group.attributes = model.unknown.attributes(at: "/nodes")
    return group
  }

  /// What a compact file holds beside the nodes: all masks and signs, and all numbers, in the order of the nodes.
  var sharedDatasets: [HDFEntry<HDFDataset>] {
    guard isCompact else { return [] }
    var encoder = encoder
    let mayLeaveOut = hasHalves || layout == .packed
    return [.vector("coded", .uint8(encoder.finish()))]
      + (hasHalves ? [.vector("half_parameters", .float16(halfParameters))] : [])
      + (mayLeaveOut && parameters.isEmpty ? [] : [.vector("parameters", .float32(parameters))])
  }

  private mutating func node(_ index: Int) -> HDFGroup {
    let architecture = model.network.architecture
    let node = architecture.nodes[index]
    var group = HDFGroup()
    if layout != .packed { group.attributes.append(HDFEntry("position", .integer(Int64(index)))) }
    group.attributes.append(HDFEntry("op", .text(node.operation.name)))
    if !isCompact || node.inputs != [index - 1] {
      let inputs = node.inputs.map { $0 == Node.image ? "input" : architecture.nodes[$0].name }
      group.attributes.append(HDFEntry("inputs", .texts(inputs)))
    }
    let attributes = isCompact ? node.operation.attributesBeyondDefaults : node.operation.attributes
    group.attributes += attributes.map { HDFEntry($0.key, $0.value.stored) }
    switch model.network.parameters[index] {
    case .none: break
    case .weighted(let weights, let bias):
      describe(weights, in: &group)
      append(weights, of: node.name, to: &group)
      if let bias { append([("bias", bias)], to: &group) }
    case .normalisation(let numbers):
      group.attributes.append(HDFEntry("channels", .integer(Int64(numbers.scale.count))))
      append(numbers.vectors, to: &group)
    }
    group.attributes += model.unknown.attributes(at: "/nodes/\(node.name)")
    return group
  }

  private func describe(_ weights: EdgeWeights, in group: inout HDFGroup) {
    let attributes: [(entry: HDFEntry<HDFValue>, isDefault: Bool)] = [
      (HDFEntry("weights", .text(weights.hasOwnValues ? "float" : "sign")), !weights.hasOwnValues),
      (HDFEntry("shape", .array(.int32(weights.shape.map(Int32.init)))), false),
      (HDFEntry("survivors", .integer(Int64(weights.remainingEdges))), true),
      (HDFEntry("retains_pruned", .integer(weights.retainsPruned ? 1 : 0)), !weights.retainsPruned),
    ]
    group.attributes += attributes.filter { !(isCompact && $0.isDefault) }.map(\.entry)
    if weights.multiplier != 1 {
      group.attributes.append(HDFEntry("multiplier", .float32(weights.multiplier)))
    }
  }

  private mutating func append(_ weights: EdgeWeights, of node: String, to group: inout HDFGroup) {
    let columns = weights.count / weights.shape[0]
    let ownMasks = model.masks(of: node)
    let signed = weights.signed(with: ownMasks.map(\.weights))
    let stored = signed.edges
    if isCompact {
      CompactPlane.encode(mask: weights.mask, columns: columns, into: &encoder)
      for (_, task) in ownMasks {
        CompactPlane.encode(
          difference: task.mask.symmetricDifference(weights.mask), from: weights.mask, columns: columns,
          into: &encoder)
      }
    } else {
      group.datasets.append(.vector("mask", .uint8(weights.mask.packed)))
    }
    switch weights.values {
    case .own(let numbers):
      let values = stored.indices.map { numbers[$0] }
      if isCompact {
        parameters += values
      } else {
        group.datasets.append(.vector("values", .float32(values)))
      }
    case .signs where isCompact:
      CompactPlane.encode(signs: signed.signs, of: stored, columns: columns, into: &encoder)
    case .signs:
      group.datasets.append(.vector("signs", .uint8(signed.signs.gathered(by: stored).packed)))
    }
  }

  /// Appends numbers besides those of edges.
  private mutating func append(_ vectors: [(name: String, numbers: [Float])], to group: inout HDFGroup) {
    guard isCompact else {
      group.datasets += vectors.map { .vector($0.name, $0.numbers.elements(hasHalves: hasHalves)) }
      return
    }
    var singles: [String] = []
    for (name, numbers) in vectors {
      if layout == .packed, let constant = numbers.constant {
        group.attributes.append(HDFEntry("constant_\(name)", .float32(constant)))
      } else if hasHalves, let halves = numbers.halves {
        halfParameters += halves
      } else {
        singles.append(name)
        parameters += numbers
      }
    }
    if hasHalves, !singles.isEmpty {
      group.attributes.append(HDFEntry("single_precision", .text(singles.joined(separator: " "))))
    }
  }
}

extension BatchNormalisation {
  /// Its numbers under the names that files have for them, in their order.
  var vectors: [(name: String, numbers: [Float])] {
    [("scale", scale), ("shift", shift), ("mean", mean), ("variance", variance)]
  }
}

extension [Float] {
  /// The number that all of them are, to the bit; `nil` where they are not, or fewer than four.
  var constant: Float? {
    guard count >= 4, let first, allSatisfy({ $0.bitPattern == first.bitPattern }) else { return nil }
    return first
  }

  /// The numbers as a file stores them: in 16 bits if it has such and they hold them.
  func elements(hasHalves: Bool) -> HDFElements {
    if hasHalves, let halves { .float16(halves) } else { .float32(self) }
  }
}

extension HDFEntry<HDFDataset> {
  /// A vector with its digest.
  static func vector(_ name: String, _ elements: HDFElements) -> HDFEntry<HDFDataset> {
    let digest = Digest(of: elements.littleEndianBytes)
    return HDFEntry(
      name,
      HDFDataset(shape: [elements.count], elements, attributes: ["sha256": .array(.uint8(digest.bytes))]))
  }
}

extension OperationAttribute {
  /// How a stored model holds the attribute.
  fileprivate var stored: HDFValue {
    switch self {
    case .integers(let values):
      values.count == 1 ? .integer(Int64(values[0])) : .array(.int32(values.map(Int32.init)))
    case .real(let value): .float32(value)
    case .text(let text): .text(text)
    case .flag(let flag): .integer(flag ? 1 : 0)
    }
  }
}
