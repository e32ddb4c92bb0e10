/// What decides the result of a search of WANN, besides its tasks.
package struct WannRunSettings: RunSettings {
  /// The algorithm's settings.
  package var search: WannSettings
  /// The outputs of the graphs: as many as the task with the most classes has.
  package let outputs: Int

  /// The key of every random number.
  package var seed: UInt64 {
    get { search.seed }
    set { search.seed = newValue }
  }

  package func validate() throws(PadawannError) {
    try search.validate()
    guard (2...NeuronGraph.Limits.neurons / 2).contains(outputs) else {
      throw PadawannError(.data, "a search cannot have \(outputs) outputs")
    }
  }
}

extension RunConfiguration where Settings == WannRunSettings {
  /// What the algorithm was told as names and values, in the order in which they are shown and stored.
  package var provenance: [Provenance.Entry] {
    let search = settings.search
    let list: [(String, String)] = [
      ("command", "wann evolve"), ("generations", "\(search.generations)"),
      ("population", "\(search.population)"),
      ("elitism", "\(search.elitism)"), ("culling", "\(search.culling)"),
      ("tournament", "\(search.tournament)"),
      ("enabled-at-start", "\(search.enabledAtStart)"), ("add-connection", "\(search.addConnection)"),
      ("add-neuron", "\(search.addNeuron)"), ("enable", "\(search.enable)"),
      ("change-activation", "\(search.changeActivation)"),
      ("activations", search.activations.map(\.name).joined(separator: ",")),
      ("rank-by-connections", "\(search.rankByConnections)"), ("crowding", search.crowding.rawValue),
      ("weights", search.weights.map { "\($0)" }.joined(separator: ",")), ("batch", "\(search.batch)"),
      ("batches", "\(search.batches)"), ("test-every", "\(search.testEvery)"),
      ("test-batches", "\(search.testBatches)"), ("swaps-outputs", "\(search.swapsOutputs)"),
    ]
    return (list + taskEntries).map { Provenance.Entry($0.0, $0.1) }
  }
}
