/// Factors that give every layer's sums a standard deviation of 1, and the logits the deviation that is asked for, without changing
/// which logit is the largest.
///
/// A layer with weights ±w and biases b computes `z = w S x + b`. With weights ±a, on an input that is c times as large, and
/// biases `b · a c / w`, it computes `z · a c / w`. ReLUs and pools pass a positive factor on, so that the next layer has the same
/// choice, and in the end all logits have the same factor. Where a node is not like that (a sum, a normalisation, a smooth
/// activation), what it reads keeps its size.
struct ActivationScaling: Sendable {
  private let architecture: Architecture
  private let sharedWeight: Double
  /// The layers whose factor can be chosen.
  let isFree: [Bool]
  /// What the weights of each layer are, in the place of the shared weight.
  private(set) var magnitudes: [Int: Double] = [:]
  /// How many times as large as in the network the results of each node are.
  private var factors: [Int: Double] = [:]

  init(_ architecture: Architecture, sharedWeight: Float) {
    self.architecture = architecture
    self.sharedWeight = Double(sharedWeight)
    isFree = Self.freeLayers(architecture)
  }

  /// The factor of the results of a layer: what its biases are multiplied by.
  func factor(of layer: Int) -> Double { factors[layer] ?? 1 }

  /// Chooses the magnitude of a layer; those before it must have theirs.
  ///
  /// - Parameter deviation: of the layer's sums with a magnitude of 1, divided by what it should be.
  mutating func choose(_ layer: Int, deviation: Double) {
    let input = factorOfInput(layer)
    let free = isFree[layer] && deviation > 0 && deviation.isFinite
    set(layer, magnitude: free ? 1 / deviation : sharedWeight / input)
  }

  /// Takes a magnitude over.
  mutating func set(_ layer: Int, magnitude: Double) {
    magnitudes[layer] = magnitude
    factors[layer] = magnitude * factorOfInput(layer) / sharedWeight
  }

  /// The factor of what a layer reads: that of the layer before, behind nodes that pass it on.
  private func factorOfInput(_ layer: Int) -> Double {
    var node = architecture.nodes[layer].inputs[0]
    while node != Node.image {
      if architecture.nodes[node].operation.isWeighted { return factor(of: node) }
      guard architecture.nodes[node].operation.passesFactors else { return 1 }
      node = architecture.nodes[node].inputs[0]
    }
    return 1
  }

  private static func freeLayers(_ architecture: Architecture) -> [Bool] {
    var isFree = architecture.nodes.map { $0.operation.isWeighted }
    let logits = architecture.logitsNode
    for index in 0...logits {
      let operation = architecture.nodes[index].operation
      guard !operation.isWeighted, !operation.passesFactors else { continue }
      for input in architecture.nodes[index].inputs {
        var node = input
        while node != Node.image, architecture.nodes[node].operation.passesFactors {
          node = architecture.nodes[node].inputs[0]
        }
        if node != Node.image { isFree[node] = false }
      }
    }
    return isFree
  }
}

extension NodeOperation {
  /// Whether a positive factor of the input becomes a factor of the result.
  fileprivate var passesFactors: Bool {
    switch self {
    case .relu, .leakyRelu, .maxPool, .averagePool, .pad, .globalAveragePool, .flatten, .dropout: true
    default: false
    }
  }
}

extension ActivationScaling {
  /// Measures a network layer by layer, in their order, on some of the images.
  ///
  /// - Parameters:
  ///   - machine: the network; the weights of its layers are the signs of the initial mask, and become those times magnitudes.
  ///   - biases: the biases of the network, by layer.
  ///   - temperature: the standard deviation that the logits get.
  mutating func measure(
    _ machine: TrainingEngine, _ images: TrainingImages, biases: [Int: [Float]], logitDeviation: Double
  ) throws(PadawannError) {
    let count = min(Self.measuredImages, images.count)
    let chosen = (0..<count).map { $0 * images.count / count }
    for (layer, numbers) in machine.layers.sorted(by: { $0.key < $1.key }) {
      // With a magnitude of 1 the biases must already have their factor.
      let ones = numbers.weights.values.array
      var unit = self
      unit.set(layer, magnitude: 1)
      machine.apply(unit, layer, signs: ones, bias: biases[layer])
      try machine.refreshFilters { $0 == layer }
      let deviation = isFree[layer] ? try machine.deviation(of: layer, on: chosen, images) : 0
      choose(layer, deviation: deviation / (layer == machine.plan.lastLayer ? logitDeviation : 1))
      machine.apply(self, layer, signs: ones, bias: biases[layer])
      try machine.refreshFilters { $0 == layer }
    }
  }

  /// The number of images that are looked at.
  static let measuredImages = 400
}

extension TrainingEnginePlan {
  /// The layer whose sums are the logits, if there is one.
  var lastLayer: Int? {
    var node = logits
    while node != Node.image {
      if architecture.nodes[node].operation.isWeighted { return node }
      guard architecture.nodes[node].operation.passesFactors else { return nil }
      node = architecture.nodes[node].inputs[0]
    }
    return nil
  }
}

extension TrainingEngine {
  /// Gives a layer its weights and biases.
  func apply(_ scaling: ActivationScaling, _ layer: Int, signs: [Float], bias: [Float]?) {
    guard let numbers = layers[layer] else { return }
    let magnitude = Float(scaling.magnitudes[layer] ?? 1)
    numbers.weights.values.replace(with: signs.map { $0 * magnitude })
    guard let bias else { return }
    let scaled = bias.map { Float(Double($0) * scaling.factor(of: layer)) }
    numbers.biases.values.replace(
      with: [[Float]](repeating: scaled, count: numbers.biases.count / bias.count).flatMap { $0 })
  }

  /// The standard deviation of a layer's sums, before any activation.
  fileprivate func deviation(of layer: Int, on chosen: [Int], _ images: TrainingImages) throws(PadawannError)
    -> Double
  {
    unactivated = layer
    defer { unactivated = nil }
    var (sum, square, count) = (0.0, 0.0, 0.0)
    for start in stride(from: 0, to: chosen.count, by: capacity) {
      let some = Array(chosen[start..<min(start + capacity, chosen.count)])
      let none = [Int](repeating: 0, count: some.count)
      load(BatchFeed.Batch(images: some, shifts: none), images)
      let step = BatchStep(images: some.count, biasSets: none, seed: 0, index: 0)
      try forward(0...layer, step)
      for block in 0..<step.blocks {
        let values = value(layer, block)
        for element in 0..<values.elements {
          for lane in 0..<step.lanes(of: block) {
            let value = Double(values[element, lane])
            sum += value
            square += value * value
            count += 1
          }
        }
      }
    }
    return max(0, (square - sum * sum / count) / max(count - 1, 1)).squareRoot()
  }
}
