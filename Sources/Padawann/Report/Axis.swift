import Foundation

/// What the numbers of an axis are.
package enum Quantity: Sendable, Equatable {
  /// Shares, which are shown as percentages.
  case share
  /// Whole numbers.
  case count
  /// Any numbers.
  case number

  /// A number as an axis shows it.
  ///
  /// - Parameter step: the distance of two numbers that must be told apart.
  func label(_ value: Double, step: Double) -> String {
    switch self {
    case .share: return "\(Self.decimal(100 * value, step: 100 * step))%"
    case .count, .number:
      if abs(value) >= 1e6 || step >= 1e6 { return "\(Self.decimal(value / 1e6, step: step / 1e6))M" }
      if abs(value) >= 1e4 || step >= 1e4 { return "\(Self.decimal(value / 1e3, step: step / 1e3))k" }
      return Self.decimal(value, step: step)
    }
  }

  private static func decimal(_ value: Double, step: Double) -> String {
    let digits = step > 0 ? min(max(0, Int((-log10(step) - 1e-9).rounded(.up))), 9) : 0
    let text = Format.decimal(value, digits)
    return Double(text) == 0 && text.hasPrefix("-") ? String(text.dropFirst()) : text
  }
}

/// Where numbers lie on a line of a drawing, and which of them are written beside it.
struct Axis: Sendable {
  /// The least number and the greatest.
  let range: ClosedRange<Double>
  /// The numbers that are written, with their texts.
  let ticks: [(value: Double, label: String)]

  /// An axis with round numbers, which reaches as far as it must.
  ///
  /// - Parameters:
  ///   - values: what must be on it; those that are not finite do not count.
  ///   - quantity: what they are.
  ///   - count: about how many numbers are written.
  ///   - isTight: whether it ends at the last value instead of at a round number.
  init(_ values: [Double], _ quantity: Quantity, count: Int = 5, isTight: Bool = false) {
    // Differences must be finite too.
    let finite = values.filter(\.isFinite).map { min(max($0, -1e300), 1e300) }
    var (least, most) = (finite.min() ?? 0, finite.max() ?? 1)
    if most - least < 1e-12 * max(abs(least), 1e-280) {
      (least, most) = quantity == .count ? (least - 1, most + 1) : (least - 0.5, most + 0.5)
    }
    if quantity == .share { (least, most) = (max(least, 0), min(most, 1)) }
    if least >= most { (least, most) = (0, 1) }
    let step = Self.step((most - least) / Double(count), isWhole: quantity == .count)
    let lower = isTight ? least : (least / step).rounded(.down) * step
    let upper = isTight ? most : (most / step).rounded(.up) * step
    range = lower...upper
    let first = (lower / step).rounded(.up)
    ticks = (0...Int(((upper - first * step) / step + 1e-9).rounded(.down))).map { index in
      let value = (first + Double(index)) * step
      return (value, quantity.label(value, step: step))
    }
  }

  /// An axis of places in order, each with a text.
  init(places labels: [String]) {
    range = -0.5...(Double(max(labels.count, 1)) - 0.5)
    ticks = labels.enumerated().map { (Double($0), $1) }
  }

  /// Where a number lies, from 0 at the beginning to 1 at the end.
  func place(of value: Double) -> Double {
    (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  /// 1, 2 or 5 times a power of ten, about as large as asked for.
  private static func step(_ rough: Double, isWhole: Bool) -> Double {
    let power = pow(10, log10(rough).rounded(.down))
    let step = power * ([1, 2, 5].first { $0 * power >= rough * 0.999 } ?? 10)
    return isWhole ? max(step.rounded(), 1) : step
  }
}
