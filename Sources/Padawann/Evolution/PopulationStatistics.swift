/// How a population stands.
package struct PopulationStatistics: Codable, Hashable, Sendable {
  /// The highest fitness.
  package let bestFitness: Double
  /// The mean fitness.
  package let meanFitness: Double
  /// The median fitness; of an even number of individuals, the mean of the middle two.
  package let medianFitness: Double
  /// The edges that are left of the fittest individual.
  package let bestEdges: Int
  /// The mean number of edges that are left.
  package let meanEdges: Double
  /// The mean over all pairs of individuals of the share of edges that only one of them has; 0 for a single individual.
  ///
  /// Two individuals that keep a share d of the edges independently differ in `2·d·(1 - d)`.
  package let diversity: Double
}

extension Evolution {
  /// How the population stands; `nil` until the initial population was evaluated.
  package var statistics: PopulationStatistics? {
    guard let best = population.first else { return nil }
    let fitness = population.map(\.score.fitness)
    let count = Double(fitness.count)
    let middle = [fitness[(fitness.count - 1) / 2], fitness[fitness.count / 2]]
    return PopulationStatistics(
      bestFitness: best.score.fitness,
      meanFitness: fitness.reduce(0, +) / count,
      medianFitness: middle[0] / 2 + middle[1] / 2,
      bestEdges: best.genome.remainingEdges,
      meanEdges: Double(population.reduce(0) { $0 + $1.genome.remainingEdges }) / count,
      diversity: diversity(of: population.map(\.genome)))
  }
}

/// The mean over all pairs of genomes of the share of edges that only one of the two has; exact. 0 for fewer than two.
///
/// At an edge that c of N genomes have, `c·(N - c)` pairs differ; so counts per edge do, and not all pairs have to be compared.
package func diversity(of genomes: [Genome]) -> Double {
  guard genomes.count > 1, let layout = genomes.first?.layout else { return 0 }
  let differences = layout.shapes.indices.reduce(0.0) { sum, layer in
    sum + differingPairs(genomes.map { $0.masks[layer] })
  }
  let pairs = Double(genomes.count) * Double(genomes.count - 1) / 2
  return differences / pairs / Double(layout.count)
}

/// The sum over positions of the pairs of masks that differ there: `N·sum(c) - sum(c²)` for the counts c.
private func differingPairs(_ masks: [Bitmask]) -> Double {
  let planes = bitPlanes(masks)
  var pairs = 0.0
  for (low, plane) in planes.enumerated() {
    pairs += Double(masks.count) * Double(overlap(plane, plane)) * Double(1 << low)
    for (high, other) in planes.enumerated() {
      pairs -= Double(overlap(plane, other)) * Double(1 << (low + high))
    }
  }
  return pairs
}

/// In how many masks each position is set: binary counters, 64 to a word, the digits of one weight in one plane.
private func bitPlanes(_ masks: [Bitmask]) -> [[UInt64]] {
  var planes: [[UInt64]] = []
  for mask in masks {
    var carry = mask.words
    for index in planes.indices { addBits(&carry, to: &planes[index]) }
    if carry.contains(where: { $0 != 0 }) { planes.append(carry) }
  }
  return planes
}

/// Adds bits to a plane of binary digits; what they carry over replaces them.
private func addBits(_ carry: inout [UInt64], to plane: inout [UInt64]) {
  for index in plane.indices {
    let digit = plane[index]
    plane[index] = digit ^ carry[index]
    carry[index] &= digit
  }
}

private func overlap(_ one: [UInt64], _ other: [UInt64]) -> Int {
  one.indices.reduce(0) { $0 + (one[$1] & other[$1]).nonzeroBitCount }
}
