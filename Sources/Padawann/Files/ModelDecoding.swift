import HDF5

/// Turns the tree of a file back into a model, trusting nothing.
struct ModelDecoding {
  var unknown = UnknownAttributes()
  private(set) var isCompact = false
  private var hasHalves = false
  private var isPacked = false
  /// How the file stores the model.
  var form: ModelForm { ModelForm(layout, halvesNumbers: hasHalves) }
  private var layout: ModelForm.Layout { isPacked ? .packed : isCompact ? .compact : .plain }
  /// How many numbers besides those of edges have 16 bits.
  private(set) var halfCount = 0
  private var hasTaskParameters = false
  private var hasTaskMasks = false
  private var hasTaskOutputs = false
  private var mayHaveMoreOperations = false
  private var mayHaveMultipliers = false
  private(set) var payloadBytes = 0

  /// Checks everything that `Formats/padawann.md` says a reader must check.
  ///
  /// - Throws: ``PadawannError`` `data` for whatever breaks a rule, `unsupported` for a newer version, another class of
  ///   model or an unknown required feature.
  mutating func model(_ stored: HDFGroup) throws(PadawannError) -> Model {
    var reader = AttributeReader(stored, "/")
    try checkHeader(&reader, ModelRules.modelClass)
    let recorded = try reader.digest(ContentDigest.attribute)
    let root = try isPacked ? unpacked(stored, &reader) : stored
    try root.checkChildren(datasets: rootDatasets, groups: ["nodes", "tasks", "provenance"], at: "/")
    let sizes = try reader.integers("input_shape")
    guard sizes.count == 3 else {
      throw PadawannError(.data, "\"input_shape\" is channels, rows and columns", at: "/")
    }
    let weights = try reader.floats("shared_weights")
    let normalisation = try self.normalisation(&reader)
    let classNames = try reader.optionalTexts("class_names") ?? []
    unknown.add(reader.unknown, at: reader.path)
    guard let nodes = root.group("nodes") else {
      throw PadawannError(.data, "the group \"nodes\" is missing", at: "/")
    }
    var payload = try Payload(
      root, isCompact: isCompact, hasHalves: hasHalves, mayLeaveOut: hasHalves || isPacked)
    var decoding = NodeDecoding(
      layout: layout, mayHaveMoreOperations: mayHaveMoreOperations,
      mayHaveMultipliers: mayHaveMultipliers, hasHalves: hasHalves,
      hasTaskMasks ? AnnouncedMasks(root.group("tasks")) : AnnouncedMasks(), unknown: unknown)
    let network = try decoding.network(
      nodes, input: Shape(channels: sizes[0], height: sizes[1], width: sizes[2]), &payload)
    try payload.finish()
    (payloadBytes, halfCount) = (payload.byteCount, payload.halfCount)
    unknown = decoding.unknown
    // The parts come first, so that damage is reported by the name of what it hit.
    guard ContentDigest.digest(of: stored) == recorded else {
      throw PadawannError(
        .data, "the content does not match its SHA-256 digest: the file is damaged", at: "/")
    }
    var taskDecoding = TaskDecoding(
      network.architecture, mayHaveParameters: hasTaskParameters, mayHaveOutputs: hasTaskOutputs,
      hasHalves: hasHalves, unknown: unknown)
    if hasTaskMasks { taskDecoding.masks = TaskDecoding.Masks(decoding.taskMasks, isCompact: isCompact) }
    let tasks = try taskDecoding.tasks(root.group("tasks"))
    unknown = taskDecoding.unknown
    payloadBytes += taskDecoding.payloadBytes
    halfCount += taskDecoding.halfCount
    guard let group = root.group("provenance") else {
      throw PadawannError(.data, "the group \"provenance\" is missing", at: "/")
    }
    let provenance = try self.provenance(group)
    var model = Model(network: network, sharedWeights: weights, tasks: tasks, provenance: provenance)
    (model.normalisation, model.classNames) = (normalisation, classNames)
    model.unknown = unknown
    try ModelRules.check(model)
    return model
  }

  /// What the root of a file with these features has beside groups.
  private var rootDatasets: Set<String> {
    guard isCompact else { return [] }
    return Set(
      ["coded", "parameters"] + (hasHalves ? ["half_parameters"] : [])
        + (isPacked ? [PackedGroups.vector] : []))
  }

  /// A packed file as if its groups and attributes were not packed.
  ///
  /// - Parameter reader: gets the attributes of the root that are not yet read.
  private func unpacked(_ stored: HDFGroup, _ reader: inout AttributeReader) throws(PadawannError) -> HDFGroup
  {
    var payload = try Payload(stored, isCompact: false, hasHalves: false)
    let packed = try PackedGroups.unpacked(payload.bytes(PackedGroups.vector, stored))
    var root = stored
    root.attributes += packed.attributes
    root.groups += packed.groups
    for names in [root.attributes.map(\.name), root.groups.map(\.name)] {
      guard Set(names).count == names.count else {
        throw PadawannError(.data, "a name is packed that the root has as well", at: "/")
      }
    }
    reader = AttributeReader(root, "/")
    for name in ModelRules.headerAttributes.union([ContentDigest.attribute]) { _ = reader.value(name) }
    return root
  }

  /// How 8-bit pixels become inputs: three attributes, or none of them.
  func normalisation(_ reader: inout AttributeReader) throws(PadawannError) -> Normalisation? {
    guard let divisor = try reader.optionalFloat("pixel_divisor") else { return nil }
    return Normalisation(
      divisor: divisor, mean: try reader.floats("pixel_mean"), deviation: try reader.floats("pixel_deviation")
    )
  }

  /// Checks the format's version, the class of the model, and the features.
  mutating func checkHeader(_ reader: inout AttributeReader, _ expected: String) throws(PadawannError) {
    guard case .text(ModelRules.format) = reader.value("format") else {
      throw PadawannError(
        .data, "this HDF5 file is not a padawann model", remedy: "Make one with padawann import")
    }
    let major = try reader.integer("format_major")
    let minor = try reader.integer("format_minor")
    guard major == Int(ModelRules.major), minor >= 0 else {
      throw PadawannError(
        .unsupported,
        "the file has format version \(major).\(minor), and this program reads \(ModelRules.major).x",
        remedy: "Use a newer padawann")
    }
    let modelClass = try reader.text("class")
    guard modelClass != WannEncoding.modelClass || expected == modelClass else {
      throw PadawannError(
        .unsupported, "the file holds a WANN, a graph of single neurons, where a network of layers is needed",
        remedy: "Use padawann wann, or one of evaluate, compare, predict, stats, inspect and verify")
    }
    guard modelClass == expected else {
      throw PadawannError(
        .unsupported,
        "the file holds a model of the class \"\(modelClass)\", which this program does not know",
        remedy: "Use a newer padawann")
    }
    let list = try reader.text("required_features")
    let features = list.split(separator: " ").map(String.init)
    if let feature = features.first(where: {
      !ModelRules.knownFeatures.contains($0) || expected != ModelRules.modelClass
    }) {
      throw PadawannError(
        .unsupported, "the file requires the feature \"\(feature)\", which this program does not have",
        remedy: "Use a newer padawann")
    }
    guard list == features.joined(separator: " "), Set(features).count == features.count else {
      throw PadawannError(
        .data, "\"required_features\" is not different names, each one space apart", at: "/")
    }
    isCompact = features.contains(ModelRules.compactPlanes)
    hasTaskParameters = features.contains(ModelRules.taskParameters)
    hasTaskMasks = features.contains(ModelRules.taskMasks)
    hasTaskOutputs = features.contains(ModelRules.taskOutputs)
    mayHaveMoreOperations = features.contains(ModelRules.moreOperations)
    mayHaveMultipliers = features.contains(ModelRules.layerMultipliers)
    hasHalves = features.contains(ModelRules.halfNumbers)
    isPacked = features.contains(ModelRules.packedGroups)
    guard isCompact || !isPacked else {
      throw PadawannError(
        .data, "a file with \"\(ModelRules.packedGroups)\" requires \"\(ModelRules.compactPlanes)\" too",
        at: "/")
    }
  }

  /// Where the model comes from.
  mutating func provenance(_ group: HDFGroup) throws(PadawannError) -> Provenance {
    var reader = AttributeReader(group, "/provenance")
    try group.checkChildren(datasets: [], groups: [], at: reader.path)
    var provenance = Provenance()
    provenance.tool = try reader.optionalText("tool")
    provenance.sourceName = try reader.optionalText("source_name")
    provenance.sourceDigest = try reader.optionalDigest("source_sha256")
    provenance.sourceBytes = try reader.optionalInteger("source_bytes")
    provenance.parent = try reader.optionalDigest("parent_sha256")
    if let text = try reader.optionalText("seed") {
      guard let seed = UInt64(text), String(seed) == text else {
        throw PadawannError(
          .data, "the attribute \"seed\" is not a whole number in decimal digits", at: reader.path)
      }
      provenance.seed = seed
    }
    if let value = reader.value("settings") {
      guard case .texts(let lines) = value else {
        throw PadawannError(.data, "the attribute \"settings\" is not a list of texts", at: reader.path)
      }
      do throws(PadawannError) {
        provenance.entries = try lines.map(Provenance.Entry.init(line:))
      } catch {
        throw error.inside(reader.path)
      }
    }
    while let texts = try reader.optionalTexts("history_\(provenance.history.count + 1)") {
      do throws(PadawannError) {
        provenance.history.append(try Provenance.Step(texts))
      } catch {
        throw error.inside("\(reader.path)/@history_\(provenance.history.count + 1)")
      }
    }
    unknown.add(reader.unknown, at: reader.path)
    return provenance
  }
}

extension HDFGroup {
  /// Refuses whatever has no place in a group of a model file.
  func checkChildren(datasets allowed: Set<String>, groups allowedGroups: Set<String>, at path: String)
    throws(PadawannError)
  {
    if let extra = datasets.first(where: { !allowed.contains($0.name) }) {
      throw PadawannError(.data, "the dataset \"\(extra.name)\" has no place here", at: path)
    }
    if let extra = groups.first(where: { !allowedGroups.contains($0.name) }) {
      throw PadawannError(.data, "the group \"\(extra.name)\" has no place here", at: path)
    }
  }
}
