import HDF5

/// Turns a model into the tree of `Formats/padawann.md`.
struct ModelEncoding {
  let model: Model
  let isCompact: Bool

  /// The whole file.
  ///
  /// - Throws: ``PadawannError`` when a record or a shared weight breaks a rule of the format.
  func tree() throws(PadawannError) -> HDFGroup {
    try ModelRules.check(model)
    var root = HDFGroup()
    root.attributes = [
      HDFEntry("format", .text(ModelRules.format)),
      HDFEntry("format_major", .integer(ModelRules.major)),
      HDFEntry("format_minor", .integer(ModelRules.minor)),
      HDFEntry("class", .text(ModelRules.modelClass)),
      HDFEntry("required_features", .text(isCompact ? ModelRules.compactPlanes : "")),
      HDFEntry("input_shape", .array(.int32(model.network.architecture.input.sizes))),
      HDFEntry("shared_weights", .array(.float32(model.sharedWeights))),
    ]
    root.groups = [HDFEntry("nodes", nodes())]
    if !model.tasks.isEmpty { root.groups.append(HDFEntry("tasks", tasks())) }
    root.groups.append(HDFEntry("provenance", provenance()))
    root.attributes += model.unknown.attributes(at: "/")
    root.attributes.append(
      HDFEntry(ContentDigest.attribute, .text(ContentDigest.digest(of: root).description)))
    return root
  }

  private func nodes() -> HDFGroup {
    var group = HDFGroup()
    let architecture = model.network.architecture
    group.groups = architecture.nodes.indices.map { HDFEntry(architecture.nodes[$0].name, node($0)) }
    group.attributes = model.unknown.attributes(at: "/nodes")
    return group
  }

  private func node(_ index: Int) -> HDFGroup {
    let architecture = model.network.architecture
    let node = architecture.nodes[index]
    let inputs = node.inputs.map { $0 == Node.image ? "input" : architecture.nodes[$0].name }
    var group = HDFGroup()
    group.attributes = [
      HDFEntry("position", .integer(Int64(index))),
      HDFEntry("op", .text(node.operation.name)),
      HDFEntry("inputs", .texts(inputs)),
    ]
    group.attributes += node.operation.settings.map { HDFEntry($0.key, $0.value.stored) }
    switch model.network.parameters[index] {
    case .none: break
    case .weighted(let weights, let bias):
      encode(weights, into: &group)
      if let bias { group.append("bias", .float32(bias)) }
    case .normalisation(let numbers):
      group.append("scale", .float32(numbers.scale))
      group.append("shift", .float32(numbers.shift))
      group.append("mean", .float32(numbers.mean))
      group.append("variance", .float32(numbers.variance))
    }
    group.attributes += model.unknown.attributes(at: "/nodes/\(node.name)")
    return group
  }

  private func encode(_ weights: EdgeWeights, into group: inout HDFGroup) {
    group.attributes += [
      HDFEntry("weights", .text(weights.hasOwnValues ? "float" : "sign")),
      HDFEntry("shape", .array(.int32(weights.shape.map(Int32.init)))),
      HDFEntry("survivors", .integer(Int64(weights.survivors))),
      HDFEntry("retains_pruned", .integer(weights.retainsPruned ? 1 : 0)),
    ]
    let columns = weights.count / weights.shape[0]
    let stored = weights.retainsPruned ? Bitmask(repeating: true, count: weights.count) : weights.mask
    if isCompact {
      group.append("mask_coded", .uint8(CompactPlane.encode(mask: weights.mask, columns: columns)))
    } else {
      group.append("mask", .uint8(weights.mask.packed))
    }
    switch weights.values {
    case .own(let numbers): group.append("values", .float32(stored.indices.map { numbers[$0] }))
    case .signs(let signs) where isCompact:
      group.append("signs_coded", .uint8(CompactPlane.encode(signs: signs, of: stored, columns: columns)))
    case .signs(let signs): group.append("signs", .uint8(Bitmask(stored.indices.lazy.map { signs[$0] }).packed))
    }
  }

  private func tasks() -> HDFGroup {
    var group = HDFGroup()
    group.attributes = model.unknown.attributes(at: "/tasks")
    group.groups = model.tasks.map { task in
      var record = HDFGroup()
      record.attributes = [
        HDFEntry("dataset", .text(task.dataset)),
        HDFEntry("dataset_sha256", .text(task.digest.description)),
        HDFEntry("class_names", .texts(task.classNames)),
        HDFEntry("outputs", .array(.int32(task.outputs.map(Int32.init)))),
        HDFEntry("divisor", .float32(task.normalisation.divisor)),
        HDFEntry("mean", .array(.float32(task.normalisation.mean))),
        HDFEntry("deviation", .array(.float32(task.normalisation.deviation))),
      ]
      if let weight = task.bestSharedWeight {
        record.attributes.append(HDFEntry("best_shared_weight", .float32(weight)))
      }
      if let accuracy = task.accuracy { record.attributes.append(HDFEntry("accuracy", .float64(accuracy))) }
      record.attributes += model.unknown.attributes(at: "/tasks/\(task.name)")
      return HDFEntry(task.name, record)
    }
    return group
  }

  private func provenance() -> HDFGroup {
    let provenance = model.provenance
    let texts: [(String, String?)] = [
      ("tool", provenance.tool), ("source_name", provenance.sourceName),
      ("source_sha256", provenance.sourceDigest?.description), ("parent_sha256", provenance.parent?.description),
      ("seed", provenance.seed.map(String.init)),
    ]
    var group = HDFGroup()
    group.attributes = texts.compactMap { name, text in text.map { HDFEntry(name, .text($0)) } }
    if let bytes = provenance.sourceBytes {
      group.attributes.append(HDFEntry("source_bytes", .integer(Int64(bytes))))
    }
    if !provenance.settings.isEmpty {
      let settings = provenance.settings.map { "\($0.name)=\($0.value)" }
      group.attributes.append(HDFEntry("settings", .texts(settings)))
    }
    group.attributes += model.unknown.attributes(at: "/provenance")
    return group
  }
}

extension HDFGroup {
  /// Appends a vector with its digest.
  fileprivate mutating func append(_ name: String, _ elements: HDFElements) {
    let digest = Digest(of: elements.littleEndianBytes)
    datasets.append(
      HDFEntry(
        name, HDFDataset(shape: [elements.count], elements, attributes: ["sha256": .array(.uint8(digest.bytes))])))
  }
}

extension Shape {
  fileprivate var sizes: [Int32] { [channels, height, width].map(Int32.init) }
}

extension Setting {
  /// How a stored model holds the setting.
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
