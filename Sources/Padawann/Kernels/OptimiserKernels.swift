import CKernels

/// The numbers that an optimiser changes, with what it remembers of each: two numbers at most.
final class TrainedNumbers {
  /// The numbers.
  let values: LaneBuffer
  /// Their gradients.
  let gradients: LaneBuffer
  /// What the optimiser remembers; empty until it is asked to change them.
  private(set) var moments: [LaneBuffer]

  /// Makes numbers from an array; the gradients are zeros.
  init(_ values: [Float]) throws(PadawannError) {
    self.values = try LaneBuffer(values)
    gradients = try LaneBuffer(count: values.count)
    moments = []
  }

  var count: Int { values.count }

  /// Makes room for what an optimiser remembers; what is there stays.
  func remember(_ count: Int) throws(PadawannError) {
    while moments.count < count { moments.append(try LaneBuffer(count: values.count)) }
  }
}

extension LaneBuffer {
  /// A copy of an array.
  convenience init(_ values: [Float]) throws(PadawannError) {
    try self.init(count: values.count)
    replace(with: values)
  }

  /// Takes over as many numbers as there are.
  func replace(with values: [Float]) {
    precondition(values.count == count, "as many numbers as there are")
    values.withUnsafeBufferPointer { buffer in
      if let base = buffer.baseAddress { floats.update(from: base, count: count) }
    }
  }

  /// The numbers as an array.
  var array: [Float] { Array(UnsafeBufferPointer(start: floats, count: count)) }

  /// All numbers become zero.
  func clear() { floats.update(repeating: 0, count: count) }

  /// Every number is multiplied by that of another buffer.
  func multiply(by other: LaneBuffer) {
    precondition(other.count == count, "buffers of one size")
    for index in 0..<count { floats[index] *= other.floats[index] }
  }

  /// Adds the numbers of another buffer, each times a factor.
  func add(_ other: LaneBuffer, times factor: Float) {
    precondition(other.count == count, "buffers of one size")
    for index in 0..<count { floats[index] += other.floats[index] * factor }
  }
}

/// Optimisers in PyTorch's formulas; the numbers are cut into parts, which threads share.
extension InstructionSet {
  /// What a step of stochastic gradient descent needs.
  struct GradientDescentStep {
    var rate: Float
    var momentum: Float
    var dampening: Float
    var decay: Float
    var isNesterov: Bool
    var isFirst: Bool
  }

  /// What a step of Adam needs; `step` counts from 1.
  struct AdamStep {
    var rate: Float
    var betas: (Double, Double)
    var epsilon: Float
    var decay: Float
    /// Whether the decay shrinks the numbers instead of adding to their gradients (AdamW).
    var isDecoupled: Bool
    var step: Int

    fileprivate var kernelValue: lanes_adam_settings {
      lanes_adam_settings(
        rate: Float(Double(rate) / (1 - power(betas.0, step))), beta1: Float(betas.0), beta2: Float(betas.1),
        root: Float((1 - power(betas.1, step)).squareRoot()), epsilon: epsilon,
        decay: isDecoupled ? 0 : decay,
        shrink: isDecoupled ? 1 - rate * decay : 1)
    }
  }

  /// What a step of Adadelta needs.
  struct AdadeltaStep {
    var rate: Float
    var rho: Float
    var epsilon: Float
    var decay: Float
  }

  /// Numbers that one thread changes at a time.
  private static var share: Int { 1 << 12 }

  func descend(_ step: GradientDescentStep, _ numbers: TrainedNumbers, _ threadPool: ThreadPool) {
    var value = lanes_sgd_settings(
      rate: step.rate, momentum: step.momentum, dampening: step.dampening, decay: step.decay,
      nesterov: step.isNesterov ? 1 : 0, first: step.isFirst ? 1 : 0)
    // Without momentum nothing is remembered, and the kernel does not look at it.
    let velocity = numbers.moments.first ?? numbers.gradients
    threadPool.share(range: numbers.count, unit: Self.share) { range in
      let (from, count) = (range.lowerBound, range.count)
      lanes_sgd(
        level, &value, numbers.gradients.floats(from: from, count), count,
        numbers.values.floats(from: from, count), velocity.floats(from: from, count))
    }
  }

  func adam(_ step: AdamStep, _ numbers: TrainedNumbers, _ threadPool: ThreadPool) {
    var value = step.kernelValue
    threadPool.share(range: numbers.count, unit: Self.share) { range in
      let (from, count) = (range.lowerBound, range.count)
      lanes_adam(
        level, &value, numbers.gradients.floats(from: from, count), count,
        numbers.values.floats(from: from, count), numbers.moments[0].floats(from: from, count),
        numbers.moments[1].floats(from: from, count))
    }
  }

  func adadelta(_ step: AdadeltaStep, _ numbers: TrainedNumbers, _ threadPool: ThreadPool) {
    var value = lanes_adadelta_settings(
      rate: step.rate, rho: step.rho, epsilon: step.epsilon, decay: step.decay)
    threadPool.share(range: numbers.count, unit: Self.share) { range in
      let (from, count) = (range.lowerBound, range.count)
      lanes_adadelta(
        level, &value, numbers.gradients.floats(from: from, count), count,
        numbers.values.floats(from: from, count), numbers.moments[0].floats(from: from, count),
        numbers.moments[1].floats(from: from, count))
    }
  }

  /// The weights of a mask: `sign * magnitude` where a score is above the threshold, otherwise 0.
  func mask(_ scores: LaneBuffer, _ signs: [Int8], threshold: Float, magnitude: Float, to weights: LaneBuffer)
  {
    precondition(signs.count == scores.count && weights.count == scores.count, "one sign per score")
    lanes_mask(level, scores.floats, signs, scores.count, threshold, magnitude, weights.floats)
  }

  /// One step of Adam for scores, whose gradients are those of the weights times the signs, and then the weights of the
  /// new mask.
  func scoreStep(
    _ step: AdamStep, _ scores: TrainedNumbers, _ signs: [Int8], threshold: Float, magnitude: Float,
    weights: TrainedNumbers, _ threadPool: ThreadPool
  ) {
    precondition(signs.count == scores.count && weights.count == scores.count, "one sign per score")
    var value = step.kernelValue
    signs.withUnsafeBufferPointer { signs in
      guard let base = signs.baseAddress else { return }
      threadPool.share(range: scores.count, unit: Self.share) { range in
        let (from, count) = (range.lowerBound, range.count)
        lanes_score_step(
          level, &value, weights.gradients.floats(from: from, count), base + from, count, threshold,
          magnitude,
          scores.values.floats(from: from, count), scores.moments[0].floats(from: from, count),
          scores.moments[1].floats(from: from, count), weights.values.floats(from: from, count))
      }
    }
  }
}

extension LaneBuffer {
  /// The `k`-th largest number, `k` from 1; none may be a NaN.
  func largest(_ k: Int) -> Float {
    precondition((1...count).contains(k), "there is no such number")
    return lanes_kth_largest(floats, count, k)
  }
}

/// A power with a whole exponent, in an order of multiplications that is always the same.
func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, square, left) = (1.0, base, exponent)
  while left > 0 {
    if left & 1 == 1 { result *= square }
    square *= square
    left >>= 1
  }
  return result
}
