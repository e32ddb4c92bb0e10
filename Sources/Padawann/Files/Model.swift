/// What a model file holds: a network and what is known about it.
public struct Model: Sendable, Equatable {
  /// The network.
  public var network: Network
  /// The shared weights with which the network is meant to be evaluated; at least one, finite and not zero.
  public var sharedWeights: [Float]
  /// What the network was measured or made for, by name.
  public var tasks: [ModelTask]
  /// How 8-bit pixels become the network's inputs, where somebody has said so; pixels that are stored in 0…1 are 255 times as much.
  public var normalisation: Normalisation?
  /// What each output of the network stands for, all different; empty where nobody has said so.
  public var classNames: [String] = []
  /// Where the network comes from.
  public var provenance: Provenance
  /// Optional attributes that this version does not know, kept for the next one.
  package var unknown = UnknownAttributes()

  /// The thesis' shared weights.
  public static let thesisWeights: [Float] = [0.5, 1, 2]

  /// Joins the parts; ``ModelFile`` checks them when it writes.
  public init(
    network: Network, sharedWeights: [Float] = Model.thesisWeights, tasks: [ModelTask] = [],
    provenance: Provenance = Provenance()
  ) {
    self.network = network
    self.sharedWeights = sharedWeights
    self.tasks = tasks
    self.provenance = provenance
  }
}

extension Model {
  /// How 8-bit pixels become inputs: as the model says, or as all its tasks agree.
  package var statedNormalisation: Normalisation? { normalisation ?? tasks.agreedNormalisation }

  /// What the outputs stand for: as the model says, or as its tasks agree that name all of them in order.
  package var statedClassNames: [String] {
    classNames.isEmpty ? tasks.agreedClassNames(outputs: network.architecture.outputs) : classNames
  }

  /// What its edges are worth by default, in turn: what they have themselves where all have that, else each shared weight.
  var magnitudes: [Magnitude] {
    network.hasOwnValuesOnly ? [.own] : sharedWeights.map(Magnitude.shared)
  }

  /// The only shared weight.
  ///
  /// - Throws: ``PadawannError`` `usage` when several may be meant.
  package func onlyMagnitude() throws(PadawannError) -> Magnitude {
    guard sharedWeights.count == 1 else {
      let list = sharedWeights.map { "\($0)" }.joined(separator: ", ")
      let others = tasks.isEmpty ? "" : ", and its tasks do not agree which is best"
      throw PadawannError(
        .usage, "the model has \(sharedWeights.count) shared weights (\(list))\(others)",
        remedy: "Say which one is meant", choice: .sharedWeight)
    }
    return .shared(sharedWeights[0])
  }

  /// The model with its numbers besides edges rounded to 16 bits, as ``Network/roundedToHalf()`` does: what ``ModelForm/halvesNumbers``
  /// then stores in 16 bits. Whatever is measured on it is true of the file.
  public func roundedToHalf() throws(PadawannError) -> Model {
    var model = self
    model.network = try network.roundedToHalf()
    for task in tasks.indices {
      model.tasks[task].parameters = tasks[task].parameters.map(\.roundedToHalf)
    }
    return model
  }

  /// All numbers besides those of edges, those of tasks among them, one vector for each kind and node.
  package var vectorsBesidesEdges: [[Float]] {
    network.vectorsBesidesEdges + tasks.flatMap { $0.parameters.flatMap(\.vectorsBesidesEdges) }
  }

  /// A network that was made from this one, which reads the same pictures and answers the same classes.
  package func made(_ network: Network, sharedWeights: [Float]? = nil) -> Model {
    var model = Model(network: network, sharedWeights: sharedWeights ?? self.sharedWeights)
    model.normalisation = normalisation
    model.classNames = classNames
    return model
  }
}

/// One task of a model: a dataset with its own labels, and what was measured on it.
public struct ModelTask: Sendable, Equatable {
  /// The task's name, see `NameRule`.
  public var name: String
  /// The dataset spec that was measured.
  public var dataset: String
  /// ``Dataset/digest`` of it.
  public var digest: Digest
  /// The name of each class.
  public var classNames: [String]
  /// The output that stands for each class; all different.
  public var outputs: [Int]
  /// How its pixels become inputs.
  public var normalisation: Normalisation
  /// The shared weight with the highest accuracy, if one was measured.
  public var bestSharedWeight: Float?
  /// The share of correct predictions with that weight, from 0 to 1.
  public var accuracy: Double?
  /// What the task has instead of the network's own numbers: a fine-tuned head, or biases of its own. With them go the
  /// signs of all other layers times ``bestSharedWeight``.
  package var parameters: [TaskOverride] = []

  /// Makes a record; ``ModelFile`` checks it when it writes.
  public init(
    name: String, dataset: String, digest: Digest, classNames: [String], outputs: [Int],
    normalisation: Normalisation,
    bestSharedWeight: Float? = nil, accuracy: Double? = nil
  ) {
    self.name = name
    self.dataset = dataset
    self.digest = digest
    self.classNames = classNames
    self.outputs = outputs
    self.normalisation = normalisation
    self.bestSharedWeight = bestSharedWeight
    self.accuracy = accuracy
  }
}

extension [ModelTask] {
  /// How 8-bit pixels become inputs, where all tasks agree.
  var agreedNormalisation: Normalisation? {
    guard let first = first?.normalisation, first.divisor == 255,
      allSatisfy({ $0.normalisation == first })
    else { return nil }
    return first
  }

  /// What the outputs stand for, where all tasks agree that name all of them in order; otherwise empty.
  func agreedClassNames(outputs: Int) -> [String] {
    let all = Array<Int>(0..<outputs)
    guard let first, first.outputs == all,
      allSatisfy({ $0.outputs == all && $0.classNames == first.classNames })
    else { return [] }
    return first.classNames
  }
}
