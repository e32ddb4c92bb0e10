/// What training does.
package struct TrainingSettings: Sendable, Hashable, Codable {
  /// How gradients become steps.
  package var optimiser: Optimiser
  /// The learning rate of the first step.
  package var rate: Double
  /// How the rate changes.
  package var schedule: Schedule
  /// How many epochs: how often every image is seen.
  package var epochs: Int
  /// Images of a batch.
  package var batch: Int
  /// Whether every image is shifted by one pixel or not at all, at random.
  package var shifts: Bool
  /// Whether pruned edges stay pruned; otherwise the trained layers become dense.
  package var keepsPruned: Bool
  /// Whether the activations of a part that never changes are computed once and kept, as floats.
  package var keepsFeatures: Bool
  /// The key of every random number.
  package var seed: UInt64

  /// Makes the settings.
  package init(
    optimiser: Optimiser, rate: Double, schedule: Schedule = .constant, epochs: Int, batch: Int = 100,
    shifts: Bool = false, keepsPruned: Bool = true, keepsFeatures: Bool = true, seed: UInt64 = 0
  ) {
    self.optimiser = optimiser
    self.rate = rate
    self.schedule = schedule
    self.epochs = epochs
    self.batch = batch
    self.shifts = shifts
    self.keepsPruned = keepsPruned
    self.keepsFeatures = keepsFeatures
    self.seed = seed
  }

  /// The recipe of the thesis' initial nets (thesis-facts 19): Adadelta with rate 1, times 0.7 after every epoch, 3 epochs,
  /// batches of 100.
  package static let thesis = TrainingSettings(
    optimiser: .adadelta(), rate: 1, schedule: .step(factor: 0.7, epochs: 1), epochs: 3)

  /// Checks that the settings make sense.
  ///
  /// - Throws: ``PadawannError`` `usage` that names the setting.
  package func validate() throws(PadawannError) {
    try optimiser.validate()
    try schedule.validate()
    guard rate > 0, rate.isFinite else {
      throw PadawannError(.usage, "a learning rate is a finite number above 0, not \(rate)")
    }
    try Self.check(epochs, 1_000_000, "the number of epochs")
    try Self.check(batch, 65_536, "the number of images of a batch")
  }

  static func check(_ number: Int, _ most: Int, _ name: String) throws(PadawannError) {
    guard (1...most).contains(number) else {
      throw PadawannError(.usage, "\(name) is from 1 to \(most), not \(number)")
    }
  }
}
