import Foundation

extension Predictions {
  /// The most outputs of a model whose answers are scored; a confusion matrix has their square.
  public static let mostScoredOutputs = 4096

  /// Refuses what has no score.
  ///
  /// A logit of -infinity is allowed and means probability 0. NaN and +infinity have no softmax and are refused, although
  /// an arg-max could be taken of some of them: a model that produces them has overflowed.
  ///
  /// - Throws: ``PadawannError`` `data` naming the first image with a NaN, with +infinity, with nothing but -infinity, or
  ///   with a label that is not an output; or when there is no image. `unsupported` beyond ``mostScoredOutputs``.
  public func validate() throws(PadawannError) {
    guard count > 0, outputs > 0 else { throw PadawannError(.data, "there are no answers to score") }
    guard outputs <= Self.mostScoredOutputs else {
      throw PadawannError(
        .unsupported, "\(outputs) outputs are more than the \(Self.mostScoredOutputs) that are scored")
    }
    for index in 0..<count {
      guard (0..<outputs).contains(labels[index]) else {
        throw PadawannError(
          .data, "label \(labels[index]) is not one of the \(outputs) outputs of the model",
          at: "image \(index)",
          remedy: "Name the output that stands for each class, or use a dataset with as many classes")
      }
      let scores = row(index)
      guard scores.contains(where: \.isFinite), !scores.contains(where: { $0.isNaN || $0 == .infinity })
      else {
        throw PadawannError(
          .data, "the logits have no softmax: NaN, +infinity or nothing but -infinity", at: "image \(index)",
          remedy: "Use a smaller shared weight, or check the model's own weights")
      }
    }
  }

  /// The same predictions with one output per class: output `outputs[k]` becomes class `k`, all others are left out of
  /// arg-max and softmax.
  ///
  /// - Throws: ``PadawannError`` `usage` when an output does not exist or is named twice, or none is named.
  public func restricted(to outputs: [Int]) throws(PadawannError) -> Predictions {
    guard !outputs.isEmpty else { throw PadawannError(.usage, "no output is named for any class") }
    var seen = Set<Int>()
    for (label, output) in outputs.enumerated() {
      guard (0..<self.outputs).contains(output), seen.insert(output).inserted else {
        throw PadawannError(
          .usage, "output \(output) for class \(label) does not exist or is named twice",
          remedy: "Name each of the outputs 0...\(self.outputs - 1) at most once")
      }
    }
    let chosen = (0..<count).flatMap { index in
      let scores = row(index)
      return outputs.map { scores[scores.startIndex + $0] }
    }
    return Predictions(outputs: outputs.count, logits: chosen, labels: labels, dataset: dataset)
  }

  /// Restricted if outputs are named, and in any case fit to be scored.
  func scorable(_ outputs: [Int]?) throws(PadawannError) -> Predictions {
    var result = self
    if let outputs { result = try restricted(to: outputs) }
    try result.validate()
    return result
  }

  /// The logarithm of the softmax of one row, in nats. Only for predictions that ``validate()`` accepts.
  func logSoftmax(_ index: Int) -> [Double] {
    let scores = row(index).map(Double.init)
    guard let largest = scores.max() else { return [] }
    // Differences of floats are exact enough in Double, so that the loss of a nearly certain answer keeps its digits.
    let below = scores.map { $0 - largest }
    let norm = logSumExp(below)
    return below.map { $0 - norm }
  }
}

/// `log(Σ exp(values))` without overflow; -infinity for nothing but -infinity.
func logSumExp(_ values: [Double]) -> Double {
  guard let largest = values.max(), largest > -.infinity else { return -.infinity }
  // The largest term is exactly 1, and log1p of the others keeps their digits.
  let place = values.firstIndex(of: largest)
  var others = 0.0
  for (index, value) in values.enumerated() where index != place { others += exp(value - largest) }
  return largest + log1p(others)
}
