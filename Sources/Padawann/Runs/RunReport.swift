/// What came of a run: `report.json` of its folder (`Formats/runs.md`).
package struct RunReport<Outcome: RunOutcome>: Codable, Sendable, Equatable {
  /// The structure and its version.
  package private(set) var schema = "padawann.run-report/2"
  /// What was done.
  package let kind: RunKind
  /// The digest of the result's content.
  package let modelSha256: String
  /// The size of its file.
  package let modelBytes: Int
  /// The edges of the network, pruned ones included.
  package let edges: Int
  /// The edges that are left.
  package let remainingEdges: Int
  /// The key of every random number.
  package let seed: UInt64
  /// The steps that were done.
  package let steps: Int
  /// The tasks of the result.
  package let tasks: [Task]
  /// The result on test data, which the run never saw.
  package private(set) var tests: [TestResult]
  /// What else is to be said, each job its own.
  package let outcome: Outcome

  /// One task.
  package struct Task: Codable, Sendable, Equatable {
    /// Its name.
    package let name: String
    /// The dataset spec of its training images.
    package let dataset: String
    /// The output of each class.
    package let outputs: [Int]
    /// The shared weight that is best for it; absent where edges have values of their own.
    package let sharedWeight: Float?
    /// The share of correct predictions on its training images.
    package let trainingAccuracy: Double?
    /// How many numbers it has of its own.
    package let parameters: Int
  }

  init<Settings>(
    _ configuration: RunConfiguration<Settings>, _ model: some RunResult, steps: Int, _ outcome: Outcome,
    tests: [TestResult]
  ) throws(PadawannError) {
    kind = configuration.kind
    let figures = try model.figures(as: configuration.storage ?? .plain)
    modelSha256 = figures.digest.description
    modelBytes = figures.byteCount
    edges = figures.edges
    remainingEdges = figures.remainingEdges
    seed = configuration.settings.seed
    self.steps = steps
    let names = Set(configuration.tasks.map(\.name))
    tasks = model.tasks.filter { names.contains($0.name) }.map { task in
      Task(
        name: task.name, dataset: task.dataset, outputs: task.outputs, sharedWeight: task.bestSharedWeight,
        trainingAccuracy: task.accuracy, parameters: task.parameters.reduce(0) { $0 + $1.count })
    }
    self.tests = tests
    self.outcome = outcome
  }

  /// The same with what the result was measured on.
  func with(_ tests: [TestResult]) -> RunReport {
    var report = self
    report.tests = tests
    return report
  }

  /// The mean of the cross-entropies on the test images of the run's own tasks, not on other data that it was measured on, each
  /// with the weight that is best there, in the unit of the thesis' tables: there it was divided by the size of a batch, 100
  /// (thesis-facts 11). `nil` where there are no such images.
  package var thesisLoss: Double? {
    let own = Set(tasks.compactMap { try? DatasetSpec.parse($0.dataset).testSplit?.description })
    let losses = tests.filter { own.contains($0.dataset) }.map { $0.best?.crossEntropy ?? $0.crossEntropy }
    return losses.isEmpty ? nil : losses.reduce(0, +) / Double(losses.count) / 100
  }
}

/// A model on one set of test data.
package struct TestResult: Codable, Sendable, Equatable {
  /// The dataset spec.
  package let dataset: String
  /// The digest of its images and labels.
  package let datasetSha256: String
  /// The number of images.
  package let images: Int
  /// The shared weight: the one that the run has chosen for the task; without a task that which is best on this data. Absent
  /// where edges have values of their own.
  package let sharedWeight: Float?
  /// Correct predictions with it, with Wilson's interval.
  package let accuracy: Proportion
  /// The mean cross-entropy with it, in nats.
  package let crossEntropy: Double
  /// The figures with the weight that has the highest accuracy on this data, the first of equals, which is how the thesis
  /// reports (thesis-facts 4); absent where there is one weight only.
  package let best: Best?

  /// What a model comes to with the weight that is best on the very data that it is measured on.
  package struct Best: Codable, Sendable, Equatable {
    /// The shared weight.
    package let sharedWeight: Float?
    /// Correct predictions with it, with Wilson's interval.
    package let accuracy: Proportion
    /// The mean cross-entropy with it, in nats.
    package let crossEntropy: Double
  }

  /// Whether ``sharedWeight`` was chosen on the data itself.
  package let chosenOnData: Bool
  /// The figures with every shared weight, for a WANN; absent for other models.
  package let weights: [Best]?
  /// Correct predictions of the mean of the softmax probabilities over all shared weights, for a WANN.
  package let ensemble: Proportion?

  /// Measures a model as the task whose images they are, or without one.
  ///
  /// - Parameters:
  ///   - model: with the task, if there is one.
  ///   - test: which data it is, and the output of each class.
  ///   - dataset: the data.
  ///   - inference: how it is measured.
  init(_ model: Model, _ test: RunTest, _ dataset: Dataset, _ inference: Inference) async throws {
    let task = model.tasks.first { $0.name == test.task }
    let network = try model.network.replacing(task?.parameters ?? [])
    // Numbers that were trained with one shared weight go with no other.
    let isTuned = task?.parameters.isEmpty == false
    let magnitudes: [Magnitude] =
      if network.hasOwnValuesOnly { [.own] } else if isTuned {
        [Magnitude(sharedWeight: task?.bestSharedWeight)]
      } else { model.sharedWeights.map(Magnitude.shared) }
    let predictions = try await inference.predictions(of: network, on: dataset, magnitudes: magnitudes)
    try self.init(
      predictions, magnitudes, outputs: test.outputs ?? model.outputs(for: dataset),
      taskWeight: task?.bestSharedWeight, dataset)
  }

  /// Sums up what a model said of some data.
  ///
  /// - Parameters:
  ///   - predictions: with each magnitude.
  ///   - outputs: that of each class.
  ///   - taskWeight: the shared weight that was chosen for the task before, if one was.
  ///   - listsWeights: whether all weights are told, and their ensemble.
  init(
    _ predictions: [Predictions], _ magnitudes: [Magnitude], outputs: [Int], taskWeight: Float?,
    _ dataset: Dataset,
    listsWeights: Bool = false
  ) throws(PadawannError) {
    let score = try TaskResult(predictions, outputs: outputs)
    self.dataset = dataset.name
    datasetSha256 = dataset.digest.description
    images = dataset.count
    let own = taskWeight.flatMap { magnitudes.firstIndex(of: .shared($0)) }
    func figures(_ place: Int) throws(PadawannError) -> Best {
      Best(
        sharedWeight: magnitudes[place].sharedWeight,
        accuracy: try Proportion(score.correct[place], of: score.images),
        crossEntropy: score.crossEntropy[place])
    }
    let chosen = try figures(own ?? score.best)
    (sharedWeight, accuracy, crossEntropy) = (chosen.sharedWeight, chosen.accuracy, chosen.crossEntropy)
    chosenOnData = own == nil && magnitudes.count > 1
    best = magnitudes.count > 1 ? try figures(score.best) : nil
    guard listsWeights else {
      (weights, ensemble) = (nil, nil)
      return
    }
    weights = try magnitudes.indices.map { place throws(PadawannError) in try figures(place) }
    // Outputs that are no numbers have no probabilities.
    let answers = predictions.filter { $0.logits.allSatisfy(\.isFinite) }
    ensemble =
      answers.isEmpty
      ? nil
      : try Ensemble(of: answers, outputs: outputs == Array(0..<answers[0].outputs) ? nil : outputs).scores
        .accuracy
  }
}

extension Model {
  /// The output that stands for each class of some data: by its name where that is known, and in order where it is not.
  ///
  /// - Throws: as ``AnswerSpace``.
  func outputs(for dataset: Dataset) throws(PadawannError) -> [Int] {
    let all = Array(0..<network.architecture.outputs)
    return try AnswerSpace(dataset, among: all, named: statedClassNames).places
  }
}
