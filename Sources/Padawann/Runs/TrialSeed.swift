/// The seeds of several trials of one thing, derived from the seed that was given.
package enum TrialSeed {
  /// The largest number of trials.
  private static let limit = 10_000

  /// The seed of one trial.
  ///
  /// - Parameters:
  ///   - number: of the trial, from 1.
  ///   - seed: that of all.
  package static func seed(of number: Int, from seed: UInt64) -> UInt64 {
    // "trial" in ASCII keeps the derived seeds apart from all other uses of the seed.
    var generator = KeyedGenerator(seed, 0x7472_6961_6c, UInt64(number))
    return generator.next()
  }

  /// Refuses a number of trials that makes no sense.
  ///
  /// - Throws: ``PadawannError`` `usage`.
  package static func check(_ count: Int) throws(PadawannError) {
    guard (1...limit).contains(count) else {
      throw PadawannError(.usage, "trials: \(count) is not a number from 1 to \(limit)")
    }
  }
}
