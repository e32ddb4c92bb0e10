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
      parameters.append(try architecture.initialParameters(of: index, seed: seed))
    }
    return try Network(architecture: architecture, parameters: parameters)
  }

  /// The same network with another number of outputs, of which it knows nothing yet; unchanged for `nil` or as many as it has.
  ///
  /// - Throws: ``PadawannError`` as ``Architecture/withOutputs(_:)``.
  package func withOutputs(_ count: Int?, seed: UInt64) throws(PadawannError) -> Network {
    guard let count, count != architecture.outputs else { return self }
    let changed = try architecture.withOutputs(count)
    var parameters = parameters
    if let head = changed.headNode { parameters[head] = try changed.initialParameters(of: head, seed: seed) }
    return try Network(architecture: changed, parameters: parameters)
  }
}

extension Architecture {
  fileprivate func initialParameters(of index: Int, seed: UInt64) throws(PadawannError) -> NodeParameters {
    let operation = nodes[index].operation
    if case .batchNormalisation = operation {
      let count = shapes[index].channels
      let (zeros, ones) = ([Float](repeating: 0, count: count), [Float](repeating: 1, count: count))
      return .normalisation(BatchNormalisation(scale: ones, shift: zeros, mean: zeros, variance: ones))
    }
    guard let shape = weightShape(of: index) else { return .none }
    var generator = KeyedGenerator(seed, TrainingDraw.initialisation.rawValue, UInt64(index))
    let bound = Float(1 / Double(shape.dropFirst().reduce(1, *)).squareRoot())
    func draw(_ count: Int) -> [Float] { (0..<count).map { _ in (2 * generator.uniform() - 1) * bound } }
    let numbers = draw(shape.reduce(1, *))
    let weights = try EdgeWeights(
      shape: shape, mask: Bitmask(numbers.lazy.map { $0 != 0 }), values: .own(numbers))
    return .weighted(weights, bias: operation.hasBias ? draw(shape[0]) : nil)
  }
}
