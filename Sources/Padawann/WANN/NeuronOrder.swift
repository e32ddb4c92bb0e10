/// The neurons of a graph, sources before destinations, and the length of the longest path to each.
struct NeuronOrder {
  /// All neurons, each after all that it has connections from.
  let neurons: [Int32]
  /// The number of connections on the longest path that leads to a neuron; 0 without one.
  let lengths: [Int32]

  /// Orders a graph; `nil` when a path leads from a neuron to itself.
  ///
  /// - Parameters:
  ///   - graph: whose neurons are ordered.
  ///   - enabledOnly: whether disabled connections count as absent.
  init?(_ graph: NeuronGraph, enabledOnly: Bool) {
    let count = graph.activations.count
    var starts = [Int32](repeating: 0, count: count + 1)
    var waiting = [Int32](repeating: 0, count: count)
    for connection in graph.connections where connection.isEnabled || !enabledOnly {
      starts[Int(connection.source) + 1] += 1
      waiting[Int(connection.destination)] += 1
    }
    for neuron in 0..<count { starts[neuron + 1] += starts[neuron] }
    var ends = starts
    var destinations = [Int32](repeating: 0, count: Int(starts[count]))
    for connection in graph.connections where connection.isEnabled || !enabledOnly {
      let source = Int(connection.source)
      destinations[Int(ends[source])] = connection.destination
      ends[source] += 1
    }
    var order: [Int32] = []
    order.reserveCapacity(count)
    for neuron in 0..<count where waiting[neuron] == 0 { order.append(Int32(neuron)) }
    var lengths = [Int32](repeating: 0, count: count)
    var next = 0
    while next < order.count {
      let neuron = Int(order[next])
      next += 1
      for place in Int(starts[neuron])..<Int(starts[neuron + 1]) {
        let destination = Int(destinations[place])
        lengths[destination] = max(lengths[destination], lengths[neuron] + 1)
        waiting[destination] -= 1
        if waiting[destination] == 0 { order.append(Int32(destination)) }
      }
    }
    guard order.count == count else { return nil }
    neurons = order
    self.lengths = lengths
  }
}

extension NeuronGraph {
  /// The layer of every neuron as the search has it: bias and inputs are in layer 0, hidden neurons in that of the longest path
  /// that leads to them, at least 1, and the outputs in the last, behind all others.
  ///
  /// Disabled connections count: where they did not, one could be added that closes a circle with one that is enabled later.
  var layers: [Int] {
    guard let order = NeuronOrder(self, enabledOnly: false) else { return [] }
    var layers = order.lengths.map { Int($0) }
    for neuron in hiddenNeurons { layers[neuron] = max(layers[neuron], 1) }
    let last = (hiddenNeurons.map { layers[$0] }.max() ?? 0) + 1
    for neuron in outputNeurons { layers[neuron] = last }
    return layers
  }

  /// The number of connections on the longest path of enabled connections that ends in an output.
  public var depth: Int {
    guard let order = NeuronOrder(self, enabledOnly: true) else { return 0 }
    return outputNeurons.map { Int(order.lengths[$0]) }.max() ?? 0
  }

  /// Whether each neuron can change an answer: whether a path of enabled connections leads from it to an output, which outputs
  /// themselves need none for.
  public var isAlive: [Bool] {
    var isAlive = [Bool](repeating: false, count: activations.count)
    for neuron in outputNeurons { isAlive[neuron] = true }
    guard let order = NeuronOrder(self, enabledOnly: true) else { return isAlive }
    // From the outputs back, each neuron after all that it leads to.
    var place = [Int](repeating: 0, count: activations.count)
    for (index, neuron) in order.neurons.enumerated() { place[Int(neuron)] = index }
    let incoming = connections.filter(\.isEnabled).sorted {
      place[Int($0.destination)] > place[Int($1.destination)]
    }
    for connection in incoming where isAlive[Int(connection.destination)] {
      isAlive[Int(connection.source)] = true
    }
    return isAlive
  }

  /// The hidden neurons that no path of enabled connections leads from to an output.
  public var deadNeurons: [Int] {
    let isAlive = isAlive
    return hiddenNeurons.filter { !isAlive[$0] }
  }

  /// The enabled connections on paths to outputs.
  public var liveConnections: Int {
    let isAlive = isAlive
    return connections.count { $0.isEnabled && isAlive[Int($0.destination)] }
  }

  /// The same without all that cannot change an answer: dead neurons, their connections, and disabled connections.
  public var pruned: NeuronGraph {
    let isAlive = isAlive
    var numbers = [Int](repeating: 0, count: activations.count)
    var kept: [NeuronActivation] = []
    for neuron in activations.indices where isAlive[neuron] || !hiddenNeurons.contains(neuron) {
      numbers[neuron] = kept.count
      kept.append(activations[neuron])
    }
    let left = connections.filter { $0.isEnabled && isAlive[Int($0.destination)] }.map {
      Connection(from: numbers[Int($0.source)], to: numbers[Int($0.destination)], factor: $0.factor)
    }
    return NeuronGraph(unchecked: inputs, outputs: outputs, activations: kept, connections: left)
  }
}
