/// The weights of a layer as kernels see them: numbers without the shared weight.
struct LayerWeights: Sendable {
  private let weights: EdgeWeights
  private let keepsOwn: Bool
  /// The number of outputs.
  let outputs: Int

  /// The numbers of a layer; those of its own become signs where they are overridden.
  init(_ weights: EdgeWeights, overridesOwn: Bool) {
    self.weights = weights
    keepsOwn = weights.hasOwnValues && !overridesOwn
    outputs = weights.shape[0]
  }

  /// Outputs first, row-major; zeros are pruned edges.
  var numbers: [Float] { keepsOwn ? weights.numbers(.own) : weights.signs(times: 1) }

  /// Whether every number is -1, 0 or 1.
  var isTernary: Bool { !keepsOwn }

  /// The mask and the signs where every number is -1, 0 or 1.
  var ternary: (mask: Bitmask, signs: Bitmask)? { keepsOwn ? nil : (weights.mask, weights.signs) }

  /// The number of edges that are left.
  var remainingEdges: Int { weights.remainingEdges }
  /// The largest number of edges that one output can have.
  var inputs: Int { weights.count / outputs }

  /// The sum of the numbers of each output.
  var sums: [Double] {
    let (numbers, inputs) = (numbers, inputs)
    return (0..<outputs).map { output in
      numbers[(output * inputs)..<((output + 1) * inputs)].reduce(0.0) { $0 + Double($1) }
    }
  }

  /// What the numbers are multiplied by to become weights.
  func scale(_ magnitude: Magnitude) -> Double { keepsOwn ? 1 : Double(weights.weight(magnitude)) }
}
