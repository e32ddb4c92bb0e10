/// What a graph computes, without what does not matter for it: the neurons that lead to its outputs, each after its sources, and
/// with a number that is nearly always different for different expressions.
///
/// The number of a neuron is a function of its activation and of the numbers and factors of its sources, in whatever order these
/// are stored; that of an input is one of its place. Sources are sorted by it, so that their sum is taken in an order that
/// depends on the expression alone.
struct NeuronForm: Sendable {
  /// A neuron.
  struct Neuron: Sendable {
    /// Its activation's number.
    let kind: Int32
    /// The first and the end of its sources in ``NeuronForm/sources``.
    let first: Int32
    let end: Int32
    /// Its number.
    let key: UInt64
  }

  /// The number of inputs.
  let inputs: Int
  /// The neurons, each after its sources.
  private(set) var neurons: [Neuron] = []
  /// The sources of all neurons: from 0 to the number of inputs the bias and the inputs, then ``neurons``.
  private(set) var sources: [Int32] = []
  /// The factor of every source.
  private(set) var factors: [Float] = []
  /// Whether all of them are 1.
  private(set) var isAgnostic = true
  /// Which of the graph's connections every source comes by.
  private(set) var connections: [Int32] = []
  /// The outputs, numbered as sources are.
  private(set) var outputs: [Int32] = []

  /// Describes a graph.
  init(_ graph: NeuronGraph) {
    inputs = graph.inputs
    let incoming = Incoming(graph)
    let first = Int32(graph.inputs + 1)
    var place = [Int32](repeating: -1, count: graph.activations.count)
    for input in 0...graph.inputs { place[input] = Int32(input) }
    neurons.reserveCapacity(graph.activations.count - graph.inputs)
    sources.reserveCapacity(graph.connections.count)
    factors.reserveCapacity(graph.connections.count)
    // Depth first: a neuron is done when all its sources are.
    var stack: [(neuron: Int, next: Int)] = []
    for output in graph.outputNeurons {
      if place[output] < 0 { stack.append((output, incoming.starts[output])) }
      while let (neuron, next) = stack.last {
        if next < incoming.starts[neuron + 1] {
          stack[stack.count - 1].next += 1
          let source = Int(incoming.sources[next])
          if place[source] < 0 { stack.append((source, incoming.starts[source])) }
          continue
        }
        stack.removeLast()
        guard place[neuron] < 0 else { continue }
        place[neuron] = first + Int32(neurons.count)
        let range = incoming.starts[neuron]..<incoming.starts[neuron + 1]
        append(graph.activations[neuron], incoming, range, place, first)
      }
      outputs.append(place[output])
    }
  }

  private mutating func append(
    _ activation: NeuronActivation, _ incoming: Incoming, _ range: Range<Int>, _ place: [Int32],
    _ first: Int32
  ) {
    var inputs = range.map { edge in
      let source = place[Int(incoming.sources[edge])]
      return (key: sourceKey(source, first, incoming.factors[edge]), source: source, edge: edge)
    }
    if inputs.count > 1 { inputs.sort { $0.key < $1.key } }
    var key = mixed(UInt64(activation.rawValue) &+ 0x5741_4e4e)
    let start = Int32(sources.count)
    for input in inputs {
      key = mixed(key ^ input.key)
      sources.append(input.source)
      factors.append(incoming.factors[input.edge])
      isAgnostic = isAgnostic && incoming.factors[input.edge] == 1
      connections.append(incoming.connections[input.edge])
    }
    neurons.append(
      Neuron(kind: Int32(activation.rawValue), first: start, end: Int32(sources.count), key: key))
  }

  /// The number of a source times a factor.
  private func sourceKey(_ source: Int32, _ first: Int32, _ factor: Float) -> UInt64 {
    let own = source < first ? mixed(UInt64(source) &+ 0x1000_0000_0000) : neurons[Int(source - first)].key
    return factor == 1 ? own : mixed(own ^ mixed(UInt64(factor.bitPattern) &+ 0x2000_0000_0000))
  }

  /// Enabled connections by where they lead.
  private struct Incoming {
    let starts: [Int]
    let sources: [Int32]
    let factors: [Float]
    let connections: [Int32]

    init(_ graph: NeuronGraph) {
      var starts = [Int](repeating: 0, count: graph.activations.count + 1)
      for connection in graph.connections where connection.isEnabled {
        starts[Int(connection.destination) + 1] += 1
      }
      for neuron in graph.activations.indices { starts[neuron + 1] += starts[neuron] }
      var ends = starts
      var sources = [Int32](repeating: 0, count: starts[graph.activations.count])
      var factors = [Float](repeating: 1, count: sources.count)
      var connections = [Int32](repeating: 0, count: sources.count)
      for (index, connection) in graph.connections.enumerated() where connection.isEnabled {
        let place = ends[Int(connection.destination)]
        sources[place] = connection.source
        factors[place] = connection.factor
        connections[place] = Int32(index)
        ends[Int(connection.destination)] = place + 1
      }
      self.starts = starts
      self.sources = sources
      self.factors = factors
      self.connections = connections
    }
  }
}

/// SplitMix64's finish.
private func mixed(_ word: UInt64) -> UInt64 {
  var z = word &+ 0x9e37_79b9_7f4a_7c15
  z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
  z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
  return z ^ (z >> 31)
}
