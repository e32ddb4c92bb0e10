/// The jobs that a run can have.
package enum RunKind: String, Codable, Sendable, CaseIterable {
  /// ``EvolutionJob``.
  case evolve
  /// ``MaskLearningJob``.
  case learn
  /// ``TrainingJob``.
  case train
  /// ``FineTuningJob``.
  case finetune
  /// ``WannJob``.
  case wann

  /// The version of what the job computes: raised whenever the same start gives another result, so that no run is gone on
  /// with by another algorithm.
  var algorithm: Int { 1 }

  /// Whether it starts from models.
  var hasParents: Bool { self != .wann }

  /// The name of the result in the run's folder.
  var resultFile: String {
    switch self {
    case .evolve, .wann: "champion.h5"
    case .learn, .train, .finetune: "model.h5"
    }
  }
}

/// What decides the result of a job.
package protocol RunSettings: Codable, Hashable, Sendable {
  /// The key of every random number.
  var seed: UInt64 { get set }

  /// Whether nothing of the labels of its tasks is looked at.
  var learnsWithoutLabels: Bool { get }

  /// Checks settings that were read from a file or asked for.
  ///
  /// - Throws: ``PadawannError`` that names what makes no sense.
  func validate() throws(PadawannError)
}

extension RunSettings {
  package var learnsWithoutLabels: Bool { false }
}

/// What came of a job, besides its model.
package protocol RunOutcome: Codable, Sendable, Equatable {
  /// How good it is by the measure that was optimised, where there is one.
  var fitness: Double? { get }
  /// The accuracy on the images that it was trained on, where that is all that is known of how good it is.
  var trainingAccuracy: Double? { get }
}

extension RunOutcome {
  package var fitness: Double? { nil }
  package var trainingAccuracy: Double? { nil }
}

/// Where and how runs work. It never changes a result.
package struct RunEnvironment: Sendable {
  /// Where named datasets are; `nil` for where they were when the run began.
  package var data: DataFolder?
  /// How networks are evaluated; its threads and instructions are also those of training.
  package var inference: Inference
  /// The program and its version, for the record.
  package var tool: String
  /// Whether the log is also written as TensorBoard reads it; where a folder has such a file, it is in any case.
  package var writesEvents = false
  /// Told of units that are done, from any thread.
  package var progress: (@Sendable (Int) -> Void)?
  /// Told the share of what is computed once before the first step.
  package var preparation: (@Sendable (Double) -> Void)?
  /// Other processes that compute for the run; `nil` where it is alone.
  package var sharing: (any PieceSharing)?

  /// Puts an environment together.
  package init(
    data: DataFolder?, inference: Inference, tool: String, progress: (@Sendable (Int) -> Void)? = nil,
    preparation: (@Sendable (Double) -> Void)? = nil
  ) {
    self.data = data
    self.inference = inference
    self.tool = tool
    self.progress = progress
    self.preparation = preparation
  }
}
