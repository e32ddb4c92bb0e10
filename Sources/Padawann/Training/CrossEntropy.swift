/// What one batch showed.
public struct BatchResult: Sendable, Equatable {
  /// The mean cross-entropy of the batch, in nats, before the step; with a teacher, the loss by ``TeacherLoss``.
  public let loss: Double
  /// How many images were predicted correctly, before the step; with a teacher, as it does.
  public let correct: Int
  /// The number of images.
  public let images: Int
}

/// Softmax and cross-entropy of the logits of a batch.
struct CrossEntropy {
  /// The true output of each image.
  let labels: [Int]
  /// The outputs that take part for each image.
  let outputs: [[Int]]
  /// The standard deviation to which the logits of the batch are scaled first; as they are when `nil`.
  var logitDeviation: Double?
  /// What a teacher answers to each image, where there is one.
  var teacher: TeacherAnswers?

  /// Scores the logits, and writes the gradient of the mean loss.
  func run(_ machine: TrainingEngine, _ step: BatchStep) -> BatchResult {
    let node = machine.plan.logits
    var (loss, correct) = (0.0, 0)
    let scale = scale(machine, step)
    for block in 0..<step.blocks {
      let (logits, gradient) = (machine.value(node, block), machine.gradient(node, block))
      gradient.clear()
      for lane in 0..<step.lanes(of: block) {
        let image = block * LaneBuffer.width + lane
        let share = 1 / Double(step.images)
        let answer =
          teacher.map { $0.score(image, label: labels[image], logits, gradient, lane, share: share) }
          ?? score(image, logits, gradient, lane, scale, share: share)
        loss += answer.loss
        correct += answer.isCorrect ? 1 : 0
      }
    }
    return BatchResult(loss: loss / Double(step.images), correct: correct, images: step.images)
  }

  /// What the logits are multiplied by.
  private func scale(_ machine: TrainingEngine, _ step: BatchStep) -> Double {
    guard let logitDeviation else { return 1 }
    var (sum, square, count) = (0.0, 0.0, 0.0)
    for block in 0..<step.blocks {
      let logits = machine.value(machine.plan.logits, block)
      for lane in 0..<step.lanes(of: block) {
        for output in outputs[block * LaneBuffer.width + lane] {
          let logit = Double(logits[output, lane])
          (sum, square, count) = (sum + logit, square + logit * logit, count + 1)
        }
      }
    }
    let found = (square / count - sum / count * (sum / count)).squareRoot()
    return found > 0 && found.isFinite ? logitDeviation / found : 1
  }

  private func score(
    _ image: Int, _ logits: BlockSlice, _ gradient: BlockSlice, _ lane: Int, _ scale: Double, share: Double
  ) -> (loss: Double, isCorrect: Bool) {
    let (chosen, label) = (outputs[image], labels[image])
    let scores = chosen.map { Double(logits[$0, lane]) * scale }
    let top = scores.max() ?? 0
    let powers = scores.map { expOf($0 - top) }
    let sum = powers.reduce(0, +)
    var loss = Double.nan
    for (place, output) in chosen.enumerated() {
      let probability = powers[place] / sum
      gradient[output, lane] = Float((probability - (output == label ? 1 : 0)) * share * scale)
      if output == label { loss = logOf(sum) - (scores[place] - top) }
    }
    let winner = scores.firstIndex(of: top).map { chosen[$0] }
    return (loss, winner == label)
  }
}
