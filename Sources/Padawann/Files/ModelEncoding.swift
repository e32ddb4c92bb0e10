import HDF5

/// Turns a model into the tree of `Formats/padawann.md`.
struct ModelEncoding {
  let model: Model
  let form: ModelForm
  /// Whether some vector is stored in 16 bits.
  private let hasHalves: Bool

  init(model: Model, form: ModelForm) {
    self.model = model
    self.form = form
    let isPacked = form.layout == .packed
    hasHalves =
      form.halvesNumbers
      && model.vectorsBesidesEdges.contains { $0.halves != nil && !(isPacked && $0.constant != nil) }
  }

  private var isPacked: Bool { form.layout == .packed }

  /// Whether the file has something of version 1.3, so that no older program reads it and its container may be the smallest.
  var isLean: Bool { minor >= 3 }

  private var minor: Int64 { ModelRules.minor(of: model, isPacked: isPacked, hasHalves: hasHalves) }

  /// The whole file.
  ///
  /// - Throws: ``PadawannError`` when a record or a shared weight breaks a rule of the format.
  func tree() throws(PadawannError) -> HDFGroup {
    try ModelRules.check(model)
    var root = HDFGroup()
    root.attributes = [
      HDFEntry("format", .text(ModelRules.format)),
      HDFEntry("format_major", .integer(ModelRules.major)),
      HDFEntry("format_minor", .integer(minor)),
      HDFEntry("class", .text(ModelRules.modelClass)),
      HDFEntry("required_features", .text(features.joined(separator: " "))),
      HDFEntry("input_shape", .array(.int32(model.network.architecture.input.sizes))),
      HDFEntry("shared_weights", .array(.float32(model.sharedWeights))),
    ]
    root.attributes += Self.pictureAttributes(model.normalisation, model.classNames)
    var nodes = NodeEncoding(model: model, layout: form.layout, hasHalves: hasHalves)
    root.groups = [HDFEntry("nodes", nodes.group())]
    root.datasets = nodes.sharedDatasets
    if !model.tasks.isEmpty {
      let tasks = TaskEncoding(
        tasks: model.tasks, network: model.network, isCompact: form.layout != .plain, unknown: model.unknown,
        hasHalves: hasHalves)
      root.groups.append(HDFEntry("tasks", tasks.group()))
    }
    root.groups.append(HDFEntry("provenance", Self.group(of: model.provenance, model.unknown)))
    root.attributes += model.unknown.attributes(at: "/")
    if isPacked { pack(&root) }
    root.attributes.append(
      HDFEntry(ContentDigest.attribute, .text(ContentDigest.digest(of: root).description)))
    return root
  }

  /// Puts what describes the model into one vector, but for what tells a reader which file this is.
  private func pack(_ root: inout HDFGroup) {
    var packed = HDFGroup()
    packed.attributes = root.attributes.filter { !ModelRules.headerAttributes.contains($0.name) }
    root.attributes.removeAll { !ModelRules.headerAttributes.contains($0.name) }
    // Numbers that tasks have of their own stay in groups.
    func stays(_ entry: HDFEntry<HDFGroup>) -> Bool { entry.name == "tasks" && model.hasTaskParameters }
    packed.groups = root.groups.filter { !stays($0) }
    root.groups.removeAll { !stays($0) }
    root.datasets.append(.vector(PackedGroups.vector, .uint8(PackedGroups.packed(packed))))
  }

  /// How pictures become inputs, and what the outputs stand for.
  static func pictureAttributes(_ normalisation: Normalisation?, _ classNames: [String]) -> [HDFEntry<
    HDFValue
  >] {
    var attributes: [HDFEntry<HDFValue>] = []
    if let normalisation {
      attributes = [
        HDFEntry("pixel_divisor", .float32(normalisation.divisor)),
        HDFEntry("pixel_mean", .array(.float32(normalisation.mean))),
        HDFEntry("pixel_deviation", .array(.float32(normalisation.deviation))),
      ]
    }
    if !classNames.isEmpty { attributes.append(HDFEntry("class_names", .texts(classNames))) }
    return attributes
  }

  private var features: [String] {
    (form.layout == .plain ? [] : [ModelRules.compactPlanes])
      + (model.hasTaskParameters ? [ModelRules.taskParameters] : [])
      + (model.hasTaskMasks ? [ModelRules.taskMasks] : [])
      + (model.hasTaskOutputs ? [ModelRules.taskOutputs] : [])
      + (model.hasMoreOperations ? [ModelRules.moreOperations] : [])
      + (model.hasMultipliers ? [ModelRules.layerMultipliers] : [])
      + (hasHalves ? [ModelRules.halfNumbers] : [])
      + (isPacked ? [ModelRules.packedGroups] : [])
  }

  /// The paths of all groups of a model's file.
  static func paths(of model: Model) -> Set<String> {
    let nodes = model.network.architecture.nodes.map { "/nodes/\($0.name)" }
    let tasks = model.tasks.isEmpty ? [] : ["/tasks"] + model.tasks.flatMap(paths)
    return Set(["/", "/nodes", "/provenance"] + nodes + tasks)
  }

  private static func paths(of task: ModelTask) -> [String] {
    let path = "/tasks/\(task.name)"
    return [path] + task.parameters.map { "\(path)/\($0.node)" }
  }

  /// Where a model comes from.
  static func group(of provenance: Provenance, _ unknown: UnknownAttributes) -> HDFGroup {
    let texts: [(String, String?)] = [
      ("tool", provenance.tool), ("source_name", provenance.sourceName),
      ("source_sha256", provenance.sourceDigest?.description),
      ("parent_sha256", provenance.parent?.description),
      ("seed", provenance.seed.map(String.init)),
    ]
    var group = HDFGroup()
    group.attributes = texts.compactMap { name, text in text.map { HDFEntry(name, .text($0)) } }
    if let bytes = provenance.sourceBytes {
      group.attributes.append(HDFEntry("source_bytes", .integer(Int64(bytes))))
    }
    if !provenance.entries.isEmpty {
      let settings = provenance.entries.map { "\($0.name)=\($0.value)" }
      group.attributes.append(HDFEntry("settings", .texts(settings)))
    }
    for (index, step) in provenance.history.enumerated() {
      group.attributes.append(HDFEntry("history_\(index + 1)", .texts(step.texts)))
    }
    group.attributes += unknown.attributes(at: "/provenance")
    return group
  }
}

extension Shape {
  fileprivate var sizes: [Int32] { [channels, height, width].map(Int32.init) }
}
