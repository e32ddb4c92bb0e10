/// How a mask is learned from teachers: networks whose answers take the place of labels.
public struct DistillationSettings: Sendable, Hashable, Codable {
  /// What is compared with the teacher's logits.
  public var loss = TeacherLoss()
  /// What is done to the images.
  public var augmentation = Augmentation(shift: 1)
  /// Adam's learning rate of biases, in units of the standard deviation of what they are added to.
  public var biasRate = 0.003
  /// Adam's learning rate of the logarithm of what the edges of each layer are worth.
  public var scaleRate = 0.02
  /// Adam's learning rate of the scales and shifts of batch normalisations.
  public var normalisationRate = 0.002
  /// How many images batch normalisations are measured on at the end; 0 for not at all.
  public var calibrationImages = 2000

  /// The defaults.
  public init() {}

  /// Adam's learning rate of the scores, unless somebody says otherwise.
  public static let usualRate = 0.006
  /// Images of a batch, unless somebody says otherwise.
  public static let usualBatch = 64
  /// How many steps are enough for most networks.
  private static let usualSteps = 1600
  private static let leastEpochs = 6
  private static let mostEpochs = 200

  /// How often every image is best seen, of so many.
  public static func usualEpochs(images: Int) -> Int {
    let wanted = (usualSteps * usualBatch + images - 1) / max(images, 1)
    return min(max(leastEpochs, wanted), mostEpochs)
  }

  func validate() throws(PadawannError) {
    try loss.validate()
    try augmentation.validate()
    let rates = [
      ("bias rate", biasRate), ("scale rate", scaleRate), ("normalisation rate", normalisationRate),
    ]
    for (name, rate) in rates where !(rate >= 0 && rate.isFinite) {
      throw PadawannError(.usage, "\(name): \(rate) is not a finite number from 0 up")
    }
    guard calibrationImages >= 0 else {
      throw PadawannError(.usage, "the images of a calibration are counted from 0, not \(calibrationImages)")
    }
  }
}

/// A network that is imitated.
public struct Teacher: Sendable {
  /// The network, with as many logits as that which learns.
  public let network: Network
  /// What its edges are worth.
  public let magnitude: Magnitude
  /// How 8-bit pixels become its inputs, where that is not as for the network that learns.
  public var normalisation: Normalisation?

  /// Names a network and what its edges are worth, by default their own numbers.
  public init(_ network: Network, magnitude: Magnitude = .own) {
    self.network = network
    self.magnitude = magnitude
  }

  /// The images as it reads them.
  package func reading(_ dataset: Dataset) throws(PadawannError) -> Dataset {
    guard let normalisation else { return dataset }
    return try dataset.normalised(as: normalisation.adapted(to: dataset.pixels.scale))
  }
}
