import Padawann
import Testing

@Suite struct KeyedGeneratorTests {
  /// A change of these numbers is a change of every seeded result.
  @Test func theStreamOfAKeyNeverChanges() {
    var generator = KeyedGenerator(1, 2, 3)
    #expect((0..<4).map { _ in generator.next() } == Self.golden)
    var empty = KeyedGenerator()
    #expect(empty.next() == Self.goldenOfNoKey)
  }

  static let golden: [UInt64] = [
    293_848_556_452_425_453, 4_795_577_657_486_867_497, 16_567_633_938_452_022_887,
    11_034_744_889_158_311_407,
  ]
  static let goldenOfNoKey: UInt64 = 6_526_344_196_332_543_911

  @Test func everyWordOfTheKeyAndTheirOrderMatter() {
    let keys: [KeyedGenerator] = [
      KeyedGenerator(), KeyedGenerator(0), KeyedGenerator(0, 0), KeyedGenerator(1), KeyedGenerator(0, 1),
      KeyedGenerator(1, 0), KeyedGenerator(.max), KeyedGenerator(1, 0, 0),
    ]
    let first = keys.map { key in
      var generator = key
      return generator.next()
    }
    #expect(Set(first).count == keys.count)
  }

  /// Pearson's statistic of equally likely counts.
  private static func chiSquare(_ counts: [Int]) -> Double {
    let expected = Double(counts.reduce(0, +)) / Double(counts.count)
    return counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
  }

  /// The statistic stays within five standard deviations, √(2 · degrees of freedom), of its mean.
  private static func isUniform(_ counts: [Int]) -> Bool {
    let freedom = Double(counts.count - 1)
    return abs(chiSquare(counts) - freedom) < 5 * (2 * freedom).squareRoot()
  }

  @Test(arguments: [2, 3, 7, 10, 64, 1000])
  func boundedDrawsAreUniform(bound: Int) {
    var generator = KeyedGenerator(5, UInt64(bound))
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<(bound * 200) { counts[generator.next(below: bound)] += 1 }
    #expect(Self.isUniform(counts), "\(Self.chiSquare(counts))")
  }

  @Test func boundsAtTheEndsOfTheRangeAreKept() {
    var generator = KeyedGenerator(6)
    for _ in 0..<100 {
      #expect(generator.next(below: 1) == 0)
      #expect((0..<Int.max).contains(generator.next(below: .max)))
    }
    // Three quarters of 2⁶³: the draws that a remainder would favour are seen at once.
    let bound = Int.max / 4 * 3
    let upper = (0..<3000).count { _ in generator.next(below: bound) >= bound / 2 }
    #expect((1300...1700).contains(upper))
  }

  @Test func uniformNumbersStayBelowOne() {
    var generator = KeyedGenerator(7)
    var counts = [Int](repeating: 0, count: 16)
    for _ in 0..<16_000 {
      let number = generator.uniform()
      #expect(number >= 0 && number < 1)
      counts[Int(number * 16)] += 1
    }
    #expect(Self.isUniform(counts))
  }

  @Test func everyOrderOfAShuffleIsEquallyLikely() {
    var generator = KeyedGenerator(8)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<24_000 {
      var elements = [0, 1, 2, 3]
      generator.shuffle(&elements)
      counts[elements, default: 0] += 1
    }
    #expect(counts.count == 24)
    #expect(Self.isUniform(Array(counts.values)))
    var nothing: [Int] = []
    generator.shuffle(&nothing)
    #expect(nothing.isEmpty)
  }

  @Test func distinctNumbersAreExactlyAsManySortedAndInRange() {
    var generator = KeyedGenerator(9)
    for bound in 0...40 {
      for count in 0...bound {
        let drawn = generator.distinct(count, below: bound)
        #expect(drawn.count == count)
        #expect(zip(drawn, drawn.dropFirst()).allSatisfy { $0 < $1 })
        #expect(drawn.allSatisfy { (0..<bound).contains($0) })
      }
    }
  }

  /// Both methods: few of many, and most of them.
  @Test(arguments: [(1, 6), (2, 8), (3, 6), (5, 6)])
  func everySubsetIsEquallyLikely(count: Int, bound: Int) {
    var generator = KeyedGenerator(10, UInt64(count), UInt64(bound))
    var counts: [[Int]: Int] = [:]
    for _ in 0..<20_000 { counts[generator.distinct(count, below: bound), default: 0] += 1 }
    let subsets = (0..<count).reduce(1) { $0 * (bound - $1) / ($1 + 1) }
    #expect(counts.count == subsets)
    #expect(Self.isUniform(Array(counts.values)))
  }
}
