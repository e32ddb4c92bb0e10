/// One task of a run, as its folder stores it.
public struct RunTask: Codable, Hashable, Sendable {
  /// Its name.
  public let name: String
  /// The dataset spec.
  public let dataset: String
  /// The digest of its images and labels.
  public let datasetSha256: String
  /// The number of images.
  public let images: Int
  /// The output of each class.
  public let outputs: [Int]

  init(_ task: EvolutionTask) {
    name = task.name
    dataset = task.dataset.name
    datasetSha256 = task.dataset.digest.description
    images = task.dataset.count
    outputs = task.outputs
  }
}

/// A model that a run started from.
public struct RunParent: Codable, Hashable, Sendable {
  /// The name of its file in the folder.
  public let file: String
  /// The digest of its content.
  public let sha256: String
}

/// Data that the result of a run is measured on, and that is never looked at before.
public struct RunTest: Codable, Hashable, Sendable {
  /// The dataset spec.
  public let dataset: String
  /// The output of each class; the first ones in order when `nil`.
  public let outputs: [Int]?
  /// The task whose images they are, as which the model answers; `nil` for data of no task.
  public let task: String?

  /// Names data of no task.
  public init(dataset: String) {
    self.dataset = dataset
    outputs = nil
    task = nil
  }

  init(dataset: String, of task: EvolutionTask) {
    self.dataset = dataset
    outputs = task.outputs
    self.task = task.name
  }
}
