import Foundation

/// Everything that decides what comes of an evolution: `settings.json` of a run's folder (`Formats/runs.md`).
public struct EvolutionPlan: Codable, Hashable, Sendable {
  /// The structure and its version.
  public private(set) var schema = EvolutionPlan.schema
  /// The program and its version; another one may evolve something else.
  public let tool: String
  /// The algorithm's settings.
  public let evolution: EvolutionSettings
  /// On how many training images the saliency of a genome's edges is measured; absent without ``Mutation/saliency``.
  public let gradientImages: Int?
  /// How accuracies become a fitness.
  public let fitness: Fitness
  /// The shared weights, `pretrained` or `random`; see ``edgeValues()``.
  public let weights: String
  /// Whether the signs of the parents' weights are kept.
  public let keepsSigns: Bool
  /// What individuals are judged by.
  public let tasks: [RunTask]
  /// The models that the evolution starts from, which are in its folder.
  public let parents: [RunParent]
  /// What the champion is measured on at the end; never looked at before.
  public let tests: [RunTest]
  /// How many evolutions of different seeds there are, each in a folder of its own; absent for a single one.
  public let trials: Int?

  /// The version of the structure that this program writes and reads.
  static let schema = "padawann.evolution/1"

  /// Puts a plan together.
  public init(
    tool: String, evolution: EvolutionSettings, gradientImages: Int?, fitness: Fitness, values: EdgeValues,
    keepsSigns: Bool, tasks: [EvolutionTask], parents: [Digest], tests: [RunTest], trials: Int?
  ) {
    self.tool = tool
    self.evolution = evolution
    self.gradientImages = gradientImages
    self.fitness = fitness
    weights = values.description
    self.keepsSigns = keepsSigns
    self.tasks = tasks.map(RunTask.init)
    self.parents = parents.enumerated().map { index, digest in
      RunParent(file: RunFile.parent(index), sha256: digest.description)
    }
    self.tests = tests
    self.trials = trials
  }

  /// Checks a plan that was read from a file.
  ///
  /// - Throws: ``PadawannError`` when it is none that this program writes.
  func validate() throws(PadawannError) {
    try evolution.validate()
    _ = try fitness.value(accuracies: [0], density: 1)
    _ = try edgeValues()
    if let trials { try Self.check(trials: trials) }
    guard !tasks.isEmpty, tasks.allSatisfy({ $0.images > 0 }) else {
      throw PadawannError(.data, "an evolution needs a task with images")
    }
    guard (gradientImages != nil) == (evolution.mutation == .saliency), gradientImages ?? 1 > 0 else {
      throw PadawannError(.data, "images for gradients go with the mutation saliency")
    }
    // A parent's file is written where a trial begins, and must stay inside its folder.
    guard !parents.isEmpty, parents.indices.allSatisfy({ parents[$0].file == RunFile.parent($0) }) else {
      throw PadawannError(.data, "its parents are not \(RunFile.parent(0)) and so on")
    }
  }

  /// - Throws: ``PadawannError`` `usage` for a number of trials that makes no sense.
  static func check(trials: Int) throws(PadawannError) {
    guard (1...EvolutionSettings.limit).contains(trials) else {
      throw PadawannError(.usage, "trials: \(trials) is not a number from 1 to \(EvolutionSettings.limit)")
    }
  }

  /// The plan of one of several trials, whose seed is derived from this plan's.
  ///
  /// - Parameter number: of the trial, from 1.
  public func trial(_ number: Int) -> EvolutionPlan {
    // "trial" in ASCII keeps the derived seeds apart from all other uses of the seed.
    var generator = KeyedGenerator(evolution.seed, 0x7472_6961_6c, UInt64(number))
    return EvolutionPlan(of: self, seed: generator.next())
  }

  private init(of plan: EvolutionPlan, seed: UInt64) {
    tool = plan.tool
    var evolution = plan.evolution
    evolution.seed = seed
    self.evolution = evolution
    gradientImages = plan.gradientImages
    fitness = plan.fitness
    weights = plan.weights
    keepsSigns = plan.keepsSigns
    tasks = plan.tasks
    parents = plan.parents
    tests = plan.tests
    trials = nil
  }

  /// What the edges of individuals are worth.
  ///
  /// - Throws: ``PadawannError`` `data` when the text says nothing of the kind.
  public func edgeValues() throws(PadawannError) -> EdgeValues {
    guard let values = EdgeValues(weights) else {
      throw PadawannError(.data, "\"\(weights)\" are no weights", at: RunFile.settings)
    }
    return values
  }

  /// The settings as names and values, in the order in which they are told and stored.
  public var settings: [Provenance.Setting] {
    var list: [(String, String)] = [
      ("command", "evolve"), ("generations", "\(evolution.generations)"),
      ("population", "\(evolution.population)"), ("elitism", "\(evolution.elitism)"),
      ("culling", "\(evolution.culling)"), ("selection", evolution.selection.rawValue),
      ("tournament", "\(evolution.tournament)"), ("crossover", evolution.crossover.rawValue),
      ("crossover-probability", "\(evolution.crossoverProbability)"),
      ("mutation", evolution.mutation.rawValue), ("step", "\(evolution.step)"),
      ("draw", evolution.draw.rawValue), ("includes-unpruned", "\(evolution.includesUnpruned)"),
    ]
    if let layers = evolution.layers {
      list.append(("layers", layers.map(String.init).joined(separator: "+")))
    }
    if let gradientImages { list.append(("gradient-images", "\(gradientImages)")) }
    if let stop = evolution.stopAfter { list.append(("stop-after", "\(stop)")) }
    list += [
      ("weights", weights), ("signs", keepsSigns ? "keep" : "discard"),
      ("fitness", fitness.formula.rawValue), ("edge-penalty", "\(fitness.edgePenalty)"),
    ]
    for task in tasks {
      list.append(("task.\(task.name)", task.dataset))
      list.append(("outputs.\(task.name)", task.outputs.map(String.init).joined(separator: "+")))
    }
    // A model has at most 256 settings; which individuals a stored population has is in the run's folder.
    list += parents.prefix(8).enumerated().map { ("parent.\($0 + 1)", $1.sha256) }
    if parents.count > 8 { list.append(("parents", "\(parents.count)")) }
    return list.map { Provenance.Setting($0.0, $0.1) }
  }
}

extension EdgeValues: CustomStringConvertible {
  /// `pretrained`, `random`, or numbers separated by commas.
  public var description: String {
    switch self {
    case .pretrained: "pretrained"
    case .random: "random"
    case .shared(let weights): weights.map { "\($0)" }.joined(separator: ",")
    }
  }

  /// Reads what ``description`` writes; `nil` for anything else, a shared weight that is 0 or not finite, or more than 64.
  public init?(_ text: String) {
    switch text {
    case "pretrained": self = .pretrained
    case "random": self = .random
    default:
      let parts = text.split(separator: ",", omittingEmptySubsequences: false)
      let weights = parts.compactMap { Float($0) }
      guard weights.count == parts.count, (1...64).contains(weights.count),
        weights.allSatisfy({ $0.isFinite && $0 != 0 })
      else { return nil }
      self = .shared(weights)
    }
  }
}
