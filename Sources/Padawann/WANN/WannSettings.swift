/// What a search of WANN does (thesis 4.2; Gaier and Ha, 2019). The defaults are those of the published search on MNIST.
public struct WannSettings: Codable, Hashable, Sendable {
  /// How many populations are evaluated.
  public var generations = 4096
  /// The number of individuals.
  public var population = 960
  /// The share of the population, the best, that is copied: of those that are left after ``culling``.
  public var elitism = 0.2
  /// The share of the population, the worst, that has no children.
  public var culling = 0.2
  /// The number of contestants of a tournament, drawn with replacement. Two are held for each child; the better winner is its
  /// parent.
  public var tournament = 32
  /// The probability that a connection from bias or input to output is enabled at the beginning.
  public var enabledAtStart = 0.05
  /// The probability, next to those of the other operators, that a child gets a connection.
  public var addConnection = 0.2
  /// The same for a neuron in the middle of a connection.
  public var addNeuron = 0.25
  /// The same for a disabled connection that is enabled.
  public var enable = 0.05
  /// The same for another activation of a hidden neuron.
  public var changeActivation = 0.5
  /// The activations of hidden neurons.
  public var activations = NeuronActivation.published
  /// The probability that a generation is ranked by mean reward and number of connections; otherwise it is by mean and best reward.
  public var rankByConnections = 0.8
  /// How the room around an individual within its front is measured.
  public var crowding = Crowding.distance
  /// The shared weights with which every individual is evaluated.
  public var weights: [Float] = [-2, -1, -0.5, 0.5, 1, 2]
  /// The images of a batch; every generation has one.
  public var batch = 1000
  /// How many different batches there are, of which a generation's is one.
  public var batches = 1000
  /// After how many generations the best is tested again, if it is new.
  public var testEvery = 8
  /// On how many batches.
  public var testBatches = 20
  /// Whether the losses of several tasks are confounded as the published JointWANN's are; see ``Profile/reference``.
  public var swapsOutputs = false
  /// The key of every random number.
  public var seed: UInt64 = 0

  /// How the room around an individual within its front is scaled.
  public enum Crowding: String, Codable, Hashable, Sendable, CaseIterable {
    /// By the range of the front's values, as NSGA-II has it.
    case distance
    /// By |1/max - min| of the front's values, as the published program has it: a slip for the first.
    case published
  }

  /// A set of settings with a name.
  public enum Profile: String, Codable, Hashable, Sendable, CaseIterable {
    /// What the texts say.
    case thesis
    /// What the published programs do: the slip in ``Crowding/published``, and in JointWANN the outputs for a dataset's images
    /// that are overwritten by those for the next one's, so that the labels of all but the last are compared with the outputs for
    /// the last's images.
    case reference
  }

  /// The settings of a profile.
  public init(_ profile: Profile = .thesis) {
    guard profile == .reference else { return }
    crowding = .published
    swapsOutputs = true
  }

  /// The largest population, tournament and batch that are accepted.
  public static let limit = 100_000

  /// The individuals that may be parents: all but `floor(0.2 · 960)` = 192, which are 768.
  public var survivors: Int { population - Self.wholeNumber(of: population, share: culling) }
  /// The individuals that are copied: `floor(0.2 · 768)` = 153.
  public var elites: Int { Self.wholeNumber(of: survivors, share: elitism) }

  private static func wholeNumber(of count: Int, share: Double) -> Int {
    guard (0...1).contains(share), (0...limit).contains(count) else { return 0 }
    return Int(share * Double(count) + 1e-9)
  }

  /// The operators with their probabilities, which need not add up to 1.
  var operators: [(WannOperator, Double)] {
    [
      (.addConnection, addConnection), (.addNeuron, addNeuron), (.enable, enable),
      (.changeActivation, changeActivation),
    ]
  }

  /// Checks that the settings make sense together.
  ///
  /// - Throws: ``PadawannError`` `usage` that names the first that does not.
  public func validate() throws(PadawannError) {
    let counts = [
      ("generations", generations, 1...1_000_000), ("population", population, 2...Self.limit),
      ("tournament", tournament, 1...Self.limit), ("batch", batch, 1...Self.limit),
      ("batches", batches, 1...1_000_000), ("test-every", testEvery, 1...1_000_000),
      ("test-batches", testBatches, 1...10_000),
    ]
    for (name, value, range) in counts where !range.contains(value) {
      throw PadawannError(
        .usage, "\(name) cannot be \(value)", remedy: "Choose from \(range.lowerBound) to \(range.upperBound)"
      )
    }
    let shares = [
      ("elitism", elitism), ("culling", culling), ("enabled-at-start", enabledAtStart),
      ("rank-by-connections", rankByConnections), ("add-connection", addConnection),
      ("add-neuron", addNeuron),
      ("enable", enable), ("change-activation", changeActivation),
    ]
    for (name, value) in shares where !(0...1).contains(value) {
      throw PadawannError(.usage, "\(name) cannot be \(value)", remedy: "Choose from 0 to 1")
    }
    guard operators.contains(where: { $0.1 > 0 }) else {
      throw PadawannError(.usage, "no operator has a probability", remedy: "Give one of them")
    }
    guard survivors > 0 else {
      throw PadawannError(.usage, "culling leaves no parents", remedy: "Choose less")
    }
    guard !activations.isEmpty, Set(activations).count == activations.count else {
      throw PadawannError(.usage, "the activations are none, or one is there twice", remedy: "Name each once")
    }
    guard (1...64).contains(weights.count), weights.allSatisfy({ $0.isFinite && $0 != 0 }) else {
      throw PadawannError(.usage, "the shared weights must be 1 to 64 finite numbers other than 0")
    }
  }
}
