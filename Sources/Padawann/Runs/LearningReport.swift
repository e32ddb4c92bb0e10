/// What came of a learning: `report.json` of its folder (`Formats/runs.md`).
public struct LearningReport: Codable, Sendable, Equatable {
  /// The structure and its version.
  public private(set) var schema = "padawann.learning-report/1"
  /// The digest of the model's content.
  public let modelSha256: String
  /// The size of its file.
  public let modelBytes: Int
  /// The share of edges that was asked for.
  public let density: Double
  /// The edges of the network, pruned ones included.
  public let edges: Int
  /// The edges that are left.
  public let survivors: Int
  /// The key of every random number.
  public let seed: UInt64
  /// The tasks.
  public let tasks: [Task]
  /// The model on test data, which the learning never saw.
  public let tests: [TestResult]

  /// One task.
  public struct Task: Codable, Sendable, Equatable {
    /// Its name.
    public let name: String
    /// The dataset spec of its training images.
    public let dataset: String
    /// The output of each class.
    public let outputs: [Int]
    /// The share of right answers on those images.
    public let trainingAccuracy: Double
    /// How many biases it has of its own.
    public let parameters: Int
  }

  init(_ stored: StoredModel, density: Double, seed: UInt64, tests: [TestResult]) {
    modelSha256 = stored.digest.description
    modelBytes = stored.byteCount
    self.density = density
    self.seed = seed
    edges = stored.model.network.edgeCount
    survivors = stored.model.network.survivors
    tasks = stored.model.tasks.map { task in
      Task(
        name: task.name, dataset: task.dataset, outputs: task.outputs, trainingAccuracy: task.accuracy ?? 0,
        parameters: task.parameters.reduce(0) { $0 + $1.count })
    }
    self.tests = tests
  }
}
