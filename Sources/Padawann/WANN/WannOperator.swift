/// One change of a graph (Gaier and Ha, 2019, section 3.1).
public enum WannOperator: Int, Codable, Hashable, Sendable, CaseIterable {
  /// A connection between two neurons that have none, not even a disabled one.
  case addConnection
  /// A new neuron in the middle of an enabled connection, which is disabled.
  case addNeuron
  /// A disabled connection is enabled.
  case enable
  /// A hidden neuron gets another activation.
  case changeActivation
}

extension NeuronGraph {
  /// The beginning of a search: bias and inputs have a connection to every output, each enabled with a probability; all is linear.
  init(inputs: Int, outputs: Int, enabled probability: Double, using generator: inout KeyedGenerator) {
    var connections: [Connection] = []
    connections.reserveCapacity((inputs + 1) * outputs)
    for source in 0...inputs {
      for output in (inputs + 1)...(inputs + outputs) {
        connections.append(
          Connection(from: source, to: output, isEnabled: generator.fraction() < probability))
      }
    }
    self.init(
      unchecked: inputs, outputs: outputs,
      activations: [NeuronActivation](repeating: .linear, count: 1 + inputs + outputs),
      connections: connections)
  }

  /// A child by one operator, which is drawn by the settings' probabilities; the graph itself where it finds nothing to do.
  func child(_ settings: WannSettings, using generator: inout KeyedGenerator) -> NeuronGraph {
    let operators = settings.operators
    var place = generator.fraction() * operators.reduce(0) { $0 + $1.1 }
    let chosen = operators.first { entry in
      place -= entry.1
      return place < 0
    }
    let last = operators.last { $0.1 > 0 }
    guard let (kind, _) = chosen ?? last else { return self }
    return changed(by: kind, settings.activations, using: &generator)
  }

  /// The graph after an operator; the graph itself where there is nothing to do, or no room for more.
  func changed(by kind: WannOperator, _ choice: [NeuronActivation], using generator: inout KeyedGenerator)
    -> NeuronGraph
  {
    switch kind {
    case .addConnection: withNewConnection(using: &generator)
    case .addNeuron: withNewNeuron(choice, using: &generator)
    case .enable: withEnabledConnection(using: &generator)
    case .changeActivation: withOtherActivation(choice, using: &generator)
    }
  }

  /// Sources are tried in random order, until one has a neuron in a later layer that it has no connection to.
  private func withNewConnection(using generator: inout KeyedGenerator) -> NeuronGraph {
    guard connections.count < Limits.connections else { return self }
    let layers = layers
    var sources = Array(0...inputs) + Array(hiddenNeurons)
    let targets = Array(outputNeurons) + Array(hiddenNeurons)
    generator.shuffle(&sources)
    var isTaken = [Bool](repeating: false, count: activations.count)
    for source in sources {
      for index in isTaken.indices { isTaken[index] = false }
      for connection in connections where connection.source == source {
        isTaken[Int(connection.destination)] = true
      }
      let free = targets.filter { layers[$0] > layers[source] && !isTaken[$0] }
      guard !free.isEmpty else { continue }
      var result = self
      result.append(Connection(from: source, to: free[generator.next(below: free.count)]))
      return result
    }
    return self
  }

  private func withNewNeuron(_ choice: [NeuronActivation], using generator: inout KeyedGenerator)
    -> NeuronGraph
  {
    guard activations.count < Limits.neurons, connections.count + 2 <= Limits.connections,
      let index = place(ofConnectionsThatAre: true, using: &generator)
    else { return self }
    var result = self
    result.split(index, choice[generator.next(below: choice.count)])
    return result
  }

  private func withEnabledConnection(using generator: inout KeyedGenerator) -> NeuronGraph {
    guard let index = place(ofConnectionsThatAre: false, using: &generator) else { return self }
    var result = self
    result.setEnabled(index, true)
    return result
  }

  private func withOtherActivation(_ choice: [NeuronActivation], using generator: inout KeyedGenerator)
    -> NeuronGraph
  {
    guard !hiddenNeurons.isEmpty else { return self }
    let neuron = hiddenNeurons.lowerBound + generator.next(below: hiddenNeurons.count)
    let others = choice.filter { $0 != activations[neuron] }
    guard !others.isEmpty else { return self }
    var result = self
    result.setActivation(others[generator.next(below: others.count)], of: neuron)
    return result
  }

  /// One of the connections that are enabled, or that are not, each equally likely; `nil` for none.
  private func place(ofConnectionsThatAre isEnabled: Bool, using generator: inout KeyedGenerator) -> Int? {
    let count = connections.count { $0.isEnabled == isEnabled }
    guard count > 0 else { return nil }
    var left = generator.next(below: count)
    return connections.firstIndex { connection in
      guard connection.isEnabled == isEnabled else { return false }
      left -= 1
      return left < 0
    }
  }
}
