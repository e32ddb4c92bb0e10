/// How an individual did on one task, with each setting of its weights.
package struct TaskScore: Hashable, Sendable {
  /// The number of images.
  package let images: Int
  /// The images that were answered right, for each setting of the weights.
  package let right: [Int]
  /// The mean cross-entropy in nats for each setting; infinite where the logits are too large to have a softmax, or a
  /// right class has no probability at all.
  package let crossEntropy: [Double]

  /// Joins the figures; there is one of each for every setting.
  package init(images: Int, right: [Int], crossEntropy: [Double]) {
    self.images = images
    self.right = right
    self.crossEntropy = crossEntropy
  }

  /// Scores what a network said with each setting of its weights, as ``Scores`` does.
  ///
  /// A network whose numbers overflow with a shared weight has no answer with it: nothing is right.
  init(_ predictions: [Predictions], outputs: [Int]) throws(PadawannError) {
    images = predictions.first?.count ?? 0
    var right: [Int] = []
    var losses: [Double] = []
    for prediction in predictions {
      guard prediction.logits.allSatisfy(\.isFinite) else {
        right.append(0)
        losses.append(.infinity)
        continue
      }
      let named = outputs == Array(0..<prediction.outputs) ? nil : outputs
      let scores = try Scores(of: prediction, outputs: named)
      right.append(scores.accuracy.count)
      losses.append(scores.crossEntropy ?? .infinity)
    }
    self.right = right
    crossEntropy = losses
  }

  /// The setting with the highest accuracy, the first of equals (thesis-facts 4).
  package var best: Int { WeightSweep.firstHighest(right) }
  /// The share of right answers with the best setting, from 0 to 1.
  package var accuracy: Double { Double(right[best]) / Double(images) }
  /// The cross-entropy with the best setting.
  package var bestCrossEntropy: Double { crossEntropy[best] }
}
