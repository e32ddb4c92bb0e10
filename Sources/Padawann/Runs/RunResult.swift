/// What a run makes: a model that a file can hold.
package protocol RunResult: Sendable, Equatable {
  /// Reads the file of a run's folder; a link is not followed.
  static func stored(at path: String) throws(PadawannError) -> Self

  /// Writes it; a link is not followed.
  ///
  /// - Parameter storage: how, where its class has several forms.
  func store(at path: String, as storage: ModelStorage) throws

  /// Whether this is another result with nothing changed, and perhaps more tasks.
  func extends(_ other: Self) -> Bool

  /// What a report says of its file.
  ///
  /// - Parameter storage: how it is stored.
  /// - Throws: ``PadawannError`` `data` when it cannot be stored.
  func figures(as storage: ModelStorage) throws(PadawannError) -> RunResultFigures

  /// What it was measured or made for.
  var tasks: [ModelTask] { get }

  /// Measures it as the task whose images they are, or without one.
  ///
  /// - Parameters:
  ///   - test: which data it is, and the output of each class.
  ///   - dataset: the data.
  ///   - inference: how it is measured.
  func measured(_ test: RunTest, on dataset: Dataset, _ inference: Inference) async throws -> TestResult
}

/// What a report says of the file of a result.
package struct RunResultFigures: Sendable {
  /// The digest of its content.
  let digest: Digest
  /// The size of its file.
  let byteCount: Int
  /// The edges, pruned or disabled ones included.
  let edges: Int
  /// The edges that are left.
  let remainingEdges: Int
}

extension Model: RunResult {
  package static func stored(at path: String) throws(PadawannError) -> Model {
    try ModelFile.read(path, followsLinks: false).model
  }

  package func store(at path: String, as storage: ModelStorage) throws {
    try ModelFile.write(self, to: path, as: storage.form(for: network), followsLinks: false)
  }

  package func extends(_ other: Model) -> Bool {
    network == other.network && sharedWeights == other.sharedWeights
      && other.tasks.allSatisfy { task in
        tasks.contains {
          $0.name == task.name && $0.outputs == task.outputs && $0.parameters == task.parameters
        }
      }
  }

  package func figures(as storage: ModelStorage) throws(PadawannError) -> RunResultFigures {
    let form = storage.form(for: network)
    return RunResultFigures(
      digest: try ModelFile.digest(of: self, as: form),
      byteCount: try ModelFile.encoded(self, as: form).count, edges: network.edgeCount,
      remainingEdges: network.remainingEdges)
  }

  package func measured(_ test: RunTest, on dataset: Dataset, _ inference: Inference) async throws
    -> TestResult
  {
    try await TestResult(self, test, dataset, inference)
  }
}

extension WannModel: RunResult {
  package static func stored(at path: String) throws(PadawannError) -> WannModel {
    try WannFile.read(path, followsLinks: false).model
  }

  package func store(at path: String, as _: ModelStorage) throws {
    try WannFile.write(self, to: path, followsLinks: false)
  }

  package func extends(_ other: WannModel) -> Bool { self == other }

  package func figures(as _: ModelStorage) throws(PadawannError) -> RunResultFigures {
    RunResultFigures(
      digest: try WannFile.digest(of: self), byteCount: try WannFile.encoded(self).count,
      edges: graph.connections.count, remainingEdges: graph.enabledConnections)
  }

  package func measured(_ test: RunTest, on dataset: Dataset, _ inference: Inference) async throws
    -> TestResult
  {
    let predictions = try inference.predictions(of: graph, on: dataset, weights: sharedWeights)
    return try TestResult(
      predictions, sharedWeights.map(Magnitude.shared),
      outputs: test.outputs ?? Array(dataset.classNames.indices),
      taskWeight: nil, dataset, listsWeights: true)
  }
}
