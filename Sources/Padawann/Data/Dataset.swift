/// How a stored pixel becomes a network's input: `(pixel / divisor - mean[c]) / deviation[c]`, in `Float`, in this order.
public struct Normalisation: Hashable, Sendable {
  /// What a pixel is divided by first: 255 for 8-bit pixels, 1 for stored real numbers.
  public var divisor: Float
  /// One mean per channel, or one for all.
  public var mean: [Float]
  /// One standard deviation per channel, or one for all.
  public var deviation: [Float]

  /// Makes a normalisation; see ``Dataset/init(name:shape:pixels:labels:classNames:normalisation:)`` for the checks.
  public init(divisor: Float = 255, mean: [Float], deviation: [Float]) {
    self.divisor = divisor
    self.mean = mean
    self.deviation = deviation
  }

  /// MNIST's statistics, which the thesis uses for every dataset (thesis-facts 15): mean 0.1307, deviation 0.3081.
  public static let mnist = Normalisation(mean: [0.1307], deviation: [0.3081])
  /// Nothing but the division.
  public static func none(divisor: Float) -> Normalisation {
    Normalisation(divisor: divisor, mean: [0], deviation: [1])
  }
}

/// The pixels of a dataset, as they are stored.
public enum Pixels: Sendable, Equatable {
  /// 8-bit pixels.
  case bytes([UInt8])
  /// Real numbers.
  case floats([Float])

  /// The number of stored values.
  public var count: Int {
    switch self {
    case .bytes(let values): values.count
    case .floats(let values): values.count
    }
  }
}

/// Images of one shape with a label each.
public struct Dataset: Sendable {
  /// What reports call it, for example `mnist:test`.
  public let name: String
  /// The shape of one image.
  public let shape: Shape
  /// All images, one after the other; each is stored channels × rows × columns, row-major.
  public let pixels: Pixels
  /// One class index per image, from 0.
  public let labels: [Int]
  /// The name of each class; its count is the number of classes.
  public let classNames: [String]
  /// How pixels become inputs.
  public let normalisation: Normalisation
  /// Whether the labels say what is on the images; otherwise all are 0, and nothing can be right or wrong.
  public let isLabelled: Bool

  private let rememberedDigest = Remembered<Digest>()

  /// The largest number of stored values of one dataset.
  public static let maximumValues = 1 << 33
  /// The largest number of stored values of one image.
  static let maximumImage = 1 << 24

  /// Checks that sizes agree and that every label names a class.
  ///
  /// - Throws: ``PadawannError`` `data` when there is no image, the counts disagree, a label is out of range (the error
  ///   names the first), a stored number is not finite, or the normalisation does not have one or `channels` means and
  ///   positive deviations.
  public init(
    name: String, shape: Shape, pixels: Pixels, labels: [Int], classNames: [String],
    normalisation: Normalisation, isLabelled: Bool = true
  ) throws(PadawannError) {
    guard !labels.isEmpty else { throw PadawannError(.data, "the dataset has no images", at: name) }
    let sizes = [shape.channels, shape.height, shape.width]
    guard sizes.allSatisfy({ (1...65_536).contains($0) }), shape.count <= Self.maximumImage else {
      throw PadawannError(.data, "an image of shape \(shape) is not supported", at: name)
    }
    let (values, overflow) = shape.count.multipliedReportingOverflow(by: labels.count)
    guard !overflow, values <= Self.maximumValues, values == pixels.count else {
      throw PadawannError(
        .data, "\(labels.count) labels of \(shape) images do not agree with \(pixels.count) pixel values",
        at: name)
    }
    if let wrong = labels.firstIndex(where: { !classNames.indices.contains($0) }) {
      throw PadawannError(
        .data, "label \(labels[wrong]) of image \(wrong) is not one of the \(classNames.count) classes",
        at: name)
    }
    if case .floats(let numbers) = pixels, let wrong = numbers.firstIndex(where: { !$0.isFinite }) {
      throw PadawannError(.data, "a pixel of image \(wrong / shape.count) is not a finite number", at: name)
    }
    let statistics = [normalisation.mean.count, normalisation.deviation.count]
    guard statistics.allSatisfy({ $0 == 1 || $0 == shape.channels }),
      (normalisation.mean + normalisation.deviation + [normalisation.divisor]).allSatisfy(\.isFinite),
      normalisation.deviation.allSatisfy({ $0 > 0 }), normalisation.divisor > 0
    else {
      throw PadawannError(
        .data, "the normalisation needs 1 or \(shape.channels) finite means and positive deviations", at: name
      )
    }
    self.name = name
    self.shape = shape
    self.pixels = pixels
    self.labels = labels
    self.classNames = classNames
    self.normalisation = normalisation
    self.isLabelled = isLabelled
  }

  /// The number of images.
  public var count: Int { labels.count }

  /// Refuses images without labels where something is to be measured or learned by them.
  ///
  /// - Throws: ``PadawannError`` `usage`.
  package func checkLabels() throws(PadawannError) {
    guard !isLabelled else { return }
    throw PadawannError(
      .usage, "these images have no labels, which are needed here", at: name,
      remedy: "Name images with labels; they are not needed to learn from a teacher")
  }

  /// The same images with another normalisation.
  ///
  /// - Throws: ``PadawannError`` `data` as the initialiser.
  public func normalised(as normalisation: Normalisation) throws(PadawannError) -> Dataset {
    try Dataset(
      name: name, shape: shape, pixels: pixels, labels: labels, classNames: classNames,
      normalisation: normalisation, isLabelled: isLabelled)
  }

  /// Some of the images, copied.
  ///
  /// - Throws: ``PadawannError`` `data` as the initialiser.
  func part(_ range: Range<Int>) throws(PadawannError) -> Dataset {
    let values = (range.lowerBound * shape.count)..<(range.upperBound * shape.count)
    let pixels: Pixels =
      switch self.pixels {
      case .bytes(let all): .bytes(Array(all[values]))
      case .floats(let all): .floats(Array(all[values]))
      }
    return try Dataset(
      name: name, shape: shape, pixels: pixels, labels: Array(labels[range]), classNames: classNames,
      normalisation: normalisation, isLabelled: isLabelled)
  }

  /// The same images without labels, whose classes are called so.
  ///
  /// - Throws: ``PadawannError`` `data` as the initialiser.
  package func called(_ classNames: [String]) throws(PadawannError) -> Dataset {
    try Dataset(
      name: name, shape: shape, pixels: pixels, labels: labels, classNames: classNames,
      normalisation: normalisation, isLabelled: isLabelled)
  }

  /// One image as a network sees it: normalised, channels × rows × columns.
  ///
  /// The arithmetic is PyTorch's: division by ``Normalisation/divisor``, then subtraction, then division, each rounded
  /// to `Float`.
  public func input(_ index: Int) -> [Float] {
    let range = (index * shape.count)..<((index + 1) * shape.count)
    let plane = shape.height * shape.width
    switch pixels {
    case .bytes(let values):
      return values[range].enumerated().map { normalisation.value(Float($1), channel: $0 / plane) }
    case .floats(let values):
      return values[range].enumerated().map { normalisation.value($1, channel: $0 / plane) }
    }
  }

  /// The first images; all when there are no more than that.
  ///
  /// - Throws: ``PadawannError`` `data` when that is none.
  public func prefix(_ count: Int) throws(PadawannError) -> Dataset {
    let kept = min(count, self.count)
    let first: Pixels
    switch pixels {
    case .bytes(let values): first = .bytes(Array(values.prefix(kept * shape.count)))
    case .floats(let values): first = .floats(Array(values.prefix(kept * shape.count)))
    }
    return try Dataset(
      name: name, shape: shape, pixels: first, labels: Array(labels.prefix(kept)), classNames: classNames,
      normalisation: normalisation, isLabelled: isLabelled)
  }

  /// SHA-256 over what the images and labels are, whatever file they came from: the ASCII text `padawann dataset 1\n`;
  /// count, channels, rows, columns and the number of classes as little-endian 64-bit integers; one byte, 0 for 8-bit
  /// pixels and 1 for `Float`; the pixels (`Float` little-endian); the labels as little-endian 32-bit integers. Names and
  /// normalisation do not count. It is computed once.
  public var digest: Digest { rememberedDigest.value(findDigest) }

  private func findDigest() -> Digest {
    var builder = DigestBuilder()
    builder.append("padawann dataset 1\n".utf8)
    for number in [count, shape.channels, shape.height, shape.width, classNames.count] {
      builder.append(littleEndian: UInt64(number))
    }
    switch pixels {
    case .bytes(let values):
      builder.append(littleEndian: UInt8(0))
      builder.append(values)
    case .floats(let values):
      builder.append(littleEndian: UInt8(1))
      var bytes: [UInt8] = []
      bytes.reserveCapacity(4 * values.count)
      for value in values {
        let bits = value.bitPattern
        bytes.append(UInt8(truncatingIfNeeded: bits))
        bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
        bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
        bytes.append(UInt8(truncatingIfNeeded: bits >> 24))
      }
      builder.append(bytes)
    }
    builder.append(labels.flatMap { label in (0..<4).map { UInt8(truncatingIfNeeded: label >> (8 * $0)) } })
    return builder.digest()
  }
}

extension Normalisation {
  /// A pixel as a network sees it, by PyTorch's arithmetic: division by ``divisor``, subtraction, division, each rounded to
  /// `Float`.
  func value(_ pixel: Float, channel: Int) -> Float { (pixel / divisor - mean(channel)) / deviation(channel) }

  /// The same as one multiplication and one addition.
  func affine(channel: Int) -> (scale: Double, offset: Double) {
    let deviation = Double(deviation(channel))
    return (1 / (Double(divisor) * deviation), 0 - Double(mean(channel)) / deviation)
  }

  private func mean(_ channel: Int) -> Float { mean[mean.count == 1 ? 0 : channel] }
  private func deviation(_ channel: Int) -> Float { deviation[deviation.count == 1 ? 0 : channel] }
}
