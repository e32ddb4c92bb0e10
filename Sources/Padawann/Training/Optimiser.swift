/// How gradients become steps: PyTorch's optimisers of the same names and formulas.
package enum Optimiser: Sendable, Hashable, Codable {
  /// `SGD`.
  case gradientDescent(GradientDescent = GradientDescent())
  /// `Adam`, and with a decoupled decay `AdamW`.
  case adam(Adam = Adam())
  /// `Adadelta`.
  case adadelta(Adadelta = Adadelta())

  /// Stochastic gradient descent.
  package struct GradientDescent: Sendable, Hashable, Codable {
    /// What is kept of the last step's velocity.
    package var momentum: Float
    /// What is taken off the gradient that joins a velocity.
    package var dampening: Float
    /// Added to the gradient, times the weight.
    package var weightDecay: Float
    /// Whether the step looks ahead (Nesterov).
    package var isNesterov: Bool

    /// Makes the settings.
    package init(
      momentum: Float = 0, dampening: Float = 0, weightDecay: Float = 0, isNesterov: Bool = false
    ) {
      self.momentum = momentum
      self.dampening = dampening
      self.weightDecay = weightDecay
      self.isNesterov = isNesterov
    }
  }

  /// Kingma and Ba, 2015; with a decoupled decay Loshchilov and Hutter, 2019.
  package struct Adam: Sendable, Hashable, Codable {
    /// What is kept of the mean of the gradients.
    package var beta1: Double
    /// What is kept of the mean of their squares.
    package var beta2: Double
    /// Added to the root that is divided by.
    package var epsilon: Float
    /// Added to the gradient, times the weight; or, when decoupled, taken off the weight.
    package var weightDecay: Float
    /// Whether the decay does not go through the gradient.
    package var isDecoupled: Bool

    /// Makes the settings.
    package init(
      beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Float = 1e-8, weightDecay: Float = 0,
      isDecoupled: Bool = false
    ) {
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.weightDecay = weightDecay
      self.isDecoupled = isDecoupled
    }
  }

  /// Zeiler, 2012.
  package struct Adadelta: Sendable, Hashable, Codable {
    /// What is kept of the means.
    package var rho: Float
    /// Added under the roots.
    package var epsilon: Float
    /// Added to the gradient, times the weight.
    package var weightDecay: Float

    /// Makes the settings.
    package init(rho: Float = 0.9, epsilon: Float = 1e-6, weightDecay: Float = 0) {
      self.rho = rho
      self.epsilon = epsilon
      self.weightDecay = weightDecay
    }
  }

  /// How many numbers are remembered of each weight.
  var memory: Int {
    switch self {
    case .gradientDescent(let settings): settings.momentum == 0 ? 0 : 1
    case .adam, .adadelta: 2
    }
  }

  /// Changes numbers by their gradients.
  ///
  /// - Parameters:
  ///   - rate: the learning rate of this step.
  ///   - step: the number of steps before this one.
  func change(
    _ numbers: TrainedNumbers, rate: Double, step: Int, _ set: InstructionSet, _ threadPool: ThreadPool
  )
    throws(PadawannError)
  {
    try numbers.remember(memory)
    let rate = Float(rate)
    switch self {
    case .gradientDescent(let settings):
      set.descend(
        InstructionSet.GradientDescentStep(
          rate: rate, momentum: settings.momentum, dampening: settings.dampening, decay: settings.weightDecay,
          isNesterov: settings.isNesterov, isFirst: step == 0), numbers, threadPool)
    case .adam(let settings):
      set.adam(
        InstructionSet.AdamStep(
          rate: rate, betas: (settings.beta1, settings.beta2), epsilon: settings.epsilon,
          decay: settings.weightDecay, isDecoupled: settings.isDecoupled, step: step + 1), numbers, threadPool
      )
    case .adadelta(let settings):
      set.adadelta(
        InstructionSet.AdadeltaStep(
          rate: rate, rho: settings.rho, epsilon: settings.epsilon, decay: settings.weightDecay), numbers,
        threadPool)
    }
  }

  func validate() throws(PadawannError) {
    let shares: [Double]
    let sizes: [Float]
    switch self {
    case .gradientDescent(let settings):
      (shares, sizes) = ([Double(settings.momentum), Double(settings.dampening)], [settings.weightDecay])
      guard !settings.isNesterov || (settings.momentum > 0 && settings.dampening == 0) else {
        throw PadawannError(.usage, "Nesterov's step needs a momentum and no dampening")
      }
    case .adam(let settings):
      (shares, sizes) = ([settings.beta1, settings.beta2], [settings.epsilon, settings.weightDecay])
    case .adadelta(let settings):
      (shares, sizes) = ([Double(settings.rho)], [settings.epsilon, settings.weightDecay])
    }
    guard shares.allSatisfy({ (0..<1).contains($0) }) else {
      throw PadawannError(.usage, "a momentum, dampening, beta or rho is a share from 0 and below 1")
    }
    guard sizes.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw PadawannError(.usage, "an epsilon or a weight decay is a finite number from 0 up")
    }
  }
}

/// How the learning rate changes.
package enum Schedule: Sendable, Hashable, Codable {
  /// It does not.
  case constant
  /// It is multiplied by `factor` after every `epochs` epochs (PyTorch's `StepLR`).
  case step(factor: Double, epochs: Int)
  /// It falls to 0 along half a cosine, step by step.
  case cosine

  /// What the rate of a step is multiplied by.
  ///
  /// - Parameters:
  ///   - step: the number of steps before.
  ///   - stepsPerPass: how many make an epoch.
  ///   - steps: how many there are in all.
  package func factor(step: Int, stepsPerEpoch: Int, steps: Int) -> Double {
    switch self {
    case .constant: return 1
    case .step(let factor, let epochs):
      return (0..<(step / stepsPerEpoch / epochs)).reduce(1.0) { product, _ in product * factor }
    case .cosine: return 0.5 * (1 + cosineOf(Double.pi * Double(step) / Double(steps)))
    }
  }

  func validate() throws(PadawannError) {
    guard case .step(let factor, let epochs) = self else { return }
    guard factor > 0, factor <= 1, epochs >= 1 else {
      throw PadawannError(
        .usage, "a schedule multiplies by a number above 0 and up to 1, after 1 epoch or more")
    }
  }
}
