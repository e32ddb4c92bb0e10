/// Everything that decides what is learned: `settings.json` of a learning's folder (`Formats/runs.md`).
public struct LearningPlan: Codable, Hashable, Sendable {
  /// The structure and its version.
  public private(set) var schema = LearningPlan.schema
  /// The program and its version.
  public let tool: String
  /// The method's settings.
  public let learning: MaskSettings
  /// What is learned.
  public let tasks: [RunTask]
  /// The model that it starts from, which is in the folder.
  public let parent: RunParent
  /// What the result is measured on at the end; never looked at before.
  public let tests: [RunTest]

  static let schema = "padawann.learning/1"

  init(
    tool: String, _ learning: MaskSettings, tasks: [EvolutionTask], parent: Digest,
    tests: [RunTest]
  ) {
    self.tool = tool
    self.learning = learning
    self.tasks = tasks.map(RunTask.init)
    self.parent = RunParent(file: RunFile.parent(0), sha256: parent.description)
    self.tests = tests
  }

  /// A plan that differs in the settings.
  init(_ plan: LearningPlan, _ learning: MaskSettings) {
    tool = plan.tool
    self.learning = learning
    tasks = plan.tasks
    parent = plan.parent
    tests = plan.tests
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
  /// How many images of each class of every task are not learned from, but measured in place of test data; `nil` for none.
  public var heldOut: Int?
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

extension LearningRequest {
  /// For each task the images that are learned from, and those that it is measured on.
  ///
  /// - Throws: ``PadawannError`` `usage` when images are to be held out of a task that does not take the first of each class, or not
  ///   more than those.
  func divided() throws(PadawannError) -> (learned: [DatasetSpec], measured: [DatasetSpec?]) {
    guard let heldOut else { return (tasks, tasks.map(\.testSplit)) }
    var (learned, measured) = ([DatasetSpec](), [DatasetSpec?]())
    for task in tasks {
      let selection = task.selection ?? perClass.map { .firstPerClass($0) }
      guard case .firstPerClass(let count) = selection, (1..<count).contains(heldOut) else {
        throw PadawannError(
          .usage, "\(heldOut) images of each class cannot be held out", at: task.description,
          remedy: "Take the first images of each class, more than are held out: --per-class \(heldOut + 600)")
      }
      var (first, rest) = (task, task)
      first.selection = .firstPerClass(count - heldOut)
      rest.selection = .perClass(from: count - heldOut + 1, to: count)
      learned.append(first)
      measured.append(rest)
    }
    return (learned, measured)
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
    let specs = try request.divided()
    parent = try ModelFile.read(request.model).model
    let network = parent.network
    let weight: [Float?] = [request.learning.sharedWeight]
    let signs = try network.mapWeights { layer throws(PadawannError) in try layer.weights.signsOnly() }
    tasks = try await specs.learned.loaded(perClass: request.perClass, data, for: signs.architecture) {
      task in
      request.mapsLabels ? try await task.mapped(by: signs, weights: weight, inference) : task
    }
    _ = try EdgeBudget(network, request.learning)
    plan = LearningPlan(
      tool: tool, request.learning, tasks: tasks, parent: try parent.storedDigest,
      tests: try request.tests.tests(
        of: zip(specs.measured, tasks).map { ($0, $1) }, data, network.architecture))
  }

  private init(_ start: LearningStart, density: Double) throws(PadawannError) {
    var learning = start.plan.learning
    learning.density = density
    try learning.validate()
    parent = start.parent
    tasks = start.tasks
    _ = try EdgeBudget(parent.network, learning)
    plan = LearningPlan(start.plan, learning)
  }

  /// The same with another share of edges.
  ///
  /// - Throws: ``PadawannError`` `usage` for a share that makes no sense.
  public func with(density: Double) throws(PadawannError) -> LearningStart {
    try LearningStart(self, density: density)
  }
}
