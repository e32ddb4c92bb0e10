/// How several numbers lie: the mean, the sample standard deviation, and the ends.
package struct Spread: Codable, Sendable, Equatable {
  /// The mean.
  package let mean: Double
  /// The standard deviation of the sample, `√(Σ(x - mean)² / (n - 1))`; absent for a single number,
  /// and where a number is infinite.
  package let deviation: Double?
  /// The smallest.
  package let least: Double
  /// The largest.
  package let most: Double

  /// Describes numbers; `nil` when there is none.
  package init?(_ numbers: [Double]) {
    guard let least = numbers.min(), let most = numbers.max() else { return nil }
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    deviation =
      numbers.count > 1 && squares.isFinite ? (squares / Double(numbers.count - 1)).squareRoot() : nil
    self.least = least
    self.most = most
  }
}
