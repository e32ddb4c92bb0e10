/// In what numbers the pixels of pictures are stored.
package enum PixelScale: Hashable, Sendable {
  /// 0 to 255, as bytes or as whole real numbers of which one is above 1.
  case bytes
  /// 0 to 1: bytes that somebody has divided by 255.
  case unit
  /// Anything else, such as pixels that are normalised already.
  case other

  /// What a stored number is multiplied by to be that of a byte; `nil` where that is not known.
  var steps: Float? {
    switch self {
    case .bytes: 1
    case .unit: 255
    case .other: nil
    }
  }
}

extension Pixels {
  /// In what numbers they are stored.
  package var scale: PixelScale {
    guard case .floats(let values) = self else { return .bytes }
    var isWhole = true
    var isUnit = true
    for value in values {
      guard value >= 0, value <= 255 else { return .other }
      if value > 1 { isUnit = false }
      if value != value.rounded() { isWhole = false }
      if !isUnit, !isWhole { return .other }
    }
    return isUnit ? .unit : .bytes
  }
}

extension Normalisation {
  /// The normalisation of bytes as that of the same pictures in other numbers; pixels of no known scale are taken as stored.
  package func adapted(to scale: PixelScale) -> Normalisation {
    guard let steps = scale.steps else { return .none(divisor: 1) }
    return Normalisation(divisor: divisor / steps, mean: mean, deviation: deviation)
  }
}
