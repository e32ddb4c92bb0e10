import Foundation
import HDF5
import Padawann

/// What runs store between two steps, changed as the input says: a job goes on from it, or says that it is damaged.
struct ForgedState: Sendable {
  private let kinds: [Kind]

  /// A way to go on from a state.
  private struct Kind: Sendable {
    let tree: HDFGroup
    let resume: @Sendable (RunState, _ advances: Bool) async throws -> Void
  }

  init() throws {
    kinds = try Self.wait {
      let place = try Place()
      defer { place.remove() }
      return try await Self.kinds(place)
    }
  }

  func read(_ bytes: [UInt8]) throws {
    var input = Decisions(bytes)
    let kind = kinds[input.below(kinds.count)]
    // A step takes far longer than all that comes before it.
    let advances = input.below(16) == 15
    let state = RunState(kind.tree.changed(by: &input))
    try Self.wait { try await kind.resume(state, advances) }
  }

  private static func kinds(_ place: Place) async throws -> [Kind] {
    let data = try DatasetSpec.parse(place.data)
    var learning = LearningRequest(model: place.model, tasks: [data], density: 0.5)
    learning.learning.epochs = 4
    learning.learning.batch = 4
    var masks = learning
    masks.tasks.append(data)
    masks.learning.epochs = 6
    masks.learning.taskMasks = TaskMaskSettings(of: 6)
    var imitation = learning
    imitation.teachers = [place.trained]
    imitation.learning.distillation = DistillationSettings()
    var evolution = EvolutionRequest(models: [place.modelPath], tasks: [data])
    evolution.perClass = nil
    (evolution.evolution.population, evolution.evolution.tournament) = (3, 2)
    var training = TrainingSettings.thesis
    (training.epochs, training.batch) = (3, 4)
    let trained = TrainingRequest(
      TrainingJob.Settings(architecture: "small", data: [place.data], training, dropsOut: false),
      place.trained.network.architecture, on: [data])
    var tuned = FineTuningRequest(place.model, on: data, named: "data")
    tuned.test = nil
    tuned.tuning.training.epochs = 3
    var search = WannRequest(tasks: [data])
    search.prepares = false
    (search.search.population, search.search.generations, search.search.tournament) = (3, 24, 2)
    (search.search.batch, search.search.batches, search.search.testBatches) = (4, 2, 2)
    return [
      try await kind(EvolutionJob.self, evolution.start(Place.environment)),
      try await kind(MaskLearningJob.self, learning.start(Place.environment)),
      // In the mask of all tasks, in that of the first and in that of the second.
      try await kind(MaskLearningJob.self, masks.start(Place.environment)),
      try await kind(MaskLearningJob.self, masks.start(Place.environment), after: 4),
      try await kind(MaskLearningJob.self, masks.start(Place.environment), after: 7),
      try await kind(MaskLearningJob.self, imitation.start(Place.environment)),
      try await kind(TrainingJob.self, trained.start(Place.environment)),
      try await kind(FineTuningJob.self, tuned.start(Place.environment)),
      try await kind(WannJob.self, search.start(Place.environment)),
      try await kind(WannJob.self, search.start(Place.environment), after: 2),
    ]
  }

  private static func kind<Job: RunJob & ~Copyable & SendableMetatype>(
    _: Job.Type, _ start: RunStart<Job.Settings>, after steps: Int = 1
  ) async throws -> Kind {
    var job = try await Job(start, from: nil, Place.environment)
    for _ in 0..<steps { _ = try await job.advance() }
    return Kind(tree: try job.state.tree) { state, advances in
      var job = try await Job(start, from: state, Place.environment)
      if advances, !job.isFinished { _ = try await job.advance() }
    }
  }

  /// libFuzzer calls a function that waits.
  private static func wait<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) throws
    -> Result
  {
    let answer = Answer<Result>()
    let done = DispatchSemaphore(value: 0)
    Task {
      do { answer.result = .success(try await body()) } catch { answer.result = .failure(error) }
      done.signal()
    }
    done.wait()
    guard let result = answer.result else { throw CancellationError() }
    return try result.get()
  }

  /// Written before the semaphore is signalled, and read after it.
  private final class Answer<Result: Sendable>: @unchecked Sendable {
    var result: Swift.Result<Result, any Error>?
  }
}

/// A network of 50 edges and a few images of 36 pixels.
private struct Place {
  static let environment = RunEnvironment(
    data: DataFolder(path: "/nowhere"), inference: Inference(threads: 1), tool: "padawann fuzz")
  private let folder = "/dev/shm/padawann-fuzz-\(getpid())"
  let data: String
  let modelPath: String
  /// With signs only.
  let model: Model
  /// With its own numbers.
  let trained: Model

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    (data, modelPath) = ("\(folder)/data.csv", "\(folder)/net.h5")
    let rows = (0..<12).map { row in
      (["\(row % 4)"] + (0..<36).map { "\((row * 37 + $0 * 11) % 256)" }).joined(separator: ",") + "\n"
    }
    try StoredFile.write(Array(rows.joined().utf8), to: data)
    let architecture = try Architecture(
      input: Shape(channels: 1, height: 6, width: 6),
      nodes: [
        Node("conv", .convolution(Convolution(outputs: 2, kernel: Extent(3))), inputs: [-1]),
        Node("relu", .relu, inputs: [0]), Node("pool", .maxPool(Pool(kernel: Extent(2))), inputs: [1]),
        Node("flatten", .flatten, inputs: [2]), Node("fc", .linear(Linear(outputs: 4)), inputs: [3]),
      ])
    trained = Model(network: try Network.initialised(architecture, seed: 1))
    let signs = try trained.network.mapWeights { layer throws(PadawannError) in try layer.weights.signsOnly()
    }
    model = Model(network: signs, sharedWeights: [1])
    try ModelFile.write(model, to: modelPath)
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
