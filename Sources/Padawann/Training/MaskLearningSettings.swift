/// How masks are learned. The defaults are those with which the method was studied.
public struct MaskLearningSettings: Sendable, Hashable, Codable {
  /// What becomes of the biases.
  public enum Biases: String, Sendable, Hashable, Codable, CaseIterable {
    /// They stay as they are.
    case keep
    /// Those of the masked layers are learned.
    case shared
    /// Those of the masked layers are learned, for every task its own.
    case perTask = "per-task"
  }

  /// The share of all edges of the network that is left, from 0 to 1.
  public var density: Double
  /// The names of the layers that are masked; all others keep all their edges. `nil` stands for the linear layers, or for all
  /// layers where there is no linear one.
  public var layers: [String]?
  /// The share of its edges that a layer keeps, by name, where it is not to be found from the density.
  public var shares: [String: Double] = [:]
  /// What becomes of the biases.
  public var biases = Biases.keep
  /// The weight that all edges share.
  public var sharedWeight: Float = 0.5
  /// How many epochs: how often every image is seen.
  public var epochs = 16
  /// Images of a batch, mixed over the tasks.
  public var batch = 100
  /// Whether every image is shifted by one pixel or not at all, at random.
  public var shifts = true
  /// Adam's learning rate of the scores; it falls to 0 along half a cosine.
  public var rate = 0.02
  /// Adam's learning rate of the biases, in units of standard deviations of what they are added to.
  public var biasRate = 0.003
  /// Steps from one search for the thresholds of the scores to the next.
  public var refresh = 10
  /// The standard deviation of the logits at the beginning.
  public var logitDeviation = 3.0
  /// The key of every random number.
  public var seed: UInt64 = 0
  /// How teachers are imitated; `nil` where labels alone are learned.
  public var distillation: DistillationSettings?
  /// How every task gets a mask of its own in the end; `nil` for one mask that serves all tasks.
  public var taskMasks: TaskMaskSettings?

  /// The defaults, with a density.
  public init(density: Double) { self.density = density }

  /// Adam as the scores use it.
  static let betas = (0.9, 0.99)
  static let epsilon: Float = 1e-8

  /// Checks that the settings make sense.
  ///
  /// - Throws: ``PadawannError`` `usage` that names the setting.
  public func validate() throws(PadawannError) {
    for share in [density] + shares.values where !(share > 0 && share <= 1) {
      throw PadawannError(.usage, "a share of edges is above 0 and at most 1, not \(share)")
    }
    guard sharedWeight.isFinite, sharedWeight > 0 else {
      throw PadawannError(
        .usage, "a shared weight to learn with is a finite number above 0, not \(sharedWeight)")
    }
    for (name, rate) in [("rate", rate), ("bias rate", biasRate), ("logit deviation", logitDeviation)] {
      guard rate > 0, rate.isFinite else {
        throw PadawannError(.usage, "\(name): \(rate) is not a finite number above 0")
      }
    }
    try distillation?.validate()
    try taskMasks?.validate(in: self)
    try TrainingSettings.check(epochs, 1_000_000, "the number of epochs")
    try TrainingSettings.check(batch, 65_536, "the number of images of a batch")
    try TrainingSettings.check(
      refresh, 1_000_000, "the number of steps between two searches for the thresholds")
  }
}
