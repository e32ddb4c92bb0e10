public import ArgumentParser
public import Padawann

extension WannSettings.Profile: ExpressibleByArgument {}
extension WannSettings.Crowding: ExpressibleByArgument {}

/// The settings of a search of WANN. What is not given is the profile's; none has a default here, so that it is known what is.
struct WannOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The settings to begin with: thesis (default), or reference, which repeats the published programs' slips (crowding; and "
        + "of several tasks all but the last are compared with the outputs for the last's images)."))
  var profile: WannSettings.Profile?

  @Option(help: ArgumentHelp("Generations, the first among them (default: 4096).", valueName: "number"))
  var generations: Int?

  @Option(help: ArgumentHelp("Individuals (default: 960).", valueName: "number"))
  var population: Int?

  @Option(
    help: ArgumentHelp(
      "The share of those that may be parents that is copied (default: 0.2).", valueName: "share"))
  var elitism: Double?

  @Option(help: ArgumentHelp("The share that is no parent (default: 0.2).", valueName: "share"))
  var culling: Double?

  @Option(
    help: ArgumentHelp(
      "Contestants of each of the two tournaments for a child (default: 32).", valueName: "number"))
  var tournament: Int?

  @Option(
    help: ArgumentHelp(
      "The probability that a first connection is enabled (default: 0.05).", valueName: "share"))
  var enabledAtStart: Double?

  @Option(
    help: ArgumentHelp(
      "The probability of a new connection, next to the other changes' (default: 0.2).", valueName: "share"))
  var addConnection: Double?

  @Option(help: ArgumentHelp("The probability of a new neuron (default: 0.25).", valueName: "share"))
  var addNeuron: Double?

  @Option(
    help: ArgumentHelp(
      "The probability that a disabled connection is enabled (default: 0.05).", valueName: "share"))
  var enable: Double?

  @Option(
    help: ArgumentHelp(
      "The probability that a neuron gets another activation (default: 0.5).", valueName: "share"))
  var changeActivation: Double?

  @Option(
    help: ArgumentHelp(
      "The activations of hidden neurons, separated by commas: linear, step, sine, gaussian, tanh, sigmoid, inverse, "
        + "absolute, relu, cosine, square (default: all but step and square).", valueName: "names"),
    transform: ActivationList.init)
  var activations: ActivationList?

  @Option(
    help: ArgumentHelp(
      "The probability that a generation is ranked by mean reward and connections, not by mean and best reward (default: 0.8).",
      valueName: "share"))
  var rankByConnections: Double?

  @Option(help: "How the room around an individual is scaled: distance (default), published.")
  var crowding: WannSettings.Crowding?

  @Option(
    help: ArgumentHelp(
      "The shared weights that individuals are evaluated with (default: -2,-1,-0.5,0.5,1,2).",
      valueName: "list"),
    transform: WeightList.init)
  var weights: WeightList?

  @Option(
    help: ArgumentHelp("Images of a batch; each generation has one (default: 1000).", valueName: "number"))
  var batch: Int?

  @Option(help: ArgumentHelp("How many different batches there are (default: 1000).", valueName: "number"))
  var batches: Int?

  @Option(
    help: ArgumentHelp(
      "Test a new best after so many generations, and store the run (default: 8).", valueName: "number"))
  var testEvery: Int?

  @Option(help: ArgumentHelp("Batches that a new best is tested on (default: 20).", valueName: "number"))
  var testBatches: Int?

  @Option(help: "The key of every random number (default: 0).")
  var seed: UInt64?

  /// Whether any setting is given.
  var isGiven: Bool {
    let given: [Any?] = [
      profile, generations, population, elitism, culling, tournament, enabledAtStart, addConnection,
      addNeuron, enable,
      changeActivation, activations, rankByConnections, crowding, weights, batch, batches, testEvery,
      testBatches, seed,
    ]
    return given.contains { $0 != nil }
  }

  /// The settings that are meant.
  var settings: WannSettings {
    var settings = WannSettings(profile ?? .thesis)
    func set<Value>(_ path: WritableKeyPath<WannSettings, Value>, _ value: Value?) {
      if let value { settings[keyPath: path] = value }
    }
    set(\.generations, generations)
    set(\.population, population)
    set(\.elitism, elitism)
    set(\.culling, culling)
    set(\.tournament, tournament)
    set(\.enabledAtStart, enabledAtStart)
    set(\.addConnection, addConnection)
    set(\.addNeuron, addNeuron)
    set(\.enable, enable)
    set(\.changeActivation, changeActivation)
    set(\.activations, activations?.activations)
    set(\.rankByConnections, rankByConnections)
    set(\.crowding, crowding)
    set(\.weights, weights?.values)
    set(\.batch, batch)
    set(\.batches, batches)
    set(\.testEvery, testEvery)
    set(\.testBatches, testBatches)
    set(\.seed, seed)
    return settings
  }
}

/// Activations on a command line.
struct ActivationList: CustomStringConvertible {
  let activations: [NeuronActivation]

  /// - Throws: `ValidationError`.
  init(_ argument: String) throws {
    activations = try argument.commaSeparated.map { name in
      guard let activation = NeuronActivation(name: name) else {
        let names = NeuronActivation.allCases.map(\.name).joined(separator: ", ")
        throw ValidationError("“\(name)” is no activation; there are \(names)")
      }
      return activation
    }
  }

  var description: String { activations.map(\.name).joined(separator: ",") }
}
