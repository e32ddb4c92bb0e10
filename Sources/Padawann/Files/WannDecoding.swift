import HDF5

/// Turns the tree of a file of the class `wann` back into a model, trusting nothing.
struct WannDecoding {
  private(set) var payloadBytes = 0

  /// Checks everything that `Formats/wann.md` says a reader must check.
  ///
  /// - Throws: ``PadawannError`` `data` for whatever breaks a rule, `unsupported` for a newer version or an unknown required feature.
  mutating func model(_ root: HDFGroup) throws(PadawannError) -> WannModel {
    var head = ModelDecoding()
    var reader = AttributeReader(root, "/")
    try head.checkHeader(&reader, WannEncoding.modelClass)
    let recorded = try reader.digest(ContentDigest.attribute)
    try root.checkChildren(datasets: [], groups: ["neurons", "connections", "tasks", "provenance"], at: "/")
    let sizes = try reader.integers("input_shape")
    guard sizes.count == 3, sizes.allSatisfy({ (1...NeuronGraph.Limits.neurons).contains($0) }),
      let inputs = sizes.product, inputs < NeuronGraph.Limits.neurons
    else {
      throw PadawannError(
        .data,
        "\"input_shape\" is not channels, rows and columns of at most \(NeuronGraph.Limits.neurons - 1) inputs",
        at: "/")
    }
    let weights = try reader.floats("shared_weights")
    let normalisation = try head.normalisation(&reader)
    let classNames = try reader.optionalTexts("class_names") ?? []
    head.unknown.add(reader.unknown, at: reader.path)
    let graph = try graph(root, inputs: inputs, &head.unknown)
    guard ContentDigest.digest(of: root) == recorded else {
      throw PadawannError(
        .data, "the content does not match its SHA-256 digest: the file is damaged", at: "/")
    }
    var tasks = TaskDecoding(
      nil, mayHaveParameters: false, mayHaveOutputs: false, hasHalves: false, unknown: head.unknown)
    let records = try tasks.tasks(root.group("tasks"))
    head.unknown = tasks.unknown
    guard let group = root.group("provenance") else {
      throw PadawannError(.data, "the group \"provenance\" is missing", at: "/")
    }
    let provenance = try head.provenance(group)
    var model = WannModel(
      graph: graph, input: Shape(channels: sizes[0], height: sizes[1], width: sizes[2]),
      sharedWeights: weights,
      provenance: provenance)
    (model.tasks, model.normalisation, model.classNames) = (records, normalisation, classNames)
    model.unknown = head.unknown
    try model.validate()
    return model
  }

  private mutating func graph(
    _ root: HDFGroup, inputs: Int, _ unknown: inout UnknownAttributes
  ) throws(PadawannError) -> NeuronGraph {
    let (activations, outputs) = try neurons(root.group("neurons"), &unknown)
    let connections = try connections(root.group("connections"), &unknown)
    do throws(PadawannError) {
      return try NeuronGraph(
        inputs: inputs, outputs: Array(activations.prefix(outputs)),
        hidden: Array(activations.dropFirst(outputs)),
        connections: connections)
    } catch {
      throw error.inside("/connections")
    }
  }

  private mutating func neurons(_ group: HDFGroup?, _ unknown: inout UnknownAttributes) throws(PadawannError)
    -> (
      [NeuronActivation], outputs: Int
    )
  {
    guard let group else { throw PadawannError(.data, "the group \"neurons\" is missing", at: "/") }
    var reader = AttributeReader(group, "/neurons")
    do throws(PadawannError) {
      try group.checkChildren(datasets: ["activation"], groups: [], at: reader.path)
      let outputs = try reader.integer("outputs")
      unknown.add(reader.unknown, at: reader.path)
      var payload = try Payload(group, isCompact: false, hasHalves: false)
      let count = group.dataset("activation")?.elements.count ?? 0
      let codes = try payload.codes("activation", group, count: count)
      payloadBytes += payload.byteCount
      guard (1...max(count, 1)).contains(outputs), outputs <= count else {
        throw PadawannError(
          .data, "\(count) activations are not those of \(outputs) outputs and more", at: reader.path)
      }
      var activations: [NeuronActivation] = []
      for (index, code) in codes.enumerated() {
        guard let activation = NeuronActivation(rawValue: Int(code)) else {
          throw PadawannError(.data, "activation \(index) is \(code), and there are 1 to 11", at: reader.path)
        }
        activations.append(activation)
      }
      return (activations, outputs)
    } catch {
      throw error.location == nil ? error.inside(reader.path) : error
    }
  }

  private mutating func connections(_ group: HDFGroup?, _ unknown: inout UnknownAttributes)
    throws(PadawannError)
    -> [NeuronGraph.Connection]
  {
    guard let group else { throw PadawannError(.data, "the group \"connections\" is missing", at: "/") }
    var reader = AttributeReader(group, "/connections")
    do throws(PadawannError) {
      let hasFactors = group.dataset("factor") != nil
      let count = try reader.integer("count")
      guard (0...NeuronGraph.Limits.connections).contains(count) else {
        throw PadawannError(.data, "a network cannot have \(count) connections", at: reader.path)
      }
      try group.checkChildren(
        datasets: count == 0 ? [] : ["source", "destination", "enabled", "factor"], groups: [],
        at: reader.path)
      unknown.add(reader.unknown, at: reader.path)
      guard count > 0 else { return [] }
      var payload = try Payload(group, isCompact: false, hasHalves: false)
      let sources = try payload.integers("source", group, count: count)
      let destinations = try payload.integers("destination", group, count: count)
      let enabled = try payload.mask(group, named: "enabled", count: count)
      let factors = hasFactors ? try payload.floats("factor", group, count: count) : nil
      payloadBytes += payload.byteCount
      guard factors?.allSatisfy({ $0 == 1 }) != true else {
        throw PadawannError(.data, "\"factor\" is there although all factors are 1", at: reader.path)
      }
      return (0..<count).map {
        NeuronGraph.Connection(
          from: Int(sources[$0]), to: Int(destinations[$0]), isEnabled: enabled[$0], factor: factors?[$0] ?? 1
        )
      }
    } catch {
      throw error.location == nil ? error.inside(reader.path) : error
    }
  }
}
