/// A network of single neurons, each with an activation of its own, whose connections share one weight (thesis 4; Gaier and Ha,
/// 2019): a WANN.
///
/// Neurons are numbered: 0 is the bias, which is always 1; then come the inputs, the outputs, and the hidden neurons in order of
/// birth. What a neuron passes on is `activation(sum over its enabled connections of shared weight · factor · source)`; of the bias
/// and the inputs it is their value. No path leads from a neuron to itself, not even over disabled connections, so that any of
/// them can be enabled at any time.
public struct NeuronGraph: Hashable, Sendable {
  /// A connection between two neurons.
  public struct Connection: Hashable, Sendable {
    /// The neuron that it comes from.
    public let source: Int32
    /// The neuron that it goes to.
    public let destination: Int32
    /// What the shared weight is multiplied by: 1 but for connections that were trained one by one.
    public var factor: Float
    /// Whether anything passes.
    public var isEnabled: Bool

    /// Makes a connection.
    public init(from source: Int, to destination: Int, isEnabled: Bool = true, factor: Float = 1) {
      self.source = Int32(clamping: source)
      self.destination = Int32(clamping: destination)
      self.factor = factor
      self.isEnabled = isEnabled
    }
  }

  /// The number of inputs; the bias is none.
  public let inputs: Int
  /// The number of outputs.
  public let outputs: Int
  /// The activation of every neuron; of the bias and the inputs it is ``NeuronActivation/linear`` and does nothing.
  public private(set) var activations: [NeuronActivation]
  /// The connections in order of birth, no two of them between the same neurons.
  public private(set) var connections: [Connection]
  /// The number of connections through which something passes.
  public private(set) var enabledConnections: Int

  /// What a graph may have at most.
  public enum Limits {
    /// Neurons, the bias among them.
    public static let neurons = 1 << 16
    /// Connections, disabled ones among them.
    public static let connections = 1 << 20
  }

  /// Joins neurons and connections.
  ///
  /// - Parameters:
  ///   - inputs: the number of inputs.
  ///   - outputs: the activation of every output.
  ///   - hidden: the activation of every hidden neuron.
  ///   - connections: between neurons by their numbers.
  /// - Throws: ``PadawannError`` `data` when there are no inputs or outputs or more than ``Limits``, a connection leads to what has
  ///   no inputs or comes from an output, is there twice or has no finite factor, or a path leads from a neuron to itself.
  public init(
    inputs: Int, outputs: [NeuronActivation], hidden: [NeuronActivation], connections: [Connection]
  ) throws(PadawannError) {
    guard inputs > 0, !outputs.isEmpty, inputs < Limits.neurons,
      1 + inputs + outputs.count + hidden.count <= Limits.neurons
    else {
      throw PadawannError(
        .data,
        "\(inputs) inputs, \(outputs.count) outputs and \(hidden.count) hidden neurons make no network",
        remedy: "A network has an input, an output, and at most \(Limits.neurons) neurons")
    }
    self.inputs = inputs
    self.outputs = outputs.count
    activations = [NeuronActivation](repeating: .linear, count: 1 + inputs) + outputs + hidden
    self.connections = connections
    enabledConnections = connections.count { $0.isEnabled }
    try checkConnections()
  }

  /// A graph that is known to be right: one of another's operators made it.
  init(
    unchecked inputs: Int, outputs: Int, activations: [NeuronActivation], connections: [Connection]
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.activations = activations
    self.connections = connections
    enabledConnections = connections.count { $0.isEnabled }
  }

  private func checkConnections() throws(PadawannError) {
    guard connections.count <= Limits.connections else {
      throw PadawannError(.data, "\(connections.count) connections are more than \(Limits.connections)")
    }
    var seen: Set<UInt64> = []
    for (index, connection) in connections.enumerated() {
      let (source, destination) = (Int(connection.source), Int(connection.destination))
      guard activations.indices.contains(source), !outputNeurons.contains(source) else {
        throw Self.wrong(index, "comes from neuron \(source), which passes nothing on")
      }
      guard destination > inputs, destination < activations.count else {
        throw Self.wrong(index, "leads to neuron \(destination), which has no inputs")
      }
      guard connection.factor.isFinite, connection.factor != 0 else {
        throw Self.wrong(index, "has the factor \(connection.factor)")
      }
      guard seen.insert(UInt64(source) << 32 | UInt64(destination)).inserted else {
        throw Self.wrong(index, "is there twice: from neuron \(source) to \(destination)")
      }
    }
    guard NeuronOrder(self, enabledOnly: false) != nil else {
      throw PadawannError(.data, "a path leads from a neuron to itself")
    }
  }

  private static func wrong(_ index: Int, _ reason: String) -> PadawannError {
    PadawannError(.data, reason, at: "connection \(index)")
  }

  /// The numbers of the outputs.
  public var outputNeurons: Range<Int> { (1 + inputs)..<(1 + inputs + outputs) }
  /// The numbers of the hidden neurons.
  public var hiddenNeurons: Range<Int> { (1 + inputs + outputs)..<activations.count }
  /// The activations of the outputs.
  public var outputActivations: [NeuronActivation] { Array(activations[outputNeurons]) }
  /// The activations of the hidden neurons.
  public var hiddenActivations: [NeuronActivation] { Array(activations[hiddenNeurons]) }
  /// Whether all factors are 1.
  public var isAgnostic: Bool { connections.allSatisfy { $0.factor == 1 } }

  /// The same with other factors, one for each enabled connection in ascending order of source and destination; see
  /// ``enabledInOrder``.
  ///
  /// - Throws: ``PadawannError`` `data` when they are more or fewer, 0, or not finite.
  public func withFactors(_ factors: [Float]) throws(PadawannError) -> NeuronGraph {
    let places = enabledInOrder
    guard factors.count == places.count else {
      throw PadawannError(.data, "\(factors.count) weights for \(places.count) connections")
    }
    if let wrong = factors.firstIndex(where: { !$0.isFinite || $0 == 0 }) {
      throw PadawannError(.data, "the weight \(factors[wrong]) of connection \(wrong) is none")
    }
    var result = self
    for (place, factor) in zip(places, factors) { result.connections[place].factor = factor }
    return result
  }

  /// The places of the enabled connections in ascending order of source and destination, where hidden neurons come before the
  /// outputs, as in the published files.
  public var enabledInOrder: [Int] {
    func place(_ neuron: Int32) -> Int {
      outputNeurons.contains(Int(neuron)) ? .max - 100_000 + Int(neuron) : Int(neuron)
    }
    return connections.indices.filter { connections[$0].isEnabled }.sorted {
      let (one, other) = (connections[$0], connections[$1])
      return (one.source, place(one.destination)) < (other.source, place(other.destination))
    }
  }
}

// Changes that keep a graph right; `WannOperators` chooses them.
extension NeuronGraph {
  mutating func setEnabled(_ index: Int, _ isEnabled: Bool) {
    if connections[index].isEnabled != isEnabled { enabledConnections += isEnabled ? 1 : -1 }
    connections[index].isEnabled = isEnabled
  }

  mutating func append(_ connection: Connection) {
    connections.append(connection)
    if connection.isEnabled { enabledConnections += 1 }
  }

  mutating func setActivation(_ activation: NeuronActivation, of neuron: Int) {
    activations[neuron] = activation
  }

  /// Puts a neuron into the middle of a connection, which is disabled.
  mutating func split(_ index: Int, _ activation: NeuronActivation) {
    let old = connections[index]
    let neuron = activations.count
    setEnabled(index, false)
    activations.append(activation)
    append(Connection(from: Int(old.source), to: neuron, factor: old.factor))
    append(Connection(from: neuron, to: Int(old.destination)))
  }
}
