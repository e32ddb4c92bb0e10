import Padawann
import Testing

@Suite("Evolution: genomes and operators")
struct EvolutionOperatorTests {
  typealias F = EvolutionFixtures

  @Test("edges are numbered layer after layer, row-major")
  func numbering() throws {
    let layout = try F.layout([[2, 3], [1, 70], [2, 2, 2, 2]])
    #expect(layout.count == 92 && layout.offsets == [0, 6, 76])
    #expect((0..<92).map(layout.layer) == (0..<92).map { $0 < 6 ? 0 : $0 < 76 ? 1 : 2 })
    let genome = try F.genome(layout, seed: 1)
    #expect(F.bits(genome) == genome.masks.flatMap { mask in (0..<mask.count).map { mask[$0] } })
    var changed = genome
    changed[75].toggle()
    #expect(changed.masks[1][69] != genome.masks[1][69])
    #expect(changed.masks[0] == genome.masks[0] && changed.masks[2] == genome.masks[2])
    #expect(changed != genome && changed.digest != genome.digest)
    #expect(try Genome(layout: layout, masks: genome.masks).digest == genome.digest)
  }

  @Test("the digest is that of numpy.packbits of every layer")
  func digest() throws {
    let layout = try F.layout([[1, 9], [2, 2]])
    let masks = [Bitmask((0..<9).map { $0 == 0 || $0 == 8 }), Bitmask([false, true, true, false])]
    #expect(try Genome(layout: layout, masks: masks).digest == Digest(of: [0x80, 0x80, 0x60]))
  }

  @Test("layers and masks that cannot be are refused")
  func wrongParts() throws {
    for shapes in [[], [[]], [[3, 0]], [[-1, -5]], [[Int.max, 2]], [[Int.max], [1]]] as [[[Int]]] {
      #expect(throws: PadawannError.self) { try EdgeLayout(shapes: shapes) }
    }
    let layout = try F.layout([[2, 3], [4, 2]])
    for lengths in [[6], [6, 7], [6, 8, 1]] {
      #expect(throws: PadawannError.self) {
        try Genome(layout: layout, masks: lengths.map { Bitmask(repeating: true, count: $0) })
      }
    }
  }

  @Test("a network's genome is its masks, and masks it")
  func network() throws {
    let network = try Fixtures.network()
    let genome = try network.genome()
    #expect(genome.remainingEdges == network.remainingEdges && genome.count == network.edgeCount)
    #expect(try network.masked(by: genome).parameters == network.parameters)
    var generator = KeyedGenerator(3)
    let child = prunedChild(genome, by: .unstructured, step: 0.3, pruningPool: .remaining, using: &generator)
    #expect(try network.masked(by: child).genome() == child)
    #expect(throws: PadawannError.self) {
      try network.masked(by: Genome(layout: genome.layout, repeating: true))
    }
    #expect(throws: PadawannError.self) {
      try network.masked(by: Genome(layout: F.layout([[genome.count]]), repeating: false))
    }
  }

  @Test("a step is 2.5% of MNIST-Net's positions: 29,991, drawn over all or among the survivors")
  func exactCounts() throws {
    #expect(prunedCount(0.025, of: 1_199_648) == 29_991)
    #expect(prunedCount(0.025, of: 100) == 2 && prunedCount(0.025, of: 60) == 2 && prunedCount(1, of: 7) == 7)
    let whole = Genome(layout: try F.layout(F.mnistNet), repeating: true)
    var generator = KeyedGenerator(1)
    let once = prunedChild(whole, by: .unstructured, step: 0.025, pruningPool: .all, using: &generator)
    #expect(once.remainingEdges == 1_199_648 - 29_991)
    let twice = prunedChild(once, by: .unstructured, step: 0.025, pruningPool: .remaining, using: &generator)
    #expect(twice.remainingEdges == 1_169_657 - 29_241)
    #expect(twice.subtracting(once).remainingEdges == 0)
    // Of the second draw over all positions, 2.5% fall on pruned ones: 750 ± 27.
    let drawnAgain = prunedChild(once, by: .unstructured, step: 0.025, pruningPool: .all, using: &generator)
    let lost = once.remainingEdges - drawnAgain.remainingEdges
    #expect(lost < 29_991 && abs(lost - 29_241) < 5 * 27)
  }

  @Test("layers that are not named keep their edges", arguments: Mutation.allCases, PruningPool.allCases)
  func someLayers(mutation: Mutation, pruningPool: PruningPool) throws {
    let genome = try F.genome(F.layout([[20, 30], [10, 12], [8, 40]]), seed: 2, density: 0.8)
    var settings = EvolutionSettings()
    (settings.mutation, settings.pruningPool, settings.step, settings.layers) = (
      mutation, pruningPool, 0.25, [0, 2]
    )
    var evolution = try Evolution<Int>(parents: [genome], settings: settings)
    try EvolutionTests.prune(&evolution)
    let children = evolution.ask().map(\.genome)
    #expect(children.allSatisfy { $0.masks[1] == genome.masks[1] })
    for layer in [0, 2] { #expect(children.contains { $0.masks[layer] != genome.masks[layer] }) }
    if mutation != .structured {
      // A quarter of the layer's edges, whether others lose any or not.
      for child in children.dropFirst() {
        let lost = genome.masks[0].popcount - child.masks[0].popcount
        #expect((80..<200).contains(lost), "\(lost)")
      }
    }
  }

  @Test("exactly as many edges go as are asked for, and none that was not there", arguments: 0..<20)
  func removal(seed: UInt64) throws {
    let genome = try F.genome(F.layout(), seed: seed, density: 0.4)
    var generator = KeyedGenerator(seed)
    for count in 0...genome.remainingEdges {
      let rest = removingEdges(count, from: genome, using: &generator)
      #expect(rest.remainingEdges == genome.remainingEdges - count)
      #expect(rest.intersection(genome) == rest)
    }
  }

  @Test("every set of edges is equally likely, whether few or most go", arguments: [1, 2, 3, 4, 5])
  func uniformSets(count: Int) throws {
    // Of 12 positions, six have edges, in two layers.
    let layout = try F.layout([[1, 5], [1, 7]])
    var genome = Genome(layout: layout, repeating: false)
    let edges = [0, 3, 4, 5, 9, 11]
    for edge in edges { genome[edge] = true }
    var counts: [Int: Int] = [:]
    for trial in 0..<20_000 {
      var generator = KeyedGenerator(7, UInt64(trial))
      let rest = removingEdges(count, from: genome, using: &generator)
      let set = edges.enumerated().reduce(0) { $0 | (rest[$1.element] ? 0 : 1 << $1.offset) }
      counts[set, default: 0] += 1
    }
    #expect(counts.count == [6, 15, 20, 15, 6][count - 1])
    #expect(try F.uniformity(counts.sorted { $0.key < $1.key }.map(\.value)) > 1e-3)
  }

  @Test("positions are drawn uniformly over all layers together", arguments: PruningPool.allCases)
  func uniformPositions(pruningPool: PruningPool) throws {
    let layout = try F.layout([[10, 13], [5, 3, 3, 3], [3, 10]])
    let genome = Genome(layout: layout, repeating: true)
    var counts = [Int](repeating: 0, count: layout.count)
    let trials = 3000
    for trial in 0..<trials {
      var generator = KeyedGenerator(9, UInt64(trial))
      let child = prunedChild(
        genome, by: .unstructured, step: 0.1, pruningPool: pruningPool, using: &generator)
      for edge in 0..<layout.count where !child[edge] { counts[edge] += 1 }
    }
    let drawn = prunedCount(0.1, of: layout.count)
    #expect(counts.reduce(0, +) == trials * drawn)
    // Without replacement, the statistic is smaller than Pearson's by the share that is not drawn.
    let share = Double(drawn) / Double(layout.count)
    let expected = Double(trials) * share
    let statistic = counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    let freedom = Double(layout.count - 1)
    let corrected = statistic / (1 - share) * freedom / Double(layout.count)
    let tail = try ChiSquare(degreesOfFreedom: freedom).atLeast(corrected)
    #expect(tail > 1e-3 && tail < 1 - 1e-3)
  }

  @Test("structured steps take whole channels of one layer, every layer and channel equally likely")
  func structured() throws {
    let layout = try F.layout([[8, 3], [8, 2, 2, 2], [8, 5]])
    let genome = Genome(layout: layout, repeating: true)
    var pairs = [Int](repeating: 0, count: 24)
    for trial in 0..<6000 {
      var generator = KeyedGenerator(4, UInt64(trial))
      let child = prunedChild(genome, by: .structured, step: 0.25, pruningPool: .all, using: &generator)
      let touched = (0..<3).filter { child.masks[$0] != genome.masks[$0] }
      try #require(touched.count == 1)
      let width = layout.edges(of: touched[0]).count / 8
      let gone = (0..<8).filter { channel in
        (0..<width).allSatisfy { !child.masks[touched[0]][channel * width + $0] }
      }
      #expect(gone.count == 2 && genome.remainingEdges - child.remainingEdges == 2 * width)
      for channel in gone { pairs[touched[0] * 8 + channel] += 1 }
    }
    #expect(try F.uniformity(pairs) > 1e-3)
  }

  @Test("structured steps among the survivors leave empty channels out")
  func structuredSurvivors() throws {
    let layout = try F.layout([[4, 3]])
    var genome = Genome(layout: layout, repeating: false)
    for edge in 3..<9 { genome[edge] = true }
    for seed in 0..<50 as Range<UInt64> {
      var generator = KeyedGenerator(seed)
      let child = prunedChild(genome, by: .structured, step: 0.5, pruningPool: .remaining, using: &generator)
      #expect(child.remainingEdges == 3)
    }
  }

  @Test(
    "one-point and layer crossover keep the left of one parent and the right of the other", arguments: 0..<50)
  func leftAndRight(seed: UInt64) throws {
    let layout = try F.layout()
    let first = try F.genome(layout, seed: seed)
    let second = try F.genome(layout, seed: seed + 1000)
    for kind in [Crossover.onePoint, .layer] {
      var generator = KeyedGenerator(seed)
      let child = F.bits(crossover(first, second, by: kind, using: &generator))
      let points = kind == .layer ? Array(layout.offsets.dropFirst()) : Array(1..<layout.count)
      #expect(
        points.contains { point in
          child == Array(F.bits(first)[..<point] + F.bits(second)[point...])
        })
    }
  }

  @Test(
    "every point of crossover is equally likely, and none gives a copy of a parent",
    arguments: [
      Crossover.onePoint, .layer,
    ])
  func points(kind: Crossover) throws {
    let layout = try F.layout([[2, 3], [1, 5], [3, 3], [2, 1]])
    let all = Genome(layout: layout, repeating: true)
    let none = Genome(layout: layout, repeating: false)
    var counts: [Int: Int] = [:]
    for trial in 0..<8000 {
      var generator = KeyedGenerator(6, UInt64(trial))
      counts[crossover(all, none, by: kind, using: &generator).remainingEdges, default: 0] += 1
    }
    #expect(counts.keys.sorted() == (kind == .layer ? [6, 11, 20] : Array(1..<22)))
    #expect(try F.uniformity(counts.sorted { $0.key < $1.key }.map(\.value)) > 1e-3)
  }

  @Test("joining at every point is that point's concatenation")
  func joining() throws {
    let layout = try F.layout([[3, 50], [5, 13]])
    let first = try F.genome(layout, seed: 1)
    let second = try F.genome(layout, seed: 2)
    for point in 0...layout.count {
      let child = F.bits(spliced(first, second, at: point))
      #expect(child == Array(F.bits(first)[..<point] + F.bits(second)[point...]))
    }
  }

  @Test("uniform crossover takes each edge from either parent with probability one half")
  func uniformCrossover() throws {
    let layout = try F.layout()
    let first = try F.genome(layout, seed: 1)
    let second = try F.genome(layout, seed: 2)
    let all = Genome(layout: layout, repeating: true)
    let none = Genome(layout: layout, repeating: false)
    var fromFirst = [Int](repeating: 0, count: layout.count)
    for trial in 0..<2000 {
      var generator = KeyedGenerator(8, UInt64(trial))
      var same = generator
      let selection = crossover(all, none, by: .uniform, using: &generator)
      let child = crossover(first, second, by: .uniform, using: &same)
      for edge in 0..<layout.count {
        // An edge that stays with the first parent is set in the selection, one from the second clear.
        #expect(child[edge] == (selection[edge] ? first[edge] : second[edge]))
        fromFirst[edge] += selection[edge] ? 1 : 0
      }
    }
    let statistic = fromFirst.reduce(0) { $0 + (Double($1) - 1000) * (Double($1) - 1000) / 500 }
    let tail = try ChiSquare(degreesOfFreedom: Double(layout.count)).atLeast(statistic)
    #expect(tail > 1e-3 && tail < 1 - 1e-3)
  }

  @Test("no crossover, and one where there is nothing to cut, is the first parent")
  func copies() throws {
    var generator = KeyedGenerator(1)
    let small = try F.layout([[1, 1]])
    let all = Genome(layout: small, repeating: true)
    let none = Genome(layout: small, repeating: false)
    for kind in [Crossover.none, .onePoint, .layer] {
      #expect(crossover(all, none, by: kind, using: &generator) == all)
    }
  }

  @Test("tournaments have the pressure of the closed form", arguments: [1, 2, 4, 8])
  func pressure(size: Int) throws {
    let survivors = 7
    var wins = [Int](repeating: 0, count: survivors)
    let trials = 200_000
    var generator = KeyedGenerator(5, UInt64(size))
    for _ in 0..<trials { wins[tournamentWinner(of: size, among: survivors, using: &generator)] += 1 }
    func power(_ base: Int) -> Double {
      (0..<size).reduce(1.0) { product, _ in product * Double(base) / Double(survivors) }
    }
    let expected = (0..<survivors).map { rank in
      Double(trials) * (power(survivors - rank) - power(survivors - rank - 1))
    }
    // The last ranks of a large tournament win less often than the test needs; they count together.
    let common = expected.prefix { $0 >= 5 }.count
    let tail = expected[common...].reduce(0, +)
    let counts = Array(wins[..<common]) + (tail > 0 ? [wins[common...].reduce(0, +)] : [])
    let expectations = Array(expected[..<common]) + (tail > 0 ? [tail] : [])
    #expect(try F.goodness(counts, expectations) > 1e-3)
  }

  @Test("diversity is the mean over pairs of the share of edges that differ")
  func diversities() throws {
    let layout = try F.layout()
    #expect(diversity(of: []) == 0 && diversity(of: [Genome(layout: layout, repeating: true)]) == 0)
    for count in 2...17 {
      let genomes = try (0..<count).map { try F.genome(layout, seed: UInt64($0), density: 0.7) }
      var differences = 0
      for one in genomes.indices {
        for other in genomes.indices.dropFirst(one + 1) {
          differences += zip(F.bits(genomes[one]), F.bits(genomes[other])).filter { $0 != $1 }.count
        }
      }
      let mean = Double(differences) / Double(count * (count - 1) / 2 * layout.count)
      #expect(abs(diversity(of: genomes) - mean) < 1e-14)
    }
  }
}
