/// Everything that decides what is learned: `settings.json` of a learning's folder (`Formats/runs.md`).
public struct LearningPlan: Codable, Hashable, Sendable {
  /// The structure and its version.
  public private(set) var schema = LearningPlan.schema
  /// The program and its version.
  public let tool: String
  /// The method's settings.
  public let learning: MaskSettings
  /// What is learned.
  public let tasks: [EvolutionPlan.Task]
  /// The model that it starts from, which is in the folder.
  public let parent: EvolutionPlan.Parent
  /// What the result is measured on at the end; never looked at before.
  public let tests: [EvolutionPlan.Test]

  static let schema = "padawann.learning/1"

  init(
    tool: String, _ learning: MaskSettings, tasks: [EvolutionTask], parent: Digest,
    tests: [EvolutionPlan.Test]
  ) {
    self.tool = tool
    self.learning = learning
    self.tasks = tasks.map(EvolutionPlan.Task.init)
    self.parent = EvolutionPlan.Parent(file: RunFile.parent(0), sha256: parent.description)
    self.tests = tests
  }

  /// The settings as names and values, as the model stores them.
  public var settings: [Provenance.Setting] {
    var list: [(String, String)] = [
      ("command", "learn"), ("density", "\(learning.density)"),
      ("layers", learning.layers?.joined(separator: "+") ?? "linear"),
      ("biases", learning.biases.rawValue), ("weight", "\(learning.sharedWeight)"),
      ("passes", "\(learning.passes)"), ("batch", "\(learning.batch)"), ("shifts", "\(learning.shifts)"),
      ("rate", "\(learning.rate)"), ("bias-rate", "\(learning.biasRate)"), ("refresh", "\(learning.refresh)"),
      ("temperature", "\(learning.temperature)"),
    ]
    for (name, share) in learning.shares.sorted(by: { $0.key < $1.key }) {
      list.append(("share.\(name)", "\(share)"))
    }
    for task in tasks {
      list.append(("task.\(task.name)", task.dataset))
      list.append(("outputs.\(task.name)", task.outputs.map(String.init).joined(separator: "+")))
    }
    return list.map { Provenance.Setting($0.0, $0.1) }
  }
}

/// What a user asks of a learning.
public struct LearningRequest: Sendable {
  /// The path of the model.
  public var model: String
  /// The tasks' training images.
  public var tasks: [DatasetSpec]
  /// How many images of each class a task has whose spec does not choose; all when `nil`.
  public var perClass: Int?
  /// Whether the classes of every task are given to the outputs that suit them best.
  public var mapsLabels: Bool
  /// The method's settings.
  public var learning: MaskSettings
  /// Data on which the result is measured besides the test splits of the tasks.
  public var tests: [DatasetSpec]

  /// The study's settings for a model and tasks.
  public init(model: String, tasks: [DatasetSpec], density: Double) {
    self.model = model
    self.tasks = tasks
    perClass = nil
    mapsLabels = false
    learning = MaskSettings(density: density)
    tests = []
  }
}

/// A request with everything found and loaded.
public struct LearningStart: Sendable {
  /// What decides the result.
  public let plan: LearningPlan
  /// The model to start from.
  public let parent: Model
  let tasks: [EvolutionTask]

  /// Loads the model and the data, checks that all fits together, and gives every class its output.
  ///
  /// - Throws: ``PadawannError`` for whatever is missing, damaged, or does not fit.
  public init(_ request: LearningRequest, data: DataFolder, tool: String, inference: Inference) async throws {
    try request.learning.validate()
    parent = try ModelFile.read(request.model).model
    let network = parent.network
    let weight: [Float?] = [request.learning.sharedWeight]
    let signs = try network.mapWeights { layer throws(PadawannError) in try layer.weights.signsOnly() }
    tasks = try await request.tasks.loaded(perClass: request.perClass, data, for: signs.architecture) {
      task in
      request.mapsLabels ? try await task.mapped(by: signs, weights: weight, inference) : task
    }
    _ = try EdgeBudget(network, request.learning)
    plan = LearningPlan(
      tool: tool, request.learning, tasks: tasks, parent: try parent.storedDigest,
      tests: try request.tests.tests(of: zip(request.tasks, tasks), data, network.architecture))
  }
}
