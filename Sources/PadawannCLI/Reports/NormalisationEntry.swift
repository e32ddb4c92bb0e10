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

/// Who has said how pixels become inputs.
enum NormalisationOrigin: String, Encodable {
  /// The dataset's option `normalise`.
  case option
  /// The task of the model.
  case task
  /// The model.
  case model
  /// Nobody: it is what is usual for such images.
  case guess

  /// Behind the normalisation itself.
  var text: String {
    switch self {
    case .option: "as asked for"
    case .task: "as the task says"
    case .model: "as the model says"
    case .guess: "a guess, for the model does not say: normalise= or padawann import --normalise decide"
    }
  }

  /// How the pixels of a dataset become inputs, in one line.
  func text(for dataset: Dataset) -> String {
    "\(dataset.name): input \(NormalisationEntry(dataset.normalisation).text), \(text)"
  }
}
