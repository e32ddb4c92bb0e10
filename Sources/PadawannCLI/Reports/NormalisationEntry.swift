import Padawann

/// How pixels become inputs, in a report.
struct NormalisationEntry: Encodable {
  let divisor: Float
  let mean: [Float]
  let deviation: [Float]

  init(_ normalisation: Normalisation) {
    divisor = normalisation.divisor
    mean = normalisation.mean
    deviation = normalisation.deviation
  }

  /// For example `(pixel / 255 - 0.1307) / 0.3081`.
  var text: String {
    func numbers(_ values: [Float]) -> String { values.map(Format.weight).joined(separator: " ") }
    return "(pixel / \(Format.weight(divisor)) - \(numbers(mean))) / \(numbers(deviation))"
  }
}
