// Who learns from whom. A run of learning from teachers has one parent for each task, the task's teacher, of which the first learns;
// or one more before them, which learns (`Formats/runs.md`).
extension RunStart where Settings == MaskLearningSettings {
  /// The network that learns: with teachers by its own weights, or by its signs, each layer with what its edges are worth.
  var learner: Network {
    get throws(PadawannError) {
      let model = parents[0]
      guard configuration.settings.distillation != nil else { return model.network }
      return try model.network.absorbing(model.trainedMagnitude)
    }
  }

  /// The teacher of each task; none where labels are learned.
  var teachers: [Teacher] {
    get throws(PadawannError) {
      guard configuration.settings.distillation != nil else { return [] }
      return try teacherModels.map { model throws(PadawannError) in
        var teacher = Teacher(model.network, magnitude: try model.trainedMagnitude)
        teacher.normalisation = model.statedNormalisation
        return teacher
      }
    }
  }

  /// The models of the tasks' teachers.
  var teacherModels: [Model] { parents.count == tasks.count ? parents : Array(parents.dropFirst()) }
}

extension Model {
  /// What the edges are worth: their own numbers, or the only shared weight.
  ///
  /// - Throws: ``PadawannError`` `usage` when several weights may be meant.
  fileprivate var trainedMagnitude: Magnitude {
    get throws(PadawannError) { network.hasOwnValuesOnly ? .own : try onlyMagnitude() }
  }
}
