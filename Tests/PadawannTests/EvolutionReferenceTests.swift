import Padawann
import Testing

/// The published loop (thesis-facts 1, 6 to 10) on plain arrays, written apart from the library: only the stream of random
/// numbers is common, so its keys are part of what is tested.
private struct PublishedLoop {
  var population: [(bits: [Bool], fitness: Double)] = []
  var best: (bits: [Bool], fitness: Double) = ([], 0)
  let seed: UInt64
  let fitness: ([Bool]) -> Double

  init(net: [Bool], seed: UInt64, fitness: @escaping ([Bool]) -> Double) {
    self.seed = seed
    self.fitness = fitness
    for individual in 0..<20 {
      let bits = individual == 0 ? net : prune(net, 0, individual)
      population.append((bits, fitness(bits)))
    }
    sort()
    best = population[0]
  }

  func random(_ generation: Int, _ individual: Int, _ use: UInt64) -> KeyedGenerator {
    KeyedGenerator(seed, 0x6576_6f6c_7665, UInt64(generation), UInt64(individual), use)
  }

  /// 2.5% of all weights, the pruned ones included, each at most once.
  func prune(_ bits: [Bool], _ generation: Int, _ individual: Int) -> [Bool] {
    var random = random(generation, individual, 5)
    var drawn: [Int] = []
    while drawn.count < Int((Double(bits.count) * 0.025).rounded(.toNearestOrEven)) {
      let position = random.next(below: bits.count)
      if !drawn.contains(position) { drawn.append(position) }
    }
    var result = bits
    for position in drawn { result[position] = false }
    return result
  }

  /// Fittest first; equals keep their order.
  mutating func sort() {
    for index in population.indices {
      var place = index
      while place > 0, population[place - 1].fitness < population[place].fitness {
        population.swapAt(place - 1, place)
        place -= 1
      }
    }
  }

  mutating func generation(_ number: Int) {
    var next = Array(population[..<6])
    for individual in 6..<20 {
      var random = random(number, individual, 1)
      let winner = (0..<8).map { _ in random.next(below: 14) }.min() ?? 0
      // Crossover would come here; the published code then goes on with a copy of the first parent.
      let bits = prune(population[winner].bits, number, individual)
      next.append((bits, fitness(bits)))
    }
    population = next
    sort()
    if population[0].fitness > best.fitness { best = population[0] }
  }
}

@Suite("Evolution: the published loop")
struct EvolutionReferenceTests {
  typealias F = EvolutionFixtures

  @Test(
    "the reference profile is the published loop, generation by generation", arguments: 0..<4 as Range<UInt64>
  )
  func reference(seed: UInt64) throws {
    let layout = try F.layout([[6, 3, 3, 3], [20, 18], [5, 20]])
    let net = try F.genome(layout, seed: seed, density: 0.95)
    func fitness(_ bits: [Bool]) -> Double {
      Double(bits.enumerated().reduce(0) { $0 + ($1.element ? $1.offset * 31 % 11 - 5 : 0) } / 8)
    }
    var settings = EvolutionSettings(.reference)
    settings.seed = seed
    var loop = PublishedLoop(net: F.bits(net), seed: seed, fitness: fitness)
    var evolution = try Evolution<Int>(parents: [net], settings: settings)
    for generation in 0...50 {
      if generation > 0 { loop.generation(generation) }
      try evolution.tell(evolution.ask().map { FitnessScore(fitness: fitness(F.bits($0.genome)), report: 0) })
      #expect(evolution.generation == generation)
      #expect(evolution.population.map { F.bits($0.genome) } == loop.population.map(\.bits))
      #expect(evolution.population.map(\.score.fitness) == loop.population.map(\.fitness))
      #expect(evolution.champion.map { F.bits($0.individual.genome) } == loop.best.bits)
    }
    #expect(evolution.isFinished)
  }
}
