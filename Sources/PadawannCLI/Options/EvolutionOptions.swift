public import ArgumentParser
public import Padawann

extension Crossover: ExpressibleByArgument {}
extension PruningPool: ExpressibleByArgument {}
extension EvolutionSettings.Profile: ExpressibleByArgument {}
extension Fitness.Formula: ExpressibleByArgument {}
extension Mutation: ExpressibleByArgument {}
extension ParentSelection: ExpressibleByArgument {}

/// The settings of the algorithm. What is not given is the profile's; none has a default here, so that it is known what is.
struct EvolutionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The settings to begin with: thesis (default), or reference, which does what the published code did (no crossover)."
    )
  )
  var profile: EvolutionSettings.Profile?

  @Option(help: ArgumentHelp("Generations after the initial population (default: 50).", valueName: "number"))
  var generations: Int?

  @Option(help: ArgumentHelp("Individuals (default: 20).", valueName: "number"))
  var population: Int?

  @Option(
    help: ArgumentHelp("The share that is copied to the next generation (default: 0.3).", valueName: "share"))
  var elitism: Double?

  @Option(help: ArgumentHelp("The share that is no parent (default: 0.3).", valueName: "share"))
  var culling: Double?

  @Option(help: "How parents are chosen: tournament (default), single-parent.")
  var selection: ParentSelection?

  @Option(help: ArgumentHelp("Contestants of a tournament (default: 8).", valueName: "number"))
  var tournament: Int?

  @Option(help: "How two parents become one: one-point (default), layer, uniform, none.")
  var crossover: Crossover?

  @Option(help: ArgumentHelp("The probability of two parents (default: 0.5).", valueName: "share"))
  var crossoverProbability: Double?

  @Option(
    help: ArgumentHelp(
      "What a step prunes: unstructured (default), structured (whole output channels of one layer), or gradient (in every "
        + "layer, edges that gradients find harmful).", valueName: "mutation"))
  var mutation: Mutation?

  @Option(
    help: ArgumentHelp(
      "Training images on which the gradients of a genome are measured, with --mutation gradient (default: 2000).",
      valueName: "number"))
  var gradientImages: Int?

  @Option(
    help: ArgumentHelp("The share that a step prunes (default: 0.025; of gradient 0.01).", valueName: "share")
  )
  var step: Double?

  @Option(help: "What the step is a share of: all edges (default), or the remaining ones.")
  var pruningPool: PruningPool?

  @Option(
    help: ArgumentHelp(
      "The layers that lose edges, separated by commas (default: all; of gradient the linear ones).",
      valueName: "names"))
  var layers: String?

  @Flag(help: "Prune every individual of the initial population; otherwise the model itself is one.")
  var pruneAll = false

  @Option(
    help: ArgumentHelp("Stop after so many generations without a new champion.", valueName: "number"))
  var stopAfter: Int?

  @Option(
    help: ArgumentHelp(
      "Shared weights separated by commas, or pretrained (the model's own weights), or random (a fixed magnitude from "
        + "0.5 to 2 for every edge). Default: 0.5,1,2.", valueName: "weights"),
    transform: EdgeValues.init(argument:))
  var weights: EdgeValues?

  @Option(help: "Whether edges keep the signs of the model's weights: keep (default), discard.")
  var signs: SignChoice?

  @Option(
    help: ArgumentHelp(
      "How accuracies a in percent become a fitness: thesis (default; sum of a / sum of 100 - a, so 1 for half of all images "
        + "right, 9 for 90%), mean (of a), min (the lowest a)."))
  var fitness: Fitness.Formula?

  @Option(
    help: ArgumentHelp(
      "Taken off the fitness, times the share of edges that is left, from 0 to 1 (default: 0).",
      valueName: "number"))
  var edgePenalty: Double?

  @Option(help: "The key of every random number (default: 0).")
  var seed: UInt64?

  /// What becomes of signs.
  enum SignChoice: String, ExpressibleByArgument, CaseIterable {
    case keep, discard
  }

  /// Whether any setting is given.
  var isGiven: Bool {
    let given: [Any?] = [
      profile, generations, population, elitism, culling, selection, tournament, crossover,
      crossoverProbability,
      mutation, gradientImages, step, pruningPool, layers, stopAfter, weights, signs, fitness, edgePenalty,
      seed,
    ]
    return pruneAll || given.contains { $0 != nil }
  }

  func validate() throws {
    guard gradientImages == nil || mutation == .gradient else {
      throw ValidationError("--gradient-images goes with --mutation gradient")
    }
  }

  /// The settings that are meant.
  var settings: EvolutionSettings {
    var settings = EvolutionSettings(profile ?? .thesis)
    if let generations { settings.generations = generations }
    if let population { settings.population = population }
    if let elitism { settings.elitism = elitism }
    if let culling { settings.culling = culling }
    if let selection { settings.selection = selection }
    if let tournament { settings.tournament = tournament }
    if let crossover { settings.crossover = crossover }
    if let crossoverProbability { settings.crossoverProbability = crossoverProbability }
    if let mutation { settings.mutation = mutation }
    // What gradients say holds for small steps only.
    if mutation == .gradient { settings.step = 0.01 }
    if let step { settings.step = step }
    if let pruningPool { settings.pruningPool = pruningPool }
    settings.includesUnpruned = !pruneAll
    settings.stopAfter = stopAfter
    if let seed { settings.seed = seed }
    return settings
  }
}

extension EdgeValues {
  /// - Throws: `ValidationError`.
  init(argument: String) throws {
    guard let values = EdgeValues(argument) else {
      throw ValidationError(
        "--weights takes 1 to 64 numbers other than 0 with commas between them, or pretrained, or random")
    }
    self = values
  }
}
