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
  ///
  /// A network whose numbers overflow with a shared weight has no answer with it: nothing is right.
  init(_ predictions: [Predictions], outputs: [Int]) throws(PadawannError) {
    images = predictions.first?.count ?? 0
    var correct: [Int] = []
    var losses: [Double] = []
    for prediction in predictions {
      guard prediction.logits.allSatisfy(\.isFinite) else {
        correct.append(0)
        losses.append(.infinity)
        continue
      }
      let named = outputs == Array(0..<prediction.outputs) ? nil : outputs
      let scores = try Scores(of: prediction, outputs: named)
      correct.append(scores.accuracy.count)
      losses.append(scores.crossEntropy ?? .infinity)
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
