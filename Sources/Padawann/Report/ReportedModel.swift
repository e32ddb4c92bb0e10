/// A model that a report asks about images.
struct ReportedModel: Sendable {
  /// The place of the system that it is about.
  let system: Int
  /// What tables call it.
  let name: String
  let isUnpruned: Bool
  let network: AnsweringNetwork
  let content: AnsweringModel
  /// What its edges are worth, in turn.
  let magnitudes: [Magnitude]
  /// What its run is measured on; `nil` for a model of no run.
  let tests: [RunTest]?
  /// How bytes become inputs where neither a spec nor a task says so.
  let normalisation: Normalisation?

  /// A model, as the result of a run or by itself.
  init(_ system: Int, _ name: String, _ content: AnsweringModel, of run: RunDescription?, from parent: Model?)
  {
    self.system = system
    self.name = name
    isUnpruned = false
    network = content.network
    self.content = content
    magnitudes = content.magnitudes
    tests = run?.tests
    normalisation = run == nil ? content.statedNormalisation : parent?.statedNormalisation
  }

  /// What a run began with.
  init(
    _ system: Int, _ name: String, unpruned network: Network, of model: Model, _ magnitudes: [Magnitude],
    _ run: RunDescription
  ) {
    self.system = system
    self.name = name
    isUnpruned = true
    self.network = .layers(network)
    content = .layers(model)
    self.magnitudes = magnitudes
    tests = run.tests
    normalisation = model.statedNormalisation
  }

  /// What it answers about a dataset: as the task whose images they are, where it has that, else with all its outputs.
  ///
  /// - Parameters:
  ///   - spec: the dataset.
  ///   - load: loads it, with bytes normalised as somebody has said where the spec does not.
  /// - Throws: whatever loading and evaluating throw.
  func answer(
    _ spec: DatasetSpec, _ inference: Inference,
    _ load: (DatasetSpec, Normalisation?) throws(PadawannError) -> Dataset
  ) async throws -> ReportedAnswer {
    let text = spec.description
    let test = tests?.first { $0.dataset == text }
    let use = try isUnpruned ? nil : taskUse(of: spec, test)
    let dataset = try load(spec, tests == nil ? use?.task.normalisation ?? normalisation : normalisation)
    let network = use?.network ?? self.network
    try network.check(dataset)
    let magnitudes = use?.magnitudes ?? self.magnitudes
    let raw = try await inference.predictions(of: network, on: dataset, magnitudes: magnitudes)
    let space = try answers(to: dataset, test, use?.task, network.outputs)
    return try ReportedAnswer(
      system, name, isUnpruned: isUnpruned, on: text, images: dataset, classes: space.names, magnitudes,
      try raw.map { try $0.answering(in: space) })
  }

  private func taskUse(of spec: DatasetSpec, _ test: RunTest?) throws(PadawannError) -> AnsweringModel
    .TaskUse?
  {
    let tasks = content.tasks
    let name =
      if let test { test.task } else {
        tasks.first { (try? $0.testData()) == spec }?.name
      }
    guard let name, tasks.contains(where: { $0.name == name }) else { return nil }
    return try content.use(of: name)
  }

  private func answers(to dataset: Dataset, _ test: RunTest?, _ task: ModelTask?, _ outputs: Int)
    throws(PadawannError) -> AnswerSpace
  {
    if let chosen = test?.outputs { return try AnswerSpace(dataset, only: chosen, of: outputs) }
    if let task { return try AnswerSpace(dataset, among: task.outputs, named: task.classNames) }
    let all = Array(0..<outputs)
    let space = try AnswerSpace(dataset, among: all, named: content.statedClassNames)
    // A run's report is of the classes that the data has.
    return tests == nil ? space : try AnswerSpace(dataset, only: space.places, of: outputs)
  }
}

extension AnsweringModel {
  /// What its edges are worth by default, in turn.
  fileprivate var magnitudes: [Magnitude] {
    switch self {
    case .layers(let model): model.magnitudes
    case .neurons(let model): model.sharedWeights.map(Magnitude.shared)
    }
  }
}
