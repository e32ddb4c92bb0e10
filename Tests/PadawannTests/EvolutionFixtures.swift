import Padawann

/// Small genomes, and the layers of MNIST-Net.
enum EvolutionFixtures {
  static func layout(_ shapes: [[Int]] = [[4, 5], [3, 2, 3, 3], [7, 10]]) throws -> EdgeLayout {
    try EdgeLayout(shapes: shapes)
  }

  static let mnistNet = [[32, 1, 3, 3], [64, 32, 3, 3], [128, 9216], [10, 128]]

  static func genome(
    _ layout: EdgeLayout, seed: UInt64, density: Float = 0.5
  ) throws -> Genome {
    var generator = KeyedGenerator(seed)
    let masks = layout.shapes.map { shape in
      Bitmask((0..<shape.reduce(1, *)).map { _ in generator.uniform() < density })
    }
    return try Genome(layout: layout, masks: masks)
  }

  static func bits(_ genome: Genome) -> [Bool] { (0..<genome.count).map { genome[$0] } }

  /// The tail probability of the statistic of counts that are all expected to be equally large.
  static func uniformity(_ counts: [Int]) throws -> Double {
    let expected = Double(counts.reduce(0, +)) / Double(counts.count)
    return try goodness(counts, [Double](repeating: expected, count: counts.count))
  }

  /// Pearson's test of counts against expectations.
  static func goodness(_ counts: [Int], _ expected: [Double]) throws -> Double {
    let statistic = zip(counts, expected).reduce(0) { sum, pair in
      sum + (Double(pair.0) - pair.1) * (Double(pair.0) - pair.1) / pair.1
    }
    return try ChiSquare(degreesOfFreedom: Double(counts.count - 1)).atLeast(statistic)
  }
}
