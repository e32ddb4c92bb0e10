/// How an individual did on one task, with each magnitude of its weights.
package struct TaskResult: Hashable, Sendable {
  /// The number of images.
  package let images: Int
  /// The images that were predicted correctly, for each magnitude of the weights.
  package let correct: [Int]
  /// The mean cross-entropy in nats for each shared weight; infinite where the logits are too large to have a softmax, or a
  /// right class has no probability at all.
  package let crossEntropy: [Double]

  /// Joins the figures; there is one of each for every shared weight.
  package init(images: Int, correct: [Int], crossEntropy: [Double]) {
    self.images = images
    self.correct = correct
    self.crossEntropy = crossEntropy
  }

  /// Scores what a network said with each magnitude of its weights, as ``Scores`` does.
  init(_ predictions: [Predictions], outputs: [Int]) throws(PadawannError) {
    self.init([try TaskResultPart(predictions, outputs: outputs)])
  }

  /// Joins what a network did on parts of a task's images, in their order.
  ///
  /// A network whose numbers overflow with a shared weight has no answer with it: nothing is right.
  init(_ parts: [TaskResultPart]) {
    images = parts.reduce(0) { $0 + $1.images }
    let magnitudes = parts.first?.answers.indices ?? 0..<0
    var correct: [Int] = []
    var losses: [Double] = []
    for magnitude in magnitudes {
      let answers = parts.map { $0.answers[magnitude] }
      guard answers.allSatisfy(\.isFinite) else {
        correct.append(0)
        losses.append(.infinity)
        continue
      }
      correct.append(answers.reduce(0) { $0 + $1.correct })
      // One after the other: a sum of floats in another order is another number.
      let sum = answers.reduce(0) { $1.logProbabilities.reduce($0, +) }
      let loss = 0 - sum / Double(images)
      losses.append(loss.isFinite ? loss : .infinity)
    }
    self.correct = correct
    crossEntropy = losses
  }

  /// The shared weight with the highest accuracy, the first of equals (thesis-facts 4).
  package var best: Int { WeightSweep.firstHighest(correct) }
  /// The share of correct predictions with the best shared weight, from 0 to 1.
  package var accuracy: Double { Double(correct[best]) / Double(images) }
  /// The cross-entropy with the best shared weight.
  package var bestCrossEntropy: Double { crossEntropy[best] }
}
