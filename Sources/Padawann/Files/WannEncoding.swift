import HDF5

/// Turns a graph of neurons and what is known about it into the tree of `Formats/wann.md`.
struct WannEncoding {
  static let modelClass = "wann"
  static let minor: Int64 = 4

  let model: WannModel

  /// The whole file.
  ///
  /// - Throws: ``PadawannError`` when a record breaks a rule of the format.
  func tree() throws(PadawannError) -> HDFGroup {
    try model.validate()
    var root = HDFGroup()
    root.attributes = [
      HDFEntry("format", .text(ModelRules.format)),
      HDFEntry("format_major", .integer(ModelRules.major)),
      HDFEntry("format_minor", .integer(Self.minor)),
      HDFEntry("class", .text(Self.modelClass)),
      HDFEntry("required_features", .text("")),
      HDFEntry(
        "input_shape",
        .array(.int32([model.input.channels, model.input.height, model.input.width].map(Int32.init)))),
      HDFEntry("shared_weights", .array(.float32(model.sharedWeights))),
    ]
    root.attributes += ModelEncoding.pictureAttributes(model.normalisation, model.classNames)
    root.groups = [HDFEntry("neurons", neurons), HDFEntry("connections", connections)]
    if !model.tasks.isEmpty {
      let tasks = TaskEncoding(
        tasks: model.tasks, network: nil, isCompact: false, unknown: model.unknown, hasHalves: false)
      root.groups.append(HDFEntry("tasks", tasks.group()))
    }
    root.groups.append(HDFEntry("provenance", ModelEncoding.group(of: model.provenance, model.unknown)))
    root.attributes += model.unknown.attributes(at: "/")
    root.attributes.append(
      HDFEntry(ContentDigest.attribute, .text(ContentDigest.digest(of: root).description)))
    return root
  }

  private var neurons: HDFGroup {
    var group = HDFGroup()
    group.attributes = [HDFEntry("outputs", .integer(Int64(model.graph.outputs)))]
    group.attributes += model.unknown.attributes(at: "/neurons")
    let activations = model.graph.activations.dropFirst(model.graph.inputs + 1)
    group.datasets = [.vector("activation", .uint8(activations.map { UInt8($0.rawValue) }))]
    return group
  }

  private var connections: HDFGroup {
    var group = HDFGroup()
    let all = model.graph.connections
    group.attributes = [HDFEntry("count", .integer(Int64(all.count)))]
    group.attributes += model.unknown.attributes(at: "/connections")
    guard !all.isEmpty else { return group }
    group.datasets = [
      .vector("source", .int32(all.map(\.source))), .vector("destination", .int32(all.map(\.destination))),
      .vector("enabled", .uint8(Bitmask(all.map(\.isEnabled)).packed)),
    ]
    if !model.graph.isAgnostic { group.datasets.append(.vector("factor", .float32(all.map(\.factor)))) }
    return group
  }

  /// The paths of all groups of a model's file.
  static func paths(of model: WannModel) -> Set<String> {
    let tasks = model.tasks.isEmpty ? [] : ["/tasks"] + model.tasks.map { "/tasks/\($0.name)" }
    return Set(["/", "/neurons", "/connections", "/provenance"] + tasks)
  }
}
