import Testing

@testable import Padawann

@Suite struct GradientPruningTests {
  typealias F = EvolutionFixtures

  // MARK: - drawing by weight

  /// Drawn one after another without replacement, a pair (a, b) has probability p(a) · p(b) / (1 − p(a)).
  @Test func pairsAreDrawnAsOftenAsTheirWeightsSay() {
    let weights = [1.0, 2.0, 3.0, 14.0]
    let total = 20.0
    let draws = 40_000
    var counts: [[Int]: Int] = [:]
    for draw in 0..<draws {
      var generator = KeyedGenerator(9, UInt64(draw))
      counts[generator.distinct(2, weights: weights), default: 0] += 1
    }
    for first in 0..<4 {
      for second in 0..<4 where first != second {
        let probability = weights[first] / total * weights[second] / (total - weights[first])
        let deviation = (Double(draws) * probability * (1 - probability)).squareRoot()
        let found = Double(counts[[first, second]] ?? 0)
        #expect(abs(found - Double(draws) * probability) < 5 * deviation, "\(first) \(second)")
      }
    }
  }

  @Test func allAreDrawnWhenAllAreAskedForHoweverUnequal() {
    var generator = KeyedGenerator(1)
    let weights = (0..<200).map { $0 % 2 == 0 ? 1e20 : 1e-20 }
    let drawn = generator.distinct(200, weights: weights)
    #expect(drawn.sorted() == Array(0..<200))
    // What weighs 1e40 times as much comes first.
    #expect(drawn.prefix(100).allSatisfy { $0 % 2 == 0 })
    #expect(generator.distinct(0, weights: []).isEmpty)
    #expect(generator.distinct(1, weights: [3]) == [0])
  }

  // MARK: - pruning

  private func gains(_ genome: Genome, _ number: (Int) -> Float) throws -> PruningGains {
    var edge = 0
    return try PruningGains(
      genome.masks.map { mask in
        (0..<mask.count).map { _ in
          edge += 1
          return number(edge - 1)
        }
      }, of: genome.layout)
  }

  @Test(arguments: GainPreference.allCases, PruningPool.allCases)
  func everyLayerLosesItsShare(preference: GainPreference, pruningPool: PruningPool) throws {
    let genome = try F.genome(F.layout([[20, 50], [4, 10], [3, 3]]), seed: 4, density: 0.6)
    let gains = try gains(genome) { Float($0 * 7919 % 101 - 50) }
    var generator = KeyedGenerator(5)
    let child = prunedChild(
      genome, by: gains, preferring: preference, step: 0.1, pruningPool: pruningPool, using: &generator)
    for (before, after) in zip(genome.masks, child.masks) {
      #expect(after.intersection(before) == after)
      let base = pruningPool == .all ? before.count : before.popcount
      #expect(before.popcount - after.popcount == prunedCount(0.1, of: base))
    }
  }

  @Test(arguments: GainPreference.allCases)
  func edgesOfNegativeGainStayWhileThereAreOthers(preference: GainPreference) throws {
    let genome = try F.genome(F.layout([[10, 40]]), seed: 6, density: 0.9)
    let gains = try gains(genome) { Float($0 % 4 == 0 ? 1 + $0 : -$0) }
    var generator = KeyedGenerator(7)
    var child = prunedChild(
      genome, by: gains, preferring: preference, step: 0.2, pruningPool: .remaining, using: &generator)
    let pruned = genome.subtracting(child)
    #expect(pruned.remainingEdges == prunedCount(0.2, of: genome.remainingEdges))
    #expect(pruned.masks[0].indices.allSatisfy { $0 % 4 == 0 })
    // When they are used up, the rest is of those that matter least.
    child = prunedChild(
      genome, by: gains, preferring: preference, step: 0.4, pruningPool: .remaining, using: &generator)
    let all = genome.subtracting(child).masks[0]
    #expect(all.popcount == prunedCount(0.4, of: genome.remainingEdges))
    #expect(genome.masks[0].indices.filter { $0 % 4 == 0 }.allSatisfy { all[$0] })
  }

  @Test func whatMattersLeastGoesFirstOfWhatMatters() throws {
    let genome = Genome(layout: try F.layout([[2, 500]]), repeating: true)
    let gains = try gains(genome) { $0 < 500 ? -1e-6 : -1 }
    var generator = KeyedGenerator(8)
    let child = prunedChild(
      genome, by: gains, preferring: .none, step: 0.25, pruningPool: .all, using: &generator)
    #expect(genome.subtracting(child).masks[0].indices.filter { $0 >= 500 }.count < 5)
  }

  @Test func edgesWithTheHighestGainAreMoreLikelyTheHigherThePower() throws {
    let genome = Genome(layout: try F.layout([[1, 1000]]), repeating: true)
    let gains = try gains(genome) { $0 < 100 ? 81 : 1 }
    let counts = GainPreference.allCases.map { preference in
      var generator = KeyedGenerator(9)
      let child = prunedChild(
        genome, by: gains, preferring: preference, step: 0.05, pruningPool: .all, using: &generator)
      return genome.subtracting(child).masks[0].indices.filter { $0 < 100 }.count
    }
    // Expected are about 5, 25 and 45 of 50.
    #expect(counts[0] < 15 && (15..<38).contains(counts[1]) && counts[2] >= 38, "\(counts)")
  }

  @Test func numbersOfAnyKindDecideSomething() throws {
    let genome = Genome(layout: try F.layout([[4, 25]]), repeating: true)
    for number in [0, -0.0, .leastNonzeroMagnitude, -.greatestFiniteMagnitude] as [Float] {
      for preference in GainPreference.allCases {
        var generator = KeyedGenerator(10)
        let gains = try gains(genome) { $0 == 7 ? .greatestFiniteMagnitude : number }
        let child = prunedChild(
          genome, by: gains, preferring: preference, step: 1, pruningPool: .all, using: &generator)
        #expect(child.remainingEdges == 0)
      }
    }
    let empty = Genome(layout: genome.layout, repeating: false)
    var generator = KeyedGenerator(11)
    let same = prunedChild(
      empty, by: try gains(empty) { _ in 1 }, preferring: .none, step: 0.5, pruningPool: .all,
      using: &generator)
    #expect(same == empty)
  }

  @Test func gainsThatCannotBeAreRefused() throws {
    let layout = try F.layout([[2, 3], [1, 4]])
    let ones = [Float](repeating: 1, count: 4)
    for layers in [[], [[1, 1, 1, 1, 1, 1]], [[1, 1, 1], ones], [[1, 1, 1, 1, 1, .nan], ones]] as [[[Float]]]
    {
      #expect(throws: PadawannError.self) { try PruningGains(layers, of: layout) }
    }
    #expect(throws: PadawannError.self) {
      try PruningGains([[1, 1, 1, 1, 1, 1], [1, 1, .infinity, 1]], of: layout)
    }
  }

  // MARK: - the evolution

  private func evolution() throws -> Evolution<Int> {
    var settings = EvolutionSettings()
    (settings.mutation, settings.population, settings.step) = (.gradient, 10, 0.2)
    return try Evolution(parents: [Genome(layout: F.layout(), repeating: true)], settings: settings)
  }

  @Test func everyGenomeIsAskedForOnceAndNothingElseBeforeItIsTold() throws {
    var evolution = try evolution()
    #expect(evolution.ask().isEmpty)
    #expect(throws: PadawannError.self) { try evolution.tell([]) }
    let other = Genome(layout: try F.layout([[5, 5]]), repeating: true)
    let foreign = try EvolutionTests.gains(other)
    #expect(throws: PadawannError.self) { try evolution.tell(gains: foreign) }
    var generations = 0
    while generations < 5 {
      var asked: [Genome] = []
      while let genome = evolution.genomeToMeasure {
        asked.append(genome)
        try evolution.tell(gains: EvolutionTests.gains(genome))
      }
      #expect(Set(asked).count == asked.count && asked.count <= 10)
      // The nine copies of the one parent need one.
      if generations == 0 { #expect(asked.count == 1) }
      let surplus = try EvolutionTests.gains(evolution.ask()[0].genome)
      #expect(throws: PadawannError.self) { try evolution.tell(gains: surplus) }
      try evolution.tell(evolution.ask().map { EvolutionTests.score($0.genome) })
      generations += 1
    }
  }

  @Test func aChildLosesEdgesOfItsOwnGenomeOnly() throws {
    var evolution = try evolution()
    let gains = { (genome: Genome) in try self.gains(genome) { $0 % 2 == 0 ? 1 : -1 } }
    while let genome = evolution.genomeToMeasure { try evolution.tell(gains: gains(genome)) }
    let parent = evolution.ask()[0].genome
    for candidate in evolution.ask().dropFirst() {
      let pruned = parent.subtracting(candidate.genome)
      #expect(pruned.remainingEdges > 0)
      #expect((0..<parent.count).allSatisfy { !pruned[$0] || $0 % 2 == 0 })
    }
    #expect(Set(evolution.ask().map(\.genome)).count == 10)
  }
}
