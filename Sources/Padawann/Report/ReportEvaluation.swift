/// Everything that a report must ask models about, and what they answered.
struct ReportEvaluation {
  let systems: [ReportedSystem]
  private let request: ReportRequest
  private let environment: RunEnvironment
  /// The models that are shown, the one that a run began with before its result.
  private(set) var models: [ReportedModel] = []
  /// The answers, in the order of the datasets, and of the models within each.
  private(set) var answers: [ReportedAnswer] = []
  /// What evolutions begin with, by the place of the system.
  private(set) var starts: [Int: UnprunedFigures] = [:]
  /// What could not be shown, and why.
  private(set) var notes: [String] = []

  init(_ systems: [ReportedSystem], _ request: ReportRequest, _ environment: RunEnvironment) {
    self.systems = systems
    self.request = request
    self.environment = environment
  }

  mutating func run() async throws {
    for place in systems.indices { try await find(place) }
    if request.evaluates {
      for spec in datasets {
        for model in models { try await ask(model, about: spec) }
      }
    } else {
      notes.append("Nothing was measured for this report: it has what the files hold.")
    }
    for (place, system) in systems.enumerated() {
      guard case .predictions(let file) = system.content else { continue }
      do throws(PadawannError) {
        answers.append(
          try ReportedAnswer(
            place, system.name, on: file.datasetName, images: nil,
            classes: (0..<file.predictions[0].outputs).map(String.init), file.magnitudes, file.predictions))
      } catch {
        notes.append("\(system.name) is not shown: \(error.message).")
      }
    }
  }

  /// The data that models are asked about.
  private var datasets: [DatasetSpec] {
    guard request.data.isEmpty else { return request.data }
    let ofRuns = systems.flatMap { $0.runs.first?.description.tests.map(\.dataset) ?? [] }
      .compactMap { try? DatasetSpec.parse($0) }
    let ofModels = models.filter { $0.tests == nil }.flatMap { model in
      model.content.tasks.compactMap { try? $0.testData() }
    }
    return (ofRuns + ofModels).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  // MARK: - models

  private mutating func find(_ place: Int) async throws {
    let system = systems[place]
    switch system.content {
    case .predictions: break
    case .model(let stored):
      models.append(ReportedModel(place, system.name, AnsweringModel(stored), of: nil, from: nil))
    case .runs(let runs):
      guard let run = system.shown, let path = run.model else {
        notes.append("\(system.name) has no model yet.")
        return
      }
      let parent = try run.description.parents.first.map {
        try ModelFile.read("\(run.path)/\($0.file)").model
      }
      if let parent { try await findUnpruned(place, run, parent) }
      let stored = try StoredContent.read(path, followsLinks: false)
      let name = runs.count > 1 ? "\(system.name), \(run.name)" : system.name
      models.append(
        ReportedModel(place, name, AnsweringModel(stored), of: run.description, from: parent))
    }
  }

  /// What the run began with, before anything of it was pruned.
  private mutating func findUnpruned(_ place: Int, _ run: ReportedRun, _ parent: Model) async throws {
    let name = "\(systems[place].name), unpruned"
    switch run.description.kind {
    case .evolve:
      guard request.evaluates else { return }
      do {
        let evaluator = try Self.evaluator(of: run, environment)
        let genome = evaluator.base.genomes[0]
        let network = try evaluator.base.network.masked(by: genome)
        models.append(
          ReportedModel(
            place, name, unpruned: network, of: parent, evaluator.values.magnitudes, run.description))
        let score = try await evaluator.scores(of: [Candidate(individual: 0, genome: genome)])[0]
        starts[place] = UnprunedFigures(.init(.init(genome: genome, score: score), evaluator))
      } catch let error as PadawannError {
        notes.append("The curves of \(systems[place].name) begin with generation 0: \(error.message).")
      }
    case .learn:
      models.append(
        ReportedModel(place, name, unpruned: parent.network, of: parent, parent.magnitudes, run.description))
    case .train, .finetune, .wann: break
    }
  }

  private static func evaluator(of run: ReportedRun, _ environment: RunEnvironment) throws
    -> FitnessEvaluator
  {
    let configuration = try RunConfiguration<EvolutionRunSettings>.read(.evolve, in: run.path).configuration
    let start = try RunStart(configuration, in: run.path, environment)
    return try FitnessEvaluator(start, EvolutionJob.base(of: start), environment)
  }

  // MARK: - answers

  private mutating func ask(_ model: ReportedModel, about spec: DatasetSpec) async throws {
    let run = systems[model.system].runs.first?.description
    let folder = environment.data ?? run?.dataFolder.map(DataFolder.init(path:)) ?? request.standardData
    do {
      answers.append(
        try await model.answer(spec, environment.inference) { spec, stated throws(PadawannError) in
          try spec.load(from: folder, relativeTo: run?.workingFolder, normalisedAs: stated)
        })
    } catch let error as PadawannError {
      notes.append("\(model.name) was not asked about \(spec.description): \(error.message).")
    }
  }
}
