import HDF5

/// Turns the tree of a file back into a model, trusting nothing.
struct ModelDecoding {
  private(set) var unknown: [UnknownAttributes.Entry] = []
  private(set) var isCompact = false
  private(set) var payloadBytes = 0

  /// Checks everything that `Formats/padawann.md` says a reader must check.
  ///
  /// - Throws: ``PadawannError`` `data` for whatever breaks a rule, `unsupported` for a newer version, another class of
  ///   model or an unknown required feature.
  mutating func model(_ root: HDFGroup) throws(PadawannError) -> Model {
    var reader = AttributeReader(root, "/")
    try checkHeader(&reader)
    let recorded = try reader.digest(ContentDigest.attribute)
    try checkChildren(root, datasets: [], groups: ["nodes", "tasks", "provenance"], at: "/")
    let sizes = try reader.integers("input_shape")
    guard sizes.count == 3 else {
      throw PadawannError(.data, "\"input_shape\" is channels, rows and columns", at: "/")
    }
    let weights = try reader.floats("shared_weights")
    unknown += reader.unknown
    guard let nodes = root.group("nodes") else { throw PadawannError(.data, "the group \"nodes\" is missing", at: "/") }
    let network = try self.network(nodes, input: Shape(channels: sizes[0], height: sizes[1], width: sizes[2]))
    // The parts come first, so that damage is reported by the name of what it hit.
    guard ContentDigest.digest(of: root) == recorded else {
      throw PadawannError(.data, "the content does not match its SHA-256 digest: the file is damaged", at: "/")
    }
    let tasks = try self.tasks(root.group("tasks"))
    guard let group = root.group("provenance") else {
      throw PadawannError(.data, "the group \"provenance\" is missing", at: "/")
    }
    let provenance = try self.provenance(group)
    var kept = UnknownAttributes()
    kept.entries = unknown
    let model = Model(
      network: network, sharedWeights: weights, tasks: tasks, provenance: provenance, unknown: kept)
    try ModelRules.check(model)
    return model
  }

  private mutating func checkHeader(_ reader: inout AttributeReader) throws(PadawannError) {
    guard case .text(ModelRules.format) = reader.value("format") else {
      throw PadawannError(
        .data, "this HDF5 file is not a padawann model", remedy: "Make one with padawann import")
    }
    let major = try reader.integer("format_major")
    let minor = try reader.integer("format_minor")
    guard major == Int(ModelRules.major), minor >= 0 else {
      throw PadawannError(
        .unsupported, "the file has format version \(major).\(minor), and this program reads \(ModelRules.major).x",
        remedy: "Use a newer padawann")
    }
    let modelClass = try reader.text("class")
    guard modelClass == ModelRules.modelClass else {
      throw PadawannError(
        .unsupported, "the file holds a model of the class \"\(modelClass)\", which this program does not know",
        remedy: "Use a newer padawann")
    }
    let features = try reader.text("required_features").split(separator: " ").map(String.init)
    if let feature = features.first(where: { !ModelRules.knownFeatures.contains($0) }) {
      throw PadawannError(
        .unsupported, "the file requires the feature \"\(feature)\", which this program does not have",
        remedy: "Use a newer padawann")
    }
    isCompact = features.contains(ModelRules.compactPlanes)
  }

  private func checkChildren(_ group: HDFGroup, datasets: Set<String>, groups: Set<String>, at path: String)
    throws(PadawannError)
  {
    if let extra = group.datasets.first(where: { !datasets.contains($0.name) }) {
      throw PadawannError(.data, "the dataset \"\(extra.name)\" has no place here", at: path)
    }
    if let extra = group.groups.first(where: { !groups.contains($0.name) }) {
      throw PadawannError(.data, "the group \"\(extra.name)\" has no place here", at: path)
    }
    if let dataset = group.datasets.first, let extra = dataset.value.attributes.first(where: { $0.name != "sha256" }) {
      throw PadawannError(.data, "the attribute \"\(extra.name)\" of \"\(dataset.name)\" has no place here", at: path)
    }
  }

  // MARK: - Nodes

  private mutating func network(_ group: HDFGroup, input: Shape) throws(PadawannError) -> Network {
    unknown += AttributeReader(group, "/nodes").unknown
    try checkChildren(group, datasets: [], groups: Set(group.groups.map(\.name)), at: "/nodes")
    guard (1...Architecture.Limits.nodes).contains(group.groups.count) else {
      throw PadawannError(.data, "a network has 1 to \(Architecture.Limits.nodes) nodes", at: "/nodes")
    }
    var described = [(node: Description, group: HDFGroup)?](repeating: nil, count: group.groups.count)
    for entry in group.groups {
      let node = try description(entry.value, entry.name)
      guard described.indices.contains(node.position), described[node.position] == nil else {
        throw PadawannError(.data, "the position \(node.position) is taken or too large", at: node.path)
      }
      described[node.position] = (node, entry.value)
    }
    let ordered = described.compactMap { $0 }
    let indices = Dictionary(uniqueKeysWithValues: ordered.enumerated().map { ($1.node.name, $0) })
    var nodes: [Node] = []
    for (node, _) in ordered {
      var inputs: [Int] = []
      for name in node.inputs {
        guard let source = name == "input" ? Node.image : indices[name] else {
          throw PadawannError(.data, "there is no node \"\(name)\" to read from", at: node.path)
        }
        inputs.append(source)
      }
      nodes.append(Node(node.name, node.operation, inputs: inputs))
    }
    let architecture = try Architecture(input: input, nodes: nodes)
    var parameters: [Parameters] = []
    for (index, entry) in ordered.enumerated() {
      parameters.append(try self.parameters(entry.group, entry.node, architecture.weightShape(of: index)))
    }
    return try Network(architecture: architecture, parameters: parameters)
  }

  /// What the attributes of a node say.
  private struct Description {
    var name: String
    var path: String
    var position: Int
    var operation: Operation
    var inputs: [String]
    var weights: WeightsDescription?
  }

  private struct WeightsDescription {
    var kind: String
    var shape: [Int]
    var survivors: Int
    var retainsPruned: Bool
  }

  private mutating func description(_ group: HDFGroup, _ name: String) throws(PadawannError) -> Description {
    let path = "/nodes/\(name)"
    var reader = AttributeReader(group, path)
    let position = try reader.integer("position")
    let operationName = try reader.text("op")
    let inputs = try reader.texts("inputs")
    var settings: [String: Setting] = [:]
    for key in Operation.settingKeys(of: operationName) {
      guard let value = reader.value(key) else {
        throw PadawannError(.data, "the attribute \"\(key)\" is missing", at: path)
      }
      settings[key] = try setting(value, key, path)
    }
    let operation: Operation
    do throws(PadawannError) {
      operation = try Operation(name: operationName, settings: settings)
    } catch {
      throw error.inside(path)
    }
    var weights: WeightsDescription?
    if operation.isWeighted {
      weights = WeightsDescription(
        kind: try reader.text("weights"), shape: try reader.integers("shape"),
        survivors: try reader.integer("survivors"), retainsPruned: try reader.flag("retains_pruned"))
    }
    unknown += reader.unknown
    return Description(
      name: name, path: path, position: position, operation: operation, inputs: inputs, weights: weights)
  }

  private func setting(_ value: HDFValue, _ key: String, _ path: String) throws(PadawannError) -> Setting {
    switch value {
    case .integer(let number): return .integers([Int(number)])
    case .array(.int32(let numbers)): return .integers(numbers.map(Int.init))
    case .float32(let number): return .real(number)
    case .text(let text): return .text(text)
    default: throw PadawannError(.data, "the attribute \"\(key)\" has a type that no setting has", at: path)
    }
  }

  private mutating func parameters(_ group: HDFGroup, _ node: Description, _ shape: [Int]?) throws(PadawannError)
    -> Parameters
  {
    try checkChildren(group, datasets: datasets(of: node), groups: [], at: node.path)
    do throws(PadawannError) {
      if let weights = node.weights, let shape {
        guard weights.shape == shape else {
          throw PadawannError(.data, "its weights have the shape \(weights.shape), and \(shape) is needed")
        }
        let bias = group.dataset("bias") == nil ? nil : try floats("bias", group, limit: shape[0])
        return .weighted(try edges(group, weights), bias: bias)
      }
      guard case .batchNormalisation = node.operation else { return .none }
      return .normalisation(
        BatchNormalisation(
          scale: try floats("scale", group), shift: try floats("shift", group), mean: try floats("mean", group),
          variance: try floats("variance", group)))
    } catch {
      throw error.inside(node.path)
    }
  }

  private func datasets(of node: Description) -> Set<String> {
    switch node.operation {
    case .convolution, .linear:
      let mask = isCompact ? "mask_coded" : "mask"
      let signs = isCompact ? "signs_coded" : "signs"
      return [mask, node.weights?.kind == "float" ? "values" : signs, "bias"]
    case .batchNormalisation: return ["scale", "shift", "mean", "variance"]
    default: return []
    }
  }

  private mutating func edges(_ group: HDFGroup, _ description: WeightsDescription) throws(PadawannError) -> EdgeWeights {
    let count = description.shape.reduce(1, *)
    let columns = count / description.shape[0]
    let mask: Bitmask
    if isCompact {
      mask = try CompactPlane.decodeMask(try bytes("mask_coded", group), count: count, columns: columns)
    } else {
      mask = try plane("mask", group, count: count)
    }
    guard mask.population == description.survivors else {
      throw PadawannError(.data, "\(mask.population) edges are left, and \(description.survivors) are announced")
    }
    let stored = description.retainsPruned ? Bitmask(repeating: true, count: count) : mask
    let values: EdgeWeights.Values
    switch description.kind {
    case "sign" where isCompact:
      values = .signs(try CompactPlane.decodeSigns(try bytes("signs_coded", group), of: stored, columns: columns))
    case "sign":
      let packed = try plane("signs", group, count: stored.population)
      var signs = Bitmask(repeating: false, count: count)
      for (rank, edge) in stored.indices.enumerated() where packed[rank] { signs[edge] = true }
      values = .signs(signs)
    case "float":
      let packed = try floats("values", group)
      guard packed.count == stored.population else {
        throw PadawannError(.data, "\(packed.count) values stand where \(stored.population) are needed")
      }
      var numbers = [Float](repeating: 0, count: count)
      for (rank, edge) in stored.indices.enumerated() { numbers[edge] = packed[rank] }
      values = .own(numbers)
    default: throw PadawannError(.data, "\"weights\" is \"sign\" or \"float\", not \"\(description.kind)\"")
    }
    return try EdgeWeights(
      shape: description.shape, mask: mask, values: values, retainsPruned: description.retainsPruned)
  }

  // MARK: - Datasets

  private mutating func dataset(_ name: String, _ group: HDFGroup) throws(PadawannError) -> HDFElements {
    guard let dataset = group.dataset(name) else {
      throw PadawannError(.data, "the dataset \"\(name)\" is missing")
    }
    guard dataset.shape.count == 1 else { throw PadawannError(.data, "the dataset \"\(name)\" is not a vector") }
    let bytes = dataset.elements.littleEndianBytes
    guard dataset.attributes.count == 1, case .array(.uint8(let recorded)) = dataset.attribute("sha256") else {
      throw PadawannError(.data, "the dataset \"\(name)\" needs its SHA-256 digest and no other attribute")
    }
    guard recorded == Digest(of: bytes).bytes else {
      throw PadawannError(.data, "the dataset \"\(name)\" does not match its SHA-256 digest: the file is damaged")
    }
    payloadBytes += bytes.count
    return dataset.elements
  }

  private mutating func bytes(_ name: String, _ group: HDFGroup) throws(PadawannError) -> [UInt8] {
    guard case .uint8(let bytes) = try dataset(name, group) else {
      throw PadawannError(.data, "the dataset \"\(name)\" does not hold bytes")
    }
    return bytes
  }

  private mutating func plane(_ name: String, _ group: HDFGroup, count: Int) throws(PadawannError) -> Bitmask {
    let bytes = try bytes(name, group)
    guard let plane = Bitmask(packed: bytes, count: count) else {
      throw PadawannError(
        .data, "the dataset \"\(name)\" of \(bytes.count) bytes does not hold \(count) bits followed by zeros")
    }
    return plane
  }

  private mutating func floats(_ name: String, _ group: HDFGroup, limit: Int = .max) throws(PadawannError) -> [Float] {
    guard case .float32(let numbers) = try dataset(name, group), numbers.count <= limit else {
      throw PadawannError(.data, "the dataset \"\(name)\" does not hold the 32-bit real numbers that are needed")
    }
    return numbers
  }

  // MARK: - Records

  private mutating func tasks(_ group: HDFGroup?) throws(PadawannError) -> [TaskRecord] {
    guard let group else { return [] }
    unknown += AttributeReader(group, "/tasks").unknown
    try checkChildren(group, datasets: [], groups: Set(group.groups.map(\.name)), at: "/tasks")
    var tasks: [TaskRecord] = []
    for entry in group.groups {
      var reader = AttributeReader(entry.value, "/tasks/\(entry.name)")
      try checkChildren(entry.value, datasets: [], groups: [], at: reader.path)
      tasks.append(
        TaskRecord(
          name: entry.name, dataset: try reader.text("dataset"), digest: try reader.digest("dataset_sha256"),
          classNames: try reader.texts("class_names"), outputs: try reader.integers("outputs"),
          normalisation: Normalisation(
            divisor: try reader.float("divisor"), mean: try reader.floats("mean"),
            deviation: try reader.floats("deviation")),
          bestSharedWeight: try reader.optionalFloat("best_shared_weight"),
          accuracy: try reader.optionalDouble("accuracy")))
      unknown += reader.unknown
    }
    return tasks
  }

  private mutating func provenance(_ group: HDFGroup) throws(PadawannError) -> Provenance {
    var reader = AttributeReader(group, "/provenance")
    try checkChildren(group, datasets: [], groups: [], at: reader.path)
    var provenance = Provenance()
    provenance.tool = try reader.optionalText("tool")
    provenance.sourceName = try reader.optionalText("source_name")
    provenance.sourceDigest = try reader.optionalDigest("source_sha256")
    provenance.sourceBytes = try reader.optionalInteger("source_bytes")
    provenance.parent = try reader.optionalDigest("parent_sha256")
    if let text = try reader.optionalText("seed") {
      guard let seed = UInt64(text), String(seed) == text else {
        throw PadawannError(.data, "the attribute \"seed\" is not a whole number in decimal digits", at: reader.path)
      }
      provenance.seed = seed
    }
    if let value = reader.value("settings") {
      guard case .texts(let lines) = value else {
        throw PadawannError(.data, "the attribute \"settings\" is not a list of texts", at: reader.path)
      }
      for line in lines {
        let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
          throw PadawannError(.data, "the setting \"\(line)\" is not of the form name=value", at: reader.path)
        }
        provenance.settings.append(Provenance.Setting(String(parts[0]), String(parts[1])))
      }
    }
    unknown += reader.unknown
    return provenance
  }
}
