import HDF5

extension WannSearch.Snapshot {
  /// What a checkpoint stores of a search between two generations (`Formats/runs.md`). Every graph of a search begins with the
  /// same connections, of which only is stored which are enabled.
  var state: RunState {
    let bests = [champion, tested].compactMap { $0 }
    let graphs = population + bests.map(\.graph)
    let common = (graphs[0].inputs + 1) * graphs[0].outputs
    var root = HDFGroup()
    root.attributes = [HDFEntry("generation", .integer(Int64(generation)))]
    let added = graphs.map { Array($0.connections.dropFirst(common)) }
    let all = added.flatMap { $0 }
    func counts(_ values: [Int]) -> HDFDataset {
      HDFDataset(shape: [values.count], .int64(values.map(Int64.init)))
    }
    root.datasets = [
      HDFEntry(
        "enabled_at_start",
        HDFDataset(
          shape: [graphs.count, (common + 7) / 8],
          .uint8(graphs.flatMap { Bitmask($0.connections.prefix(common).map(\.isEnabled)).packed }))),
      HDFEntry("hidden", counts(graphs.map(\.hiddenNeurons.count))),
      HDFEntry("added", counts(added.map(\.count))),
      HDFEntry("best_generation", counts(bests.map(\.generation))),
      HDFEntry("best_reward", HDFDataset(shape: [bests.count], .float64(bests.map(\.reward)))),
      HDFEntry("best_tested", counts(bests.map { $0.isTested ? 1 : 0 })),
    ]
    let activations = graphs.flatMap { $0.hiddenActivations.map { UInt8($0.rawValue) } }
    if !activations.isEmpty {
      root.datasets.append(
        HDFEntry("activation", HDFDataset(shape: [activations.count], .uint8(activations))))
    }
    if !all.isEmpty {
      root.datasets += [
        HDFEntry("source", HDFDataset(shape: [all.count], .int32(all.map(\.source)))),
        HDFEntry("destination", HDFDataset(shape: [all.count], .int32(all.map(\.destination)))),
        HDFEntry("enabled", HDFDataset(shape: [all.count], .uint8(all.map { $0.isEnabled ? 1 : 0 }))),
      ]
    }
    return RunState(root)
  }

  /// Reads what ``state`` stored, trusting nothing.
  ///
  /// - Throws: ``PadawannError`` `data` when the parts do not fit.
  init(_ state: RunState, _ settings: WannSettings, inputs: Int, outputs: Int) throws(PadawannError) {
    var reader = AttributeReader(state.tree, "/")
    let generation = try reader.integer("generation")
    let rows = try WannRows(state.tree, inputs: inputs, outputs: outputs)
    let bests = try rows.bests()
    guard rows.count == settings.population + bests.count, (1...2).contains(bests.count) else {
      throw RunState.broken
    }
    let graphs = try rows.graphs()
    let champions = bests.enumerated().map { index, best in
      WannSearch.Champion(
        graph: graphs[settings.population + index], reward: best.reward, generation: best.generation,
        isTested: best.isTested)
    }
    self.init(
      settings: settings, generation: generation, population: Array(graphs.prefix(settings.population)),
      champion: champions[0], tested: champions.count > 1 ? champions[1] : nil)
  }
}

/// The tables of a checkpoint.
private struct WannRows {
  let root: HDFGroup
  let inputs: Int
  let outputs: Int
  let hidden: [Int]
  let added: [Int]

  var count: Int { hidden.count }
  private var common: Int { (inputs + 1) * outputs }

  init(_ root: HDFGroup, inputs: Int, outputs: Int) throws(PadawannError) {
    self.root = root
    self.inputs = inputs
    self.outputs = outputs
    hidden = try Self.counts(root, "hidden", NeuronGraph.Limits.neurons)
    added = try Self.counts(root, "added", NeuronGraph.Limits.connections)
    guard hidden.count == added.count else { throw RunState.broken }
  }

  private static func counts(_ root: HDFGroup, _ name: String, _ limit: Int) throws(PadawannError) -> [Int] {
    guard let dataset = root.dataset(name), dataset.shape.count == 1,
      case .int64(let values) = dataset.elements,
      values.allSatisfy({ (0...Int64(limit)).contains($0) })
    else { throw RunState.broken }
    return values.map { Int($0) }
  }

  func bests() throws(PadawannError) -> [(reward: Double, generation: Int, isTested: Bool)] {
    let generations = try Self.counts(root, "best_generation", 1_000_000)
    let tested = try Self.counts(root, "best_tested", 1)
    guard case .float64(let rewards) = root.dataset("best_reward")?.elements,
      rewards.count == generations.count,
      tested.count == generations.count
    else { throw RunState.broken }
    return generations.indices.map { (rewards[$0], generations[$0], tested[$0] == 1) }
  }

  func graphs() throws(PadawannError) -> [NeuronGraph] {
    let (neurons, connections) = (hidden.reduce(0, +), added.reduce(0, +))
    let activations = try bytes("activation", count: neurons)
    let enabled = try bytes("enabled", count: connections)
    let (sources, destinations) = (try ends("source", connections), try ends("destination", connections))
    let width = (common + 7) / 8
    guard let start = root.dataset("enabled_at_start"), start.shape == [count, width],
      case .uint8(let bits) = start.elements
    else { throw RunState.broken }
    var graphs: [NeuronGraph] = []
    var (neuron, connection) = (0, 0)
    for row in 0..<count {
      guard let mask = Bitmask(packed: Array(bits[(row * width)..<((row + 1) * width)]), count: common) else {
        throw RunState.broken
      }
      var kinds: [NeuronActivation] = []
      for code in activations[neuron..<(neuron + hidden[row])] {
        guard let kind = NeuronActivation(rawValue: Int(code)) else { throw RunState.broken }
        kinds.append(kind)
      }
      let own = (0..<common).map { place in
        NeuronGraph.Connection(
          from: place / outputs, to: inputs + 1 + place % outputs, isEnabled: mask[place])
      }
      let more = (connection..<(connection + added[row])).map { place in
        NeuronGraph.Connection(
          from: Int(sources[place]), to: Int(destinations[place]), isEnabled: enabled[place] != 0)
      }
      graphs.append(
        try NeuronGraph(
          inputs: inputs, outputs: [NeuronActivation](repeating: .linear, count: outputs), hidden: kinds,
          connections: own + more))
      neuron += hidden[row]
      connection += added[row]
    }
    return graphs
  }

  private func bytes(_ name: String, count: Int) throws(PadawannError) -> [UInt8] {
    guard count > 0 else { return [] }
    guard case .uint8(let values) = root.dataset(name)?.elements, values.count == count else {
      throw RunState.broken
    }
    return values
  }

  private func ends(_ name: String, _ count: Int) throws(PadawannError) -> [Int32] {
    guard count > 0 else { return [] }
    guard case .int32(let values) = root.dataset(name)?.elements, values.count == count else {
      throw RunState.broken
    }
    return values
  }
}
