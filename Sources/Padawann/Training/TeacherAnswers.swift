/// What a network is taught by another's logits.
public struct TeacherLoss: Sendable, Hashable, Codable {
  /// What the logits of both are divided by (Hinton, Vinyals and Dean 2015, section 2).
  public var temperature: Double
  /// How much the labels count beside the teacher, from 0 to 1; with 0 they are not looked at.
  public var labelShare: Double

  /// Chooses; by default labels do not count.
  public init(temperature: Double = 2, labelShare: Double = 0) {
    self.temperature = temperature
    self.labelShare = labelShare
  }

  func validate() throws(PadawannError) {
    guard temperature > 0, temperature.isFinite else {
      throw PadawannError(.usage, "a temperature is a finite number above 0, not \(temperature)")
    }
    guard (0...1).contains(labelShare) else {
      throw PadawannError(.usage, "the share of the labels is from 0 to 1, not \(labelShare)")
    }
  }
}

/// What the teacher of a task answers to all of its images.
struct TeacherLogits: Sendable {
  /// The number of logits of an image.
  let outputs: Int
  /// Images × outputs.
  let logits: [Float]
  let loss: TeacherLoss

  func answer(_ image: Int) -> TeacherAnswers.Answer {
    .init(logits: logits[(image * outputs)..<((image + 1) * outputs)], loss: loss)
  }
}

/// What teachers answer to the images of a batch.
struct TeacherAnswers {
  /// What one teacher answers to one image.
  struct Answer {
    let logits: ArraySlice<Float>
    let loss: TeacherLoss
  }

  private let answers: [Answer]

  init(_ answers: [Answer]) { self.answers = answers }

  /// Adds up to the loss of an image, and writes the gradient of its logits.
  ///
  /// The loss is the temperature squared times the Kullback-Leibler divergence of the softened student from the softened teacher,
  /// and the cross-entropy of the labels by their share.
  ///
  /// - Parameters:
  ///   - image: its place in the batch.
  ///   - label: the output that is right, which only counts where labels have a share.
  ///   - share: what the gradient is multiplied by.
  /// - Returns: the loss in nats, and whether the largest logit is the teacher's.
  func score(
    _ image: Int, label: Int, _ logits: BlockSlice, _ gradient: BlockSlice, _ lane: Int, share: Double
  ) -> (loss: Double, isCorrect: Bool) {
    let answer = answers[image]
    let (temperature, labelShare) = (answer.loss.temperature, answer.loss.labelShare)
    let own = (0..<answer.logits.count).map { Double(logits[$0, lane]) }
    let theirs = answer.logits.map { Double($0) }
    let student = Softened(own, temperature)
    let teacher = Softened(theirs, temperature)
    var loss = 0.0
    for output in own.indices {
      let wanted = teacher.probabilities[output]
      if wanted > 0 { loss += wanted * (teacher.logarithms[output] - student.logarithms[output]) }
      let difference = student.probabilities[output] - wanted
      gradient[output, lane] = Float((1 - labelShare) * temperature * difference * share)
    }
    loss *= (1 - labelShare) * temperature * temperature
    if labelShare > 0 {
      let hard = Softened(own, 1)
      loss -= labelShare * hard.logarithms[label]
      for output in own.indices {
        let difference = hard.probabilities[output] - (output == label ? 1 : 0)
        gradient[output, lane] += Float(labelShare * difference * share)
      }
    }
    return (loss, own.firstIndex(of: own.max() ?? 0) == theirs.firstIndex(of: theirs.max() ?? 0))
  }
}

/// The softmax of logits that were divided by a temperature.
private struct Softened {
  let probabilities: [Double]
  let logarithms: [Double]

  init(_ logits: [Double], _ temperature: Double) {
    let top = logits.max() ?? 0
    let scaled = logits.map { ($0 - top) / temperature }
    let powers = scaled.map(expOf)
    let sum = powers.reduce(0, +)
    probabilities = powers.map { $0 / sum }
    logarithms = scaled.map { $0 - logOf(sum) }
  }
}
