extension Network {
  /// A network that knows nothing yet, with PyTorch's default initialisation.
  ///
  /// Weights and biases of convolutions and linear layers are uniform in ±1/√(inputs of an output) (He et al., 2015, with the
  /// slope √5 that PyTorch chooses); batch normalisations are the identity.
  ///
  /// - Parameters:
  ///   - architecture: the graph.
  ///   - seed: the key of the random numbers.
  public static func initialised(_ architecture: Architecture, seed: UInt64) throws(PadawannError) -> Network
  {
    var parameters: [NodeParameters] = []
    for index in architecture.nodes.indices {
      let operation = architecture.nodes[index].operation
      if case .batchNormalisation = operation {
        let count = architecture.shapes[index].channels
        let (zeros, ones) = ([Float](repeating: 0, count: count), [Float](repeating: 1, count: count))
        parameters.append(
          .normalisation(BatchNormalisation(scale: ones, shift: zeros, mean: zeros, variance: ones)))
        continue
      }
      guard let shape = architecture.weightShape(of: index) else {
        parameters.append(.none)
        continue
      }
      var generator = KeyedGenerator(seed, TrainingDraw.initialisation.rawValue, UInt64(index))
      let bound = Float(1 / Double(shape.dropFirst().reduce(1, *)).squareRoot())
      func draw(_ count: Int) -> [Float] { (0..<count).map { _ in (2 * generator.uniform() - 1) * bound } }
      let numbers = draw(shape.reduce(1, *))
      let weights = try EdgeWeights(
        shape: shape, mask: Bitmask(numbers.lazy.map { $0 != 0 }), values: .own(numbers))
      parameters.append(.weighted(weights, bias: operation.hasBias ? draw(shape[0]) : nil))
    }
    return try Network(architecture: architecture, parameters: parameters)
  }
}
