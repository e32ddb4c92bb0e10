import Padawann

/// A graph of neurons in figures.
struct WannFigures: Encodable, Equatable {
  /// All neurons: the bias, the inputs, the hidden ones, and the outputs.
  let neurons: Int
  let inputs: Int
  let hiddenNeurons: Int
  let outputs: Int
  /// Hidden neurons that no output depends on.
  let deadNeurons: Int
  /// All connections, disabled ones included.
  let connections: Int
  let enabledConnections: Int
  /// The enabled connections on paths to outputs.
  let liveConnections: Int
  /// The connections on the longest path to an output.
  let depth: Int
  /// How many hidden neurons have each activation.
  let activations: [String: Int]

  init(_ graph: NeuronGraph) {
    neurons = graph.activations.count
    inputs = graph.inputs
    hiddenNeurons = graph.hiddenNeurons.count
    outputs = graph.outputs
    deadNeurons = graph.deadNeurons.count
    connections = graph.connections.count
    enabledConnections = graph.enabledConnections
    liveConnections = graph.liveConnections
    depth = graph.depth
    activations = Dictionary(graph.hiddenActivations.map { ($0.name, 1) }, uniquingKeysWith: +)
  }

  var text: String {
    "\(Format.count(enabledConnections)) connections"
      + (connections > enabledConnections
        ? " (and \(Format.count(connections - enabledConnections)) disabled)" : "")
      + ", \(Format.count(neurons)) neurons (\(Format.count(hiddenNeurons)) hidden), longest path \(depth)"
      + (deadNeurons > 0 ? ", \(Format.count(deadNeurons)) dead" : "")
  }
}

/// What a command that writes a WANN has written: `padawann.wann-import/1`, `padawann.wann-prune/1`.
struct WannFileReport: Encodable {
  let schema: String
  let file: String
  let sha256: String
  let bytes: Int
  let network: WannFigures
  /// What it was made from.
  let before: WannFigures?

  init(_ schema: String, _ path: String, _ stored: StoredWann, before: NeuronGraph? = nil) {
    self.schema = schema
    file = path
    sha256 = stored.digest.description
    bytes = stored.byteCount
    network = WannFigures(stored.model.graph)
    self.before = before.map(WannFigures.init)
  }

  var text: String {
    let line = "\(file.inOneLine): \(network.text), \(Format.count(bytes)) bytes"
    guard let before else { return line }
    return line + "\n  before: \(before.text)"
  }
}

extension RunReport<WannJob.Outcome> {
  /// A single search.
  func text(_ folder: String) -> String {
    let champion = outcome.champion
    let head =
      "\(folder): \(Format.count(outcome.generations)) generations, the champion is of generation \(Format.count(champion.generation))\n"
      + "champion.h5: \(Format.count(champion.connections)) connections, \(Format.count(champion.neurons)) hidden neurons, "
      + "longest path \(outcome.depth), \(Format.count(modelBytes)) bytes; mean reward \(Format.decimal(champion.reward, 4))"
    guard !tests.isEmpty else { return head }
    return head + "\n\non test data, which the search never saw\n" + WannTables.tests(tests)
  }
}

/// Tables of what searches came to.
enum WannTables {
  /// A row for each set of test data, a column for each shared weight.
  static func tests(_ tests: [TestResult]) -> String {
    let weights = tests.first?.weights ?? []
    var rows = [["data", "images"] + weights.map { Format.weight($0.sharedWeight) } + ["mean", "ensemble"]]
    rows += tests.map { test in
      let accuracies = (test.weights ?? []).map(\.accuracy.value)
      let mean = accuracies.reduce(0, +) / Double(max(accuracies.count, 1))
      return [test.dataset, Format.count(test.images)]
        + (accuracies + [mean]).map { Format.percent($0) + "%" }
        + [test.ensemble.map { Format.percent($0.value) + "%" } ?? "-"]
    }
    return Table.text(rows)
  }
}
