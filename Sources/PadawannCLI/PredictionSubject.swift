import Padawann

/// A network that is asked what pictures show, as a task of its model or without one.
struct PredictionSubject {
  let network: AnsweringNetwork
  /// The task, if it is asked as one.
  let task: String?
  /// What the edges are worth; the answers with several are averaged.
  let magnitudes: [Magnitude]
  /// The outputs that may be answered.
  let answers: (outputs: [Int], names: [String])
  /// How bytes become inputs, where somebody has said so.
  let normalisation: (value: Normalisation, origin: NormalisationOrigin)?

  /// - Throws: ``PadawannError`` `usage` when it is not clear which task is meant, or own weights are asked for that the model
  ///   does not have.
  init(_ model: AnsweringModel, _ path: String, task: String?, _ weights: WeightOptions) throws(PadawannError)
  {
    let named: String? = if let task { task } else { try Self.onlyTask(model, path, weights) }
    if let name = named {
      let use = try model.use(of: name)
      network = use.network
      self.task = name
      magnitudes = weights.weights?.values.map(Magnitude.shared) ?? Self.chosen(use)
      answers = (use.task.outputs, use.task.classNames)
      normalisation = (use.task.normalisation, .task)
      return
    }
    network = model.network
    self.task = nil
    magnitudes = try weights.magnitudes(of: model, path)
    let outputs = Array(0..<network.outputs)
    let names = model.statedClassNames
    answers = (outputs, names.isEmpty ? outputs.map(String.init) : names)
    normalisation = model.statedNormalisation.map { ($0, .model) }
  }

  /// The task of a model that has one. Of several, one must be named if they answer differently.
  private static func onlyTask(_ model: AnsweringModel, _ path: String, _ weights: WeightOptions)
    throws(PadawannError)
    -> String?
  {
    guard let first = model.tasks.first, !weights.ownWeights else { return nil }
    guard model.tasks.count > 1 else { return first.name }
    let areAlike = model.tasks.allSatisfy {
      $0.parameters.isEmpty && $0.classNames == first.classNames && $0.outputs == first.outputs
    }
    guard !areAlike else { return nil }
    throw PadawannError(
      .usage, "the model has several tasks, which answer different questions", at: path,
      remedy: "Choose one with --task: \(model.tasks.map(\.name).joined(separator: ", "))")
  }

  /// The weight that the task was found best with, or else all.
  private static func chosen(_ use: AnsweringModel.TaskUse) -> [Magnitude] {
    guard let best = use.task.bestSharedWeight, use.magnitudes != [.own] else { return use.magnitudes }
    return [.shared(best)]
  }
}
