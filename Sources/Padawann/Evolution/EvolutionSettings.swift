/// What an evolution does (thesis 5.2, Table 5.1). The defaults are the thesis'.
///
/// Shares of the population are rounded down, as the published code does, but a share that is meant as a whole number of
/// individuals counts as one: 0.29 of 100 is 29, although the binary fractions' product is less.
public struct EvolutionSettings: Codable, Hashable, Sendable {
  /// How many generations follow the initial population.
  public var generations = 50
  /// The number of individuals.
  public var population = 20
  /// The share of the population, the fittest, that is copied to the next generation.
  public var elitism = 0.3
  /// The share of the population, the least fit, that is no parent.
  public var culling = 0.3
  /// How parents are chosen.
  public var selection = ParentSelection.tournament
  /// The number of contestants of a tournament, drawn with replacement.
  public var tournament = 8
  /// How two parents become one.
  public var crossover = Crossover.onePoint
  /// The probability that a child has two parents.
  public var crossoverProbability = 0.5
  /// What a pruning step takes away.
  public var mutation = Mutation.unstructured
  /// The share that a pruning step takes away.
  public var step = 0.025
  /// What a pruning step draws from.
  public var pruningPool = PruningPool.all
  /// The layers that lose edges, by their places in the layout, ascending; all when `nil`.
  public var layers: [Int]?
  /// Whether the initial population begins with its parents as they are; otherwise every individual is pruned once.
  public var includesUnpruned = true
  /// Stop after so many generations without a new champion.
  public var stopAfter: Int?
  /// The key of every random number.
  public var seed: UInt64 = 0

  /// The largest population and tournament that are accepted.
  public static let limit = 100_000

  /// A set of settings with a name.
  public enum Profile: String, Codable, Hashable, Sendable, CaseIterable {
    /// What the thesis says.
    case thesis
    /// What the published code does, from which the thesis' numbers came: as it says, but crossover never happens, a child
    /// of two parents being a copy of the first (thesis-facts 9).
    case reference
  }

  /// The settings of a profile.
  public init(_ profile: Profile = .thesis) {
    if profile == .reference { crossover = .none }
  }

  /// The number of individuals that are copied: `int(20 * 0.3)` = 6.
  public var elites: Int { Self.wholeNumber(of: population, share: elitism) }
  /// The number of individuals that may be parents: `int(20 * 0.7)` = 14.
  public var survivors: Int { Self.wholeNumber(of: population, share: 1 - culling) }

  private static func wholeNumber(of population: Int, share: Double) -> Int {
    guard (0...1).contains(share), (0...limit).contains(population) else { return 0 }
    return Int(share * Double(population) + 1e-9)
  }
}

// The checks; nothing is changed to make it fit.
extension EvolutionSettings {
  /// Checks that the settings make sense together.
  ///
  /// - Throws: ``PadawannError`` `usage` that names the setting.
  public func validate() throws(PadawannError) {
    try Self.check("generations", generations, in: 0...Int.max)
    try Self.check("population", population, in: 1...Self.limit)
    try Self.check("tournament", tournament, in: 1...Self.limit)
    try Self.check("elitism", elitism)
    try Self.check("culling", culling)
    try Self.check("crossover probability", crossoverProbability)
    try Self.check("step", step)
    if let stopAfter { try Self.check("stop after", stopAfter, in: 1...Int.max) }
    guard step > 0 else { throw PadawannError(.usage, "step: a step of 0 never prunes an edge") }
    guard elites < population else {
      throw PadawannError(
        .usage, "elitism: copying \(elites) of \(population) individuals leaves no room for children",
        remedy: "Copy fewer")
    }
    guard survivors > 0 else {
      throw PadawannError(
        .usage, "culling: removing \(culling) of \(population) individuals leaves no parent",
        remedy: "Remove fewer")
    }
    guard selection == .tournament || crossover == .none else {
      throw PadawannError(
        .usage, "selection: a single parent has nobody to cross over with",
        remedy: "Choose the crossover none")
    }
  }

  /// Checks that the settings make sense for a network.
  ///
  /// - Throws: ``PadawannError`` `usage` when a step is less than one edge, or there is no point at which to cross over.
  func validate(for layout: EdgeLayout) throws(PadawannError) {
    let chosen = layers ?? Array(layout.shapes.indices)
    guard !chosen.isEmpty, chosen == Array(Set(chosen)).sorted(),
      chosen.allSatisfy(layout.shapes.indices.contains)
    else {
      throw PadawannError(
        .usage, "layers: \(chosen) are no places of \(layout.shapes.count) layers in ascending order")
    }
    let largest: Int
    let unit: String
    switch mutation {
    case .unstructured: (largest, unit) = (layout.count, "edges")
    case .gradient: (largest, unit) = (chosen.map { layout.edges(of: $0).count }.max() ?? 0, "edges")
    case .structured: (largest, unit) = (chosen.map(layout.channels).max() ?? 0, "output channels")
    }
    guard prunedCount(step, of: largest) > 0 else {
      throw PadawannError(
        .usage, "step: \(step) of \(largest) \(unit) is less than one", remedy: "Take a larger step")
    }
    guard crossover != .layer || layout.shapes.count > 1 else {
      throw PadawannError(
        .usage, "crossover: a network of one layer has no boundary between layers",
        remedy: "Choose another crossover")
    }
    guard crossover != .onePoint || layout.count > 1 else {
      throw PadawannError(.usage, "crossover: a network of one edge cannot be cut in two")
    }
  }

  private static func check(_ name: String, _ number: Int, in range: ClosedRange<Int>) throws(PadawannError) {
    guard range.contains(number) else {
      let most = range.upperBound == .max ? "up" : "to \(range.upperBound)"
      throw PadawannError(.usage, "\(name): \(number) is not a number from \(range.lowerBound) \(most)")
    }
  }

  private static func check(_ name: String, _ share: Double) throws(PadawannError) {
    guard (0...1).contains(share) else {
      throw PadawannError(.usage, "\(name): \(share) is not a share from 0 to 1")
    }
  }
}

/// Who becomes a parent (thesis 5.1.3 and 7.7).
public enum ParentSelection: String, Codable, Hashable, Sendable, CaseIterable {
  /// The winner of a tournament among those that survived culling.
  case tournament
  /// The fittest individual is the parent of the whole next generation.
  case singleParent = "single-parent"
}

/// The rank of the winner of a tournament.
///
/// `size` contestants are drawn with replacement from the ranks `0..<survivors`; the fittest, which is the one of the
/// lowest rank, wins. So rank r wins with probability `((m - r)^k - (m - r - 1)^k) / m^k` for m survivors and size k.
///
/// - Parameters:
///   - size: at least 1.
///   - survivors: at least 1.
///   - generator: where the random numbers come from.
package func tournamentWinner(of size: Int, among survivors: Int, using generator: inout KeyedGenerator)
  -> Int
{
  var winner = generator.next(below: survivors)
  for _ in stride(from: 1, to: size, by: 1) { winner = min(winner, generator.next(below: survivors)) }
  return winner
}
