import Foundation

/// Numbers as people read them, the same in every locale.
package enum Format {
  /// A number with a fixed count of decimals.
  package static func decimal(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    return String(format: "%.\(digits)f", value)
  }

  /// A number in scientific notation with three digits.
  package static func scientific(_ value: Double) -> String {
    value == 0 ? "< 1e-300" : String(format: "%.2e", value)
  }

  /// A probability of a test: six decimals, or three digits where those would hide it.
  package static func probability(_ value: Double) -> String {
    value >= 0.0001 ? decimal(value, 6) : scientific(value)
  }

  /// A share as a percentage.
  package static func percent(_ share: Double, _ digits: Int = 2) -> String { decimal(share * 100, digits) }

  /// A whole number with thousands separated by commas.
  package static func count(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var groups: [Substring] = []
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits.removeLast(3)
    }
    return (number < 0 ? "-" : "") + ([Substring(digits)] + groups).joined(separator: ",")
  }

  /// A number of bytes with a unit, for example `9.9 MB`.
  package static func size(_ bytes: Int) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB"]
    var (value, unit) = (Double(bytes), 0)
    while value >= 999.95, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return unit == 0 ? "\(bytes) bytes" : "\(decimal(value, 1)) \(units[unit])"
  }

  /// How many times smaller something is than something else; nothing when the other has no size.
  package static func ratio(_ times: Double) -> String {
    guard times > 0 else { return "" }
    return times >= 1 ? "\(decimal(times, 2))× smaller" : "\(decimal(1 / times, 2))× larger"
  }

  /// A shared weight without needless zeros; `own` stands for a model's own weights.
  package static func weight(_ value: Float?) -> String { value?.shortest ?? "own" }

  /// The lengths of the axes of something, for example `3×32×32`.
  package static func shape(_ lengths: [Int]) -> String { lengths.map(String.init).joined(separator: "×") }
}

extension BinaryFloatingPoint where Self: LosslessStringConvertible {
  /// The shortest text that reads back as the same number, without a fraction where there is none.
  package var shortest: String {
    let text = "\(self)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
