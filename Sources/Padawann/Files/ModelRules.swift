/// The constants of the format, and the rules that a model must keep beyond those of its network.
package enum ModelRules {
  static let format = "padawann"
  static let major: Int64 = 1
  /// The version of a model's file: the first that has what is in it, so that older programs know what they do not.
  static func minor(of model: Model, isPacked: Bool, hasHalves: Bool) -> Int64 {
    if model.hasTaskMasks { return 5 }
    if isPacked || hasHalves || model.hasMultipliers { return 3 }
    let isOfTwo =
      model.normalisation != nil || !model.classNames.isEmpty || model.hasTaskOutputs
      || model.hasMoreOperations
    if isOfTwo { return 2 }
    return model.provenance.history.isEmpty ? 0 : 1
  }
  static let modelClass = "padawann"
  /// The attributes that every file has in its root itself.
  static let headerAttributes: Set<String> = [
    "format", "format_major", "format_minor", "class", "required_features",
  ]
  /// The feature of files whose masks and signs are arithmetically coded.
  static let compactPlanes = "compact-planes"
  /// The feature of files in which some task has numbers of its own.
  static let taskParameters = "task-parameters"
  /// The feature of files in which some task has a mask of its own over the network's signs.
  static let taskMasks = "task-masks"
  /// The feature of files in which some task has another number of outputs than the network.
  static let taskOutputs = "task-outputs"
  /// The feature of files with an operation that version 1.1 does not have.
  static let moreOperations = "more-operations"
  /// The feature of files in which the shared weight is multiplied by another number than 1 in some layer.
  static let layerMultipliers = "layer-multipliers"
  /// The feature of files with numbers of 16 bits.
  static let halfNumbers = "half-numbers"
  /// The feature of files with one vector in the place of groups and their attributes.
  static let packedGroups = "packed-groups"
  static let knownFeatures: Set<String> = [
    compactPlanes, taskParameters, taskMasks, taskOutputs, moreOperations, layerMultipliers, halfNumbers,
    packedGroups,
  ]
  static let maximumTasks = 256
  /// Of a longer history the first steps are left out: a group of HDF5 has at most 256 attributes here.
  static let maximumSteps = 128
  static let maximumTextBytes = 4096
  /// All class names of a task, padded to the longest: an attribute of HDF5 has at most 64 kB.
  static let maximumNameBytes = 60_000

  static func check(_ model: Model) throws(PadawannError) {
    try check(sharedWeights: model.sharedWeights)
    try check(multipliersOf: model)
    let architecture = model.network.architecture
    try check(
      normalisation: model.normalisation, classNames: model.classNames, model.provenance,
      channels: architecture.input.channels, outputs: architecture.outputs)
    guard model.tasks.count <= maximumTasks, Set(model.tasks.map(\.name)).count == model.tasks.count else {
      throw PadawannError(.data, "a model has at most \(maximumTasks) tasks, and no two of one name")
    }
    try check(taskEdges: model.tasks.reduce(0) { $0 + $1.parameters.reduce(0) { $0 + $1.edges } })
    for task in model.tasks {
      do throws(PadawannError) {
        try task.validate(for: model.network.replacing(task.parameters).architecture)
      } catch {
        throw error.inside("task \(task.name)")
      }
    }
    try checkSigns(of: model)
  }

  /// Shared weights are numbers with which edges are worth something.
  static func check(sharedWeights weights: [Float]) throws(PadawannError) {
    guard !weights.isEmpty, weights.count <= 64, weights.allSatisfy({ $0.isFinite && $0 != 0 }) else {
      throw PadawannError(.data, "a model has 1 to 64 shared weights, all finite and none zero")
    }
  }

  /// What models of every class say about themselves.
  static func check(
    normalisation: Normalisation?, classNames: [String], _ provenance: Provenance, channels: Int, outputs: Int
  ) throws(PadawannError) {
    if let normalisation { try check(normalisation, channels: channels) }
    try check(classNames: classNames, outputs: outputs)
    try check(provenance)
  }

  /// What edges are worth with every shared weight is a number, and not 0.
  private static func check(multipliersOf model: Model) throws(PadawannError) {
    for layer in model.network.layers where layer.weights.multiplier != 1 {
      for weight in model.sharedWeights + model.tasks.compactMap(\.bestSharedWeight) {
        let worth = layer.weights.weight(.shared(weight))
        guard worth.isFinite, worth != 0 else {
          throw PadawannError(
            .data, "the shared weight \(weight) times the multiplier \(layer.weights.multiplier) is \(worth)",
            at: "node \(layer.name)", remedy: "Choose another shared weight")
        }
      }
    }
  }

  /// The weights of all tasks together are at most as many as a network's.
  static func check(taskEdges edges: Int) throws(PadawannError) {
    guard edges <= Architecture.Limits.edges else {
      throw PadawannError(
        .data,
        "the weights of the tasks have more than \(Architecture.Limits.edges) edges, pruned ones included")
    }
  }

  /// The names of all outputs are texts like those of a task.
  package static func check(classNames: [String], outputs: Int) throws(PadawannError) {
    guard classNames.isEmpty || classNames.count == outputs, Set(classNames).count == classNames.count else {
      throw PadawannError(
        .data, "\(classNames.count) class names are not one different name for each of \(outputs) outputs")
    }
    try check(texts: classNames)
    guard fit(classNames) else { throw longNames }
  }

  fileprivate static let longNames = PadawannError(
    .data, "the class names take more than \(maximumNameBytes) bytes, each as many as the longest",
    remedy: "Use shorter class names")

  fileprivate static func check(_ normalisation: Normalisation, channels: Int) throws(PadawannError) {
    let positive = normalisation.deviation + [normalisation.divisor]
    guard
      [normalisation.mean.count, normalisation.deviation.count].allSatisfy({ $0 == 1 || $0 == channels }),
      (normalisation.mean + positive).allSatisfy(\.isFinite), positive.allSatisfy({ $0 > 0 })
    else {
      throw PadawannError(
        .data, "its normalisation needs 1 or \(channels) finite means and positive deviations")
    }
  }

  private static func check(_ provenance: Provenance) throws(PadawannError) {
    for entry in provenance.entries where entry.name.isEmpty || entry.name.contains("=") {
      throw PadawannError(.data, "a setting's name is empty or has \"=\"", at: "provenance")
    }
    guard provenance.entries.count <= 256, (provenance.sourceBytes ?? 0) >= 0 else {
      throw PadawannError(.data, "at most 256 settings and sizes from 0 are stored", at: "provenance")
    }
    try check(texts: [provenance.tool, provenance.sourceName].compactMap { $0 })
    try check(texts: provenance.entries.map { "\($0.name)=\($0.value)" })
    guard provenance.history.count <= maximumSteps else {
      throw PadawannError(.data, "a history has at most \(maximumSteps) steps", at: "provenance")
    }
    for step in provenance.history {
      for entry in step.entries where entry.name.isEmpty || entry.name.contains("=") {
        throw PadawannError(.data, "a setting's name is empty or has \"=\"", at: "provenance")
      }
      try check(texts: step.texts)
    }
  }

  /// Whether texts fit into an attribute of HDF5, where each is padded to the longest.
  static func fit(_ texts: [String]) -> Bool {
    (texts.map(\.utf8.count).max() ?? 0) * texts.count <= maximumNameBytes
  }

  static func check(texts: [String]) throws(PadawannError) {
    guard texts.allSatisfy({ $0.utf8.count <= maximumTextBytes && !$0.utf8.contains(0) }) else {
      throw PadawannError(.data, "a text is longer than \(maximumTextBytes) bytes or has U+0000")
    }
  }
}

extension NodeOperation {
  /// Whether a file with it requires the feature ``ModelRules/moreOperations``.
  var isOneOfMoreOperations: Bool {
    switch self {
    case .clip, .silu, .hardSigmoid, .hardSwish, .pad: true
    case .maxPool(let pool), .averagePool(let pool, _): !pool.padding.isEven
    default: false
    }
  }
}

extension ModelTask {
  /// Checks that a model can hold the task; what it has of its own is checked with its network.
  ///
  /// - Throws: ``PadawannError`` `data`.
  package func validate(for architecture: Architecture) throws(PadawannError) {
    try validate(outputs: architecture.outputs, channels: architecture.input.channels)
  }

  /// The same for a network of so many outputs whose images have so many channels.
  package func validate(outputs all: Int, channels: Int) throws(PadawannError) {
    try NameRule.check(name, of: "a task")
    guard (1...all).contains(classNames.count), outputs.count == classNames.count,
      Set(outputs).count == outputs.count, outputs.allSatisfy({ (0..<all).contains($0) })
    else {
      throw PadawannError(
        .data,
        "\(classNames.count) classes do not map to \(outputs.count) different outputs of \(all)"
      )
    }
    try ModelRules.check(texts: classNames + [dataset])
    guard ModelRules.fit(classNames) else { throw ModelRules.longNames }
    try ModelRules.check(normalisation, channels: channels)
    if let weight = bestSharedWeight, !weight.isFinite || weight == 0 {
      throw PadawannError(.data, "its best shared weight is zero or not finite")
    }
    if let accuracy = accuracy, !(0...1).contains(accuracy) {
      throw PadawannError(.data, "its accuracy is not a share from 0 to 1")
    }
  }
}

extension Model {
  /// Whether the shared weight is multiplied by another number than 1 in some layer.
  var hasMultipliers: Bool { network.layers.contains { $0.weights.multiplier != 1 } }

  /// Whether its network has an operation that version 1.1 does not have.
  var hasMoreOperations: Bool {
    network.architecture.nodes.contains(where: \.operation.isOneOfMoreOperations)
  }

  /// Whether some task's head has another number of outputs than the network.
  var hasTaskOutputs: Bool {
    let architecture = network.architecture
    guard let head = architecture.headNode, let shape = architecture.weightShape(of: head) else {
      return false
    }
    return tasks.contains { task in
      task.parameters.contains { replacement in
        guard replacement.node == architecture.nodes[head].name,
          case .weighted(let edges?, _, _) = replacement.content
        else { return false }
        return edges.shape[0] != shape[0]
      }
    }
  }
}
