/// What a trained network was worth on its way to a network of masked signs.
package struct ConversionStage: Codable, Sendable, Equatable {
  /// Where on its way it was.
  package enum Name: String, Codable, Sendable {
    /// The trained network itself.
    case trained
    /// Its signs, with the thesis' shared weight that is best on the very data, and all edges.
    case signs
    /// Its best ternary fit, layer by layer, with biases and batch normalisations corrected by images.
    case calibrated
    /// What was learned from it.
    case distilled
  }

  /// Where on its way it was.
  package let name: Name
  /// The bytes of its model file.
  package let bytes: Int
  /// The edges that are left.
  package let remainingEdges: Int
  /// What it says to each set of images: the run's own, then its tests'.
  package let results: [Result]

  /// What a network says to some images.
  package struct Result: Codable, Sendable, Equatable {
    /// The dataset spec.
    package let dataset: String
    /// The number of images.
    package let images: Int
    /// How many it answers as the trained network does.
    package let agreement: Proportion
    /// How many it answers correctly; absent without labels.
    package let accuracy: Proportion?
  }
}

/// Measures a trained network on its way.
struct ConversionStages {
  private let start: RunStart<MaskLearningSettings>
  private let environment: RunEnvironment

  init(_ start: RunStart<MaskLearningSettings>, _ environment: RunEnvironment) {
    self.start = start
    self.environment = environment
  }

  /// Images, what is right about them, and what their teacher answers.
  fileprivate struct Look {
    let dataset: Dataset
    let outputs: [Int]
    let answers: [Int]
  }

  /// All stages up to the model that was learned. Signs and their calibration are those of a single teacher that learns itself.
  ///
  /// - Throws: whatever loading and evaluating throw.
  func stages(to model: Model) async throws -> [ConversionStage] {
    let looks = try await self.looks()
    var stages = [try await stage(.trained, start.teacherModels[0], [], looks)]
    if start.parents.count == 1, start.parents[0].network.hasOwnValuesOnly {
      stages.append(try await signs(looks))
      stages.append(try await stage(.calibrated, calibrated(), [], looks))
    }
    stages.append(try await stage(.distilled, model, model.tasks, looks))
    return stages
  }

  private func looks() async throws -> [Look] {
    var looks: [Look] = []
    let teachers = try start.teachers
    for (task, teacher) in zip(start.tasks, teachers) {
      looks.append(try await look(task.dataset, task.outputs, teacher))
    }
    let configuration = start.configuration
    guard !configuration.tests.isEmpty else { return looks }
    let data = try configuration.data(environment)
    for test in configuration.tests {
      let dataset = try DatasetSpec.parse(test.dataset).load(
        from: data, relativeTo: configuration.workingFolder,
        normalisedAs: start.parents[0].statedNormalisation)
      let task = start.tasks.firstIndex { $0.name == test.task } ?? 0
      let outputs = try test.outputs ?? start.parents[0].outputs(for: dataset)
      looks.append(try await look(dataset, outputs, teachers[task]))
    }
    return looks
  }

  private func look(_ dataset: Dataset, _ outputs: [Int], _ teacher: Teacher) async throws -> Look {
    let answers = try await environment.inference.predictions(
      of: teacher.network, on: teacher.reading(dataset), magnitude: teacher.magnitude)
    return Look(dataset: dataset, outputs: outputs, answers: answers.predictedClasses)
  }

  /// The signs, with the shared weight that agrees most often with the trained network on the run's own images.
  private func signs(_ looks: [Look]) async throws -> ConversionStage {
    var model = try stored(
      start.parents[0].network.mapWeights { layer throws(PadawannError) in try layer.weights.signsOnly() })
    var best: ConversionStage?
    for weight in Model.thesisWeights {
      model.sharedWeights = [weight]
      let found = try await stage(.signs, model, [], looks)
      if found.results[0].agreement.count > best?.results[0].agreement.count ?? -1 { best = found }
    }
    guard let best else { throw PadawannError(.data, "there is no shared weight") }
    return best
  }

  private func calibrated() throws(PadawannError) -> Model {
    let settings = start.configuration.settings
    let trained = start.parents[0].network
    var conversion = SignConversion()
    conversion.density = settings.density
    let network = try conversion.converted(
      trained, on: start.tasks.map(\.dataset), threads: environment.inference.threads,
      instructionSet: environment.inference.instructionSet
    ).folded()
    return try stored(network.network, sharedWeights: [network.sharedWeight])
  }

  /// A network with the numbers that it would be stored with.
  private func stored(_ network: Network, sharedWeights: [Float]? = nil) throws(PadawannError) -> Model {
    try (start.configuration.storage ?? .plain).applied(
      to: start.parents[0].made(network, sharedWeights: sharedWeights))
  }

  private func stage(
    _ name: ConversionStage.Name, _ model: Model, _ tasks: [ModelTask], _ looks: [Look]
  ) async throws -> ConversionStage {
    var results: [ConversionStage.Result] = []
    for (place, look) in looks.enumerated() {
      let task = tasks.first { $0.name == self.task(of: place) }
      let network = try model.network.replacing(task?.parameters ?? [])
      let magnitude: Magnitude = network.hasOwnValuesOnly ? .own : .shared(model.sharedWeights[0])
      let answers =
        name == .trained
        ? look.answers
        : try await environment.inference.predictions(of: network, on: look.dataset, magnitude: magnitude)
          .predictedClasses
      results.append(try look.result(answers))
    }
    let form = name == .trained ? .plain : start.configuration.form(of: model)
    return ConversionStage(
      name: name, bytes: try ModelFile.encoded(model, as: form).count,
      remainingEdges: model.network.remainingEdges, results: results)
  }

  /// The task whose images are looked at.
  private func task(of look: Int) -> String? {
    look < start.tasks.count
      ? start.tasks[look].name : start.configuration.tests[look - start.tasks.count].task
  }
}

extension ConversionStages.Look {
  fileprivate func result(_ found: [Int]) throws(PadawannError) -> ConversionStage.Result {
    let agreeing = zip(found, answers).count { $0 == $1 }
    let right = zip(found, dataset.labels).count { $0 == outputs[$1] }
    return ConversionStage.Result(
      dataset: dataset.name, images: found.count, agreement: try Proportion(agreeing, of: found.count),
      accuracy: dataset.isLabelled ? try Proportion(right, of: found.count) : nil)
  }
}
