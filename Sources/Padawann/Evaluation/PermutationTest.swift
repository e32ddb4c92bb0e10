/// The exact permutation test of the difference between two groups' means (Fisher, 1935; Pitman, 1937), which asks nothing of how the
/// numbers are distributed: how many of all ways to deal them out to groups of these sizes differ as much, or more.
package struct PermutationTest: Sendable, Equatable {
  /// The two-sided p-value; it is at least 1 over the number of ways.
  package let p: Double

  /// More ways than this are not counted; two groups of ten have 184,756.
  private static let mostWays = 1 << 21

  /// Compares two groups; `nil` where one is empty or there are too many ways.
  package init?(_ first: [Double], _ second: [Double]) {
    let all = first + second
    guard !first.isEmpty, !second.isEmpty, all.allSatisfy(\.isFinite),
      let ways = Self.ways(first.count, of: all.count)
    else { return nil }
    let expected = all.reduce(0, +) / Double(all.count) * Double(first.count)
    let observed = abs(first.reduce(0, +) - expected)
    // Sums of the same numbers in another order differ in their last digits.
    let least = observed - 1e-9 * all.reduce(0) { $0 + abs($1) }
    p = Double(Self.count(all[...], choosing: first.count, sum: -expected, least)) / Double(ways)
  }

  /// In how many ways some of the numbers make a sum that is this far from 0, or further.
  private static func count(_ rest: ArraySlice<Double>, choosing left: Int, sum: Double, _ least: Double)
    -> Int
  {
    guard left > 0 else { return abs(sum) >= least ? 1 : 0 }
    guard let next = rest.first, rest.count >= left else { return 0 }
    return count(rest.dropFirst(), choosing: left - 1, sum: sum + next, least)
      + count(rest.dropFirst(), choosing: left, sum: sum, least)
  }

  /// The number of ways to choose; `nil` beyond the limit.
  private static func ways(_ chosen: Int, of count: Int) -> Int? {
    var ways = 1
    for step in 0..<min(chosen, count - chosen) {
      ways = ways * (count - step) / (step + 1)
      guard ways <= mostWays else { return nil }
    }
    return ways
  }
}
