/// What one model answered about one dataset.
struct ReportedAnswer: Sendable {
  /// The place of the system that it is about.
  let system: Int
  /// What tables call the model.
  let name: String
  /// Whether it is the model that the system's runs began with.
  let isUnpruned: Bool
  /// The dataset, as its spec has it.
  let dataset: String
  /// The images; `nil` where only answers are known.
  let images: Dataset?
  /// What the answers are called, the classes of the images among them.
  let classes: [String]
  /// What the edges were worth, in turn; those that give no numbers are left out.
  let magnitudes: [Magnitude]
  /// One for each magnitude.
  let predictions: [Predictions]
  /// The scores with each.
  let sweep: WeightSweep

  /// Scores what a model has answered.
  ///
  /// - Throws: ``PadawannError`` `data` when no shared weight gives numbers.
  init(
    _ system: Int, _ name: String, isUnpruned: Bool = false, on dataset: String, images: Dataset?,
    classes: [String], _ magnitudes: [Magnitude], _ predictions: [Predictions]
  ) throws(PadawannError) {
    let able = predictions.indices.filter { predictions[$0].logits.allSatisfy(\.isFinite) }
    guard !able.isEmpty else {
      throw PadawannError(.data, "with no shared weight its outputs are numbers", at: name)
    }
    self.system = system
    self.name = name
    self.isUnpruned = isUnpruned
    self.dataset = dataset
    self.images = images
    self.classes = classes
    self.magnitudes = able.map { magnitudes[$0] }
    self.predictions = able.map { predictions[$0] }
    sweep = try WeightSweep(magnitudes: self.magnitudes, predictions: self.predictions)
  }

  /// The answers with the weight that is best on these images.
  var best: Predictions { predictions[sweep.best] }
  /// The scores with it.
  var scores: Scores { sweep.points[sweep.best].scores }
  /// That weight, as people read it.
  var weight: String { Format.weight(magnitudes[sweep.best].sharedWeight) }

  /// The images that were answered wrong, those first of whose answers the model is surest, and how sure it is.
  func mistakes(_ count: Int) -> [(image: Int, answer: Int, probability: Double)] {
    let answers = best.predictedClasses
    let wrong = answers.indices.filter { answers[$0] != best.labels[$0] }.map { image in
      (image, answers[image], Ensemble.probabilities([best], image: image)[answers[image]])
    }
    return Array(wrong.sorted { ($0.2, $1.0) > ($1.2, $0.0) }.prefix(count))
  }
}
