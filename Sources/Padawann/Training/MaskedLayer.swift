/// A layer whose mask is learned: a score for every edge, of which the highest are left.
final class MaskedLayer {
  let layer: TrainableLayer
  /// The number of edges that are left.
  let kept: Int
  /// The scores, in the order in which the layer stores its weights; -infinity where there is no edge.
  let scores: TrainedNumbers
  /// The signs, in that order; 0 where there is no edge.
  private let signs: [Int8]
  /// What the magnitude is multiplied by, see ``EdgeWeights/multiplier``, times the exponential of ``scale``.
  private(set) var multiplier: Float
  private let firstMultiplier: Float
  /// The logarithm of how many times as much as at the beginning the edges are worth.
  private(set) var scale = AdamNumber()
  /// An edge is left while its score is above this.
  private(set) var threshold = -Float.infinity

  /// Begins with scores.
  ///
  /// - Parameters:
  ///   - layer: the layer.
  ///   - weights: its edges; one can be left if its sign is known.
  ///   - kept: how many are left.
  ///   - first: a score for each, in the order of edges; -infinity for one that is never left.
  init(_ layer: TrainableLayer, _ weights: EdgeWeights, kept: Int, scores first: [Float])
    throws(PadawannError)
  {
    self.layer = layer
    self.kept = kept
    var numbers = [Float](repeating: -.infinity, count: layer.weights.count)
    var signs = [Int8](repeating: 0, count: layer.weights.count)
    let negative = weights.signs
    for (edge, place) in layer.places.enumerated() {
      guard weights.retainsPruned || weights.mask[edge], first[edge] > -.infinity else { continue }
      numbers[place] = first[edge]
      signs[place] = negative[edge] ? -1 : 1
    }
    self.signs = signs
    multiplier = weights.multiplier
    firstMultiplier = weights.multiplier
    scores = try TrainedNumbers(numbers)
    try scores.remember(2)
    findThreshold()
  }

  /// Finds the threshold above which are as many scores as there are to be edges.
  func findThreshold() {
    threshold = kept < scores.count ? scores.values.largest(kept + 1) : -.infinity
  }

  /// Takes over a threshold.
  func restore(threshold: Float) { self.threshold = threshold }

  /// Sets the weights by the scores.
  func mask(_ set: InstructionSet, magnitude: Float) {
    set.mask(
      scores.values, signs, threshold: threshold, magnitude: magnitude * multiplier, to: layer.weights.values)
  }

  /// One step of Adam on the scores by the gradients of ALL weights, as if every edge were there (straight through), and the
  /// weights of the new mask.
  func step(
    _ step: InstructionSet.AdamStep, magnitude: Float, _ set: InstructionSet, _ threadPool: ThreadPool
  ) {
    set.scoreStep(
      step, scores, signs, threshold: threshold, magnitude: magnitude * multiplier, weights: layer.weights,
      threadPool)
  }

  /// One step of Adam on the scale, by the gradients of the weights that are left.
  ///
  /// - Parameter step: the number of steps, from 1.
  func stepScale(rate: Double, betas: (Double, Double), step: Int) {
    scale.step(layer.weights.gradients.dot(layer.weights.values), rate: rate, betas: betas, step: step)
    multiplier = Float(Double(firstMultiplier) * expOf(scale.value))
  }

  /// Takes over a scale.
  func restore(scale: AdamNumber) {
    self.scale = scale
    multiplier = Float(Double(firstMultiplier) * expOf(scale.value))
  }

  /// The highest scores, exactly as many as there are to be edges; of equal scores those of the first edges.
  var edges: Bitmask {
    let scores = layer.inEdgeOrder(self.scores.values)
    let limit = kept < self.scores.count ? self.scores.values.largest(kept + 1) : -.infinity
    var mask = Bitmask(scores.lazy.map { $0 > limit })
    var missing = kept - mask.popcount
    for edge in scores.indices where missing > 0 && scores[edge] == limit && limit > -.infinity {
      mask[edge] = true
      missing -= 1
    }
    return mask
  }
}
