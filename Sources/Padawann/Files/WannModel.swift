/// What a file of the class `wann` holds: a graph of neurons and what is known about it (`Formats/wann.md`).
public struct WannModel: Sendable, Equatable {
  /// The graph.
  public var graph: NeuronGraph
  /// The shape of an image: as many numbers as the graph has inputs.
  public var input: Shape
  /// The shared weights with which the graph is meant to be evaluated; at least one, finite and not zero.
  public var sharedWeights: [Float]
  /// What it was measured or made for, by name; none has numbers of its own.
  public var tasks: [ModelTask] = []
  /// How 8-bit pixels become inputs, where somebody has said so; pixels that are stored in 0…1 are 255 times as much.
  public var normalisation: Normalisation?
  /// What each output stands for, all different; empty where nobody has said so.
  public var classNames: [String] = []
  /// Where it comes from.
  public var provenance: Provenance
  /// Optional attributes that this version does not know, kept for the next one.
  package var unknown = UnknownAttributes()

  /// The shared weights of the published search.
  public static let publishedWeights: [Float] = [-2, -1, -0.5, 0.5, 1, 2]

  /// Joins the parts; ``WannFile`` checks them when it writes.
  public init(
    graph: NeuronGraph, input: Shape, sharedWeights: [Float] = WannModel.publishedWeights,
    provenance: Provenance = Provenance()
  ) {
    self.graph = graph
    self.input = input
    self.sharedWeights = sharedWeights
    self.provenance = provenance
  }

  /// How 8-bit pixels become inputs: as the model says, or as all its tasks agree.
  package var statedNormalisation: Normalisation? { normalisation ?? tasks.agreedNormalisation }

  /// What the outputs stand for: as the model says, or as its tasks agree.
  package var statedClassNames: [String] {
    classNames.isEmpty ? tasks.agreedClassNames(outputs: graph.outputs) : classNames
  }

  /// A model that was made from this one, with another graph, or other shared weights; its tasks are left out, because nothing
  /// was measured with it.
  package func made(_ graph: NeuronGraph, sharedWeights: [Float]? = nil) -> WannModel {
    var model = WannModel(graph: graph, input: input, sharedWeights: sharedWeights ?? self.sharedWeights)
    model.normalisation = normalisation
    model.classNames = classNames
    return model
  }

  /// Checks that a file can hold it.
  ///
  /// - Throws: ``PadawannError`` `data`.
  func validate() throws(PadawannError) {
    guard input.count == graph.inputs, [input.channels, input.height, input.width].allSatisfy({ $0 > 0 })
    else {
      throw PadawannError(.data, "images of \(input) are not the \(graph.inputs) inputs of the network")
    }
    try ModelRules.check(sharedWeights: sharedWeights)
    try ModelRules.check(
      normalisation: normalisation, classNames: classNames, provenance, channels: input.channels,
      outputs: graph.outputs)
    guard tasks.count <= ModelRules.maximumTasks, Set(tasks.map(\.name)).count == tasks.count else {
      throw PadawannError(
        .data, "a model has at most \(ModelRules.maximumTasks) tasks, and no two of one name")
    }
    for task in tasks {
      do throws(PadawannError) {
        guard task.parameters.isEmpty else { throw PadawannError(.data, "it has numbers of its own") }
        try task.validate(outputs: graph.outputs, channels: input.channels)
      } catch {
        throw error.inside("task \(task.name)")
      }
    }
  }
}
