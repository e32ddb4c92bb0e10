/// One of the tasks that an evolution is about: images, and the output of the network that stands for each class.
package struct EvaluationTask: Sendable {
  /// What reports and the champion call it, see ``NameRule``.
  package let name: String
  /// The images on which individuals are evaluated.
  package let dataset: Dataset
  /// The output that stands for each class; all different. Outputs that are not named cannot be answered.
  package let outputs: [Int]

  /// Makes a task; the fitness evaluator checks that it fits the network.
  ///
  /// - Parameters:
  ///   - name: what it is called.
  ///   - dataset: its images.
  ///   - outputs: the output of each class; the first outputs in order when `nil`.
  package init(name: String, dataset: Dataset, outputs: [Int]? = nil) {
    self.name = name
    self.dataset = dataset
    self.outputs = outputs ?? Array(dataset.classNames.indices)
  }

  /// Checks that a network can be asked about the task.
  ///
  /// - Throws: ``PadawannError`` `data`.
  func check(fits architecture: Architecture) throws(PadawannError) {
    try NameRule.check(name, of: "a task")
    try Inference.check(dataset, fits: architecture)
    guard outputs.count == dataset.classNames.count, Set(outputs).count == outputs.count,
      outputs.allSatisfy({ (0..<architecture.outputs).contains($0) })
    else {
      throw PadawannError(
        .data, "its \(dataset.classNames.count) classes do not map to different outputs of the network",
        at: name)
    }
  }

  /// The task with the output for each class that a network would get most images right with (thesis 6.2.5, "optimised
  /// mapping"), by the Hungarian method on its confusion matrix over the task's own images.
  ///
  /// - Parameters:
  ///   - network: the network that knows nothing of the task yet.
  ///   - weights: shared weights, of which the one is taken that the best mapping gets most images right with, the first
  ///     of equals; `nil` stands for the network's own.
  ///   - inference: how the network is evaluated.
  /// - Throws: as ``Inference/predictions(of:on:magnitudes:)`` and ``labelMap(confusion:)``.
  package func mapped(by network: Network, magnitudes: [Magnitude], _ inference: Inference) async throws
    -> EvaluationTask
  {
    var best: (outputs: [Int], correct: Int)?
    for predictions in try await inference.predictions(of: network, on: dataset, magnitudes: magnitudes) {
      var confusion = [[Int]](
        repeating: [Int](repeating: 0, count: predictions.outputs), count: dataset.classNames.count)
      for (label, answer) in zip(predictions.labels, predictions.predictedClasses) {
        confusion[label][answer] += 1
      }
      let outputs = try labelMap(confusion: confusion)
      let correct = outputs.indices.reduce(0) { $0 + confusion[$1][outputs[$1]] }
      if correct > best?.correct ?? -1 { best = (outputs, correct) }
    }
    return EvaluationTask(name: name, dataset: dataset, outputs: best?.outputs)
  }
}

extension ModelTask {
  /// What a run made of a task.
  init(_ task: EvaluationTask, sharedWeight: Float?, accuracy: Double? = nil) {
    self.init(
      name: task.name, dataset: task.dataset.name, digest: task.dataset.digest,
      classNames: task.dataset.classNames, outputs: task.outputs, normalisation: task.dataset.normalisation,
      bestSharedWeight: sharedWeight, accuracy: accuracy)
  }
}
