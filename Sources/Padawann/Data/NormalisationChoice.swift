/// How the pixels of a set are to become inputs.
package enum NormalisationChoice: Hashable, Sendable, CustomStringConvertible {
  /// The statistics of a well-known training set.
  case preset(Statistics)
  /// The statistics of the split itself, before any choice of classes or images.
  case own
  /// Nothing but the division of bytes by 255.
  case plain
  /// The bytes themselves, 0 to 255.
  case raw
  /// One mean and standard deviation per channel, or one pair for all.
  case given(means: [Float], deviations: [Float])

  /// Statistics of well-known training sets, of pixels in 0…1.
  package enum Statistics: String, Hashable, Sendable, CaseIterable {
    /// 0.1307 and 0.3081, which the thesis uses for every set (thesis-facts 15).
    case mnist
    /// 0.2860 and 0.3530.
    case fashion
    /// Three channels.
    case cifar10
    /// Three channels.
    case cifar100
    /// Three channels.
    case imagenet
  }

  /// The choice when neither a spec nor a model makes one: images of 1×28×28 get MNIST's statistics, as in the thesis; images
  /// of the CIFAR sets get theirs; anything else only the division of bytes by 255, because statistics of the split at hand
  /// would make training and test data different. Pixels that are neither bytes nor in 0…1 are taken as stored.
  static func standard(for images: LabelledImages, in scale: PixelScale) -> NormalisationChoice {
    scale == .other ? .plain : standard(for: images.shape, classNames: images.classNames)
  }

  /// The same for 8-bit images of a shape, with the names of their classes if they have some.
  package static func standard(for shape: Shape, classNames: [String]?) -> NormalisationChoice {
    switch shape {
    case Shape(channels: 1, height: 28, width: 28): return .preset(.mnist)
    case Shape(channels: 3, height: 32, width: 32):
      switch classNames {
      case ClassNames.cifar10: return .preset(.cifar10)
      case ClassNames.cifar100Fine, ClassNames.cifar100Coarse: return .preset(.cifar100)
      default: return .plain
      }
    default: return .plain
    }
  }

  /// The value of `normalise=`.
  package var description: String {
    switch self {
    case .preset(let preset): preset.rawValue
    case .own: "own"
    case .plain: "none"
    case .raw: "raw"
    case .given(let means, let deviations):
      zip(means, deviations).map { "\($0)/\($1)" }.joined(separator: "/")
    }
  }

  /// Reads the value of `normalise=`.
  package init(_ text: String) throws(PadawannError) {
    if let preset = Statistics(rawValue: text) {
      self = .preset(preset)
    } else if text == "own" {
      self = .own
    } else if text == "none" {
      self = .plain
    } else if text == "raw" {
      self = .raw
    } else {
      let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Float($0) ?? .nan }
      guard numbers.count >= 2, numbers.count % 2 == 0, numbers.allSatisfy(\.isFinite) else {
        throw PadawannError(
          .usage, "“\(text)” is not a normalisation", at: "normalise",
          remedy:
            "Write mnist, fashion, cifar10, cifar100, imagenet, own, none, raw, or MEAN/DEVIATION for each channel"
        )
      }
      let pairs = stride(from: 0, to: numbers.count, by: 2)
      self = .given(means: pairs.map { numbers[$0] }, deviations: pairs.map { numbers[$0 + 1] })
    }
  }

  /// The normalisation of these images: bytes are divided by 255 first, pixels in 0…1 are that already, and others are taken as
  /// stored.
  ///
  /// - Throws: ``PadawannError`` `data` for `own` when a channel has the same value everywhere.
  func normalisation(of images: LabelledImages, in scale: PixelScale) throws(PadawannError) -> Normalisation {
    let divisor = 255 / (scale.steps ?? 255)
    guard let ofBytes else { return try ChannelStatistics(images).normalisation(divisor: divisor) }
    guard scale == .other else { return ofBytes.adapted(to: scale) }
    return self == .raw
      ? .none(divisor: 1) : Normalisation(divisor: 1, mean: ofBytes.mean, deviation: ofBytes.deviation)
  }

  /// The normalisation of 8-bit pixels; `nil` where it depends on the images.
  package var ofBytes: Normalisation? {
    switch self {
    case .own: return nil
    case .plain: return .none(divisor: 255)
    case .raw: return .none(divisor: 1)
    case .given(let means, let deviations): return Normalisation(mean: means, deviation: deviations)
    case .preset(let preset):
      let (mean, deviation) = preset.statistics
      return Normalisation(mean: mean, deviation: deviation)
    }
  }
}

extension NormalisationChoice.Statistics {
  fileprivate var statistics: (mean: [Float], deviation: [Float]) {
    switch self {
    case .mnist: ([0.1307], [0.3081])
    case .fashion: ([0.2860], [0.3530])
    case .cifar10: ([0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616])
    case .cifar100: ([0.5071, 0.4865, 0.4409], [0.2673, 0.2564, 0.2762])
    case .imagenet: ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    }
  }
}

/// The mean and the standard deviation (of the population) of each channel, computed in `Double`.
struct ChannelStatistics {
  private(set) var means: [Double] = []
  private(set) var deviations: [Double] = []

  init(_ images: LabelledImages) {
    let (plane, size) = (images.shape.height * images.shape.width, images.shape.count)
    for channel in 0..<images.shape.channels {
      let moments: (Double, Double)
      switch images.pixels {
      case .bytes(let values): moments = Self.moments(values, channel * plane, plane, size) { Double($0) }
      case .floats(let values): moments = Self.moments(values, channel * plane, plane, size) { Double($0) }
      }
      means.append(moments.0)
      deviations.append(moments.1)
    }
  }

  private static func moments<Value>(
    _ values: [Value], _ first: Int, _ plane: Int, _ size: Int, _ number: (Value) -> Double
  ) -> (Double, Double) {
    let count = Double(values.count / size * plane)
    func sum(_ term: (Double) -> Double) -> Double {
      var total = 0.0
      for start in stride(from: first, to: values.count, by: size) {
        for place in start..<(start + plane) { total += term(number(values[place])) }
      }
      return total
    }
    let mean = sum { $0 } / count
    return (mean, (sum { ($0 - mean) * ($0 - mean) } / count).squareRoot())
  }

  func normalisation(divisor: Float) throws(PadawannError) -> Normalisation {
    if let flat = deviations.firstIndex(where: { !($0 > 0) }) {
      throw PadawannError(
        .data, "channel \(flat) has the same value everywhere and cannot be normalised by its own statistics",
        remedy: "Choose another normalise=")
    }
    return Normalisation(
      divisor: divisor, mean: means.map { Float($0 / Double(divisor)) },
      deviation: deviations.map { Float($0 / Double(divisor)) })
  }
}
