/// A t-test of the difference between two groups' means: would other trials, with other seeds, show it again?
///
/// Groups of trials that have nothing to do with each other are compared by Welch's test, which does not ask for equal
/// variances (Welch, 1947); trials that belong together one by one by the paired test; and several trials with a single
/// model, which is taken as it is, by the test of one sample.
package struct MeanDifference: Codable, Sendable, Equatable {
  /// Which of the tests it is.
  package enum Design: String, Codable, Sendable {
    case welch, paired
    case oneSample = "one-sample"
  }

  /// Which of the tests it is.
  package let design: Design
  /// The mean of the second group less that of the first.
  package let value: Double
  /// The difference in units of its standard error.
  package let statistic: Double
  /// The degrees of freedom; of Welch's test rarely whole.
  package let degreesOfFreedom: Double
  /// The two-sided p-value.
  package let p: Double
  /// The interval of the difference.
  package let interval: Interval

  /// Compares two groups of numbers; `nil` where no test is possible, because each has one number only or nothing varies.
  ///
  /// - Parameters:
  ///   - isPaired: whether the numbers belong together in order.
  /// - Throws: ``PadawannError`` `usage` when a group is empty, or groups that are paired are not of one size.
  package init?(
    of first: [Double], _ second: [Double], isPaired: Bool, _ confidence: Confidence = .standard
  ) throws(PadawannError) {
    guard !first.isEmpty, !second.isEmpty, !isPaired || first.count == second.count else {
      throw PadawannError(
        .usage,
        "groups of \(first.count) and \(second.count) trials cannot be compared\(isPaired ? " in pairs" : "")"
      )
    }
    // What rounding alone makes of numbers that do not vary.
    let noise = 1e-13 * ((first + second).map(abs).max() ?? 0)
    if isPaired {
      let pairs = Sample(zip(first, second).map { $1 - $0 })
      try self.init(.paired, [pairs], value: pairs.mean, noise, confidence)
      return
    }
    let samples = [Sample(first), Sample(second)]
    try self.init(
      samples.contains { $0.count == 1 } ? .oneSample : .welch, samples.filter { $0.count > 1 },
      value: samples[1].mean - samples[0].mean, noise, confidence)
  }

  /// A sample: its mean, and the squared standard error of that.
  private struct Sample {
    let count: Int
    let mean: Double
    let squaredError: Double

    init(_ values: [Double]) {
      count = values.count
      let mean = values.reduce(0, +) / Double(count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      self.mean = mean
      squaredError = count > 1 ? squares / Double(count - 1) / Double(count) : 0
    }
  }

  private init?(
    _ design: Design, _ varying: [Sample], value: Double, _ noise: Double, _ confidence: Confidence
  )
    throws(PadawannError)
  {
    let squaredError = varying.reduce(0) { $0 + $1.squaredError }
    let error = squaredError.squareRoot()
    guard error > noise else { return nil }
    self.design = design
    self.value = value
    statistic = value / error
    degreesOfFreedom =
      varying.count == 1
      ? Double(varying[0].count - 1)
      : squaredError * squaredError
        / varying.reduce(0) { $0 + $1.squaredError * $1.squaredError / Double($1.count - 1) }
    let distribution = try StudentT(degreesOfFreedom: degreesOfFreedom)
    p = distribution.atLeastAsFar(statistic)
    let reach = error * distribution.distance(exceededWith: confidence.alpha)
    interval = Interval(lower: value - reach, upper: value + reach)
  }
}
