/// The numbers of a batch normalisation while they are trained.
final class TrainableNormalisation {
  /// What the running statistics take over of a batch's: PyTorch's default.
  static let momentum = 0.1

  let epsilon: Double
  /// The scales.
  let scale: TrainedNumbers
  /// The shifts.
  let shift: TrainedNumbers
  /// The running statistics.
  private(set) var mean: [Float]
  private(set) var variance: [Float]
  private var batchMean: [Float] = []
  private var batchVariance: [Double] = []
  /// `dx = dy * factor + x * slope + offset`.
  private var combination = (factors: [Float](), slopes: [Float](), offsets: [Float]())
  /// The positions of a channel.
  private var plane = 0
  private var sums = (gradients: [Double](), products: [Double]())

  init(_ numbers: BatchNormalisation, epsilon: Float) throws(PadawannError) {
    self.epsilon = Double(epsilon)
    scale = try TrainedNumbers(numbers.scale)
    shift = try TrainedNumbers(numbers.shift)
    mean = numbers.mean
    variance = numbers.variance
  }

  private var channels: Int { scale.count }

  /// The numbers as a network has them.
  var numbers: BatchNormalisation {
    BatchNormalisation(scale: scale.values.array, shift: shift.values.array, mean: mean, variance: variance)
  }

  /// Takes over all numbers.
  func restore(_ numbers: BatchNormalisation) {
    scale.values.replace(with: numbers.scale)
    shift.values.replace(with: numbers.shift)
    restore(mean: numbers.mean, variance: numbers.variance)
  }

  /// Takes over the running statistics of a snapshot.
  func restore(mean: [Float], variance: [Float]) {
    precondition(mean.count == channels && variance.count == channels, "one of each per channel")
    (self.mean, self.variance) = (mean, variance)
  }

  /// The normalisation with the running statistics, or with those of the batch that was measured.
  ///
  /// - Parameter activation: what follows.
  func epilogue(ofBatch: Bool = false, _ activation: Epilogue.Activation = .none) throws(PadawannError)
    -> Epilogue
  {
    let means = ofBatch ? batchMean : mean
    let slopes = (0..<channels).map { Double(scale.values[$0]) * inverseDeviation($0, ofBatch) }
    return try Epilogue(
      scale: slopes.map { Float($0) },
      bias: (0..<channels).map { Float(Double(shift.values[$0]) - Double(means[$0]) * slopes[$0]) },
      activation)
  }

  private func inverseDeviation(_ channel: Int, _ ofBatch: Bool) -> Double {
    1 / ((ofBatch ? batchVariance[channel] : Double(variance[channel])) + epsilon).squareRoot()
  }

  /// Measures a batch and moves the running statistics.
  ///
  /// - Parameter blocks: activations, and how many lanes of them have an image.
  func measure(_ blocks: [(BlockSlice, lanes: Int)], _ set: InstructionSet) {
    let zeros = [Double](repeating: 0, count: channels)
    var (sums, squares) = (zeros, zeros)
    let none = [Float](repeating: 0, count: channels)
    for (x, lanes) in blocks { set.addSums(x, centre: none, lanes: lanes, to: &sums) }
    let images = blocks.reduce(0) { $0 + $1.lanes }
    let count = Double(images * ((blocks.first?.0.elements ?? 0) / channels))
    batchMean = sums.map { Float($0 / count) }
    for (x, lanes) in blocks {
      set.addProducts(x, x, centres: (batchMean, batchMean), lanes: lanes, to: &squares)
    }
    batchVariance = squares.map { $0 / count }
    for channel in 0..<channels {
      let unbiased = count > 1 ? squares[channel] / (count - 1) : batchVariance[channel]
      mean[channel] = Float(
        (1 - Self.momentum) * Double(mean[channel]) + Self.momentum * sums[channel] / count)
      variance[channel] = Float((1 - Self.momentum) * Double(variance[channel]) + Self.momentum * unbiased)
    }
  }

  /// The gradients of scales and shifts.
  ///
  /// - Parameter activation: what follows; the gradients become those in front of it.
  func measureGradient(
    _ blocks: [NormalisationBlock], _ activation: Epilogue.Activation, _ set: InstructionSet, usesBatch: Bool
  ) {
    let zeros = [Double](repeating: 0, count: channels)
    var (gradients, products) = (zeros, zeros)
    for block in blocks {
      set.addNormalisationSums(
        activation, block.y, block.dy, block.x, centre: usesBatch ? batchMean : mean, lanes: block.lanes,
        to: &gradients, products: &products)
    }
    sums = (gradients, products)
    shift.gradients.replace(with: sums.gradients.map { Float($0) })
    scale.gradients.replace(
      with: sums.products.indices.map { Float(sums.products[$0] * inverseDeviation($0, usesBatch)) })
    plane = (blocks.first?.dy.elements ?? 0) / channels
  }

  /// The formula of the inputs' gradient for fixed statistics.
  func prepareFixedGradient() {
    let zeros = [Float](repeating: 0, count: channels)
    let factors = (0..<channels).map { Float(Double(scale.values[$0]) * inverseDeviation($0, false)) }
    combination = (factors, zeros, zeros)
  }

  /// The formula of the inputs' gradient for a batch: every input has a part in the mean and the variance.
  func prepareGradient(_ images: Int) {
    let count = Double(images * plane)
    combination = ([], [], [])
    for channel in 0..<channels {
      let inverse = inverseDeviation(channel, true)
      let factor = Double(scale.values[channel]) * inverse
      let slope = -factor * inverse * inverse * sums.products[channel] / count
      combination.factors.append(Float(factor))
      combination.slopes.append(Float(slope))
      combination.offsets.append(
        Float(-factor * sums.gradients[channel] / count - slope * Double(batchMean[channel])))
    }
  }

  /// The gradient of a block of inputs; added to what is there, or in its place.
  func gradient(
    _ dy: BlockSlice, _ x: BlockSlice, lanes: Int, adds: Bool, _ set: InstructionSet, to dx: BlockSlice
  ) {
    set.combine(
      dy, x, factors: combination.factors, slopes: combination.slopes, offsets: combination.offsets,
      lanes: lanes, adds: adds, to: dx)
  }
}

/// One block before and behind a normalisation, and the gradient of what is behind.
struct NormalisationBlock {
  var y: BlockSlice
  var dy: BlockSlice
  var x: BlockSlice
  /// How many lanes have an image.
  var lanes: Int
}
