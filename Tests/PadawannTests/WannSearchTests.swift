import Foundation
import Testing

@testable import Padawann

@Suite("WANN: search")
struct WannSearchTests {
  private static func settings(_ change: (inout WannSettings) -> Void = { _ in }) -> WannSettings {
    var settings = WannSettings()
    (settings.population, settings.generations, settings.tournament) = (40, 30, 4)
    (settings.batches, settings.testBatches, settings.seed) = (50, 3, 5)
    change(&settings)
    return settings
  }

  /// A reward that is a function of graph and batch: many enabled connections and neurons are good, and some batches are better.
  private static func rewards(_ request: WannSearch.Request, _ settings: WannSettings) -> [[Double]] {
    func reward(_ graph: NeuronGraph, _ batch: Int) -> [Double] {
      settings.weights.indices.map { weight in
        var generator = KeyedGenerator(
          UInt64(bitPattern: Int64(graph.hashForTests)), UInt64(batch), UInt64(weight))
        return -10 + Double(graph.enabledConnections) * 0.01 + Double(graph.hiddenNeurons.count) * 0.05
          + generator.fraction() * 0.02
      }
    }
    switch request {
    case .population(let graphs, let batch): return graphs.map { reward($0, batch) }
    case .test(let graph, let batches): return batches.map { reward(graph, $0) }
    }
  }

  private static func finish(_ search: inout WannSearch) throws {
    while let request = search.request { try search.tell(rewards(request, search.settings)) }
  }

  @Test("the published counts")
  func counts() {
    let settings = WannSettings()
    #expect(
      settings.survivors == 768 && settings.elites == 153 && settings.population - settings.elites == 807)
    #expect(settings.operators.reduce(0) { $0 + $1.1 } == 1)
    #expect(
      settings.weights == [-2, -1, -0.5, 0.5, 1, 2] && settings.crowding == .distance
        && !settings.swapsOutputs)
    let reference = WannSettings(.reference)
    #expect(reference.crowding == .published && reference.swapsOutputs)
  }

  @Test("it begins with enabled connections from bias and inputs to outputs, a share of all")
  func beginning() throws {
    var settings = Self.settings()
    settings.population = 200
    let search = try WannSearch(inputs: 20, outputs: 5, settings: settings)
    let graphs = search.population
    #expect(graphs.count == 200 && Set(graphs).count > 150)
    #expect(graphs.allSatisfy { $0.connections.count == 105 && $0.hiddenNeurons.isEmpty && $0.isAgnostic })
    #expect(graphs[0].connections[3] == .init(from: 0, to: 24, isEnabled: graphs[0].connections[3].isEnabled))
    let enabled = graphs.reduce(0) { $0 + $1.enabledConnections }
    // 21,000 draws with probability 0.05: mean 1050, standard deviation 31.6
    #expect(abs(enabled - 1050) < 130)
  }

  @Test("a child differs by one change, and stays a graph", arguments: WannOperator.allCases)
  func oneChange(_ kind: WannOperator) throws {
    var changed = 0
    for seed in 0..<60 as Range<UInt64> {
      let parent = try NeuronFixture.evolved(changes: Int(seed), seed: seed)
      var generator = KeyedGenerator(seed, 99)
      let child = parent.changed(by: kind, NeuronActivation.published, using: &generator)
      // The public initialiser finds circles and duplicates.
      #expect(
        try NeuronGraph(
          inputs: child.inputs, outputs: child.outputActivations, hidden: child.hiddenActivations,
          connections: child.connections) == child)
      guard child != parent else { continue }
      changed += 1
      try check(kind, parent, child)
    }
    #expect(changed >= (kind == .addNeuron ? 60 : 30))
  }

  private func check(_ kind: WannOperator, _ parent: NeuronGraph, _ child: NeuronGraph) throws {
    let old = parent.connections.count
    let others = child.connections.prefix(old)
    let different = (0..<old).filter { others[$0] != parent.connections[$0] }
    switch kind {
    case .addConnection:
      #expect(
        different.isEmpty && child.connections.count == old + 1 && child.activations == parent.activations)
      let new = try #require(child.connections.last)
      #expect(new.isEnabled && new.factor == 1)
      #expect(parent.layers[Int(new.source)] < parent.layers[Int(new.destination)])
    case .addNeuron:
      #expect(different.count == 1 && child.connections.count == old + 2)
      #expect(child.activations.count == parent.activations.count + 1)
      let split = child.connections[try #require(different.first)]
      #expect(!split.isEnabled && parent.connections[different[0]].isEnabled)
      let neuron = parent.activations.count
      #expect(child.connections[old] == .init(from: Int(split.source), to: neuron))
      #expect(child.connections[old + 1] == .init(from: neuron, to: Int(split.destination)))
      #expect(NeuronActivation.published.contains(child.activations[neuron]))
    case .enable:
      #expect(
        different.count == 1 && child.connections.count == old && child.activations == parent.activations)
      #expect(child.connections[different[0]].isEnabled && !parent.connections[different[0]].isEnabled)
    case .changeActivation:
      #expect(child.connections == parent.connections)
      let neurons = child.activations.indices.filter { child.activations[$0] != parent.activations[$0] }
      #expect(neurons.count == 1 && child.hiddenNeurons.contains(neurons[0]))
    }
  }

  @Test("operators that find nothing to do leave the graph as it is")
  func nothingToDo() throws {
    typealias C = NeuronGraph.Connection
    let full = try NeuronGraph(
      inputs: 1, outputs: [.linear], hidden: [], connections: [C(from: 0, to: 2), C(from: 1, to: 2)])
    let empty = try NeuronGraph(
      inputs: 1, outputs: [.linear], hidden: [],
      connections: [C(from: 0, to: 2, isEnabled: false), C(from: 1, to: 2, isEnabled: false)])
    var generator = KeyedGenerator(1)
    for kind in [WannOperator.addConnection, .enable, .changeActivation] {
      #expect(full.changed(by: kind, NeuronActivation.published, using: &generator) == full)
    }
    #expect(empty.changed(by: .addNeuron, NeuronActivation.published, using: &generator) == empty)
    let hidden = try NeuronFixture.small()
    #expect(
      hidden.changed(by: .changeActivation, [.sine], using: &generator).hiddenActivations.allSatisfy {
        $0 == .sine || $0 == .square
      })
  }

  /// The chi-square statistic of counts against probabilities.
  private func chiSquare(_ counts: [Int], _ probabilities: [Double]) -> Double {
    let all = Double(counts.reduce(0, +))
    return zip(counts, probabilities).reduce(0) { sum, entry in
      let expected = all * entry.1
      return sum + (Double(entry.0) - expected) * (Double(entry.0) - expected) / expected
    }
  }

  @Test("operators are drawn with their probabilities")
  func operatorDistribution() throws {
    // A graph in which every operator finds something to do, and can be told.
    let parent = try NeuronFixture.evolved(changes: 60, seed: 2, activations: NeuronActivation.published)
    var counts = [0, 0, 0, 0]
    for draw in 0..<4000 as Range<UInt64> {
      var generator = KeyedGenerator(draw, 17)
      let child = parent.child(WannSettings(), using: &generator)
      if child.connections.count == parent.connections.count + 1 {
        counts[0] += 1
      } else if child.activations.count > parent.activations.count {
        counts[1] += 1
      } else if child.connections != parent.connections {
        counts[2] += 1
      } else if child != parent {
        counts[3] += 1
      }
    }
    #expect(counts.reduce(0, +) == 4000)
    // The 99.9% quantile of three degrees of freedom.
    #expect(chiSquare(counts, [0.2, 0.25, 0.05, 0.5]) < 16.27, "\(counts)")
  }

  @Test("choices within an operator are uniform")
  func choiceDistribution() throws {
    let parent = try NeuronFixture.evolved(
      inputs: 3, outputs: 2, changes: 12, seed: 6, activations: NeuronActivation.published)
    let enabled = parent.connections.indices.filter { parent.connections[$0].isEnabled }
    var places = [Int](repeating: 0, count: parent.connections.count)
    var activations = [Int](repeating: 0, count: 12)
    for draw in 0..<6000 as Range<UInt64> {
      var generator = KeyedGenerator(draw, 23)
      let child = parent.changed(by: .addNeuron, NeuronActivation.published, using: &generator)
      places[try #require(enabled.first { !child.connections[$0].isEnabled })] += 1
      activations[try #require(child.activations.last).rawValue] += 1
    }
    // 99.9% quantiles of up to 20 and of 8 degrees of freedom.
    #expect(enabled.count <= 21)
    #expect(chiSquare(enabled.map { places[$0] }, enabled.map { _ in 1 / Double(enabled.count) }) < 45.31)
    let drawn = NeuronActivation.published.map { activations[$0.rawValue] }
    #expect(chiSquare(drawn, drawn.map { _ in 1.0 / 9 }) < 26.12)
  }

  @Test("parents win two tournaments of 32: in effect one of 64")
  func tournaments() {
    let settings = WannSettings()
    var counts = [Int](repeating: 0, count: 21)
    for draw in 0..<5000 as Range<UInt64> {
      var generator = KeyedGenerator(draw, 31)
      counts[min(settings.parent(using: &generator), 20 * 3) / 3] += 1
    }
    func below(_ rank: Int) -> Double { 1 - pow(1 - Double(rank) / 768, 64) }
    let probabilities = (0..<20).map { below(3 * $0 + 3) - below(3 * $0) } + [1 - below(60)]
    // The 99.9% quantile of 20 degrees of freedom.
    #expect(chiSquare(counts, probabilities) < 45.31, "\(counts)")
  }

  @Test("ranking is that of brute force, on 1,000 random populations")
  func ranking() {
    for seed in 0..<1000 as Range<UInt64> {
      var generator = KeyedGenerator(seed, 41)
      let count = 1 + generator.next(below: 40)
      // Few different values, so that many are equal.
      let values = 2 + generator.next(below: 12)
      let points = (0..<count).map { _ in
        (Double(generator.next(below: values)), Double(generator.next(below: values)) / 7 - 1)
      }
      #expect(nondominatedFronts(points) == Self.bruteForceFronts(points))
      for crowding in WannSettings.Crowding.allCases {
        let order = nondominatedOrder(points, crowding)
        #expect(order == Self.bruteForceFronts(points).flatMap { Self.bruteForceOrder($0, points, crowding) })
      }
    }
  }

  private static func bruteForceFronts(_ points: [(Double, Double)]) -> [[Int]] {
    var left = Array(points.indices)
    var fronts: [[Int]] = []
    while !left.isEmpty {
      let front = left.filter { one in
        !left.contains { other in
          points[other].0 >= points[one].0 && points[other].1 >= points[one].1
            && (points[other].0 > points[one].0 || points[other].1 > points[one].1)
        }
      }
      fronts.append(front)
      left.removeAll { front.contains($0) }
    }
    return fronts
  }

  private static func bruteForceOrder(
    _ front: [Int], _ points: [(Double, Double)], _ crowding: WannSettings.Crowding
  ) -> [Int] {
    var room = [Double](repeating: 0, count: front.count)
    for objective in [points.map(\.0), points.map(\.1)] {
      let sorted = front.indices.sorted { (objective[front[$0]], $0) < (objective[front[$1]], $1) }
      let (least, most) = (objective[front[sorted[0]]], objective[front[sorted[sorted.count - 1]]])
      let scale = most == least ? 0 : crowding == .published ? abs(1 / most - least) : 1 / (most - least)
      for (place, index) in sorted.enumerated() {
        let isEnd = place == 0 || place == sorted.count - 1
        let gap =
          isEnd ? .infinity : objective[front[sorted[place + 1]]] - objective[front[sorted[place - 1]]]
        // Where the largest value is 0 its reciprocal is infinite.
        room[index] += isEnd ? .infinity : (gap * scale).isNaN ? 0 : gap * scale
      }
    }
    return front.indices.sorted { room[$0] == room[$1] ? $0 < $1 : room[$0] > room[$1] }.map { front[$0] }
  }

  @Test("rewards that are no numbers rank last, and no connections count as one")
  func objectives() {
    let broken = WannObjectives(rewards: [-1, -.infinity], connections: 0)
    #expect(broken.mean == -.greatestFiniteMagnitude && broken.best == -1 && broken.simplicity == 1)
    #expect(WannObjectives(rewards: [.nan], connections: 4).mean == -.greatestFiniteMagnitude)
    #expect(WannObjectives(rewards: [.nan], connections: 4).simplicity == 0.25)
    #expect(
      nondominatedOrder([(-.greatestFiniteMagnitude, 1), (-1, 1), (-2, 1), (-1.5, 1)], .distance) == [
        1, 3, 2, 0,
      ])
  }

  @Test("elites are copied, in order of rank, and evaluated again")
  func elites() throws {
    var search = try WannSearch(inputs: 5, outputs: 3, settings: Self.settings())
    guard case .population(let graphs, _)? = search.request else { return }
    let rewards = graphs.indices.map { index in
      search.settings.weights.map { _ in -Double(index % 7) - Double(index) / 100 }
    }
    let objectives = zip(rewards, graphs).map {
      WannObjectives(rewards: $0, connections: $1.enabledConnections)
    }
    try search.tell(rewards)
    while case .test? = search.request { try search.tell([[Double]](repeating: rewards[0], count: 3)) }
    let orders = [objectives.map { ($0.mean, $0.simplicity) }, objectives.map { ($0.mean, $0.best) }].map {
      nondominatedOrder($0, .distance).map { graphs[$0] }
    }
    #expect(search.settings.survivors == 32 && search.settings.elites == 6 && search.population.count == 40)
    let ranked = try #require(orders.first { Array($0.prefix(6)) == Array(search.population.prefix(6)) })
    // Those that were culled have no children: a child has nearly all of its parent's connections.
    for child in search.population.dropFirst(6) {
      #expect(
        ranked.prefix(32).contains { parent in
          zip(parent.connections, child.connections).count { $0 != $1 } <= 1
        })
    }
  }

  @Test("a best is tested every eighth generation, and goes when it was luck")
  func best() throws {
    var search = try WannSearch(inputs: 5, outputs: 3, settings: Self.settings { $0.generations = 20 })
    func tell(_ reward: Double) throws {
      guard case .population(let graphs, _)? = search.request else {
        Issue.record("a population was expected")
        return
      }
      let weights = search.settings.weights
      try search.tell(graphs.indices.map { index in weights.map { _ in index == 3 ? reward : -100 } })
    }
    func test(_ reward: Double) throws {
      guard case .test(let graph, let batches)? = search.request else {
        Issue.record("a test was expected")
        return
      }
      #expect(graph == search.champion?.graph && batches.count == 3 && search.snapshot == nil)
      try search.tell([[Double]](repeating: search.settings.weights.map { _ in reward }, count: 3))
    }
    try tell(-5)
    try test(-6)
    let first = try #require(search.champion)
    #expect(first.reward == -6 && first.isTested && first.generation == 0)
    // Better than its mean over several batches, on one.
    try tell(-5.5)
    #expect(search.champion?.reward == -5.5 && search.champion?.isTested == false)
    for _ in 2..<8 { try tell(-50) }
    #expect(search.generation == 8)
    try tell(-50)
    try test(-6.5)
    #expect(search.champion == first && search.generation == 9)
    try tell(-4)
    for _ in 10..<16 { try tell(-50) }
    try tell(-3)
    try test(-4.5)
    #expect(search.champion?.reward == -4.5 && search.champion?.generation == 16)
    try tell(-4)
    try tell(-50)
    // The last generation is a time for it, too.
    try tell(-50)
    try test(-9)
    #expect(search.champion?.generation == 16 && search.isFinished && search.request == nil)
    #expect(throws: PadawannError.self) { try search.tell([]) }
  }

  @Test("however many threads breed, it is the same", arguments: [2, 3, 7])
  func threads(_ count: Int) throws {
    var alone = try WannSearch(inputs: 12, outputs: 4, settings: Self.settings())
    try Self.finish(&alone)
    var shared = try WannSearch(inputs: 12, outputs: 4, settings: Self.settings())
    while let request = shared.request {
      try shared.tell(Self.rewards(request, shared.settings), threads: count)
    }
    #expect(shared == alone && Set(alone.population).count > 10)
  }

  @Test("it goes on from every snapshot as it would have")
  func resumption() throws {
    var whole = try WannSearch(inputs: 5, outputs: 3, settings: Self.settings())
    var resumed = whole
    while let request = whole.request {
      try whole.tell(Self.rewards(request, whole.settings))
      if let request = resumed.request { try resumed.tell(Self.rewards(request, whole.settings)) }
      if let snapshot = resumed.snapshot { resumed = try WannSearch(resuming: snapshot) }
      #expect(resumed == whole)
    }
    #expect(whole.champion?.isTested == true && whole.generation == 30)
    let first = try WannSearch(inputs: 5, outputs: 3, settings: Self.settings()).champion
    #expect(first == nil)
    // It learns: graphs grow, as their rewards ask.
    #expect(try #require(whole.champion).graph.hiddenNeurons.count > 5)
    var other = try WannSearch(inputs: 5, outputs: 3, settings: Self.settings { $0.seed = 6 })
    try Self.finish(&other)
    #expect(other.champion != whole.champion)
  }

  @Test("snapshots that cannot be are refused")
  func broken() throws {
    var search = try WannSearch(inputs: 5, outputs: 3, settings: Self.settings())
    for _ in 0..<4 {
      if let request = search.request { try search.tell(Self.rewards(request, search.settings)) }
    }
    let good = try #require(search.snapshot)
    _ = try WannSearch(resuming: good)
    let changes: [(inout WannSearch.Snapshot) -> Void] = [
      { $0.population.removeLast() }, { $0.generation = 31 }, { $0.generation = 0 }, { $0.champion = nil },
      { $0.champion?.reward = .nan }, { $0.champion?.generation = 99 }, { $0.settings.population = 41 },
      { $0.settings.tournament = 0 },
    ]
    for change in changes {
      var snapshot = good
      change(&snapshot)
      #expect(throws: PadawannError.self) { try WannSearch(resuming: snapshot) }
    }
  }

  @Test("settings that make no sense are refused")
  func wrongSettings() {
    let changes: [(inout WannSettings) -> Void] = [
      { $0.population = 1 }, { $0.generations = 0 }, { $0.tournament = 0 }, { $0.culling = 1 },
      { $0.elitism = -0.1 },
      { $0.weights = [] }, { $0.weights = [0] }, { $0.weights = [.nan] }, { $0.activations = [] },
      { $0.activations = [.sine, .sine] }, { $0.enabledAtStart = .nan }, { $0.batch = 0 },
      { $0.testEvery = 0 },
      { ($0.addConnection, $0.addNeuron, $0.enable, $0.changeActivation) = (0, 0, 0, 0) },
    ]
    for change in changes {
      var settings = WannSettings()
      change(&settings)
      #expect(throws: PadawannError.self) { try settings.validate() }
    }
    #expect(throws: PadawannError.self) { try WannSearch(inputs: 0, outputs: 3, settings: WannSettings()) }
    #expect(throws: PadawannError.self) {
      try WannSearch(inputs: 100_000, outputs: 3, settings: WannSettings())
    }
  }
}

extension NeuronGraph {
  /// The same in every process, unlike `hashValue`.
  fileprivate var hashForTests: Int {
    var text = activations.map { String($0.rawValue) }.joined()
    text += connections.map { "\($0.source)>\($0.destination)\($0.isEnabled)" }.joined()
    return Int(
      truncatingIfNeeded: Digest(of: Array(text.utf8)).description.utf8.reduce(7) { ($0 &* 31) &+ Int($1) })
  }
}
